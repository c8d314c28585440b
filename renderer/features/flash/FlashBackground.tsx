/** What the flasher does while any view is shown: offers its commands, and calls out when a job is over. */
import { IconDeviceSdCard, IconHandStop, IconHistory, IconPencil, IconProgress, IconStack2 } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import type { FlashJobView } from '../../../main/contract/flash-views.ts';
import { useSession, useTable, useValue } from '../../engine/use-engine.tsx';
import { announce } from '../../ui/announce.tsx';
import { type Command, useCommands } from '../../ui/commands.ts';
import { go } from '../../ui/route.ts';
import { changeDraft, changeQueue } from './draft.ts';
import { jobTitle, spokenEnd } from './job.state.ts';

export default function FlashBackground() {
  useFlashCommands();
  useSpokenEnds();
  return null;
}

function useFlashCommands(): void {
  const session = useSession();
  const drives = useValue('drives')?.drives;
  const jobs = useTable('flashJobs');
  const running = [...jobs.values()].filter(({ state }) => state === 'running').map(({ id }) => id);
  const ids = running.join(' ');
  useCommands(
    useMemo((): Command[] => {
      const group = 'Flash';
      const write: Command = {
        id: 'flash.write',
        label: 'Write an image to a card or stick',
        group,
        keywords: ['flash', 'sd', 'usb', 'burn', 'dd', 'etcher', 'image'],
        icon: IconPencil,
        run: () => go('flash'),
      };
      const queue: Command = {
        id: 'flash.queue',
        label: 'Write every card that I plug in',
        group,
        keywords: ['queue', 'tray', 'batch', 'many', 'slots'],
        icon: IconStack2,
        run: () => {
          changeQueue({ isOn: true });
          go('flash');
        },
      };
      const history: Command = {
        id: 'flash.history',
        label: 'Show the history of cards',
        group,
        icon: IconHistory,
        run: () => go('flash', 'history'),
      };
      const targets = (drives ?? [])
        .filter(({ offered }) => offered)
        .map(
          (drive): Command => ({
            id: `flash.drive.${drive.id}`,
            label: `Write to ${drive.title}`,
            description: drive.content,
            group,
            keywords: [drive.serial ?? '', drive.path],
            icon: IconDeviceSdCard,
            run: () => {
              changeDraft({ chosen: [drive.id] });
              go('flash');
            },
          }),
        );
      const atWork = ids === '' ? [] : ids.split(' ');
      const ofJobs = atWork.flatMap((id): Command[] => {
        const job = session.store.row('flashJobs', id);
        if (!job) return [];
        return [
          {
            id: `flash.show.${id}`,
            label: `Show ${jobTitle(job)}`,
            group,
            icon: IconProgress,
            run: () => go('flash', 'job', id),
          },
          {
            id: `flash.stop.${id}`,
            label: `Stop ${jobTitle(job)}`,
            group,
            icon: IconHandStop,
            run: () => {
              go('flash', 'job', id);
              session.call('flash.cancel', { job: id }).catch(() => {});
            },
          },
        ];
      });
      return [write, queue, ...targets, ...ofJobs, history];
    }, [session, drives, ids]),
  );
}

function useSpokenEnds(): void {
  const { store } = useSession();
  const known = useRef(new Map<string, FlashJobView['state']>());
  useEffect(
    () =>
      store.onView('flashJobs', () => {
        for (const [id, job] of store.table('flashJobs')) {
          const before = known.current.get(id);
          known.current.set(id, job.state);
          if (job.state === 'ended' && before !== undefined && before !== 'ended') announce(spokenEnd(job));
        }
      }),
    [store],
  );
}
