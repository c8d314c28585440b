/** The loopback test of a session's adapter: its TX and RX joined by a wire, no board connected. */
import { BenchError } from '../../errors.ts';
import type { Clock } from '../../host/host.ts';
import { drive } from '../drive.ts';
import type { Session } from '../session.ts';
import { Loopback, type LoopbackEffect, type LoopbackResult } from './loopback.ts';

/** Rates that tell most about an adapter. */
export const TEST_RATES: readonly number[] = [9_600, 115_200, 921_600, 1_500_000, 3_000_000];

export interface TestAdapterOptions {
  readonly clock: Clock;
  readonly rates?: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * One result for each rate that was tried; the line has its own rate again afterwards. Throws BenchError LINE_REFUSED
 * where the console has no rate, CONSOLE_CLAIMED.
 */
export async function testAdapter(session: Session, options: TestAdapterOptions): Promise<readonly LoopbackResult[]> {
  const { clock, rates = TEST_RATES, signal } = options;
  const { line } = session;
  if (!line)
    throw new BenchError('LINE_REFUSED', { target: session.target, what: 'other rates', reason: 'this way has none' });
  const before = line.settings.baudRate;
  const test = new Loopback(rates);
  const machine = {
    get deadline() {
      return test.deadline;
    },
    push: (bytes: Uint8Array, now: number) => test.step({ type: 'bytes', bytes, now }),
    tick: (now: number) => test.step({ type: 'tick', now }),
    stop: () => test.stop(),
  };
  const { results } = await drive<LoopbackEffect>({
    session,
    clock,
    machine,
    start: () => test.start(),
    async perform({ rate }) {
      try {
        await line.set({ baudRate: rate });
        return test.step({ type: 'set', now: clock.now() });
      } catch {
        return test.step({ type: 'refused', now: clock.now() });
      }
    },
    by: 'the loopback test',
    endsWithLink: true,
    signal,
  });
  // The adapter may be gone by now, which the session tells by itself.
  await line.set({ baudRate: before }).catch(() => undefined);
  return results;
}
