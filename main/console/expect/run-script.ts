/** Runs a script on a session: follows its bytes, sends what the script says, and alone writes meanwhile. */
import type { Clock } from '../../host/host.ts';
import type { Session } from '../session.ts';
import { type ExpectEffect, type ExpectReport, ExpectRun } from './run.ts';
import type { Script } from './script.ts';

export interface RunScriptOptions {
  readonly clock: Clock;
  readonly values?: Readonly<Record<string, string>>;
  /** Bytes that are sent before the first step; what was printed before them does not count. */
  readonly first?: Uint8Array;
  /** Stops it, as a person would. */
  readonly signal?: AbortSignal;
}

/** Output that may already hold the prompt that is waited for, bytes. */
const SEEN = 512;

/** Resolves with what happened, however it ended. Throws BenchError CONSOLE_CLAIMED, with nothing sent. */
export function runScript(session: Session, script: Script, options: RunScriptOptions): Promise<ExpectReport> {
  const { clock, values, first, signal } = options;
  const claim = session.claim(`the script ${script.name}`);
  const run = new ExpectRun(script, values);
  return new Promise(resolve => {
    let timer: (() => void) | undefined;
    let over = false;
    let sending = Promise.resolve();

    const send = (bytes: Uint8Array): void => {
      sending = sending
        .then(() => claim.write(bytes))
        .catch((error: Error) => apply(run.stop(error.message, clock.now())));
    };
    const apply = (effects: readonly ExpectEffect[]): void => {
      for (const effect of effects) {
        if (over) return;
        if (effect.do === 'end') {
          over = true;
          timer?.();
          unfollow();
          signal?.removeEventListener('abort', stop);
          void sending.then(() => {
            claim.release();
            resolve(effect.report);
          });
          return;
        }
        send(effect.bytes);
      }
      arm();
    };
    const arm = (): void => {
      timer?.();
      timer = undefined;
      if (over || run.deadline === Number.POSITIVE_INFINITY) return;
      timer = clock.after(Math.max(0, run.deadline - clock.now()), () => apply(run.tick(clock.now())));
    };
    const stop = (): void => apply(run.stop('It was stopped.', clock.now()));

    const unfollow = session.onBytes(bytes => apply(run.push(bytes, clock.now())));
    signal?.addEventListener('abort', stop);
    const { received } = session.counters;
    const seen = first ? new Uint8Array(0) : session.snapshot(Math.max(0, received - SEEN)).bytes;
    if (first) send(first);
    apply(run.start(clock.now(), seen));
    if (signal?.aborted) stop();
  });
}
