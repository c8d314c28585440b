/** Drives the real host inside a namespace of a lab: calls it, and waits for what it tells. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Nic } from '../../main/host/host.ts';
import type { Lab, Namespace } from '../lab/lab.ts';
import { PATIENCE_MS } from '../lab/program.ts';
import type { Verbs } from './host-agent-child.ts';

const child = fileURLToPath(new URL('./host-agent-child.ts', import.meta.url));

export interface AgentEvent {
  readonly event: 'ready' | 'message' | 'error' | 'frame' | 'nics';
  readonly id: string;
  /** Of messages and frames. */
  readonly hex: string;
  readonly from: { readonly address: string; readonly port: number };
  readonly at: number;
  readonly outgoing: boolean;
  readonly code: string;
  readonly message: string;
  readonly nics: readonly Nic[];
}

type Answer = { readonly call: number; readonly value?: unknown; readonly error?: { code: string; message: string } };

export class HostAgent {
  readonly events: AgentEvent[] = [];
  readonly #process: ChildProcess;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #exited: Promise<void>;
  #count = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#exited = new Promise(resolve => process.once('exit', () => resolve()));
    process.on('message', (message: AgentEvent | Answer) => {
      if ('call' in message) this.#calls.get(message.call)?.(message);
      else this.events.push(message);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Starts one in a namespace; it ends with the test. */
  static async start(lab: Lab, ns: Namespace): Promise<HostAgent> {
    const args = ['netns', 'exec', `${lab.name}-${ns}`, process.execPath, child];
    const agent = new HostAgent(spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    onTestFinished(() => agent.kill());
    await agent.event('ready');
    return agent;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Rejects with the error's message and `code`. */
  async call<V extends keyof Verbs>(verb: V, ...args: Parameters<Verbs[V]>): Promise<Awaited<ReturnType<Verbs[V]>>> {
    const call = ++this.#count;
    const answer = await new Promise<Answer>(resolve => {
      this.#calls.set(call, resolve);
      this.#process.send({ call, verb, args });
    });
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.value as Awaited<ReturnType<Verbs[V]>>;
  }

  /** The first event of that kind that matches, past or to come. */
  async event(kind: AgentEvent['event'], matches: (event: AgentEvent) => boolean = () => true): Promise<AgentEvent> {
    return await new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        settle();
      };
      const check = () => {
        const found = this.all(kind).find(matches);
        if (found) finish(() => resolve(found));
      };
      const late = () => reject(new Error(`no ${kind}; events so far: ${JSON.stringify(this.events)}`));
      const timer = setTimeout(() => finish(late), PATIENCE_MS);
      this.#listeners.add(check);
      check();
    });
  }

  all(kind: AgentEvent['event']): AgentEvent[] {
    return this.events.filter(event => event.event === kind);
  }

  /** Without a chance to clean up. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
