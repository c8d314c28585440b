/** The dry run of what is typed, for one machine: at once with what is known, again when the bench has answered. */
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { IpxeView, Machine } from '../../../main/contract/views.ts';
import type { DryRun } from '../../../main/ipxe/script/index.ts';
import { useSession, useValue } from '../../engine/use-engine.tsx';
import { Answers, type Choices, runWith } from './dry-run.state.ts';
import { deviceOf, programOf, servedFrom } from './machine.state.ts';

export interface DryRunHook {
  readonly run: DryRun;
  /** The bench is being asked for URLs. */
  readonly isAsking: boolean;
  /** The bench has answered for this URL. */
  readonly isKnown: (url: string) => boolean;
}

const TYPING_MS = 120;

export function useDryRun(
  text: string,
  machine: Machine,
  bench: IpxeView['bench'],
  { choices, isServed }: { readonly choices: Choices; readonly isServed: boolean },
): DryRunHook {
  const session = useSession();
  const nics = useValue('nics');
  const view = useValue('bench');
  const [turn, setTurn] = useState(0);
  const [isAsking, setAsking] = useState(false);
  const answers = useRef(new Answers());
  const nic = view && 'plan' in view ? view.plan.nic : undefined;
  const megabits = nics?.find(({ name }) => name === nic)?.speed ?? 1000;
  const whom = JSON.stringify([machine.mac, machine.firmware, machine.ip, machine.serial, machine.uuid, bench]);
  const script = useDeferredValue(text);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that answers came; `whom` is machine and bench by what they say
  const { run, asked } = useMemo(
    () =>
      runWith(
        script,
        {
          device: deviceOf(machine, bench),
          target: programOf(machine),
          from: isServed ? servedFrom(machine, bench) : undefined,
          choices,
          linkBitsPerSecond: megabits * 1e6,
        },
        answers.current.for(whom),
        Date.now(),
      ),
    [script, whom, choices, isServed, megabits, turn],
  );

  const askedText = JSON.stringify(asked);
  useEffect(() => {
    const urls = JSON.parse(askedText) as string[];
    if (urls.length === 0) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      setAsking(true);
      session.call('ipxe.lookup', { mac: JSON.parse(whom)[0], urls }).then(
        fetched => {
          if (!isCurrent) return;
          answers.current.for(whom).put(urls, fetched, Date.now());
          setAsking(false);
          setTurn(count => count + 1);
        },
        // Without the engine nothing is known of its files; the frame says why.
        () => isCurrent && setAsking(false),
      );
    }, TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [session, askedText, whom]);

  return { run, isAsking, isKnown: url => answers.current.get(url) !== undefined };
}
