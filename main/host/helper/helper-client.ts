/** The engine's side: starts the helper when it is needed first, asks it, and tells when it is gone. */
import { closeSync } from 'node:fs';
import { BenchError } from '../../errors.ts';
import type { Channel } from './channel.ts';
import { type Args, benchErrorOf, parseAnswer, parseValue, type Value, VERBS, type Verb } from './messages.ts';
import { Refused } from './start-helper.ts';

export interface Reply<V extends Verb> {
  readonly value: Value<V>;
  /** The caller owns them. */
  readonly descriptors: readonly number[];
}

export interface HelperClient {
  /** There is one already: asking it bothers nobody. */
  readonly running: boolean;
  /**
   * `what` begins the sentence that a person reads when it is refused, e.g. `Listening on UDP port 69 of eth1`. Throws
   * BenchError PERMISSION_REFUSED, HELPER_FAILED, or what the operation says.
   */
  call<V extends Verb>(verb: V, args: Args<V>, what: string): Promise<Reply<V>>;
}

/** `lost` is told when the helper ends, other than by this process's own end. */
export function helperClient(
  start: () => Promise<Channel>,
  lost: (error: BenchError<'HELPER_FAILED'>) => void,
): HelperClient {
  let starting: Promise<Session> | undefined;
  let session: Session | undefined;

  const connected = async (what: string): Promise<Session> => {
    starting ??= start().then(channel => new Session(channel));
    const mine = starting;
    try {
      const found = await mine;
      if (starting === mine && session !== found) {
        session = found;
        found.onEnd(() => {
          session = starting = undefined;
          lost(ENDED());
        });
      }
      return found;
    } catch (error) {
      // The next call asks again; those that waited for the same answer have it.
      if (starting === mine) starting = undefined;
      if (error instanceof Refused) throw new BenchError('PERMISSION_REFUSED', { what, reason: error.message });
      if (error instanceof BenchError) throw error;
      throw new BenchError('HELPER_FAILED', { reason: (error as Error).message }, { cause: error });
    }
  };

  return {
    get running() {
      return session !== undefined;
    },
    call: async (verb, args, what) => (await connected(what)).call(verb, args),
  };
}

const ENDED = (): BenchError<'HELPER_FAILED'> => new BenchError('HELPER_FAILED', { reason: 'it ended' });

interface Pending {
  readonly verb: Verb;
  readonly resolve: (reply: Reply<Verb>) => void;
  readonly reject: (error: Error) => void;
}

/** One helper from its greeting to its end. */
class Session {
  readonly #channel: Channel;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #ended = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.keepAlive(false);
    channel.onLine(line => this.#hear(line));
    channel.onEnd(() => {
      this.#ended = true;
      for (const { reject } of this.#pending.values()) reject(ENDED());
      this.#pending.clear();
    });
  }

  onEnd(listener: () => void): void {
    this.#channel.onEnd(listener);
  }

  call<V extends Verb>(verb: V, args: Args<V>): Promise<Reply<V>> {
    if (this.#ended) return Promise.reject(ENDED());
    const id = ++this.#last;
    return new Promise<Reply<Verb>>((resolve, reject) => {
      this.#pending.set(id, { verb, resolve, reject });
      this.#channel.keepAlive(true);
      this.#channel.send({ id, verb, args });
    }).finally(() => {
      if (this.#pending.size === 0 && !this.#ended) this.#channel.keepAlive(false);
    }) as Promise<Reply<V>>;
  }

  #hear(line: string | undefined): void {
    const answer = parseAnswer(line);
    const pending = answer && this.#pending.get(answer.id);
    if (!pending) {
      // It answers what nobody asked: no helper of ours.
      this.#channel.close();
      return;
    }
    this.#pending.delete(answer.id);
    if ('error' in answer) {
      pending.reject(benchErrorOf(answer.error));
      return;
    }
    const { verb } = pending;
    const value = parseValue(verb, answer.value);
    const descriptors =
      answer.descriptors <= VERBS[verb].descriptors ? this.#channel.take(answer.descriptors) : undefined;
    if (value && descriptors) {
      pending.resolve({ value: value.value, descriptors });
      return;
    }
    for (const descriptor of descriptors ?? []) closeSync(descriptor);
    pending.reject(new BenchError('HELPER_FAILED', { reason: `its answer to ${verb} makes no sense` }));
    this.#channel.close();
  }
}
