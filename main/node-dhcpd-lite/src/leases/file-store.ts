/**
 * Leases in a file: a journal of one JSON line for each change, rewritten when most of it is history. Nothing here is
 * waited for by a packet; a crash loses at most the batch of the last milliseconds, a torn last line is skipped.
 */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseIpv4 } from '../addresses.ts';
import type { Lease, LeaseState } from './lease.ts';
import type { LeaseStore } from './store.ts';

/** The calls this store makes of a file system; replaced in tests by one that fails. */
export interface StoreFiles {
  open(path: string, flags: string): Promise<Pick<FileHandle, 'appendFile' | 'datasync' | 'close'>>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

export interface LeaseFileOptions {
  /** Called once when saving begins to fail, and again only after it worked in between. Serving goes on. */
  readonly onError: (error: Error) => void;
  readonly files?: StoreFiles;
  /** Runs `work` once after so many milliseconds; default an unreferenced timer. */
  readonly after?: (ms: number, work: () => void) => void;
}

/** A batch gathers changes for this long. */
const BATCH_MS = 5;
const RETRY_MS = 5000;
/** History lines that a rewrite waits for, beyond as many as there are leases. */
const HISTORY = 1000;

const inAWhile = (ms: number, work: () => void): void => {
  setTimeout(work, ms).unref();
};

/** `path` need not exist yet; its folder must. */
export function openLeaseFile(path: string, options: LeaseFileOptions): LeaseStore {
  return new LeaseFile(path, options);
}

class LeaseFile implements LeaseStore {
  readonly #path: string;
  readonly #files: StoreFiles;
  readonly #onError: (error: Error) => void;
  readonly #after: (ms: number, work: () => void) => void;
  /** What the file should say, by address. */
  readonly #leases = new Map<string, Lease>();
  /** Addresses whose line is not written yet; at most one for each address, so a full disk costs bounded memory. */
  readonly #pending = new Set<string>();
  #lines = 0;
  #handle: Pick<FileHandle, 'appendFile' | 'datasync' | 'close'> | undefined;
  /** The file may end in half a line. */
  #torn = true;
  #failing = false;
  #scheduled = false;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(path: string, options: LeaseFileOptions) {
    this.#path = path;
    this.#files = options.files ?? { open, readFile, rename, rm };
    this.#onError = options.onError;
    this.#after = options.after ?? inAWhile;
  }

  async load(): Promise<readonly Lease[]> {
    let text = '';
    try {
      text = await this.#files.readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const line of text.split('\n')) {
      if (line === '') continue;
      this.#lines++;
      const entry = parseLine(line);
      if (entry && 'state' in entry) this.#leases.set(entry.ip, entry);
      else if (entry) this.#leases.delete(entry.ip);
    }
    return [...this.#leases.values()];
  }

  save(lease: Lease): void {
    this.#leases.set(lease.ip, lease);
    this.#pending.add(lease.ip);
    this.#schedule(BATCH_MS);
  }

  forget(ip: Lease['ip']): void {
    if (!this.#leases.delete(ip)) return;
    this.#pending.add(ip);
    this.#schedule(BATCH_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    if (this.#pending.size > 0) await this.#write();
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
  }

  #schedule(ms: number): void {
    if (this.#scheduled || this.#writing || this.#closed) return;
    this.#scheduled = true;
    this.#after(ms, () => {
      this.#scheduled = false;
      if (this.#closed || this.#writing) return;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#pending.size > 0) this.#schedule(this.#failing ? RETRY_MS : BATCH_MS);
      });
    });
  }

  /** Never rejects: what could not be written stays pending. */
  async #write(): Promise<void> {
    const batch = [...this.#pending];
    this.#pending.clear();
    try {
      if (this.#lines + batch.length > 2 * this.#leases.size + HISTORY) await this.#rewrite();
      else await this.#append(batch);
      this.#failing = false;
    } catch (error) {
      for (const ip of batch) this.#pending.add(ip);
      this.#torn = true;
      if (!this.#failing) this.#onError(error as Error);
      this.#failing = true;
    }
  }

  async #append(batch: readonly string[]): Promise<void> {
    this.#handle ??= await this.#files.open(this.#path, 'a');
    const lines = batch.map(ip => formatLine(this.#leases.get(ip) ?? { ip }));
    // An empty line ends a torn one and is skipped at loading.
    await this.#handle.appendFile((this.#torn ? '\n' : '') + lines.join(''));
    this.#torn = false;
    this.#lines += lines.length;
    await this.#handle.datasync();
  }

  /** The old file stays whole until the new one is on the disk. */
  async #rewrite(): Promise<void> {
    const draft = `${this.#path}.new`;
    const lines = Array.from(this.#leases.values(), formatLine);
    const handle = await this.#files.open(draft, 'w');
    try {
      await handle.appendFile(lines.join(''));
      await handle.datasync();
      await this.#files.rename(draft, this.#path);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await this.#files.rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
    await this.#handle?.close().catch(() => undefined);
    // The handle is of the renamed file and stands at its end.
    this.#handle = handle;
    this.#torn = false;
    this.#lines = lines.length;
    await this.#syncFolder();
  }

  /** Makes the new name durable; systems that cannot open folders do without. */
  async #syncFolder(): Promise<void> {
    const folder = await this.#files.open(dirname(this.#path), 'r').catch(() => undefined);
    await folder?.datasync().catch(() => undefined);
    await folder?.close().catch(() => undefined);
  }
}

const SAVED_STATES: readonly LeaseState[] = ['bound', 'released', 'declined'];

function formatLine(entry: Lease | { readonly ip: string }): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Undefined for a line that is torn or none of ours. */
function parseLine(line: string): Lease | { readonly ip: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { ip, state, key, mac, clientId, hostname, expires, acks, sticky } = value as Record<string, unknown>;
  if (typeof ip !== 'string' || parseIpv4(ip) === undefined) return undefined;
  if (state === undefined) return { ip };
  if (!SAVED_STATES.includes(state as LeaseState) || typeof key !== 'string' || typeof mac !== 'string')
    return undefined;
  if (typeof expires !== 'number' || typeof acks !== 'number' || typeof sticky !== 'boolean') return undefined;
  return {
    ip,
    state: state as LeaseState,
    key,
    mac,
    clientId: typeof clientId === 'string' ? clientId : undefined,
    hostname: typeof hostname === 'string' ? hostname : undefined,
    expires,
    acks,
    sticky,
  };
}
