/**
 * The rule `leave-no-trace`: every change to a network port is on disk before it is made, and is undone at stop or, after
 * a crash, by the next start. A file for each bench; one that is there belongs to a run that goes on or that crashed.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../errors.ts';
import type { Nic, NicAddress, Nics } from '../host/host.ts';
import { isRunning, type RunIdentity, thisRun } from './run-identity.ts';

/** What was done to a port; undoing is the opposite. */
export type Change =
  | ({ readonly did: 'add-address'; readonly nic: string; readonly mac: string | undefined } & NicAddress)
  | { readonly did: 'set-up'; readonly nic: string; readonly mac: string | undefined };

type Line =
  | ({ readonly journal: 1 } & RunIdentity)
  | ({ readonly id: number } & Change)
  /** The change of that number was not made after all, or is undone. */
  | { readonly settled: number };

export interface Undoing {
  /** A sentence for each change: what was undone, or why nothing had to be. */
  readonly undone: readonly string[];
  /** A sentence for each change that could not be undone; its journal stays for the next try. */
  readonly failed: readonly string[];
}

export interface Journal {
  /** Gives the port the address unless it has it already. Says whether it was added. */
  addAddress(nics: Nics, nic: string, address: NicAddress): Promise<boolean>;
  /** Switches the port on unless it is. Says whether it was switched on. */
  setUp(nics: Nics, nic: string): Promise<boolean>;
  /** Undoes all changes of this run, last first. Never rejects. */
  undoAll(nics: Nics): Promise<Undoing>;
}

const FILE = /^changes-\d+-.*\.jsonl$/;

/** `folder` is created when the first change is made, readable for its owner alone. */
export function openJournal(folder: string, run: RunIdentity = thisRun()): Journal {
  let file: JournalFile | undefined;

  const make = async (change: Change, act: () => Promise<void>): Promise<void> => {
    file ??= JournalFile.create(folder, run);
    const id = file.write(change);
    try {
      await act();
    } catch (error) {
      file.settle(id);
      throw error;
    }
  };

  return {
    async addAddress(nics, name, { address, prefix }) {
      const nic = await findNic(nics, name);
      if (hasAddress(nic, { address, prefix })) return false;
      const change: Change = { did: 'add-address', nic: name, mac: nic.mac, address, prefix };
      await make(change, () => nics.addAddress(name, { address, prefix }));
      return true;
    },
    async setUp(nics, name) {
      const nic = await findNic(nics, name);
      if (nic.up) return false;
      await make({ did: 'set-up', nic: name, mac: nic.mac }, () => nics.setUp(name, true));
      return true;
    },
    async undoAll(nics) {
      if (!file) return { undone: [], failed: [] };
      const undoing = await undoFile(file, nics);
      if (undoing.failed.length === 0) file = undefined;
      return undoing;
    },
  };
}

/** Undoes what crashed runs left in `folder`; the journals of runs that go on are left alone. Never rejects. */
export async function restoreStale(
  folder: string,
  nics: Nics,
  running: (run: RunIdentity) => boolean = isRunning,
): Promise<Undoing> {
  const undone: string[] = [];
  const failed: string[] = [];
  for (const name of journalFiles(folder)) {
    const path = join(folder, name);
    const file = JournalFile.read(path);
    if (!file || (file.run && running(file.run))) continue;
    const undoing = await undoFile(file, nics);
    undone.push(...undoing.undone);
    failed.push(...undoing.failed);
  }
  return { undone, failed };
}

function journalFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => FILE.test(name));
  } catch {
    return []; // nothing was ever changed
  }
}

async function findNic(nics: Nics, name: string): Promise<Nic> {
  const list = await nics.list();
  const nic = list.find(one => one.name === name);
  if (!nic) throw new BenchError('NIC_NOT_FOUND', { nic: name, known: list.map(one => one.name) });
  return nic;
}

const hasAddress = (nic: Nic, { address, prefix }: NicAddress): boolean =>
  nic.addresses.some(own => own.address === address && own.prefix === prefix);

async function undoFile(file: JournalFile, nics: Nics): Promise<Undoing> {
  const undone: string[] = [];
  const failed: string[] = [];
  for (const { id, ...change } of file.open().reverse()) {
    try {
      undone.push(await undo(change, nics));
      file.settle(id);
    } catch (error) {
      failed.push(`${describe(change)} could not be undone: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failed.length === 0) file.remove();
  return { undone, failed };
}

async function undo(change: Change, nics: Nics): Promise<string> {
  const find = async () => {
    const list = await nics.list();
    // Another adapter may have taken the name, and this one may have come back under another.
    const same = (nic: Nic) => change.mac === undefined || nic.mac === change.mac;
    const moved = (nic: Nic) => change.did === 'add-address' && nic.mac === change.mac && hasAddress(nic, change);
    return list.find(nic => nic.name === change.nic && same(nic)) ?? list.find(moved);
  };
  const nic = await find();
  if (!nic) return `The network port ${change.nic} is gone, and what was changed on it with it.`;
  if (change.did === 'set-up') {
    if (!nic.up) return `The network port ${nic.name} is switched off already.`;
    await nics.setUp(nic.name, false);
    return `Switched the network port ${nic.name} off again.`;
  }
  const address = `${change.address}/${change.prefix}`;
  if (!hasAddress(nic, change)) return `The address ${address} is off the network port ${nic.name} already.`;
  try {
    await nics.removeAddress(nic.name, { address: change.address, prefix: change.prefix });
  } catch (error) {
    const now = await find();
    if (now && hasAddress(now, change)) throw error;
  }
  return `Took the address ${address} off the network port ${nic.name} again.`;
}

const describe = (change: Change): string =>
  change.did === 'add-address'
    ? `Adding ${change.address}/${change.prefix} to ${change.nic}`
    : `Switching ${change.nic} on`;

/** The file itself: one JSON object a line, each on the disk before the caller goes on. */
class JournalFile {
  readonly run: RunIdentity | undefined;
  readonly #path: string;
  readonly #changes: Map<number, Change>;
  #last: number;

  private constructor(path: string, run: RunIdentity | undefined, changes: Map<number, Change>) {
    this.#path = path;
    this.run = run;
    this.#changes = changes;
    this.#last = Math.max(0, ...changes.keys());
  }

  static create(folder: string, run: RunIdentity): JournalFile {
    const stem = join(folder, `changes-${run.pid}-${run.started.replace(/\W+/g, '') || Date.now()}`);
    let path = `${stem}.jsonl`;
    // A run may serve twice, at once or again after an undoing that failed: neither may take the other's file away.
    for (let again = 2; existsSync(path); again++) path = `${stem}-${again}.jsonl`;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unwritable(folder, error);
    }
    const file = new JournalFile(path, run, new Map());
    file.#append({ journal: 1, ...run });
    syncFolder(folder);
    return file;
  }

  /** Undefined when it vanished meanwhile: its run, or another restore, was quicker. */
  static read(path: string): JournalFile | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
    let run: RunIdentity | undefined;
    const changes = new Map<number, Change>();
    for (const line of text.split('\n')) {
      const entry = parseLine(line);
      if (!entry) continue; // a line cut short by the crash: its change was never made
      if ('journal' in entry) run = { pid: entry.pid, boot: entry.boot, started: entry.started };
      else if ('settled' in entry) changes.delete(entry.settled);
      else {
        const { id, ...change } = entry;
        changes.set(id, change);
      }
    }
    return new JournalFile(path, run, changes);
  }

  write(change: Change): number {
    const id = ++this.#last;
    this.#append({ id, ...change });
    this.#changes.set(id, change);
    return id;
  }

  settle(id: number): void {
    this.#changes.delete(id);
    try {
      this.#append({ settled: id });
    } catch {
      return; // undoing twice is harmless, not undoing is not: the caller goes on with a full disk as well
    }
  }

  /** The changes that are to be undone, in the order they were made. */
  open(): (Change & { readonly id: number })[] {
    return Array.from(this.#changes, ([id, change]) => ({ id, ...change }));
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #append(line: Line): void {
    try {
      const fd = openSync(this.#path, 'a', 0o600);
      try {
        writeSync(fd, `${JSON.stringify(line)}\n`);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }
}

/** The folder's entry for a new file must be on the disk as well; Windows does that with the file. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const unwritable = (path: string, error: unknown): BenchError =>
  new BenchError(
    'FILE_UNWRITABLE',
    { path, reason: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );

function parseLine(line: string): Line | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return isLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Record<string, unknown>;
  if (line.journal === 1)
    return typeof line.pid === 'number' && typeof line.boot === 'string' && typeof line.started === 'string';
  if (typeof line.settled === 'number') return true;
  if (typeof line.id !== 'number' || typeof line.nic !== 'string') return false;
  return (
    line.did === 'set-up' ||
    (line.did === 'add-address' && typeof line.address === 'string' && typeof line.prefix === 'number')
  );
}
