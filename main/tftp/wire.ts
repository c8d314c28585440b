/** TFTP packets as bytes and as values (RFC 1350, 2347). Knows no file, no socket and no meaning of an option. */

export const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** RFC 1350 appendix, and 8 of RFC 2347. */
export const ERROR_CODE = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const;
export type ErrorNumber = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];

/** Octets before the payload of a DATA packet. */
export const DATA_HEADER = 4;
/** RFC 2347 allows 512; some loaders pad, and file names grow. */
export const MAX_REQUEST = 2048;

export type Mode = 'octet' | 'netascii';

/** An option as the client spelled it; names are compared without case (RFC 2347). */
export type Option = readonly [name: string, value: string];

export interface Request {
  readonly op: 'rrq' | 'wrq';
  /** As asked: may hold backslashes, `..`, a leading slash. */
  readonly name: string;
  readonly mode: Mode;
  readonly options: readonly Option[];
}

export type Packet =
  | Request
  | { readonly op: 'data'; readonly block: number; readonly bytes: Uint8Array }
  | { readonly op: 'ack'; readonly block: number }
  | { readonly op: 'error'; readonly code: number; readonly text: string }
  | { readonly op: 'oack'; readonly options: readonly Option[] };

/** What is wrong with a packet; `op` is what its first two octets claim, when there are two. */
export interface Malformed {
  readonly op: 'malformed';
  readonly claims: number | undefined;
  readonly why: string;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * ```
 *  RRQ/WRQ   | 1 or 2 | name | 0 | mode | 0 | option | 0 | value | 0 | …      RFC 1350 section 5, RFC 2347
 *  DATA      | 3 | block | up to blksize octets |
 *  ACK       | 4 | block |
 *  ERROR     | 5 | code  | text | 0 |
 *  OACK      | 6 | option | 0 | value | 0 | …
 * ```
 * Numbers are two octets, big endian. Never throws. `data` is a view of `packet`, not a copy.
 */
export function decodePacket(packet: Uint8Array): Packet | Malformed {
  if (packet.length < 2) return { op: 'malformed', claims: undefined, why: 'shorter than two octets' };
  const opcode = packet[0]! * 256 + packet[1]!;
  switch (opcode) {
    case OPCODE.rrq:
    case OPCODE.wrq:
      return decodeRequest(packet, opcode);
    case OPCODE.data:
      if (packet.length < DATA_HEADER) return { op: 'malformed', claims: opcode, why: 'DATA without a block number' };
      return { op: 'data', block: packet[2]! * 256 + packet[3]!, bytes: packet.subarray(DATA_HEADER) };
    case OPCODE.ack:
      if (packet.length < 4) return { op: 'malformed', claims: opcode, why: 'ACK without a block number' };
      return { op: 'ack', block: packet[2]! * 256 + packet[3]! };
    case OPCODE.error: {
      if (packet.length < 4) return { op: 'malformed', claims: opcode, why: 'ERROR without a code' };
      const text = packet.subarray(4);
      const end = text.indexOf(0);
      return {
        op: 'error',
        code: packet[2]! * 256 + packet[3]!,
        text: decoder.decode(end < 0 ? text : text.subarray(0, end)),
      };
    }
    case OPCODE.oack:
      return { op: 'oack', options: pairs(strings(packet.subarray(2))) };
    default:
      return { op: 'malformed', claims: opcode, why: `unknown opcode ${opcode}` };
  }
}

function decodeRequest(packet: Uint8Array, opcode: 1 | 2): Request | Malformed {
  const malformed = (why: string): Malformed => ({ op: 'malformed', claims: opcode, why });
  if (packet.length > MAX_REQUEST) return malformed(`a request of ${packet.length} octets`);
  const [name, mode, ...rest] = strings(packet.subarray(2));
  if (name === undefined) return malformed('the file name does not end');
  if (name === '') return malformed('the file name is empty');
  if (mode === undefined) return malformed('no transfer mode');
  const known = mode.toLowerCase();
  if (known !== 'octet' && known !== 'netascii')
    return malformed(`the transfer mode "${mode.slice(0, 40)}" is not octet or netascii`);
  return { op: opcode === OPCODE.rrq ? 'rrq' : 'wrq', name, mode: known, options: pairs(rest) };
}

/** The zero-terminated strings in `bytes`; an unterminated rest is left out. */
function strings(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let from = 0; ; ) {
    const end = bytes.indexOf(0, from);
    if (end < 0) return found;
    found.push(decoder.decode(bytes.subarray(from, end)));
    from = end + 1;
  }
}

/** Option pairs; an empty name ends them, because some loaders pad their requests with zeros. */
function pairs(texts: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2) options.push([texts[at]!, texts[at + 1]!]);
  return options;
}

/** Throws TypeError on what `decodePacket` would refuse or read back differently. */
export function encodePacket(packet: Packet): Uint8Array {
  switch (packet.op) {
    case 'rrq':
    case 'wrq': {
      if (packet.name === '') throw new TypeError('a request needs a file name');
      const bytes = join(OPCODE[packet.op], [packet.name, packet.mode, ...packet.options.flat()]);
      if (bytes.length > MAX_REQUEST) throw new TypeError(`a request of ${bytes.length} octets`);
      return bytes;
    }
    case 'data': {
      const bytes = new Uint8Array(DATA_HEADER + packet.bytes.length);
      header(bytes, OPCODE.data, packet.block);
      bytes.set(packet.bytes, DATA_HEADER);
      return bytes;
    }
    case 'ack':
      return header(new Uint8Array(4), OPCODE.ack, packet.block);
    case 'error': {
      const text = encoder.encode(checked(packet.text));
      const bytes = new Uint8Array(5 + text.length);
      header(bytes, OPCODE.error, packet.code);
      bytes.set(text, 4);
      return bytes;
    }
    case 'oack':
      return join(OPCODE.oack, packet.options.flat());
  }
}

/** Writes the first four octets of DATA, ACK or ERROR at `at`; returns `bytes`. */
export function header(bytes: Uint8Array, opcode: number, number: number, at = 0): Uint8Array {
  bytes[at] = 0;
  bytes[at + 1] = opcode;
  bytes[at + 2] = (number >>> 8) & 255;
  bytes[at + 3] = number & 255;
  return bytes;
}

function join(opcode: number, texts: readonly string[]): Uint8Array {
  const body = encoder.encode(texts.map(text => `${checked(text)}\0`).join(''));
  const bytes = new Uint8Array(2 + body.length);
  bytes[1] = opcode;
  bytes.set(body, 2);
  return bytes;
}

function checked(text: string): string {
  if (text.includes('\0')) throw new TypeError('a zero octet inside a TFTP text');
  return text;
}
