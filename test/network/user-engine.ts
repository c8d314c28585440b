/** Drives an engine that runs as an ordinary user inside a namespace of a lab, and is the administrator it asks. */
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LoggedEvent } from '../../main/bench/event-log.ts';
import { HELPER_FILE } from '../../main/host/helper/helper-file.ts';
import { resourcesFolder } from '../../main/host/node/folders.ts';
import type { Lab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';
import { Agent } from './agent.ts';
import type { Verbs } from './user-engine-child.ts';

const child = fileURLToPath(new URL('./user-engine-child.ts', import.meta.url));
export const USER = 65_534;

type Told =
  | { readonly event: 'ready' }
  | { readonly event: 'elevate'; readonly dialog: number; readonly command: readonly string[] }
  | { readonly event: 'lost'; readonly message: string }
  | { readonly event: 'log'; readonly logged: LoggedEvent };

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

export class UserEngine extends Agent<Verbs, Told> {
  /** The helpers it started, in order. */
  readonly helpers: Program[] = [];
  administrator: Administrator = 'confirms';
  readonly #lab: Lab;

  /** Starts one on the laptop; it ends with the test. */
  static async start(lab: Lab, home = makeHome(), helperEntry = HELPER_FILE): Promise<UserEngine> {
    const user = ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups', '--inh-caps', '-all'];
    const script = [process.execPath, child, home.state, join(resourcesFolder(), 'ipxe'), helperEntry];
    const engine = new UserEngine(lab, [...user, ...script]);
    await engine.event('ready');
    return engine;
  }

  private constructor(lab: Lab, command: readonly string[]) {
    super(lab, 'srv', command);
    this.#lab = lab;
  }

  /** How often a person was asked. */
  get dialogs(): number {
    return this.told.filter(told => told.event === 'elevate').length;
  }

  /** The first event of the log of that type. */
  logged<T extends LoggedEvent['type']>(type: T): Promise<LoggedEvent & { readonly type: T }> {
    return this.until(told =>
      told.event === 'log' && told.logged.type === type
        ? (told.logged as LoggedEvent & { readonly type: T })
        : undefined,
    );
  }

  protected override heard(told: Told): void {
    if (told.event === 'elevate') void this.#ask(told.dialog, told.command);
  }

  async #ask(dialog: number, command: readonly string[]): Promise<void> {
    if (this.administrator === 'cancels') {
      this.send({ dialog, end: { refused: 'the password dialog was closed', output: '' } });
      return;
    }
    const run = this.administrator === 'confirms' ? command : this.administrator(command);
    const helper = this.#lab.start('srv', run, 'helper');
    this.helpers.push(helper);
    await helper.ended;
    this.send({ dialog, end: { output: helper.stderr.join('\n') } });
  }
}
