/** The colour scheme is the engine's setting; Mantine keeps a copy in the browser, so that the next start does not flash. */
import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useValue } from '../engine/use-engine.tsx';

export function ThemeFromSettings() {
  const theme = useValue('settings')?.theme;
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  return null;
}
