/** The BIOS boot code of Benchboot's media: loads a PXE-like program from fixed sectors and runs it. Octets only. */

/** `boot-loader.S`, assembled. */
const CODE = Uint8Array.from(
  (
    'fa31c08ed0bc007c8ed88ec0fbfcbe007cbf0006b90001f3a5ea1e06000088169106c70692060400' +
    'be9406b4428a169106cd137310ff0e9206743330e48a169106cd13ebe3a1a60601069a06660fb706' +
    'a4066601069c06a1a406a39606ff0ea80675bf8a1691069a007c0000cd18be8406ac84c07409bb07' +
    '00b40ecd10ebf2cd18f4ebfd52656164206572726f720d0a00000000100000000000c00700000000' +
    '00000000000000000000'
  ).match(/../g)!,
  octet => Number.parseInt(octet, 16),
);

/** Where its numbers are; the first four are zero in the code. */
const AT = { sectors: 0x96, lba: 0x9c, chunk: 0xa4, step: 0xa6, count: 0xa8 } as const;
/** What is code and text, the same on every medium. */
const FIXED = 0x91;

/** Octets of boot code in an MBR, before the disk's identifier. */
export const MBR_CODE = 440;

export interface BootLoad {
  /** First sector of the program, in sectors of the medium. */
  readonly lba: number;
  /** Octets to load, at least. */
  readonly length: number;
  readonly medium: 'disk' | 'cd';
}

/** A disk is read two sectors of 512 octets at a time, which never cross 64 KiB; a CD one of 2048. */
const READS = { disk: { sector: 512, chunk: 2 }, cd: { sector: 2048, chunk: 1 } } as const;

/** Octets that are read for a program of that length. */
export const loadedLength = ({ length, medium }: Pick<BootLoad, 'length' | 'medium'>): number => {
  const { sector, chunk } = READS[medium];
  return Math.ceil(length / (sector * chunk)) * sector * chunk;
};

export function encodeBootLoader(load: BootLoad): Uint8Array {
  const { sector, chunk } = READS[load.medium];
  const code = CODE.slice();
  const view = new DataView(code.buffer);
  view.setUint16(AT.sectors, chunk, true);
  view.setUint32(AT.lba, load.lba, true);
  view.setUint16(AT.chunk, chunk, true);
  view.setUint16(AT.step, (chunk * sector) / 16, true);
  view.setUint16(AT.count, loadedLength(load) / (chunk * sector), true);
  return code;
}

/** What the boot code at the start of these octets loads, or undefined when it is another one. */
export function decodeBootLoader(bytes: Uint8Array): BootLoad | undefined {
  if (bytes.length < CODE.length) return undefined;
  for (let i = 0; i < FIXED; i++) if (bytes[i] !== CODE[i]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunk = view.getUint16(AT.chunk, true);
  const medium = chunk === 2 ? 'disk' : 'cd';
  const length = view.getUint16(AT.count, true) * chunk * READS[medium].sector;
  return { lba: view.getUint32(AT.lba, true), length, medium };
}
