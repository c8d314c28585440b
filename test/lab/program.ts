/** A program started by a test: its lines as they come, its end, and a sure way to end it. Knows no lab. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Changes, PATIENCE_MS } from './changes.ts';

const STUBBORN_MS = 30_000;

export interface ProgramOptions {
  /** What errors call it. */
  readonly name: string;
  /** Where all it prints goes as well. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A finished program. */
export interface Output extends Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export class Program {
  readonly name: string;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private readonly changes = new Changes();
  private readonly log: WriteStream;
  private over: Ended | undefined;

  constructor(command: readonly string[], { name, log, env }: ProgramOptions) {
    this.name = name;
    this.log = createWriteStream(log, { flags: 'a' });
    this.log.write(`# ${command.join(' ')}\n`);
    const [file = '', ...args] = command;
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    for (const stream of ['stdout', 'stderr'] as const)
      createInterface({ input: this.child[stream]!, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => {
        this.log.write(`${line}\n`);
        this[stream].push(line);
        this.changes.changed();
      });
    this.ended = new Promise(resolve => {
      this.child.once('error', error => this.stderr.push(String(error)));
      // `close`, not `exit`: every line was read by then.
      this.child.once('close', (code, signal) => {
        this.over = { code, signal };
        this.log.end(`# ended: ${code ?? signal}\n`);
        resolve(this.over);
        this.changes.changed();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get running(): boolean {
    return this.over === undefined;
  }

  /** Asks `look` now and after every new line until it has an answer; rejects at the program's end or after `timeoutMs`. */
  until<T>(what: string, look: () => T | undefined, timeoutMs = PATIENCE_MS): Promise<T> {
    const ask = (): T | undefined => {
      const found = look();
      if (found === undefined && this.over) throw this.failure(`ended before ${what}`);
      return found;
    };
    return this.changes.until(ask, () => this.failure(`no ${what} within ${timeoutMs} ms`), timeoutMs);
  }

  /** The first line of either stream that matches, past or to come. */
  line(pattern: RegExp, timeoutMs?: number): Promise<string> {
    const find = (): string | undefined => [...this.stdout, ...this.stderr].find(line => pattern.test(line));
    return this.until(`a line like ${pattern}`, find, timeoutMs);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Signals it and waits for its end; kills it when it does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.kill(signal);
    const timer = setTimeout(() => this.kill('SIGKILL'), STUBBORN_MS);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }

  failure(problem: string): Error {
    const tail = [...this.stdout.slice(-25), ...this.stderr.slice(-25)].join('\n');
    return new Error(
      `${this.name} ${problem}; exit ${this.over?.code ?? this.over?.signal ?? 'none yet'}; it said:\n${tail}`,
    );
  }
}
