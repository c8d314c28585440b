/**
 * Files and folders of a FAT12, FAT16 or FAT32 volume, without mounting it. Paths are names joined by `/`, compared
 * without case; the order of writes leaves at worst clusters nobody uses when it is cut short, never a damaged file.
 */
import { BenchError } from '../../errors.ts';
import type { BlockStore } from '../block-store.ts';
import {
  ATTRIBUTE,
  type DirectoryEntry,
  decodeDirectory,
  encodeEntry,
  freeSlots,
  SLOT,
  setContents,
} from './directory.ts';
import {
  clusterOffset,
  clusterSize,
  decodeBootSector,
  type FatGeometry,
  type FatType,
  rootSectors,
} from './geometry.ts';
import { foldName, nameProblem, shortNameFor } from './names.ts';
import { damaged, FatTable } from './table.ts';

export interface FatEntry {
  /** Untrusted text. */
  readonly name: string;
  readonly shortName: string;
  readonly kind: 'file' | 'folder';
  /** Octets; 0 for a folder. */
  readonly size: number;
  /** Local time of whoever wrote it, taken as UTC. */
  readonly modified: Date | undefined;
}

/** Changes are written when their promise resolves, one after the other in the order they were asked for. */
export interface FatVolume {
  readonly geometry: FatGeometry;
  readonly type: FatType;
  readonly label: string;
  freeBytes(): Promise<number>;
  /** In the order of the medium. Throws FAT_PATH when there is no such folder. */
  list(folder?: string): Promise<readonly FatEntry[]>;
  find(path: string): Promise<FatEntry | undefined>;
  /** Throws FAT_PATH when there is no such file or it is larger than `limit` octets. */
  read(path: string, limit?: number): Promise<Uint8Array>;
  /** Creates or replaces a file; its folder must exist. `time` is kept to two seconds. Throws FAT_FULL, FAT_PATH. */
  write(path: string, bytes: Uint8Array, time?: Date): Promise<void>;
  /** Makes a folder and those above it; one that is there stays as it is. */
  makeFolder(path: string, time?: Date): Promise<void>;
  /** Removes a file or an empty folder. */
  remove(path: string): Promise<void>;
}

/** The time of what is written without one: the first that FAT knows, so that the same files make the same volume. */
export const NO_TIME = new Date(Date.UTC(1980, 0, 1));

const LARGEST_FILE = 0xffffffff;
/** Microsoft: no folder has more slots. */
const LARGEST_FOLDER = 65536 * SLOT;

/** Throws FAT_DAMAGED when `store` holds no FAT volume. Every call of it may throw that too. */
export async function openFat(store: BlockStore): Promise<FatVolume> {
  const geometry = store.size < 512 ? 'it is shorter than a sector' : decodeBootSector(await store.read(0, 512));
  if (typeof geometry === 'string') throw damaged(geometry);
  if (geometry.totalSectors * geometry.sectorSize > store.size) throw damaged('it is cut off before its end');
  const volume = new Volume(store, geometry);
  await volume.open();
  return volume;
}

/** A directory in memory: its octets, and where each piece of them lies on the medium. */
interface Directory {
  readonly path: string;
  /** Undefined: the root folder of FAT12 and FAT16. */
  readonly chain: number[] | undefined;
  bytes: Uint8Array;
  entries: DirectoryEntry[];
}

class Volume implements FatVolume {
  readonly geometry: FatGeometry;
  readonly type: FatType;
  label: string;
  private readonly store: BlockStore;
  private readonly table: FatTable;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(store: BlockStore, geometry: FatGeometry) {
    this.store = store;
    this.geometry = geometry;
    this.type = geometry.type;
    this.label = geometry.label;
    this.table = new FatTable(store, geometry);
  }

  async open(): Promise<void> {
    await this.table.open();
    const label = (await this.directory([])).entries.find(isLabel);
    // The 8.3 form puts a dot where a label has none.
    if (label) this.label = label.shortOctets.trimEnd();
  }

  freeBytes(): Promise<number> {
    return this.inTurn(async () => (await this.table.freeClusters()) * clusterSize(this.geometry));
  }

  list(folder = ''): Promise<readonly FatEntry[]> {
    return this.inTurn(async () =>
      (await this.directory(namesOf(folder))).entries.filter(entry => !isLabel(entry)).map(describe),
    );
  }

  find(path: string): Promise<FatEntry | undefined> {
    return this.inTurn(async () => {
      const names = namesOf(path);
      const name = names.pop();
      if (name === undefined) return undefined;
      let entry: DirectoryEntry | undefined;
      try {
        entry = lookUp(await this.directory(names), name);
      } catch (error) {
        if (!(error instanceof BenchError && error.code === 'FAT_PATH')) throw error;
      }
      return entry && describe(entry);
    });
  }

  read(path: string, limit = LARGEST_FILE): Promise<Uint8Array> {
    return this.inTurn(async () => {
      const entry = await this.entry(path);
      if (isFolder(entry)) throw new BenchError('FAT_PATH', { path, problem: 'it is a folder' });
      if (entry.size > limit)
        throw new BenchError('FAT_PATH', { path, problem: `it has ${entry.size} octets, and ${limit} are the limit` });
      const chain = entry.size === 0 ? [] : await this.table.chain(entry.cluster);
      if (chain.length * clusterSize(this.geometry) < entry.size)
        throw damaged(`"${path}" is longer than the clusters it has`);
      return (await this.readClusters(chain)).subarray(0, entry.size);
    });
  }

  write(path: string, bytes: Uint8Array, time: Date = NO_TIME): Promise<void> {
    return this.change(async () => {
      const { folder, name, entry } = await this.target(path);
      if (entry && isFolder(entry)) throw new BenchError('FAT_PATH', { path, problem: 'it is a folder' });
      if (bytes.length > LARGEST_FILE) throw full(path, 'FAT holds files of up to 4 GiB');
      const old = entry && entry.cluster !== 0 ? await this.table.chain(entry.cluster) : [];
      const chain = await this.storeFile(path, bytes);
      const contents = { cluster: chain[0] ?? 0, size: bytes.length, time };
      if (entry) {
        const slot = entry.slot + entry.slots - 1;
        setContents(folder.bytes.subarray(slot * SLOT, (slot + 1) * SLOT), contents);
        await this.writeSlots(folder, slot, 1);
        await this.table.release(old);
        await this.table.flush();
      } else await this.add(folder, name, { attributes: ATTRIBUTE.file, ...contents });
    });
  }

  makeFolder(path: string, time: Date = NO_TIME): Promise<void> {
    return this.change(async () => {
      const names = namesOf(path);
      for (let depth = 1; depth <= names.length; depth++) {
        const upTo = names.slice(0, depth).join('/');
        const { folder, name, entry } = await this.target(upTo);
        if (entry && !isFolder(entry)) throw new BenchError('FAT_PATH', { path: upTo, problem: 'it is a file' });
        if (entry) continue;
        const bytes = new Uint8Array(clusterSize(this.geometry));
        const [cluster] = await this.allocate(upTo, 1);
        // `..` of a folder in the root leads to cluster 0, on FAT32 too.
        const above = depth === 1 ? 0 : (folder.chain?.[0] ?? 0);
        const dots = { attributes: ATTRIBUTE.folder, size: 0, time };
        bytes.set(encodeEntry({ ...dots, shortOctets: '.'.padEnd(11), cluster: cluster! }));
        bytes.set(encodeEntry({ ...dots, shortOctets: '..'.padEnd(11), cluster: above }), SLOT);
        await this.store.write(clusterOffset(this.geometry, cluster!), bytes);
        await this.table.flush();
        await this.add(folder, name, { ...dots, cluster: cluster! });
      }
    });
  }

  remove(path: string): Promise<void> {
    return this.change(async () => {
      const { folder, entry } = await this.target(path);
      if (!entry) throw new BenchError('FAT_PATH', { path, problem: 'it is not there' });
      if (isFolder(entry) && (await this.directory(namesOf(path))).entries.length > 0)
        throw new BenchError('FAT_PATH', { path, problem: 'the folder is not empty' });
      const chain = entry.cluster === 0 ? [] : await this.table.chain(entry.cluster);
      for (let slot = entry.slot; slot < entry.slot + entry.slots; slot++) folder.bytes[slot * SLOT] = 0xe5;
      await this.writeSlots(folder, entry.slot, entry.slots, 'last first');
      await this.table.release(chain);
      await this.table.flush();
    });
  }

  /* Directories ---------------------------------------------------------------------------------------------------- */

  private async directory(names: readonly string[]): Promise<Directory> {
    const { rootCluster, sectorSize } = this.geometry;
    let path = '';
    let directory =
      this.type === 32
        ? await this.chained(path, rootCluster)
        : this.readDirectory(
            path,
            undefined,
            await this.store.read(this.rootOffset, rootSectors(this.geometry) * sectorSize),
          );
    for (const name of names) {
      path = path === '' ? name : `${path}/${name}`;
      const entry = lookUp(directory, name);
      if (!entry) throw new BenchError('FAT_PATH', { path, problem: 'there is no such folder' });
      if (!isFolder(entry)) throw new BenchError('FAT_PATH', { path, problem: 'it is a file' });
      directory = await this.chained(path, entry.cluster);
    }
    return directory;
  }

  private get rootOffset(): number {
    const { reserved, tables, tableSectors, sectorSize } = this.geometry;
    return (reserved + tables * tableSectors) * sectorSize;
  }

  private async chained(path: string, cluster: number): Promise<Directory> {
    const chain = await this.table.chain(cluster);
    if (chain.length === 0 || chain.length * clusterSize(this.geometry) > 2 * LARGEST_FOLDER)
      throw damaged(`the folder "${path}" has ${chain.length} clusters`);
    return this.readDirectory(path, chain, await this.readClusters(chain));
  }

  private readDirectory(path: string, chain: number[] | undefined, bytes: Uint8Array): Directory {
    return { path, chain, bytes, entries: decodeDirectory(bytes) };
  }

  private async entry(path: string): Promise<DirectoryEntry> {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    const entry = lookUp(await this.directory(names), name);
    if (!entry) throw new BenchError('FAT_PATH', { path, problem: 'it is not there' });
    return entry;
  }

  /** Where `path` is or would be. */
  private async target(path: string): Promise<{ folder: Directory; name: string; entry: DirectoryEntry | undefined }> {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    const problem = nameProblem(name);
    if (problem !== undefined) throw new BenchError('FAT_PATH', { path, problem });
    const folder = await this.directory(names);
    return { folder, name, entry: lookUp(folder, name) };
  }

  /** Writes a new entry into the first gap that is wide enough, or behind a folder made longer. */
  private async add(
    folder: Directory,
    name: string,
    contents: { attributes: number; cluster: number; size: number; time: Date },
  ): Promise<void> {
    const { octets, needsLong } = shortNameFor(name, new Set(folder.entries.map(entry => entry.shortOctets)));
    const slots = encodeEntry({ ...contents, shortOctets: octets, longName: needsLong ? name : undefined });
    const count = slots.length / SLOT;
    let at = freeSlots(folder.bytes, count);
    if (at === undefined) {
      await this.extend(folder, name, count);
      at = freeSlots(folder.bytes, count)!;
    }
    // What follows the end mark may be anything; it stays the end.
    let end = 0;
    while (end * SLOT < folder.bytes.length && folder.bytes[end * SLOT] !== 0) end++;
    folder.bytes.set(slots, at * SLOT);
    const mark = (at + count) * SLOT;
    const moved = at + count > end && mark < folder.bytes.length && folder.bytes[mark] !== 0;
    if (moved) folder.bytes[mark] = 0;
    await this.writeSlots(folder, at, count + (moved ? 1 : 0), moved ? 'last first' : 'first first');
  }

  private async extend(folder: Directory, name: string, slots: number): Promise<void> {
    const size = clusterSize(this.geometry);
    const path = folder.path === '' ? name : `${folder.path}/${name}`;
    const count = Math.ceil((slots * SLOT) / size);
    if (!folder.chain) throw full(path, `the root folder holds ${this.geometry.rootEntries} names, and they are used`);
    if (folder.bytes.length + count * size > LARGEST_FOLDER) throw full(path, 'the folder is full');
    const added = await this.allocate(path, count);
    for (const cluster of added) await this.store.write(clusterOffset(this.geometry, cluster), new Uint8Array(size));
    await this.table.flush();
    await this.table.link(folder.chain.at(-1)!, added[0]!);
    await this.table.flush();
    folder.chain.push(...added);
    const longer = new Uint8Array(folder.bytes.length + count * size);
    longer.set(folder.bytes);
    folder.bytes = longer;
  }

  /** Writes the sectors that hold these slots. A name leads to its file only by the last slot, the 8.3 entry. */
  private async writeSlots(
    folder: Directory,
    slot: number,
    count: number,
    order: 'first first' | 'last first' = 'first first',
  ): Promise<void> {
    const { sectorSize } = this.geometry;
    const sectors: number[] = [];
    for (let at = Math.floor((slot * SLOT) / sectorSize); at * sectorSize < (slot + count) * SLOT; at++)
      sectors.push(at);
    if (order === 'last first') sectors.reverse();
    const size = clusterSize(this.geometry);
    for (const sector of sectors) {
      const from = sector * sectorSize;
      const place = folder.chain
        ? clusterOffset(this.geometry, folder.chain[Math.floor(from / size)]!) + (from % size)
        : this.rootOffset + from;
      await this.store.write(place, folder.bytes.subarray(from, from + sectorSize));
    }
  }

  /* Clusters ------------------------------------------------------------------------------------------------------- */

  /** A file's octets on the medium, in a chain that no name leads to yet. */
  private async storeFile(path: string, bytes: Uint8Array): Promise<number[]> {
    const size = clusterSize(this.geometry);
    const chain = await this.allocate(path, Math.ceil(bytes.length / size));
    for (const { index, cluster, count } of runs(chain)) {
      const piece = bytes.subarray(index * size, (index + count) * size);
      const whole = Math.floor(piece.length / size) * size;
      if (whole > 0) await this.store.write(clusterOffset(this.geometry, cluster), piece.subarray(0, whole));
      if (whole === piece.length) continue;
      const last = new Uint8Array(size);
      last.set(piece.subarray(whole));
      await this.store.write(clusterOffset(this.geometry, cluster) + whole, last);
    }
    await this.table.flush();
    return chain;
  }

  private async allocate(path: string, count: number): Promise<number[]> {
    if (count === 0) return [];
    const chain = await this.table.allocate(count);
    if (chain) return chain;
    const size = clusterSize(this.geometry);
    const free = (await this.table.freeClusters()) * size;
    throw full(path, `it needs ${count * size} octets, and ${free} are free`);
  }

  private async readClusters(chain: readonly number[]): Promise<Uint8Array> {
    const size = clusterSize(this.geometry);
    const bytes = new Uint8Array(chain.length * size);
    for (const { index, cluster, count } of runs(chain))
      bytes.set(await this.store.read(clusterOffset(this.geometry, cluster), count * size), index * size);
    return bytes;
  }

  /* Turns ---------------------------------------------------------------------------------------------------------- */

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private change(work: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      try {
        await work();
      } catch (error) {
        await this.table.revert();
        throw error;
      }
    });
  }
}

const isFolder = (entry: DirectoryEntry): boolean => (entry.attributes & ATTRIBUTE.folder) !== 0;
const isLabel = (entry: DirectoryEntry): boolean => (entry.attributes & ATTRIBUTE.label) !== 0;

const describe = (entry: DirectoryEntry): FatEntry => ({
  name: entry.name,
  shortName: entry.shortName,
  kind: isFolder(entry) ? 'folder' : 'file',
  size: isFolder(entry) ? 0 : entry.size,
  modified: entry.modified,
});

const namesOf = (path: string): string[] => path.split('/').filter(name => name !== '');

function lookUp(directory: Directory, name: string): DirectoryEntry | undefined {
  const folded = foldName(name);
  const files = directory.entries.filter(entry => !isLabel(entry));
  return (
    files.find(entry => foldName(entry.name) === folded) ?? files.find(entry => foldName(entry.shortName) === folded)
  );
}

const full = (path: string, problem: string): BenchError<'FAT_FULL'> => new BenchError('FAT_FULL', { path, problem });

/** Clusters that follow one another, so that each run is read or written at once. */
function runs(chain: readonly number[]): { index: number; cluster: number; count: number }[] {
  const found: { index: number; cluster: number; count: number }[] = [];
  for (const [index, cluster] of chain.entries()) {
    const last = found.at(-1);
    if (last && cluster === last.cluster + last.count) last.count++;
    else found.push({ index, cluster, count: 1 });
  }
  return found;
}
