/** The scripted device of a pty (`pty-feed`), as tests and benchmarks drive it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class PtyFeed {
  readonly link: string;
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #said: AsyncIterator<string>;

  private constructor(link: string, process: ChildProcess) {
    this.link = link;
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout! });
    this.#said = this.#lines[Symbol.asyncIterator]();
  }

  /** The terminal is there. `rate`: bytes per second; as fast as they go when it is 0. Ends after `seconds` at the latest. */
  static async at(link: string, bytes: number, rate = 0, seconds = Number.POSITIVE_INFINITY): Promise<PtyFeed> {
    const program = fileURLToPath(new URL('pty-feed', import.meta.url));
    const feed = new PtyFeed(
      link,
      spawn(program, [link, String(bytes), String(rate), Number.isFinite(seconds) ? String(seconds) : 'inf'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await feed.#next('ready');
    return feed;
  }

  /** Sends, and resolves to the SHA-256 of all of it when the reader has taken it. */
  async send(): Promise<string> {
    return (await this.sendAll()).sha256;
  }

  /** The same, with how much it was. */
  async sendAll(): Promise<{ readonly sha256: string; readonly bytes: number }> {
    this.#process.stdin!.write('go\n');
    const [, sha256 = '', bytes] = (await this.#next('done')).split(' ');
    return { sha256, bytes: Number(bytes) };
  }

  /** The terminal goes away. */
  async hangUp(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.stdin!.end();
    this.#process.kill();
    await exited;
  }

  async #next(word: string): Promise<string> {
    const { value } = await this.#said.next();
    if (!value?.startsWith(word)) throw new Error(`pty-feed said "${value}", not "${word}"`);
    return value;
  }
}
