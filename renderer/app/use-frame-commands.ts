/** Shortcuts and palette commands that hold in every view: the way between views, the colour scheme, the engine. */
import { useHotkeys } from '@mantine/hooks';
import { IconMoon, IconRefresh } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLink, useSession } from '../engine/use-engine.tsx';
import { type Command, useCommands } from '../ui/commands.ts';
import { go } from '../ui/route.ts';
import { MOD } from './keys.ts';
import { VIEWS } from './views.ts';

export function useFrameCommands(): void {
  useHotkeys(
    VIEWS.map(({ id }, index) => [`mod+${index + 1}`, () => go(id)]),
    [],
    true,
  );
  const session = useSession();
  const isGone = useLink().state.engine.engine === 'gone';
  useCommands(
    useMemo(
      (): Command[] => [
        ...VIEWS.map(({ id, label, icon }, index) => ({
          id: `go.${id}`,
          label,
          group: 'Go to',
          icon,
          keys: `${MOD}${index + 1}`,
          run: () => go(id),
        })),
        ...(['system', 'light', 'dark'] as const).map(theme => ({
          id: `theme.${theme}`,
          label: theme === 'system' ? 'Use the colours of the system' : `Use ${theme} colours`,
          group: 'Window',
          keywords: ['theme', 'scheme', 'mode', 'light', 'dark'],
          icon: IconMoon,
          // A failure shows itself: the line to the engine is down, which the frame says.
          run: () => void session.call('settings.change', { theme }).catch(() => {}),
        })),
        ...(isGone
          ? [
              {
                id: 'engine.restart',
                label: 'Restart the engine',
                group: 'Window',
                icon: IconRefresh,
                run: () => session.link.restartEngine(),
              },
            ]
          : []),
      ],
      [session, isGone],
    ),
  );
}
