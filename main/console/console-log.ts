/**
 * The log of one console, in two files: every byte as it came (`NAME.raw`), and text with the time of each line, free of
 * what would act on the terminal of whoever reads it (`NAME.log`). Both are rotated and bounded together in size.
 */
import type { Clock } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import { bytesText } from '../kit/quantity.ts';
import { LogFile } from './log-file.ts';
import { LogLines } from './log-lines.ts';
import { TerminalFilter } from './terminal-filter.ts';

export interface ConsoleLogOptions {
  readonly textPath: string;
  readonly rawPath: string;
  readonly clock: Clock;
  /** Bytes of a file at which a fresh one begins; default 64 MiB. */
  readonly maxBytes?: number;
  /** Older files of each kind that are kept; default 7. */
  readonly keep?: number;
  /** Something a person should know: the disk takes nothing, or it does again. */
  readonly tell: (text: string) => void;
}

/** Bytes that wait for the disk at which the line is asked to wait too, and at which it may go on. */
const HIGH = 8 * 1024 * 1024;
const LOW = 1024 * 1024;

export class ConsoleLog {
  readonly paths: { readonly text: string; readonly raw: string };
  readonly #clock: Clock;
  readonly #text: LogFile;
  readonly #raw: LogFile;
  readonly #lines = new LogLines();
  readonly #filter = new TerminalFilter();
  #full = false;

  constructor({ textPath, rawPath, clock, maxBytes = 64 * 1024 * 1024, keep = 7, tell }: ConsoleLogOptions) {
    this.#clock = clock;
    this.paths = { text: textPath, raw: rawPath };
    const file = (path: string): LogFile =>
      new LogFile({
        path,
        clock,
        maxBytes,
        keep,
        onTrouble: (reason, lost) => {
          if (reason !== undefined)
            tell(`"${path}" takes nothing: ${reason}. The newest output stays in memory; free some space.`);
          else if (lost > 0) tell(`"${path}" goes on; ${bytesText(lost)} are missing in it.`);
          else tell(`"${path}" goes on; nothing is missing in it.`);
        },
      });
    this.#text = file(textPath);
    this.#raw = file(rawPath);
  }

  /** `bytes` were received; they must not change. Says whether the line should wait for the disk. */
  append(bytes: Uint8Array): boolean {
    this.#raw.append(bytes);
    this.#text.append(this.#lines.text(this.#filter.pass(bytes), this.#clock.now()));
    return this.full;
  }

  /** The disk is behind: the line should wait where it can. A disk that takes nothing is not waited for. */
  get full(): boolean {
    if (this.#raw.troubled || this.#text.troubled) this.#full = false;
    else this.#full = Math.max(this.#raw.backlog, this.#text.backlog) > (this.#full ? LOW : HIGH);
    return this.#full;
  }

  /** A line of ours, in the text alone: the raw file is the device's. */
  note(text: string, at: number): void {
    this.#text.append(this.#lines.note(printable(text), at));
  }

  async flush(): Promise<void> {
    await Promise.all([this.#text.flush(), this.#raw.flush()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#text.close(), this.#raw.close()]);
  }
}
