/**
 * Blocks of XMODEM and YMODEM (Chuck Forsberg, "XMODEM/YMODEM Protocol Reference", 1988): control characters, framing,
 * checksums and YMODEM's header. Pure.
 */
export const SOH = 0x01;
export const STX = 0x02;
export const EOT = 0x04;
export const ACK = 0x06;
export const NAK = 0x15;
export const CAN = 0x18;
/** `C` asks for blocks with a CRC. */
export const CRC = 0x43;
const PAD = 0x1a;

export type BlockSize = 128 | 1024;

/** SOH or STX, number, its complement, data filled up with `pad`, then a checksum octet or a CRC of two (section 7). */
export function encodeBlock(number: number, data: Uint8Array, size: BlockSize, crc: boolean, pad = PAD): Uint8Array {
  const block = new Uint8Array(3 + size + (crc ? 2 : 1)).fill(pad);
  block[0] = size === 1024 ? STX : SOH;
  block[1] = number & 0xff;
  block[2] = ~number & 0xff;
  block.set(data, 3);
  const body = block.subarray(3, 3 + size);
  const check = crc ? crc16(body) : body.reduce((sum, byte) => (sum + byte) & 0xff, 0);
  if (crc) block[3 + size] = check >> 8;
  block[block.length - 1] = check & 0xff;
  return block;
}

/** CRC-16/XMODEM: polynomial 1021, begins with 0. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ TABLE[((crc >> 8) ^ byte) & 0xff]!) & 0xffff;
  return crc;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  return crc;
});

export interface OutgoingFile {
  /** Without folders; shortened to what fits. */
  readonly name: string;
  /** Octets. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified?: number;
}

/** Block 0: name, NUL, length in decimal, time and mode in octal (section 5). No file: the end of a batch. */
export function encodeHeader(file: OutgoingFile | undefined): Uint8Array {
  const name = new TextEncoder().encode(file?.name.replace(/[\0/\\]/g, '_') ?? '').subarray(0, 90);
  const times = file?.modified === undefined ? '' : ` ${Math.floor(file.modified).toString(8)} 100644`;
  const facts = new TextEncoder().encode(file ? `${file.size}${times}` : '');
  const data = new Uint8Array(128);
  data.set(name);
  data.set(facts, name.length + 1);
  return encodeBlock(0, data, 128, true, 0);
}

/** What ends a transfer for both sides, and erases itself where a shell reads it. */
export const CANCEL = Uint8Array.of(...Array<number>(8).fill(CAN), ...Array<number>(8).fill(0x08));
