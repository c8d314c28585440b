/** What the consoles do while any view is shown: their commands, and a word when one is lost or comes back. */
import { IconPlus, IconServer2, IconTerminal2 } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useKeys, useSession } from '../../engine/use-engine.tsx';
import { announce } from '../../ui/announce.tsx';
import { type Command, useCommands } from '../../ui/commands.ts';
import { go } from '../../ui/route.ts';
import { stateWord, tabName } from './consoles.state.ts';

export default function ConsolesBackground() {
  const session = useSession();
  const keys = useKeys('consoles');
  useCommands(
    useMemo(
      (): Command[] => [
        {
          id: 'consoles.open',
          label: 'Open a console',
          group: 'Consoles',
          keywords: ['serial', 'uart', 'telnet', 'ssh', 'rfc2217', 'tty', 'com'],
          icon: IconPlus,
          run: () => go('consoles', 'open'),
        },
        {
          id: 'consoles.grid',
          label: 'Show four consoles side by side',
          group: 'Consoles',
          icon: IconTerminal2,
          run: () => go('consoles', 'grid'),
        },
        {
          id: 'consoles.box',
          label: 'Cluster box: power and consoles of its blades',
          group: 'Consoles',
          icon: IconServer2,
          run: () => go('consoles', 'box'),
        },
        ...keys.flatMap((id): Command[] => {
          const console = session.store.row('consoles', id);
          if (!console) return [];
          return [
            {
              id: `consoles.${id}`,
              label: `Console ${tabName(console)}`,
              description: console.target,
              group: 'Consoles',
              icon: IconTerminal2,
              run: () => go('consoles', 'console', id),
            },
          ];
        }),
      ],
      [session, keys],
    ),
  );
  useEffect(() => {
    const phases = new Map<string, ConsoleView['state']['phase']>();
    return session.store.onView('consoles', () => {
      for (const console of session.store.table('consoles').values()) {
        const { id, state } = console;
        const before = phases.get(id);
        phases.set(id, state.phase);
        if (before === undefined || before === state.phase || state.phase === 'connecting') continue;
        announce(`${tabName(console)}: ${stateWord(console).text}.`);
      }
    });
  }, [session]);
  return null;
}
