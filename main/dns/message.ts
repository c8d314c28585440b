/**
 * The few octets of a DNS message (RFC 1035 section 4.1) that a forwarder reads and changes in place. Pure; everything
 * with records in it goes through dns-packet.
 *
 *     0    2       4         6         8         10        12
 *     | id | flags | QDCOUNT | ANCOUNT | NSCOUNT | ARCOUNT | question …
 */
export const HEADER_OCTETS = 12;
/** What a client takes by UDP that says nothing else (section 4.2.1). */
export const PLAIN_UDP_LIMIT = 512;

export const FLAGS = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
} as const;

/** Response codes of RFC 1035 section 4.1.1. */
export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 } as const;

export interface Header {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** Undefined when there are fewer than 12 octets. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_OCTETS) return undefined;
  const view = viewOf(bytes);
  const flags = view.getUint16(2);
  return {
    id: view.getUint16(0),
    isResponse: (flags & FLAGS.response) !== 0,
    opcode: (flags >>> 11) & 15,
    recursionDesired: (flags & FLAGS.recursionDesired) !== 0,
    questions: view.getUint16(4),
    answers: view.getUint16(6),
    authorities: view.getUint16(8),
    additionals: view.getUint16(10),
  };
}

/** Where the first question ends, or undefined. A question has nothing before it that a pointer could point to. */
export function questionEnd(bytes: Uint8Array): number | undefined {
  let at = HEADER_OCTETS;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63 || at - HEADER_OCTETS > 255) return undefined;
    at += 1 + length;
    if (length === 0) break;
  }
  return at + 4 <= bytes.length ? at + 4 : undefined;
}

/** Both ask the same, but for the case of letters, which resolvers may change (draft-vixie-dnsext-dns0x20). */
export function sameQuestion(a: Uint8Array, b: Uint8Array): boolean {
  const end = questionEnd(a);
  if (end === undefined || questionEnd(b) !== end) return false;
  for (let at = HEADER_OCTETS; at < end; at++) if (lower(a[at]!) !== lower(b[at]!)) return false;
  return true;
}

const lower = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);

/** A copy with another id. */
export function withId(bytes: Uint8Array, id: number): Uint8Array {
  const copy = copyOf(bytes);
  viewOf(copy).setUint16(0, id);
  return copy;
}

/** The reply without records but marked as cut when it is larger than `limit`, so that the client comes back by TCP. */
export function fitted(reply: Uint8Array, limit: number): Uint8Array {
  if (reply.length <= limit) return reply;
  const cut = copyOf(reply, questionEnd(reply) ?? HEADER_OCTETS);
  const view = viewOf(cut);
  view.setUint16(2, view.getUint16(2) | FLAGS.truncated);
  view.setUint16(4, cut.length > HEADER_OCTETS ? 1 : 0);
  for (const count of [6, 8, 10]) view.setUint16(count, 0);
  return cut;
}

/** A reply without records: the query's id and question, and that response code. */
export function emptyReply(query: Uint8Array, rcode: number): Uint8Array {
  const end = questionEnd(query);
  const reply = copyOf(query, end ?? HEADER_OCTETS);
  const view = viewOf(reply);
  const kept = view.getUint16(2) & (0x7800 | FLAGS.recursionDesired);
  view.setUint16(2, FLAGS.response | kept | FLAGS.recursionAvailable | rcode);
  view.setUint16(4, end === undefined ? 0 : 1);
  for (const count of [6, 8, 10]) view.setUint16(count, 0);
  return reply;
}

/** Not `slice`: a Buffer's shares its memory. */
const copyOf = (bytes: Uint8Array, end = bytes.length): Uint8Array => new Uint8Array(bytes.subarray(0, end));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
