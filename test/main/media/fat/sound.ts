/** Checks a FAT volume the way fsck does, by a reading of its own: chains, tables, counts. Knows only the specification. */
import { expect } from 'vitest';

export function sound(bytes: Uint8Array, { lostMayBe = false } = {}): { lost: number } {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reserved = image.readUInt16LE(14);
  const perCluster = image[13]! * 512;
  const fat32 = image.readUInt16LE(22) === 0;
  const tableSize = (fat32 ? image.readUInt32LE(36) : image.readUInt16LE(22)) * 512;
  const rootBytes = image.readUInt16LE(17) * 32;
  const total = (image.readUInt16LE(19) || image.readUInt32LE(32)) * 512;
  const dataAt = reserved * 512 + 2 * tableSize + rootBytes;
  const clusters = Math.floor((total - dataAt) / perCluster);
  const type = fat32 ? 32 : clusters < 4085 ? 12 : 16;
  const table = image.subarray(reserved * 512, reserved * 512 + tableSize);
  const copy = image.subarray(reserved * 512 + tableSize, reserved * 512 + 2 * tableSize);
  if (!lostMayBe) expect(table.equals(copy), 'the two tables differ').toBe(true);
  const entry = (n: number): number => {
    if (type === 32) return table.readUInt32LE(4 * n) & 0x0fffffff;
    if (type === 16) return table.readUInt16LE(2 * n);
    const two = table.readUInt16LE(n + (n >> 1));
    return n & 1 ? two >> 4 : two & 0xfff;
  };
  const end = { 12: 0xff8, 16: 0xfff8, 32: 0x0ffffff8 }[type];
  const owner = new Map<number, string>();
  const chain = (first: number, who: string): number[] => {
    const found: number[] = [];
    for (let n = first; n < end; n = entry(n)) {
      if (n < 2 || n > clusters + 1) throw new Error(`${who}: cluster ${n}`);
      if (owner.has(n)) throw new Error(`${who} and ${owner.get(n)} share cluster ${n}`);
      owner.set(n, who);
      found.push(n);
    }
    return found;
  };
  const data = (found: readonly number[]): Buffer =>
    Buffer.concat(found.map(n => image.subarray(dataAt + (n - 2) * perCluster, dataAt + (n - 1) * perCluster)));
  const visit = (slots: Buffer, self: number, parent: number, path: string): void => {
    const shorts = new Set<string>();
    for (let at = 0; at < slots.length && slots[at] !== 0; at += 32) {
      if (slots[at] === 0xe5 || (slots[at + 11]! & 0x3f) === 0x0f || (slots[at + 11]! & 8) !== 0) continue;
      const name = slots.toString('latin1', at, at + 11);
      const first = slots.readUInt16LE(at + 20) * 65536 + slots.readUInt16LE(at + 26);
      const size = slots.readUInt32LE(at + 28);
      if (name === '.          ') expect(first, `. of ${path}`).toBe(self);
      else if (name === '..         ') expect(first, `.. of ${path}`).toBe(parent);
      else {
        expect(shorts.has(name), `two entries ${name} in ${path}`).toBe(false);
        shorts.add(name);
        const own = first === 0 ? [] : chain(first, `${path}/${name}`);
        if ((slots[at + 11]! & 16) !== 0) visit(data(own), first, self, `${path}/${name}`);
        else expect(own.length, `clusters of ${path}/${name}`).toBe(Math.ceil(size / perCluster));
      }
    }
  };
  if (fat32) visit(data(chain(image.readUInt32LE(44), 'root')), 0, 0, '');
  else visit(image.subarray(dataAt - rootBytes, dataAt), 0, 0, '');
  let lost = 0;
  let free = 0;
  for (let n = 2; n < clusters + 2; n++) {
    if (entry(n) === 0) free++;
    else if (!owner.has(n)) lost++;
  }
  if (!lostMayBe) {
    expect(lost, 'clusters that nobody owns').toBe(0);
    if (fat32) expect(image.readUInt32LE(512 + 488), 'free clusters of the record').toBe(free);
  }
  return { lost };
}
