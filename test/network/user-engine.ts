/** Drives an engine that runs as an ordinary user inside a namespace of a lab, and is the administrator it asks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LoggedEvent } from '../../main/bench/event-log.ts';
import { HELPER_FILE } from '../../main/host/helper/helper-file.ts';
import { resourcesFolder } from '../../main/host/node/folders.ts';
import type { Lab } from '../lab/lab.ts';
import { PATIENCE_MS, type Program } from '../lab/program.ts';
import type { Verbs } from './user-engine-child.ts';

const child = fileURLToPath(new URL('./user-engine-child.ts', import.meta.url));
export const USER = 65_534;

type Told =
  | { readonly event: 'ready' }
  | { readonly event: 'elevate'; readonly dialog: number; readonly command: readonly string[] }
  | { readonly event: 'lost'; readonly message: string }
  | { readonly event: 'log'; readonly logged: LoggedEvent };
type Answer = { readonly call: number; readonly value?: unknown; readonly error?: { code: string; message: string } };

/** What the person at the dialog does: confirm it, close it, or answer by starting something else. */
export type Administrator = 'confirms' | 'cancels' | ((command: readonly string[]) => readonly string[]);

/** Folders of the user's own. */
export interface Home {
  readonly root: string;
  readonly state: string;
}

export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'benchboot-home-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = { root: join(folder, 'root'), state: join(folder, 'state') };
  for (const path of Object.values(home)) mkdirSync(path);
  for (const path of [folder, ...Object.values(home)]) chownSync(path, USER, USER);
  return home;
}

export class UserEngine {
  readonly told: Told[] = [];
  /** The helpers it started, in order. */
  readonly helpers: Program[] = [];
  administrator: Administrator = 'confirms';
  readonly #process: ChildProcess;
  readonly #lab: Lab;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #exited: Promise<void>;
  #count = 0;

  private constructor(process: ChildProcess, lab: Lab) {
    this.#process = process;
    this.#lab = lab;
    this.#exited = new Promise(resolve => process.once('exit', () => resolve()));
    process.on('message', (message: Told | Answer) => {
      if ('call' in message) this.#calls.get(message.call)?.(message);
      else this.told.push(message);
      if ('event' in message && message.event === 'elevate') void this.#ask(message.dialog, message.command);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Starts one on the laptop; it ends with the test. */
  static async start(lab: Lab, home = makeHome(), helperEntry = HELPER_FILE): Promise<UserEngine> {
    const user = ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups', '--inh-caps', '-all'];
    const script = [process.execPath, child, home.state, join(resourcesFolder(), 'ipxe'), helperEntry];
    const args = ['netns', 'exec', `${lab.name}-srv`, ...user, ...script];
    const engine = new UserEngine(spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }), lab);
    onTestFinished(() => engine.kill());
    await engine.until(told => (told.event === 'ready' ? true : undefined));
    return engine;
  }

  /** How often a person was asked. */
  get dialogs(): number {
    return this.told.filter(told => told.event === 'elevate').length;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  async call<V extends keyof Verbs>(verb: V, ...args: Parameters<Verbs[V]>): Promise<Awaited<ReturnType<Verbs[V]>>> {
    const call = ++this.#count;
    const answer = await new Promise<Answer>(resolve => {
      this.#calls.set(call, resolve);
      this.#process.send({ call, verb, args });
    });
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.value as Awaited<ReturnType<Verbs[V]>>;
  }

  /** The first thing it tells that `look` accepts, past or to come. */
  async until<T>(look: (told: Told) => T | undefined): Promise<T> {
    return await new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        settle();
      };
      const check = () => {
        for (const told of this.told) {
          const found = look(told);
          if (found !== undefined) return finish(() => resolve(found));
        }
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`not told; so far: ${JSON.stringify(this.told)}`))),
        PATIENCE_MS,
      );
      this.#listeners.add(check);
      check();
    });
  }

  /** The first event of the log of that type. */
  logged<T extends LoggedEvent['type']>(type: T): Promise<LoggedEvent & { readonly type: T }> {
    return this.until(told =>
      told.event === 'log' && told.logged.type === type
        ? (told.logged as LoggedEvent & { readonly type: T })
        : undefined,
    );
  }

  /** Without a chance to clean up. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  async #ask(dialog: number, command: readonly string[]): Promise<void> {
    if (this.administrator === 'cancels') {
      this.#process.send({ dialog, end: { refused: 'the password dialog was closed', output: '' } });
      return;
    }
    const run = this.administrator === 'confirms' ? command : this.administrator(command);
    const helper = this.#lab.start('srv', run, 'helper');
    this.helpers.push(helper);
    await helper.ended;
    if (this.#process.connected) this.#process.send({ dialog, end: { output: helper.stderr.join('\n') } });
  }
}
