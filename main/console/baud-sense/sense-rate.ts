/** Senses the rate of a session's line while it stays open; every byte still goes to log and views. */
import { BenchError } from '../../errors.ts';
import type { Clock } from '../../host/host.ts';
import { drive } from '../drive.ts';
import type { Session } from '../session.ts';
import { beginSense, CANDIDATES, type SenseEffect, type SenseEvent, stepSense, type Verdict } from './sense.ts';

export interface SenseRateOptions {
  readonly clock: Clock;
  /** Bits per second, the likeliest first; the present rate is tried before them. */
  readonly candidates?: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * Leaves the line at the rate that was found, else at the one it had. Resolves with `rate` undefined when nothing fitted
 * within a minute, or it was stopped. Throws BenchError LINE_REFUSED where the console has no rate, CONSOLE_CLAIMED.
 */
export async function senseRate(session: Session, options: SenseRateOptions): Promise<Verdict> {
  const { clock, candidates = CANDIDATES, signal } = options;
  const { line } = session;
  if (!line)
    throw new BenchError('LINE_REFUSED', { target: session.target, what: 'another rate', reason: 'this way has none' });
  let { state, effects } = beginSense(line.settings.baudRate, clock.now(), candidates);
  const step = (event: SenseEvent): readonly SenseEffect[] => {
    ({ state, effects } = stepSense(state, event));
    return effects;
  };
  const machine = {
    get deadline() {
      return state.deadline;
    },
    push: (bytes: Uint8Array, now: number) => step({ type: 'bytes', bytes, now }),
    tick: (now: number) => step({ type: 'tick', now }),
    stop: () => step({ type: 'stop' }),
  };
  const { verdict } = await drive<SenseEffect>({
    session,
    clock,
    machine,
    start: () => effects,
    async perform({ rate }) {
      try {
        await line.set({ baudRate: rate });
        return step({ type: 'set', now: clock.now() });
      } catch {
        return step({ type: 'refused', now: clock.now() });
      }
    },
    by: 'the search for the rate',
    endsWithLink: true,
    signal,
  });
  if (verdict.rate !== undefined) session.mark('note', `rate found: ${verdict.rate} bit/s`);
  return verdict;
}
