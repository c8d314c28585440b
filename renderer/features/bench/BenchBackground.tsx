/** What the bench does while any view is shown: offers its commands, and calls out what happens. */
import { notifications } from '@mantine/notifications';
import { IconCpu, IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { useKeys, useSession, useValue } from '../../engine/use-engine.tsx';
import { announce } from '../../ui/announce.tsx';
import { type Command, useCommands } from '../../ui/commands.ts';
import { go } from '../../ui/route.ts';
import { noticesToShow, spokenOf } from './bench.state.ts';

export default function BenchBackground() {
  useBenchCommands();
  useNews();
  return null;
}

/** More devices than anybody picks from a list. */
const MOST_DEVICES = 500;

function useBenchCommands(): void {
  const session = useSession();
  const state = useValue('bench')?.state;
  const keys = useKeys('devices');
  useCommands(
    useMemo((): Command[] => {
      const group = 'Bench';
      const call = (name: 'bench.stop' | 'bench.resume'): void => {
        go('bench');
        // A failure shows in the bench's own view.
        session.call(name, {}).catch(() => {});
      };
      const actions: Command[] =
        state === 'serving'
          ? [{ id: 'bench.stop', label: 'Stop serving', group, icon: IconPlayerStop, run: () => call('bench.stop') }]
          : state === 'interrupted'
            ? [{ id: 'bench.resume', label: 'Serve again', group, icon: IconRefresh, run: () => call('bench.resume') }]
            : [
                {
                  id: 'bench.plan',
                  label: 'Choose a port and start serving',
                  group,
                  keywords: ['start', 'serve', 'dhcp', 'tftp', 'plan'],
                  icon: IconPlayerPlay,
                  run: () => go('bench'),
                },
              ];
      const devices = keys.slice(0, MOST_DEVICES).flatMap((id): Command[] => {
        const device = session.store.row('devices', id);
        if (!device) return [];
        return [
          {
            id: `device.${id}`,
            label: device.name,
            description: [device.ip, device.client, device.mac].filter(Boolean).join('  '),
            group: 'Devices',
            keywords: [...device.macs, device.ip ?? ''],
            icon: IconCpu,
            run: () => go('bench', 'device', id),
          },
        ];
      });
      return [...actions, ...devices];
    }, [session, state, keys]),
  );
}

/** What happens is read out; what a person must know stays until it is closed. */
function useNews(): void {
  const { store } = useSession();
  useEffect(() => {
    const newest = (): number => store.log('events').at(-1)?.n ?? 0;
    // What was there when this window came is no news.
    let last = store.value('engine') === undefined ? undefined : newest();
    return store.onView('events', () => {
      const from = last;
      last = newest();
      // Another engine counts from the beginning.
      if (from === undefined || last < from) return;
      const events = store.log('events');
      const first = events.findLastIndex(({ n }) => n <= from) + 1;
      const news = events.slice(first);
      for (const sentence of spokenOf(news)) announce(sentence);
      // By its code: the same trouble again is not a second note.
      for (const { code, message } of noticesToShow(news))
        notifications.show({ id: code, message, color: 'yellow', autoClose: false });
    });
  }, [store]);
}
