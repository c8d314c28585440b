/** A process of ours in a namespace of a lab, driven from the test: calls it, and waits for what it tells. */
import { type ChildProcess, type Serializable, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { Changes } from '../lab/changes.ts';
import type { Lab, Namespace } from '../lab/lab.ts';

type Answer = { readonly call: number; readonly value?: unknown; readonly error?: { code: string; message: string } };
// biome-ignore lint/suspicious/noExplicitAny: whatever a verb takes
type AnyVerbs = Record<string, (...args: any[]) => unknown>;

/** `Verbs`: what the process can be asked to do. `Told`: what it tells by itself; the first thing is `{event: 'ready'}`. */
export class Agent<Verbs extends AnyVerbs, Told extends { readonly event: string }> {
  /** Everything it told, in order. */
  readonly told: Told[] = [];
  readonly #process: ChildProcess;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  readonly #changes = new Changes();
  readonly #exited: Promise<void>;
  #count = 0;

  /** Starts one in a namespace; it ends with the test. */
  constructor(lab: Lab, ns: Namespace, command: readonly string[]) {
    const args = ['netns', 'exec', `${lab.name}-${ns}`, ...command];
    this.#process = spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#exited = new Promise(resolve => this.#process.once('exit', () => resolve()));
    this.#process.on('message', (message: Told | Answer) => {
      if ('call' in message) this.#calls.get(message.call)?.(message);
      else {
        this.told.push(message);
        this.heard(message);
        this.#changes.changed();
      }
    });
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Rejects with the error's message and `code`. */
  async call<V extends keyof Verbs & string>(
    verb: V,
    ...args: Parameters<Verbs[V]>
  ): Promise<Awaited<ReturnType<Verbs[V]>>> {
    const call = ++this.#count;
    const answer = await new Promise<Answer>(resolve => {
      this.#calls.set(call, resolve);
      this.send({ call, verb, args });
    });
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.value as Awaited<ReturnType<Verbs[V]>>;
  }

  /** The first thing it tells that `look` accepts, past or to come. */
  until<T>(look: (told: Told) => T | undefined): Promise<T> {
    const find = (): T | undefined => {
      for (const told of this.told) {
        const found = look(told);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return this.#changes.until(find, () => new Error(`not told; so far: ${JSON.stringify(this.told)}`));
  }

  /** Its first event of that kind that matches, past or to come. */
  event<K extends Told['event']>(
    kind: K,
    matches: (event: Told & { readonly event: K }) => boolean = () => true,
  ): Promise<Told & { readonly event: K }> {
    return this.until(told => {
      if (told.event !== kind) return undefined;
      const event = told as Told & { readonly event: K };
      return matches(event) ? event : undefined;
    });
  }

  /** Called with everything it tells, as it comes. */
  protected heard(_told: Told): void {}

  /** Nothing is sent to a process that is gone. */
  protected send(message: Serializable): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** Without a chance to clean up. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
