/**
 * Lets a machine work on a session: its bytes and the time go in, what the machine wants is carried out in order. One
 * driver for scripts, pastes, transfers and tests of the line.
 */
import type { Clock } from '../host/host.ts';
import type { Session } from './session.ts';

/** `send` and `end` every machine has; what else it wants, its owner carries out. */
type Send = { readonly do: 'send'; readonly bytes: Uint8Array };
type End = { readonly do: 'end' };

export interface Machine<E> {
  /** When `tick` is due, milliseconds of the clock; infinite when it waits for bytes alone. */
  readonly deadline: number;
  push(bytes: Uint8Array, now: number): readonly E[];
  tick(now: number): readonly E[];
  /** Ends it. `why` is a sentence. */
  stop(why: string, now: number): readonly E[];
}

export interface DriveOptions<E> {
  readonly session: Session;
  readonly clock: Clock;
  readonly machine: Machine<E>;
  /** What begins it; called when bytes are followed already. */
  readonly start: (now: number) => readonly E[];
  /** Who writes alone meanwhile; without it nothing is sent and everybody may write. */
  readonly by?: string;
  /** Carries out what is neither `send` nor `end`; what follows from it comes back. A rejection ends the machine. */
  readonly perform?: (
    effect: Exclude<E, Send | End>,
    write: (bytes: Uint8Array) => Promise<void>,
  ) => Promise<readonly E[]>;
  /** It makes no sense over a connection that was lost in between. */
  readonly endsWithLink?: boolean;
  /** Stops it, as a person would. */
  readonly signal?: AbortSignal | undefined;
}

/** Resolves with the machine's `end`. Throws BenchError CONSOLE_CLAIMED, with nothing sent. */
export function drive<E extends { readonly do: string }>(options: DriveOptions<E>): Promise<Extract<E, End>> {
  const { session, clock, machine, by, perform, signal } = options;
  const claim = by === undefined ? undefined : session.claim(by);
  const write = async (bytes: Uint8Array): Promise<void> => claim?.write(bytes);
  return new Promise(resolve => {
    let timer: (() => void) | undefined;
    let over = false;
    let doing = Promise.resolve();

    const carryOut = async (effect: E): Promise<void> => {
      if (effect.do === 'send') await write((effect as unknown as Send).bytes);
      else if (perform) apply(await perform(effect as Exclude<E, Send | End>, write));
    };
    const apply = (effects: readonly E[]): void => {
      for (const effect of effects) {
        if (over) return;
        if (effect.do === 'end') {
          finish(effect as Extract<E, End>);
          return;
        }
        doing = doing
          .then(() => carryOut(effect))
          .catch((error: Error) => apply(machine.stop(error.message, clock.now())));
      }
      arm();
    };
    const arm = (): void => {
      timer?.();
      timer = undefined;
      if (over || machine.deadline === Number.POSITIVE_INFINITY) return;
      timer = clock.after(Math.max(0, machine.deadline - clock.now()), () => apply(machine.tick(clock.now())));
    };
    const finish = (end: Extract<E, End>): void => {
      over = true;
      timer?.();
      unfollow();
      unwatch();
      signal?.removeEventListener('abort', stop);
      // What it wanted to be sent before its end is sent.
      void doing.then(() => {
        claim?.release();
        resolve(end);
      });
    };
    const stop = (): void => apply(machine.stop('It was stopped.', clock.now()));

    const unfollow = session.onBytes(bytes => {
      if (!over) apply(machine.push(bytes, clock.now()));
    });
    const unwatch = session.onState(state => {
      if (options.endsWithLink && state.phase !== 'open')
        apply(machine.stop('The connection was lost in between.', clock.now()));
    });
    signal?.addEventListener('abort', stop);
    apply(options.start(clock.now()));
    if (signal?.aborted) stop();
  });
}
