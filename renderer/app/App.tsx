/** Everything of the window: theme, engine, frame. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { Session } from '../engine/session.ts';
import { EngineProvider } from '../engine/use-engine.tsx';
import { LiveRegion } from '../ui/announce.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { Frame } from './Frame.tsx';
import { ThemeFromSettings } from './ThemeFromSettings.tsx';
import { cssVariables, theme } from './theme.ts';

export function App({ session }: { session: Session }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <EngineProvider session={session}>
        <ThemeFromSettings />
        <Frame />
        <CommandPalette />
        <LiveRegion />
        <Notifications position="bottom-left" limit={3} autoClose={5_000} />
      </EngineProvider>
    </MantineProvider>
  );
}
