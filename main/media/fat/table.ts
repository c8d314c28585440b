/** The allocation table of a FAT volume: chains, free clusters, and both copies written alike. Knows no directory. */
import { BenchError } from '../../errors.ts';
import type { BlockStore } from '../block-store.ts';
import type { FatGeometry } from './geometry.ts';

/** A multiple of every sector size and of FAT12's three octets for two entries; all of FAT12's entries fit one. */
const PAGE = 12288;
const INFO_SIGNATURES = [
  [0, 0x41615252],
  [484, 0x61417272],
  [508, 0xaa550000],
] as const;
const UNKNOWN = 0xffffffff;

export class FatTable {
  private readonly store: BlockStore;
  private readonly geometry: FatGeometry;
  private readonly pages = new Map<number, Uint8Array>();
  private readonly dirty = new Set<number>();
  /** Sector of free count and hint, as it was read; undefined where the volume has none that is valid. */
  private info: Uint8Array | undefined;
  private infoDirty = false;
  private free: number | undefined;
  /** Where the next search begins. */
  private hint = 2;

  constructor(store: BlockStore, geometry: FatGeometry) {
    this.store = store;
    this.geometry = geometry;
  }

  /** Reads the record of free clusters; a volume without one does without. */
  async open(): Promise<void> {
    const { infoSector, sectorSize, clusters } = this.geometry;
    if (infoSector === undefined) return;
    const info = await this.store.read(infoSector * sectorSize, sectorSize);
    const view = viewOf(info);
    if (!INFO_SIGNATURES.every(([at, value]) => view.getUint32(at, true) === value)) return;
    this.info = info;
    const free = view.getUint32(488, true);
    if (free <= clusters) this.free = free;
    const hint = view.getUint32(492, true);
    if (hint >= 2 && hint < clusters + 2) this.hint = hint;
  }

  /** The clusters from `first` to the end of its chain. Throws FAT_DAMAGED. */
  async chain(first: number): Promise<number[]> {
    const { clusters, type } = this.geometry;
    const end = type === 32 ? 0x0ffffff8 : type === 16 ? 0xfff8 : 0xff8;
    const chain: number[] = [];
    for (let cluster = first; cluster < end; ) {
      if (cluster < 2 || cluster > clusters + 1) throw damaged(`a chain leads to cluster ${cluster}`);
      if (chain.length >= clusters) throw damaged(`the chain from cluster ${first} has no end`);
      chain.push(cluster);
      cluster = await this.get(cluster);
    }
    return chain;
  }

  /** Free clusters, counted once where the volume does not tell. */
  async freeClusters(): Promise<number> {
    if (this.free === undefined) {
      let free = 0;
      for (let cluster = 2; cluster < this.geometry.clusters + 2; cluster++)
        if ((this.getNow(cluster) ?? (await this.get(cluster))) === 0) free++;
      this.free = free;
    }
    return this.free;
  }

  /** A new chain of `count` clusters, ended but not yet on the medium; undefined when there are not so many. */
  async allocate(count: number): Promise<number[] | undefined> {
    const { clusters } = this.geometry;
    const found: number[] = [];
    let cluster = this.hint;
    for (let looked = 0; looked < clusters && found.length < count; looked++) {
      if ((this.getNow(cluster) ?? (await this.get(cluster))) === 0) found.push(cluster);
      cluster = cluster === clusters + 1 ? 2 : cluster + 1;
    }
    if (found.length < count) return undefined;
    for (const [i, each] of found.entries()) await this.set(each, found[i + 1] ?? this.endMark);
    this.hint = cluster;
    this.counted(-count);
    return found;
  }

  /** Lets `cluster`, the last of its chain, lead to `next`. */
  async link(cluster: number, next: number): Promise<void> {
    await this.set(cluster, next);
  }

  async release(chain: readonly number[]): Promise<void> {
    for (const cluster of chain) await this.set(cluster, 0);
    this.counted(chain.length);
  }

  /** Writes what changed: each table whole, one after the other, then the record of free clusters. */
  async flush(): Promise<void> {
    const { reserved, tables, tableSectors, sectorSize, activeTable, infoSector } = this.geometry;
    const changed = [...this.dirty].sort((a, b) => a - b);
    for (let table = 0; table < tables; table++) {
      if (activeTable !== undefined && table !== activeTable) continue;
      const start = (reserved + table * tableSectors) * sectorSize;
      for (const index of changed) await this.store.write(start + index * PAGE, this.pages.get(index)!);
    }
    this.dirty.clear();
    if (!this.infoDirty || !this.info || infoSector === undefined) return;
    const view = viewOf(this.info);
    view.setUint32(488, this.free ?? UNKNOWN, true);
    view.setUint32(492, this.hint, true);
    await this.store.write(infoSector * sectorSize, this.info);
    this.infoDirty = false;
  }

  /** Forgets changes that were not written, after a failure. */
  async revert(): Promise<void> {
    this.pages.clear();
    this.dirty.clear();
    this.infoDirty = false;
    this.free = undefined;
    this.hint = 2;
    await this.open();
  }

  private get endMark(): number {
    return { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff }[this.geometry.type];
  }

  private counted(change: number): void {
    if (this.free !== undefined) this.free = Math.min(this.geometry.clusters, Math.max(0, this.free + change));
    this.infoDirty = true;
  }

  /** Octet of an entry in the table. */
  private place(cluster: number): number {
    const { type } = this.geometry;
    return type === 32 ? cluster * 4 : type === 16 ? cluster * 2 : cluster + (cluster >> 1);
  }

  private async page(index: number): Promise<Uint8Array> {
    let page = this.pages.get(index);
    if (!page) {
      const { reserved, tableSectors, sectorSize, activeTable = 0 } = this.geometry;
      const length = Math.min(PAGE, tableSectors * sectorSize - index * PAGE);
      page = await this.store.read((reserved + activeTable * tableSectors) * sectorSize + index * PAGE, length);
      this.pages.set(index, page);
    }
    return page;
  }

  private async get(cluster: number): Promise<number> {
    await this.page(Math.floor(this.place(cluster) / PAGE));
    return this.getNow(cluster)!;
  }

  /** The entry, when its page is in memory already. */
  private getNow(cluster: number): number | undefined {
    const place = this.place(cluster);
    const page = this.pages.get(Math.floor(place / PAGE));
    if (!page) return undefined;
    const at = place % PAGE;
    if (this.geometry.type === 32)
      return (page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24)) & 0x0fffffff;
    const two = page[at]! | (page[at + 1]! << 8);
    if (this.geometry.type === 16) return two;
    return cluster & 1 ? two >> 4 : two & 0xfff;
  }

  private async set(cluster: number, value: number): Promise<void> {
    const place = this.place(cluster);
    const index = Math.floor(place / PAGE);
    const page = await this.page(index);
    const at = place % PAGE;
    const view = viewOf(page);
    // The upper four bits of FAT32 and the neighbour's half of an octet of FAT12 are kept.
    if (this.geometry.type === 32) view.setUint32(at, (view.getUint32(at, true) & 0xf0000000) | value, true);
    else if (this.geometry.type === 16) view.setUint16(at, value, true);
    else {
      const two = view.getUint16(at, true);
      view.setUint16(at, cluster & 1 ? (two & 0xf) | (value << 4) : (two & 0xf000) | value, true);
    }
    this.dirty.add(index);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const damaged = (problem: string): BenchError<'FAT_DAMAGED'> => new BenchError('FAT_DAMAGED', { problem });
