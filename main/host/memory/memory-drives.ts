/**
 * Drives made of nothing: they can be plugged, pulled out and swapped in mid-write, fail at a byte, flip bits, be slow,
 * claim more room than they have, and are held, mounted and write-protected like real ones.
 */
import { BenchError } from '../../errors.ts';
import { identityOf, requireSameDrive } from '../drive-identity.ts';
import type { Drive, DriveHandle, DriveIdentity, Drives } from '../host.ts';

/** What a script says of a drive; the rest is an ordinary USB stick. */
export interface DriveScript extends Partial<Omit<Drive, 'name'>> {
  readonly name: string;
  /** What is on it at first; zeros behind. */
  readonly content?: Uint8Array;
  readonly faults?: DriveFaults;
}

export interface DriveFaults {
  /** Writes that touch this octet or one behind it fail with EIO. */
  readonly writeFailsAt?: number;
  readonly readFailsAt?: number;
  /** Octets that differ from what was written when they are read back, by offset; the value is XORed. */
  readonly flips?: Readonly<Record<number, number>>;
  /** The flips are seen at the first read of each only: a bad cable rather than a bad cell. */
  readonly flipsOnce?: boolean;
  /** A counterfeit: addresses wrap round at this many octets. */
  readonly realSize?: number;
  /** The drive is pulled out when this many octets were written. */
  readonly goneAfter?: number;
  readonly discards?: boolean;
  /** Awaited before every read and write: a slow drive, or a test that wants to act in between. */
  readonly before?: (operation: 'read' | 'write', offset: number, length: number) => Promise<void> | void;
}

const PAGE = 65536;

/** Octets by pages that were written; a terabyte costs nothing while it is empty. */
class Medium {
  readonly #pages = new Map<number, Uint8Array>();
  readonly #realSize: number;

  constructor(realSize: number, content: Uint8Array | undefined) {
    this.#realSize = realSize;
    if (content) this.write(0, content);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#each(offset, bytes.length, (page, at, from, length) => {
      let memory = this.#pages.get(page);
      if (!memory) {
        memory = new Uint8Array(PAGE);
        this.#pages.set(page, memory);
      }
      memory.set(bytes.subarray(from, from + length), at);
    });
  }

  read(offset: number, into: Uint8Array): void {
    this.#each(offset, into.length, (page, at, from, length) => {
      const memory = this.#pages.get(page);
      if (memory) into.set(memory.subarray(at, at + length), from);
      else into.fill(0, from, from + length);
    });
  }

  #each(offset: number, length: number, run: (page: number, at: number, from: number, length: number) => void): void {
    for (let from = 0; from < length; ) {
      const place = (offset + from) % this.#realSize;
      const at = place % PAGE;
      const part = Math.min(PAGE - at, length - from, this.#realSize - place);
      run((place - at) / PAGE, at, from, part);
      from += part;
    }
  }
}

interface Plugged {
  drive: Drive;
  readonly medium: Medium;
  faults: DriveFaults;
  writer: MemoryDriveHandle | undefined;
  written: number;
}

export class MemoryDrives implements Drives {
  /** Every change asked for, as `open sdb for write`, `unmount sdb`: what safety tests look at. */
  readonly changes: string[] = [];
  /** Drives that hold a file, by its path, for `holding`. */
  readonly files = new Map<string, readonly string[]>();
  readonly #plugged = new Map<string, Plugged>();
  readonly #watchers = new Set<(drives: readonly Drive[]) => void>();
  #diskseq = 0;

  constructor(scripts: readonly DriveScript[] = []) {
    for (const script of scripts) this.plug(script);
  }

  /** Plugs a drive in; one that had the name is gone. */
  plug({ content, faults = {}, ...facts }: DriveScript): Drive {
    this.#diskseq++;
    const drive = { ...ordinaryStick(facts.name, this.#diskseq), ...facts };
    const medium = new Medium(faults.realSize ?? Math.max(drive.size, 1), content);
    this.#plugged.set(facts.name, { drive, medium, faults, writer: undefined, written: 0 });
    this.#tell();
    return drive;
  }

  unplug(name: string): void {
    this.#plugged.delete(name);
    this.#tell();
  }

  /** Changes facts of a drive, e.g. `{ readOnly: true }`. */
  set(name: string, facts: Partial<Omit<Drive, 'name'>>): void {
    const plugged = this.#get(name);
    plugged.drive = { ...plugged.drive, ...facts };
    this.#tell();
  }

  setFaults(name: string, faults: DriveFaults): void {
    this.#get(name).faults = faults;
  }

  /** What is really on it, whatever faults say. */
  content(name: string, offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#get(name).medium.read(offset, bytes);
    return bytes;
  }

  async list(): Promise<readonly Drive[]> {
    return [...this.#plugged.values()].map(({ drive }) => drive);
  }

  watch(changed: (drives: readonly Drive[]) => void): () => void {
    this.#watchers.add(changed);
    queueMicrotask(() => {
      if (this.#watchers.has(changed)) changed([...this.#plugged.values()].map(({ drive }) => drive));
    });
    return () => this.#watchers.delete(changed);
  }

  async open(chosen: DriveIdentity, access: 'read' | 'write'): Promise<DriveHandle> {
    const plugged = [...this.#plugged.values()].find(({ drive }) => drive.path === chosen.path);
    if (!plugged) throw new BenchError('DRIVE_GONE', { drive: chosen.path });
    const { drive } = plugged;
    if (!drive.mediaPresent) throw new BenchError('DRIVE_NO_MEDIUM', { drive: drive.path });
    requireSameDrive(chosen, drive);
    if (access === 'write') {
      if (drive.readOnly) throw new BenchError('DRIVE_READ_ONLY', { drive: drive.path });
      const by = drive.uses[0];
      if (by || plugged.writer)
        throw new BenchError('DRIVE_BUSY', { drive: drive.path, by: by ? `${by.kind} ${by.at}` : 'another program' });
      this.changes.push(`open ${drive.name} for write`);
    }
    const handle = new MemoryDriveHandle(plugged, access, () => this.#plugged.get(drive.name) === plugged, {
      gone: () => this.unplug(drive.name),
      closed: () => {
        if (plugged.writer === handle) plugged.writer = undefined;
      },
    });
    if (access === 'write') plugged.writer = handle;
    return handle;
  }

  async unmount({ name }: Drive): Promise<void> {
    const plugged = this.#get(name);
    this.changes.push(`unmount ${name}`);
    const partitions = plugged.drive.partitions.map(each => ({ ...each, mountpoints: [] }));
    plugged.drive = { ...plugged.drive, partitions, uses: plugged.drive.uses.filter(({ kind }) => kind !== 'mount') };
    this.#tell();
  }

  async holding(file: string): Promise<readonly string[]> {
    return this.files.get(file) ?? [];
  }

  #get(name: string): Plugged {
    const plugged = this.#plugged.get(name);
    if (!plugged) throw new BenchError('DRIVE_GONE', { drive: name });
    return plugged;
  }

  #tell(): void {
    const drives = [...this.#plugged.values()].map(({ drive }) => drive);
    for (const changed of this.#watchers) changed(drives);
  }
}

class MemoryDriveHandle implements DriveHandle {
  readonly identity: DriveIdentity;
  readonly #plugged: Plugged;
  readonly #access: 'read' | 'write';
  readonly #present: () => boolean;
  readonly #on: { readonly gone: () => void; readonly closed: () => void };
  readonly #flipped = new Set<number>();
  #open = true;

  constructor(
    plugged: Plugged,
    access: 'read' | 'write',
    present: () => boolean,
    on: { readonly gone: () => void; readonly closed: () => void },
  ) {
    this.identity = identityOf(plugged.drive);
    this.#plugged = plugged;
    this.#access = access;
    this.#present = present;
    this.#on = on;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const { faults, medium } = this.#plugged;
    await faults.before?.('read', offset, into.length);
    this.#check('read', offset, into);
    const length = Math.max(0, Math.min(into.length, this.identity.size - offset));
    if (faults.readFailsAt !== undefined && offset + length > faults.readFailsAt) this.#fail('read', offset);
    const part = into.subarray(0, length);
    medium.read(offset, part);
    for (const [place, bits] of Object.entries(faults.flips ?? {})) {
      const at = Number(place) - offset;
      if (at < 0 || at >= length || (faults.flipsOnce && this.#flipped.has(Number(place)))) continue;
      part[at] = part[at]! ^ bits;
      this.#flipped.add(Number(place));
    }
    return length;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const { faults, medium } = this.#plugged;
    await faults.before?.('write', offset, bytes.length);
    this.#check('write', offset, bytes);
    if (this.#access !== 'write') this.#fail('write', offset, 'bad file descriptor');
    if (offset + bytes.length > this.identity.size) this.#fail('write', offset, 'no space left on device');
    if (faults.writeFailsAt !== undefined && offset + bytes.length > faults.writeFailsAt) this.#fail('write', offset);
    medium.write(offset, bytes);
    this.#plugged.written += bytes.length;
    if (faults.goneAfter !== undefined && this.#plugged.written >= faults.goneAfter) this.#on.gone();
  }

  async sync(): Promise<void> {
    this.#check('sync', 0, new Uint8Array(0));
  }

  async discard(offset: number, length: number): Promise<boolean> {
    if (!this.#plugged.faults.discards) return false;
    this.#check('write', offset, new Uint8Array(0));
    this.#plugged.medium.write(offset, new Uint8Array(length));
    return true;
  }

  async rereadPartitions(): Promise<boolean> {
    this.#check('sync', 0, new Uint8Array(0));
    return true;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#on.closed();
  }

  #check(operation: 'read' | 'write' | 'sync', offset: number, { length }: Uint8Array): void {
    if (!this.#open) this.#fail(operation, offset, 'bad file descriptor');
    if (!this.#present()) throw new BenchError('DRIVE_GONE', { drive: this.identity.path });
    const { sectorSize } = this.identity;
    if (offset % sectorSize !== 0 || length % sectorSize !== 0) this.#fail(operation, offset, 'invalid argument');
  }

  #fail(operation: 'read' | 'write' | 'sync', offset: number, reason = 'input/output error'): never {
    throw new BenchError('DRIVE_IO', { drive: this.identity.path, operation, offset, reason });
  }
}

function ordinaryStick(name: string, diskseq: number): Drive {
  return {
    name,
    path: `/dev/${name}`,
    number: `8:${diskseq * 16}`,
    diskseq,
    size: 64 * 1024 * 1024,
    sectorSize: 512,
    serial: `4C5300012${String(diskseq).padStart(5, '0')}`,
    wwn: undefined,
    vendor: 'SanDisk',
    model: 'Ultra USB 3.0',
    busPath: `usb-0000:00:14.0-${diskseq}`,
    bus: 'usb',
    removable: true,
    readOnly: false,
    mediaPresent: true,
    partitions: [],
    holders: [],
    uses: [],
  };
}
