/**
 * One growing file: takes bytes at once, writes them in order and in large portions, changes to a fresh file when this
 * one is large enough, and keeps the newest bytes in memory while the disk takes none.
 */
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Clock } from '../host/host.ts';

export interface LogFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Bytes at which a fresh file begins; older ones become `path.1`, `path.2`, … */
  readonly maxBytes: number;
  /** Older files that are kept. */
  readonly keep: number;
  /** The disk takes nothing (`reason`), or takes bytes again (undefined) after `lost` were given up. */
  readonly onTrouble: (reason: string | undefined, lost: number) => void;
}

/** As much is written at once without waiting for more, and as long is waited for it: a crash loses no more. */
const PORTION = 64 * 1024;
const DELAY_MS = 250;
/** What is kept for a disk that takes nothing. */
const KEPT = 4 * 1024 * 1024;
const RETRY_MS = 2000;

export class LogFile {
  readonly #options: LogFileOptions;
  #file: FileHandle | undefined;
  #size = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #timer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #troubled = false;
  #closed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Bytes that are not on disk yet. */
  get backlog(): number {
    return this.#waitingBytes;
  }

  /** The disk takes nothing now. */
  get troubled(): boolean {
    return this.#troubled;
  }

  /** Keeps `bytes` until they are written; they must not change. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#closed) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#troubled) this.#giveUpOldest();
    else if (!this.#writing) this.#schedule(this.#waitingBytes >= PORTION ? 0 : DELAY_MS);
  }

  /** Everything is on disk, or the disk takes nothing. */
  async flush(): Promise<void> {
    while (this.#writing || (this.#waitingBytes > 0 && !this.#troubled)) {
      this.#start();
      await this.#writing;
    }
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    this.#timer?.();
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
  }

  #schedule(ms: number): void {
    if (ms === 0) this.#start();
    else
      this.#timer ??= this.#options.clock.after(ms, () => {
        this.#timer = undefined;
        this.#start();
      });
  }

  #start(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#troubled) this.#schedule(RETRY_MS);
      else if (this.#waitingBytes > 0) this.#schedule(this.#waitingBytes >= PORTION ? 0 : DELAY_MS);
    });
  }

  /** Writes what waits now. Never rejects. */
  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    let at = 0;
    try {
      const file = await this.#ready();
      while (at < batch.length) {
        const portion = batch.slice(at, at + MAX_VECTORS);
        let { bytesWritten: left } = await file.writev(portion);
        this.#size += left;
        this.#waitingBytes -= left;
        // A disk that fills up takes the beginning; the next try says why it takes no more.
        for (; at < batch.length && left >= batch[at]!.length; at++) left -= batch[at]!.length;
        if (left > 0) batch[at] = batch[at]!.subarray(left);
      }
      if (this.#troubled) {
        this.#troubled = false;
        const lost = this.#lost;
        this.#lost = 0;
        this.#options.onTrouble(undefined, lost);
      }
    } catch (error) {
      this.#waiting = [...batch.slice(at), ...this.#waiting];
      await this.#file?.close().catch(() => {});
      this.#file = undefined;
      const first = !this.#troubled;
      this.#troubled = true;
      this.#giveUpOldest();
      if (first) this.#options.onTrouble(troubleText(error), 0);
    }
  }

  /** The file to write to: this one, or a fresh one when it is full. */
  async #ready(): Promise<FileHandle> {
    const { path, maxBytes, keep } = this.#options;
    if (this.#file && this.#size >= maxBytes) {
      await this.#file.close();
      this.#file = undefined;
      if (keep > 0) {
        for (let n = keep - 1; n >= 1; n--) await rename(`${path}.${n}`, `${path}.${n + 1}`).catch(ignoreMissing);
        await rename(path, `${path}.1`);
      } else await rm(path);
    }
    if (!this.#file) {
      await mkdir(dirname(path), { recursive: true });
      // Consoles show passwords: nobody but the user reads them.
      this.#file = await open(path, 'a', 0o600);
      this.#size = (await this.#file.stat()).size;
    }
    return this.#file;
  }

  #giveUpOldest(): void {
    let give = 0;
    while (this.#waitingBytes > KEPT && give < this.#waiting.length) {
      this.#waitingBytes -= this.#waiting[give]!.length;
      this.#lost += this.#waiting[give]!.length;
      give++;
    }
    if (give > 0) this.#waiting.splice(0, give);
  }
}

/** IOV_MAX of Linux and macOS. */
const MAX_VECTORS = 1024;

const ignoreMissing = (error: unknown): void => {
  if (systemCode(error) !== 'ENOENT') throw error;
};

function troubleText(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'your quota of the disk is used up';
    case 'EROFS':
      return 'the disk is read-only';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be written';
    default:
      return (error as Error).message;
  }
}
