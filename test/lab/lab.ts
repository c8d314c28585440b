/**
 * A laptop, boards and an office network inside this machine, for one test: `withLab` makes the namespaces of the script
 * `lab`, hands them to the test and removes everything afterwards. What was printed and heard is kept in
 * `test-results/` when the test failed. Needs Linux, root and the packages of `packages.txt`.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import type { LoggedEvent } from '../../main/bench/event-log.ts';
import type { BenchEvent } from '../../main/bench/events.ts';
import { PATIENCE_MS } from './changes.ts';
import { type Output, Program } from './program.ts';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, '../..');

/** `srv` the laptop (bench0, office0), `sw` the switch, `c1`… stations of the bench, `o1` of the office (all eth0). */
export type Namespace = 'srv' | 'sw' | `c${number}` | `o${number}`;

export interface LabOptions {
  /** Stations c1… on the bench; default 1. */
  readonly clients?: number;
  /** Address of bench0; default 192.168.77.1/24. `none`: Benchboot brings its own. */
  readonly address?: string;
}

/** The event whose `type` is, or may be, T. */
export type EventOf<T extends BenchEvent['type']> = MayBe<LoggedEvent, T>;
type MayBe<E, T> = E extends { readonly type: infer U } ? (T extends U ? E : never) : never;

export class Lab {
  readonly name: string;
  /** Behind TFTP and HTTP of `serve`. */
  readonly root: string;
  /** What is kept when the test fails. */
  readonly logs: string;
  /** Where Benchboot remembers leases and changes; the same for every `serve` of this lab. */
  readonly state: string;
  /** The product's command line. */
  readonly cli = join(project, 'dist/benchboot.js');
  private readonly folder: string;
  private readonly programs: Program[] = [];
  private started = 0;

  constructor(name: string) {
    this.name = name;
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
    this.root = join(this.folder, 'root');
    this.logs = join(this.folder, 'logs');
    this.state = join(this.folder, 'state');
    for (const folder of [this.root, this.logs, this.state]) mkdirSync(folder);
  }

  /** The script `name` of this folder, to be run in a namespace. */
  script(name: string): string {
    return join(here, name);
  }

  /** Starts a program in a namespace; it ends with the lab at the latest. */
  start(ns: Namespace, command: readonly string[], name = `${command[0]?.split('/').at(-1)}-${ns}`): Program {
    return this.launch(['ip', 'netns', 'exec', `${this.name}-${ns}`, ...command], name);
  }

  /** Starts a program of the lab itself, outside of every namespace. */
  launch(command: readonly string[], name: string): Program {
    const log = join(this.logs, `${++this.started}-${name}.log`);
    const env = { LAB: this.name, HOME: this.state, XDG_STATE_HOME: this.state, XDG_CACHE_HOME: this.state };
    const program = new Program(command, { name, log, env: { ...env, XDG_CONFIG_HOME: this.state } });
    this.programs.push(program);
    return program;
  }

  /** Runs a program to its end, whatever its exit code; rejects after `timeoutMs`. */
  async exec(ns: Namespace, command: readonly string[], timeoutMs = 60_000): Promise<Output> {
    const start = performance.now();
    const program = this.start(ns, command);
    const timer = setTimeout(() => program.kill('SIGKILL'), timeoutMs);
    const ended = await program.ended;
    clearTimeout(timer);
    if (ended.signal === 'SIGKILL') throw program.failure(`did not end within ${timeoutMs} ms`);
    const seconds = (performance.now() - start) / 1000;
    return { ...ended, stdout: program.stdout.join('\n'), stderr: program.stderr.join('\n'), seconds };
  }

  /** Like `exec`, for what must succeed; gives its standard output. */
  async output(ns: Namespace, command: readonly string[], timeoutMs?: number): Promise<string> {
    const output = await this.exec(ns, command, timeoutMs);
    if (output.code !== 0)
      throw new Error(`${command.join(' ')} exited ${output.code}\n${output.stdout}\n${output.stderr}`);
    return output.stdout;
  }

  /** `benchboot serve --nic bench0` on the laptop, once it is ready. */
  async serve(flags: readonly string[] = [], readyMs = PATIENCE_MS): Promise<Serving> {
    const serving = this.startServe(flags);
    const ready = await serving.event('ready', () => true, readyMs);
    if (serving.log()[0] !== ready) throw serving.program.failure('said something before `ready`');
    return serving;
  }

  /** The same without waiting, for a start that is meant to be refused. */
  startServe(flags: readonly string[] = [], nic = 'bench0'): Serving {
    return new Serving(this.benchboot(['serve', '--nic', nic, '--json', '--root', this.root, ...flags], 'serve'));
  }

  /** Any command of the product, on the laptop. */
  benchboot(args: readonly string[], name = `benchboot-${args[0]}`): Program {
    return this.start('srv', [process.execPath, this.cli, ...args], name);
  }

  /** Records what a station's port hears and says, from now on. */
  async capture(ns: Namespace, filter = '', nic = 'eth0'): Promise<Capture> {
    const file = join(this.logs, `${++this.started}-${ns}-${nic}.pcap`);
    const command = ['tcpdump', '-U', '--immediate-mode', '-n', '-Z', 'root', '-i', nic, '-w', file];
    const program = this.start(ns, filter ? [...command, filter] : command, `tcpdump-${ns}`);
    await program.line(/listening on/);
    return new Capture(this, ns, program, file);
  }

  /** Pulls or plugs the cable of the laptop's port. */
  async cable(which: 'bench' | 'office', state: 'in' | 'out'): Promise<void> {
    await this.network('cable', which, state);
  }

  /**
   * From now on each of these stations hears only so much of what is sent to it: give both ends for loss in both
   * directions. (On arrival, because a rule for what leaves would tell the sender; netfilter, because it is in every
   * kernel while netem is not.)
   */
  async losePackets(percent: number, ...stations: readonly Namespace[]): Promise<void> {
    const chain = '{ type filter hook input priority 0; }';
    const drop = `meta l4proto { tcp, udp } numgen random mod 1000 < ${percent * 10} counter drop`;
    const rules = `add table ip loss; add chain ip loss input ${chain}; add rule ip loss input ${drop}`;
    for (const ns of stations) await this.output(ns, ['nft', rules]);
  }

  async up({ clients = 1, address = '192.168.77.1/24' }: LabOptions): Promise<void> {
    await this.network('up', '--clients', String(clients), '--addr', address);
  }

  /** Ends what runs, removes the namespaces and the folder. */
  async down(): Promise<void> {
    await Promise.all(this.programs.map(program => program.stop()));
    await this.network('down');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async network(...args: string[]): Promise<void> {
    await run(join(here, 'lab'), args, { env: { ...process.env, LAB: this.name } });
  }
}

/** A running `serve --json`. */
export class Serving {
  readonly program: Program;
  private readonly events: LoggedEvent[] = [];

  constructor(program: Program) {
    this.program = program;
  }

  /** The first event of this type that satisfies `matches`, past or to come. */
  async event<T extends BenchEvent['type']>(
    type: T,
    matches: (event: EventOf<T>) => boolean = () => true,
    timeoutMs = PATIENCE_MS,
  ): Promise<EventOf<T>> {
    const find = (): EventOf<T> | undefined => this.all(type).find(matches);
    return await this.program.until(`event ${type}`, find, timeoutMs);
  }

  /** Every event of this type so far. */
  all<T extends BenchEvent['type']>(type: T): EventOf<T>[] {
    return this.log().filter(event => event.type === type) as EventOf<T>[];
  }

  /** Every event so far, in order. */
  log(): readonly LoggedEvent[] {
    const { stdout } = this.program;
    while (this.events.length < stdout.length) this.events.push(JSON.parse(stdout[this.events.length]!) as LoggedEvent);
    return this.events;
  }

  /** Ctrl-C, and the exit code. */
  async stop(): Promise<number | null> {
    return (await this.program.stop('SIGINT')).code;
  }

  /** Ends it without a chance to clean up. */
  async kill9(): Promise<void> {
    await this.program.stop('SIGKILL');
  }
}

/** A recording by tcpdump. */
export class Capture {
  private readonly lab: Lab;
  private readonly ns: Namespace;
  private readonly program: Program;
  readonly file: string;

  constructor(lab: Lab, ns: Namespace, program: Program, file: string) {
    this.lab = lab;
    this.ns = ns;
    this.program = program;
    this.file = file;
  }

  /** Ends the recording; one line of text for each packet. */
  async stop(filter = ''): Promise<string[]> {
    await this.program.stop('SIGINT');
    const command = ['tcpdump', '-n', '-e', '-r', this.file];
    const text = await this.lab.output(this.ns, filter ? [...command, filter] : command);
    return text.split('\n').filter(line => line !== '');
  }
}

/**
 * A lab for the length of `body`. The name holds the process id: labs of several runs coexist, and what a killed run
 * left behind is recognised and removed by the next.
 */
export async function withLab(options: LabOptions, body: (lab: Lab) => Promise<void>): Promise<void> {
  await removeLeftLabs();
  const lab = new Lab(`bb${process.pid}x${++count}`);
  let failed = true;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      if (failed) keep(lab);
      await lab.down();
    })();
    return closing;
  };
  // A test that ran out of time never comes back to the `finally` below.
  onTestFinished(close);
  try {
    await lab.up(options);
    await body(lab);
    failed = false;
  } finally {
    await close();
  }
}

let count = 0;

function keep(lab: Lab): void {
  const test = (expect.getState().currentTestName ?? 'test').replace(/[^\w.-]+/g, '-').slice(0, 100);
  const folder = join(project, 'test-results', `${test}-${lab.name}`);
  cpSync(lab.logs, folder, { recursive: true });
  console.error(`lab: consoles, logs and captures are in ${folder}`);
}

async function removeLeftLabs(): Promise<void> {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).matchAll(/^(bb(\d+)x\d+)-sw\b/gm);
  for (const [, name = '', pid] of names)
    if (!isAlive(Number(pid))) await run(join(here, 'lab'), ['down'], { env: { ...process.env, LAB: name } });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
