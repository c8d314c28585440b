/** Builds replies: header, options in order, all within the size the client takes. Decides nothing about addresses. */
import { broadcastAddress, type Ipv4, ipv4Bytes, netmask } from '../addresses.ts';
import { BROADCAST_FLAG, type DhcpPacket, MESSAGE_TYPES, type MessageType, type Options } from '../codec/message.ts';
import { fromText, utf8OctetText } from '../codec/octets.ts';
import { optionValue } from '../codec/options.ts';
import { optionLength } from '../codec/packet.ts';
import { ipList, u32 } from '../codec/values.ts';
import type { LeaseConfig, OptionBytes, ServerConfig } from './config.ts';
import type { BootFields, ClientFacts } from './policy.ts';

const FIXED_OCTETS = 240;
const END_OCTET = 1;
/** IP and UDP header, which option 57 counts. */
const HEADERS = 28;
/** RFC 2131 section 2: what every client takes. Smaller wishes are slips. */
const SMALLEST_MESSAGE = 576;
/** What an Ethernet frame carries; UEFI says 65280, a byte-order slip. */
const LARGEST_REPLY = 1472;
/** RFC 951: the vendor area, less cookie and end. */
const BOOTP_OPTIONS = 64 - 4 - 1;

const TYPE_BYTES = MESSAGE_TYPES.map((_, index) => Uint8Array.of(index + 1));

/** What every reply of one server says alike, encoded once. */
export interface ReplyTemplate {
  readonly server: Ipv4;
  readonly serverBytes: Uint8Array;
  /** Options 1 and 28: always sent with an address. */
  readonly network: readonly OptionBytes[];
  /** Sent when asked for, or when nothing in particular was. */
  readonly common: readonly OptionBytes[];
}

export function replyTemplate(config: ServerConfig): ReplyTemplate {
  const server = { server: config.server, serverBytes: ipv4Bytes(config.server) };
  if (config.mode === 'proxy') return { ...server, network: [], common: [] };
  const network: OptionBytes[] = [
    [1, ipv4Bytes(netmask(config.subnet.prefix))],
    [28, ipv4Bytes(broadcastAddress(config.subnet))],
  ];
  return { ...server, network, common: commonOptions(config) };
}

function commonOptions(config: LeaseConfig): OptionBytes[] {
  const options: OptionBytes[] = [];
  if (config.routers?.length) options.push([3, ipList.encode(config.routers)]);
  if (config.dns?.length) options.push([6, ipList.encode(config.dns)]);
  if (config.domain) options.push([15, fromText(config.domain)]);
  return [...options, ...(config.options ?? [])];
}

export interface ReplyContent {
  /** Undefined for BOOTP. */
  readonly message: MessageType | undefined;
  readonly ciaddr?: Ipv4;
  readonly yiaddr?: Ipv4;
  /** Seconds; undefined where no address is leased. */
  readonly leaseSeconds?: number | undefined;
  readonly hostname?: string | undefined;
  readonly boot: BootFields;
}

export function buildReply(
  template: ReplyTemplate,
  request: DhcpPacket,
  client: ClientFacts,
  content: ReplyContent,
): DhcpPacket {
  const { boot } = content;
  const file = boot.file === undefined ? '' : utf8OctetText(boot.file);
  const sname = boot.sname === undefined ? '' : utf8OctetText(boot.sname);
  const fits = file.length <= 127;
  const packet: DhcpPacket = {
    op: 2,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    flags: request.flags,
    ciaddr: content.ciaddr ?? '0.0.0.0',
    yiaddr: content.yiaddr ?? '0.0.0.0',
    siaddr: boot.siaddr ?? (file || sname ? template.server : '0.0.0.0'),
    giaddr: request.giaddr,
    mac: request.mac,
    sname: sname.length <= 63 ? sname : '',
    file: fits ? file : '',
    options: new Map(),
  };
  if (content.message === undefined && request.vendorArea) return { ...packet, vendorArea: new Uint8Array(64) };
  const room = content.message === undefined ? BOOTP_OPTIONS : roomForOptions(request);
  const chosen = new OptionChooser(boot.omit, room);
  if (content.message !== undefined) chosen.require(53, TYPE_BYTES[MESSAGE_TYPES.indexOf(content.message)]!);
  if (content.message !== undefined) chosen.require(54, template.serverBytes);
  echo(chosen, request, 82);
  if (content.leaseSeconds !== undefined && content.message !== undefined) leaseTimes(chosen, content.leaseSeconds);
  for (const [code, bytes] of boot.options ?? []) chosen.add(code, bytes);
  for (const [code, bytes] of template.network) chosen.add(code, bytes);
  echo(chosen, request, 61);
  echo(chosen, request, 97);
  if (file && (!fits || client.requested.includes(67))) chosen.add(67, fromText(boot.file!));
  const hostname = content.hostname ?? boot.hostname;
  const asksFor = (code: number): boolean => client.requested.length === 0 || client.requested.includes(code);
  if (hostname && asksFor(12)) chosen.add(12, fromText(hostname));
  for (const [code, bytes] of template.common) if (asksFor(code)) chosen.add(code, bytes);
  return { ...packet, options: chosen.inOrder(client.requested) };
}

/** RFC 2131 table 3: nothing but the type, the server, the reason and what is echoed. */
export function buildNak(template: ReplyTemplate, request: DhcpPacket, reason: string): DhcpPacket {
  const options: Options = new Map();
  options.set(53, TYPE_BYTES[5]!);
  options.set(54, template.serverBytes);
  options.set(56, fromText(reason).subarray(0, 255));
  for (const code of [61, 82]) {
    const bytes = request.options.get(code);
    if (bytes) options.set(code, bytes);
  }
  return {
    op: 2,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    // Section 4.3.2: a relay agent must broadcast it, since the client does not have the address it asked for.
    flags: request.giaddr === '0.0.0.0' ? request.flags : request.flags | BROADCAST_FLAG,
    ciaddr: '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: request.giaddr,
    mac: request.mac,
    sname: '',
    file: '',
    options,
  };
}

function leaseTimes(chosen: OptionChooser, seconds: number): void {
  chosen.require(51, u32.encode(seconds));
  // RFC 2131 section 4.4.5.
  chosen.require(58, u32.encode(Math.floor(seconds / 2)));
  chosen.require(59, u32.encode(Math.floor((seconds * 7) / 8)));
}

function echo(chosen: OptionChooser, request: DhcpPacket, code: number): void {
  const bytes = request.options.get(code);
  if (bytes) chosen.add(code, bytes);
}

/** Octets that options may take in a reply to this client. */
function roomForOptions(request: DhcpPacket): number {
  const wish = optionValue(request.options, 'max-message-size') ?? SMALLEST_MESSAGE;
  const reply = Math.min(Math.max(wish, SMALLEST_MESSAGE) - HEADERS, LARGEST_REPLY);
  return reply - FIXED_OCTETS - END_OCTET;
}

/** Takes options in order of their importance while there is room, and gives them back in the order of the wire. */
class OptionChooser {
  readonly #omit: readonly number[] | undefined;
  #room: number;
  readonly #required: Options = new Map();
  readonly #optional: Options = new Map();

  constructor(omit: readonly number[] | undefined, room: number) {
    this.#omit = omit;
    this.#room = room;
  }

  require(code: number, bytes: Uint8Array): void {
    this.#required.set(code, bytes);
    this.#room -= optionLength(bytes);
  }

  /** The first to name a code wins: what is added earlier is what the policy said. */
  add(code: number, bytes: Uint8Array): void {
    if (this.#required.has(code) || this.#optional.has(code) || this.#omit?.includes(code)) return;
    const length = optionLength(bytes);
    if (length > this.#room) return;
    this.#room -= length;
    this.#optional.set(code, bytes);
  }

  /** RFC 2132 section 9.8: as the client listed them; before that what makes the message, behind it the rest. */
  inOrder(requested: Uint8Array): Options {
    const ordered = this.#required;
    for (const code of requested) {
      const bytes = this.#optional.get(code);
      if (bytes && !ordered.has(code)) ordered.set(code, bytes);
    }
    for (const [code, bytes] of this.#optional) if (!ordered.has(code)) ordered.set(code, bytes);
    return ordered;
  }
}
