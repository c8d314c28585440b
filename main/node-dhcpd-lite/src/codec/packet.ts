/**
 * Bytes to packet and back. Knows the fixed part, the option fields and how options are cut over them, but not what an
 * option means. Nothing here throws on what a stranger sent.
 *
 *      0       1       2       3
 *   0  op      htype   hlen    hops        RFC 2131 section 2, RFC 951
 *   4  xid
 *   8  secs            flags
 *  12  ciaddr
 *  16  yiaddr
 *  20  siaddr
 *  24  giaddr
 *  28  chaddr (16)
 *  44  sname (64)
 * 108  file (128)
 * 236  99.130.83.99, then options: code, length, value; 0 pads, 255 ends
 */
import type { Ipv4 } from '../addresses.ts';
import type { Decoded, DhcpPacket, Encoded, Options, PacketErrorCode } from './message.ts';
import { joinOctets, put32, putAddress, putMac, toHex, toOctetText } from './octets.ts';

const CHADDR = 28;
const SNAME = 44;
const FILE = 108;
const COOKIE = 236;
const OPTIONS = 240;
const PAD = 0;
const END = 255;
const OVERLOAD = 52;
const RELAY_AGENT = 82;

/** RFC 951 and relay agents want 300 octets; some boot ROMs drop less. */
export const MINIMUM_OCTETS = 300;
const MAXIMUM_OCTETS = 65507;

/* Decoding ------------------------------------------------------------------------------------------------------ */

/** The packet keeps no reference to `datagram`. */
export function decodePacket(datagram: Uint8Array): Decoded {
  const length = datagram.length;
  if (length < COOKIE) return fail('TOO_SHORT', length, `${length} octets, but the fixed part alone has ${COOKIE}`);
  const bytes = new Uint8Array(datagram);
  const op = bytes[0]!;
  if (op !== 1 && op !== 2) return fail('BAD_OP', 0, `op is ${op}, neither request (1) nor reply (2)`);
  const hlen = bytes[2]!;
  if (hlen > 16) return fail('BAD_HARDWARE_ADDRESS', 2, `a hardware address of ${hlen} octets in a field of 16`);

  const options: Options = new Map();
  const isDhcp = length >= OPTIONS && bytes[236] === 99 && bytes[237] === 130 && bytes[238] === 83 && bytes[239] === 99;
  let overload = 0;
  if (isDhcp) {
    const reader = new OptionReader(bytes, options);
    if (!reader.field(OPTIONS, length)) return reader.failure!;
    const value = options.get(OVERLOAD);
    if (value) {
      options.delete(OVERLOAD);
      overload = value[0] ?? 0;
      if (value.length !== 1 || overload < 1 || overload > 3)
        return fail('BAD_OVERLOAD', OPTIONS, `option 52 is ${toHex(value)}, not 01, 02 or 03`);
      // RFC 3396 section 5: first `file`, then `sname`.
      if (overload & 1 && !reader.field(FILE, COOKIE)) return reader.failure!;
      if (overload & 2 && !reader.field(SNAME, FILE)) return reader.failure!;
      options.delete(OVERLOAD);
    }
    reader.join();
  }
  const packet: DhcpPacket = {
    op,
    htype: bytes[1]!,
    hlen,
    hops: bytes[3]!,
    xid: bytes[4]! * 0x1000000 + ((bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!),
    secs: (bytes[8]! << 8) | bytes[9]!,
    flags: (bytes[10]! << 8) | bytes[11]!,
    ciaddr: address(bytes, 12),
    yiaddr: address(bytes, 16),
    siaddr: address(bytes, 20),
    giaddr: address(bytes, 24),
    mac: toHex(bytes, ':', CHADDR, CHADDR + hlen),
    sname: overload & 2 ? '' : toOctetText(bytes, SNAME, FILE),
    file: overload & 1 ? '' : toOctetText(bytes, FILE, COOKIE),
    options,
  };
  return { ok: true, packet: isDhcp ? packet : { ...packet, vendorArea: bytes.subarray(COOKIE) } };
}

/** Collects options over several fields; the parts of a repeated option are joined once, at the end (RFC 3396). */
class OptionReader {
  readonly #bytes: Uint8Array;
  readonly #options: Options;
  #parts: Map<number, Uint8Array[]> | undefined;
  failure: Decoded | undefined;

  constructor(bytes: Uint8Array, options: Options) {
    this.#bytes = bytes;
    this.#options = options;
  }

  /** False when the field is broken; `failure` then says how. A missing END is forgiven. */
  field(start: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = start;
    while (at < end) {
      const code = bytes[at]!;
      if (code === PAD) {
        at++;
        continue;
      }
      if (code === END) return true;
      const length = at + 1 < end ? bytes[at + 1]! : Number.NaN;
      const next = at + 2 + length;
      if (!(next <= end)) {
        const wanted = Number.isNaN(length) ? 'has no length' : `claims ${length} octets`;
        this.failure = fail('OPTION_CUT', at, `option ${code} ${wanted}, but its field ends at ${end}`);
        return false;
      }
      this.#add(code, bytes.subarray(at + 2, next));
      at = next;
    }
    return true;
  }

  #add(code: number, value: Uint8Array): void {
    const first = this.#options.get(code);
    if (!first) {
      this.#options.set(code, value);
      return;
    }
    this.#parts ??= new Map();
    const parts = this.#parts.get(code);
    if (parts) parts.push(value);
    else this.#parts.set(code, [first, value]);
  }

  join(): void {
    if (!this.#parts) return;
    for (const [code, parts] of this.#parts) if (this.#options.has(code)) this.#options.set(code, joinOctets(parts));
  }
}

/* Encoding ------------------------------------------------------------------------------------------------------ */

/**
 * Options keep their order, except the relay agent's, which go last (RFC 3046 section 2.2); values over 255 octets are
 * cut (RFC 3396). Padded with zeros behind END to `minimum` octets: older Raspberry Pi firmware fails on pads before it.
 */
export function encodePacket(packet: DhcpPacket, minimum: number = MINIMUM_OCTETS): Encoded {
  const problem = checkFields(packet);
  if (problem) return problem;
  const { options, vendorArea } = packet;
  const length = vendorArea ? COOKIE + vendorArea.length : OPTIONS + optionOctets(options) + 1;
  if (length > MAXIMUM_OCTETS) return fail('TOO_LONG', 0, `${length} octets; UDP carries ${MAXIMUM_OCTETS}`);

  const bytes = new Uint8Array(Math.max(length, minimum));
  bytes[0] = packet.op;
  bytes[1] = packet.htype;
  bytes[2] = packet.hlen;
  bytes[3] = packet.hops;
  put32(bytes, 4, packet.xid);
  bytes[8] = packet.secs >>> 8;
  bytes[9] = packet.secs;
  bytes[10] = packet.flags >>> 8;
  bytes[11] = packet.flags;
  if (!putAddress(bytes, 12, packet.ciaddr)) return badAddress(12, packet.ciaddr);
  if (!putAddress(bytes, 16, packet.yiaddr)) return badAddress(16, packet.yiaddr);
  if (!putAddress(bytes, 20, packet.siaddr)) return badAddress(20, packet.siaddr);
  if (!putAddress(bytes, 24, packet.giaddr)) return badAddress(24, packet.giaddr);
  if (!putMac(bytes, CHADDR, packet.mac, packet.hlen))
    return fail('BAD_HARDWARE_ADDRESS', CHADDR, `"${packet.mac}" is not ${packet.hlen} octets`);
  if (!putText(bytes, SNAME, FILE, packet.sname)) return badText(SNAME, 'sname', FILE - SNAME);
  if (!putText(bytes, FILE, COOKIE, packet.file)) return badText(FILE, 'file', COOKIE - FILE);

  if (vendorArea) {
    bytes.set(vendorArea, COOKIE);
    return { ok: true, bytes };
  }
  bytes[236] = 99;
  bytes[237] = 130;
  bytes[238] = 83;
  bytes[239] = 99;
  let at = OPTIONS;
  for (const [code, value] of options) {
    if (!(code > PAD && code < END && Number.isInteger(code)))
      return fail('BAD_OPTION_CODE', at, `${code} is not an option code`);
    if (code === OVERLOAD) return fail('BAD_OVERLOAD', at, 'options are never put into sname and file here');
    if (code !== RELAY_AGENT) at = putOption(bytes, at, code, value);
  }
  const relayAgent = options.get(RELAY_AGENT);
  if (relayAgent) at = putOption(bytes, at, RELAY_AGENT, relayAgent);
  bytes[at] = END;
  return { ok: true, bytes };
}

function checkFields(packet: DhcpPacket): Encoded | undefined {
  if (packet.op !== 1 && packet.op !== 2) return fail('BAD_OP', 0, `op is ${packet.op}`);
  if (!isUint(packet.hlen, 16)) return fail('BAD_HARDWARE_ADDRESS', 2, `hlen is ${packet.hlen}`);
  if (!isUint(packet.htype, 0xff)) return fail('BAD_FIELD', 1, `htype is ${packet.htype}`);
  if (!isUint(packet.hops, 0xff)) return fail('BAD_FIELD', 3, `hops is ${packet.hops}`);
  if (!isUint(packet.xid, 0xffffffff)) return fail('BAD_FIELD', 4, `xid is ${packet.xid}`);
  if (!isUint(packet.secs, 0xffff)) return fail('BAD_FIELD', 8, `secs is ${packet.secs}`);
  if (!isUint(packet.flags, 0xffff)) return fail('BAD_FIELD', 10, `flags is ${packet.flags}`);
  if (packet.vendorArea && packet.options.size > 0)
    return fail('BAD_FIELD', COOKIE, 'a packet has either options or a vendor area');
  return undefined;
}

const isUint = (value: number, maximum: number): boolean => Number.isInteger(value) && value >= 0 && value <= maximum;

/** Octets of one option on the wire, cut as often as its length needs. */
export function optionLength(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
}

function optionOctets(options: Options): number {
  let octets = 0;
  for (const value of options.values()) octets += optionLength(value);
  return octets;
}

function putOption(bytes: Uint8Array, start: number, code: number, value: Uint8Array): number {
  let at = start;
  let from = 0;
  do {
    const length = Math.min(255, value.length - from);
    bytes[at] = code;
    bytes[at + 1] = length;
    // A loop beats set() and subarray() for values as short as options are.
    for (let i = 0; i < length; i++) bytes[at + 2 + i] = value[from + i]!;
    at += 2 + length;
    from += length;
  } while (from < value.length);
  return at;
}

/* Fields -------------------------------------------------------------------------------------------------------- */

function address(bytes: Uint8Array, at: number): Ipv4 {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  return (a | b | c | d) === 0 ? '0.0.0.0' : `${a}.${b}.${c}.${d}`;
}

/** Boot ROMs want a NUL behind the text; that the server leaves room for it is its own affair (`reply.ts`). */
function putText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (text.length > end - start) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0xff) return false;
    bytes[start + i] = code;
  }
  return true;
}

const badAddress = (offset: number, value: string) => fail('BAD_FIELD', offset, `"${value}" is not an IPv4 address`);
const badText = (offset: number, field: string, size: number) =>
  fail('BAD_TEXT', offset, `${field} takes up to ${size} octets, one character each, without NUL`);

function fail(
  code: PacketErrorCode,
  offset: number,
  message: string,
): { readonly ok: false; readonly error: { code: PacketErrorCode; offset: number; message: string } } {
  return { ok: false, error: { code, offset, message } };
}
