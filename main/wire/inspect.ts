/**
 * A recorded frame as people read it: one line for a list, and layer by layer with every field and option by its name. Pure;
 * never throws, whatever the bytes.
 */
import dns from 'dns-packet';
import { type DhcpPacket, describeOptions, type Mac, messageType, optionName } from 'node-dhcpd-lite';
import { RCODE } from '../dns/message.ts';
import { printable } from '../kit/printable.ts';
import { decodePacket as decodeTftp } from '../tftp/wire.ts';
import { type DecodedFrame, decodeFrame, type IpBody, type Transport, type Udp } from './ethernet.ts';
import { readMessage } from './messages.ts';

export interface PacketRow {
  /** Since the recording began, from 1. */
  readonly number: number;
  /** Milliseconds since 1970, with microseconds as the fraction. */
  readonly at: number;
  /** This laptop sent it. */
  readonly outgoing: boolean;
  readonly source: string;
  readonly destination: string;
  /** `DHCP`, `ARP`, `TFTP`, … */
  readonly protocol: string;
  /** The packet in a few words. */
  readonly says: string;
  /** Octets on the wire. */
  readonly length: number;
}

export interface PacketDetail extends PacketRow {
  readonly layers: readonly Layer[];
  /** The whole frame. */
  readonly hex: string;
}

export interface Layer {
  readonly title: string;
  readonly fields: readonly Field[];
}

export interface Field {
  /** In the field's own terms, e.g. `giaddr` or `93 client-architecture`. */
  readonly name: string;
  readonly value: string;
}

export interface Recorded {
  readonly number: number;
  readonly at: number;
  readonly outgoing: boolean;
  readonly bytes: Uint8Array;
}

export function packetRow({ number, at, outgoing, bytes }: Recorded): PacketRow {
  const frame = decodeFrame(bytes);
  const ip = ipOf(frame);
  const { protocol, says } = summary(frame);
  return {
    number,
    at,
    outgoing,
    source: ip?.source ?? frame.source,
    destination: ip?.destination ?? frame.destination,
    protocol,
    says: printable(says, 160),
    length: bytes.length,
  };
}

export function packetDetail(recorded: Recorded): PacketDetail {
  const frame = decodeFrame(recorded.bytes);
  const layers = [ethernetLayer(frame), ...bodyLayers(frame)].map(layer => ({
    title: layer.title,
    fields: layer.fields.map(({ name, value }) => ({ name, value: printable(value, 2_000) })),
  }));
  return { ...packetRow(recorded), layers, hex: Buffer.from(recorded.bytes).toString('hex') };
}

/** Whether one of these MACs sent or gets the frame, or is the one a DHCP packet is about (replies are often broadcast). */
export function concerns(bytes: Uint8Array, macs: ReadonlySet<Mac>): boolean {
  const frame = decodeFrame(bytes);
  if (macs.has(frame.source) || macs.has(frame.destination)) return true;
  const dhcp = dhcpOf(frame);
  return dhcp !== undefined && macs.has(dhcp.mac);
}

/* One line ------------------------------------------------------------------------------------------------------- */

interface Summary {
  readonly protocol: string;
  readonly says: string;
}

function summary(frame: DecodedFrame): Summary {
  const { body } = frame;
  switch (body.kind) {
    case 'arp':
      if (body.operation === 2) return { protocol: 'ARP', says: `${body.senderIp} is at ${body.senderMac}` };
      if (body.senderIp === '0.0.0.0') return { protocol: 'ARP', says: `is ${body.targetIp} free?` };
      if (body.senderIp === body.targetIp) return { protocol: 'ARP', says: `announces ${body.senderIp}` };
      return { protocol: 'ARP', says: `who has ${body.targetIp}? tell ${body.senderIp}` };
    case 'lldp':
      return { protocol: 'LLDP', says: body.systemName ?? 'a neighbour introduces itself' };
    case 'ipv4':
    case 'ipv6':
      return transportSummary(body);
    case 'malformed':
      return { protocol: 'malformed', says: body.why };
    default:
      return { protocol: `0x${frame.etherType.toString(16).padStart(4, '0')}`, says: '' };
  }
}

function transportSummary({ kind, payload, protocol }: IpBody): Summary {
  switch (payload.kind) {
    case 'udp':
      return udpSummary(payload);
    case 'tcp': {
      const name = TCP_PORTS.get(payload.destinationPort) ?? TCP_PORTS.get(payload.sourcePort) ?? 'TCP';
      return { protocol: name, says: `${payload.sourcePort} → ${payload.destinationPort}` };
    }
    case 'icmp': {
      const name = kind === 'ipv6' ? ICMPV6_TYPES.get(payload.type) : ICMP_TYPES.get(payload.type);
      return { protocol: kind === 'ipv6' ? 'ICMPv6' : 'ICMP', says: name ?? `type ${payload.type}` };
    }
    case 'malformed':
      return { protocol: 'malformed', says: payload.why };
    default:
      return { protocol: IP_PROTOCOLS.get(protocol) ?? `IP ${protocol}`, says: '' };
  }
}

function udpSummary(udp: Udp): Summary {
  const ports = `${udp.sourcePort} → ${udp.destinationPort}`;
  const message = readMessage(udp);
  if (message?.kind === 'dhcp') {
    if (!message.decoded.ok) return { protocol: 'DHCP', says: `cannot be read: ${message.decoded.error.message}` };
    return { protocol: 'DHCP', says: dhcpSays(message.decoded.packet) };
  }
  if (message?.kind === 'netconsole') return { protocol: 'netconsole', says: message.text.trim() };
  if (message?.kind === 'mdns') return { protocol: 'mDNS', says: message.names.join(', ') };
  if (isDns(udp)) return { protocol: udp.destinationPort === 5353 ? 'mDNS' : 'DNS', says: dnsSays(udp.data) };
  const tftp = tftpFields(udp);
  if (tftp) return { protocol: 'TFTP', says: tftp.says };
  return { protocol: UDP_PORTS.get(udp.destinationPort) ?? UDP_PORTS.get(udp.sourcePort) ?? 'UDP', says: ports };
}

function dhcpSays(packet: DhcpPacket): string {
  const what = messageType(packet) ?? (packet.op === 1 ? 'BOOTREQUEST' : 'BOOTREPLY');
  const address = packet.yiaddr !== '0.0.0.0' ? packet.yiaddr : packet.ciaddr !== '0.0.0.0' ? packet.ciaddr : undefined;
  return [what, address, packet.file || undefined].filter(part => part !== undefined).join(' ');
}

const isDns = (udp: Udp): boolean => [53, 5353].some(port => udp.sourcePort === port || udp.destinationPort === port);

function dnsMessage(data: Uint8Array): dns.DecodedPacket | undefined {
  try {
    return dns.decode(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  } catch {
    return undefined;
  }
}

/** RFC 1035 section 4.1.1: the low four bits of the second octet of flags. */
function answered(data: Uint8Array, message: dns.DecodedPacket): string {
  const rcode = (data[3] ?? 0) & 15;
  const count = (message.answers ?? []).length;
  return rcode === RCODE.nxDomain ? 'no such name' : rcode !== 0 ? `refused (rcode ${rcode})` : `${count} answers`;
}

function dnsSays(data: Uint8Array): string {
  const message = dnsMessage(data);
  if (!message) return 'cannot be read';
  const asked = (message.questions ?? []).map(({ type, name }) => `${type} ${name}`).join(', ');
  if (message.type !== 'response') return `asks for ${asked}`;
  return `${answered(data, message)} for ${asked}`;
}

/* Layer by layer -------------------------------------------------------------------------------------------------- */

const field = (name: string, value: string | number): Field => ({ name, value: String(value) });
const hexText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function ethernetLayer(frame: DecodedFrame): Layer {
  return {
    title: 'Ethernet',
    fields: [
      field('destination', frame.destination),
      field('source', frame.source),
      ...frame.vlans.map(id => field('VLAN', id)),
      field('type', `0x${frame.etherType.toString(16).padStart(4, '0')}`),
    ],
  };
}

function bodyLayers({ body }: DecodedFrame): readonly Layer[] {
  switch (body.kind) {
    case 'arp':
      return [
        {
          title: 'ARP',
          fields: [
            field(
              'operation',
              body.operation === 1 ? '1 (request)' : body.operation === 2 ? '2 (reply)' : body.operation,
            ),
            field('sender MAC', body.senderMac),
            field('sender address', body.senderIp),
            field('target MAC', body.targetMac),
            field('target address', body.targetIp),
          ],
        },
      ];
    case 'lldp': {
      const { kind: _, ...facts } = body;
      return [
        {
          title: 'LLDP',
          fields: Object.entries(facts).flatMap(([name, v]) => (v === undefined ? [] : [field(name, String(v))])),
        },
      ];
    }
    case 'ipv4':
    case 'ipv6':
      return [
        {
          title: body.kind === 'ipv4' ? 'IPv4' : 'IPv6',
          fields: [
            field('source', body.source),
            field('destination', body.destination),
            field(body.kind === 'ipv4' ? 'ttl' : 'hop limit', body.ttl),
            field('protocol', `${body.protocol} (${IP_PROTOCOLS.get(body.protocol) ?? 'other'})`),
          ],
        },
        ...transportLayers(body.payload),
      ];
    case 'malformed':
      return [{ title: 'Malformed', fields: [field('why', body.why)] }];
    default:
      return [];
  }
}

function transportLayers(payload: Transport): readonly Layer[] {
  switch (payload.kind) {
    case 'udp':
      return [
        {
          title: 'UDP',
          fields: [
            field('source port', payload.sourcePort),
            field('destination port', payload.destinationPort),
            field('octets', payload.data.length),
          ],
        },
        ...messageLayers(payload),
      ];
    case 'tcp':
      return [
        {
          title: 'TCP',
          fields: [field('source port', payload.sourcePort), field('destination port', payload.destinationPort)],
        },
      ];
    case 'icmp':
      return [{ title: 'ICMP', fields: [field('type', payload.type), field('code', payload.code)] }];
    case 'malformed':
      return [{ title: 'Malformed', fields: [field('why', payload.why)] }];
    default:
      return [];
  }
}

function messageLayers(udp: Udp): readonly Layer[] {
  const message = readMessage(udp);
  if (message?.kind === 'dhcp') {
    if (message.decoded.ok) return dhcpLayers(message.decoded.packet);
    const { code, offset, message: why } = message.decoded.error;
    return [{ title: 'DHCP, cannot be read', fields: [field(code, why), field('at octet', offset)] }];
  }
  if (message?.kind === 'netconsole') return [{ title: 'netconsole', fields: [field('text', message.text)] }];
  if (isDns(udp)) return dnsLayers(udp.data);
  const tftp = tftpFields(udp);
  return tftp ? [{ title: 'TFTP', fields: tftp.fields }] : [];
}

/** Header fields by their names in RFC 2131 figure 1, then every option by number and name. */
function dhcpLayers(packet: DhcpPacket): readonly Layer[] {
  const header = [
    field('op', packet.op === 1 ? '1 (request)' : '2 (reply)'),
    field('htype', packet.htype),
    field('hlen', packet.hlen),
    field('hops', packet.hops),
    field('xid', `0x${packet.xid.toString(16).padStart(8, '0')}`),
    field('secs', packet.secs),
    field('flags', `0x${packet.flags.toString(16).padStart(4, '0')}${packet.flags & 0x8000 ? ' (broadcast)' : ''}`),
    field('ciaddr', packet.ciaddr),
    field('yiaddr', packet.yiaddr),
    field('siaddr', packet.siaddr),
    field('giaddr', packet.giaddr),
    field('chaddr', packet.mac),
    ...(packet.sname ? [field('sname', packet.sname)] : []),
    ...(packet.file ? [field('file', packet.file)] : []),
    ...(packet.vendorArea ? [field('vendor area', hexText(packet.vendorArea))] : []),
  ];
  const options = describeOptions(packet).map(({ code, name, text }) =>
    field(`${code} ${name}`, code === 55 ? requestedOptions(packet, text) : text),
  );
  return [
    { title: 'DHCP', fields: header },
    { title: `DHCP options (${options.length})`, fields: options },
  ];
}

/** Option 55 is a list of option numbers: named, since nobody knows them by heart. */
function requestedOptions(packet: DhcpPacket, text: string): string {
  const codes = packet.options.get(55);
  return codes ? Array.from(codes, code => `${code} ${optionName(code)}`).join(', ') : text;
}

function dnsLayers(data: Uint8Array): readonly Layer[] {
  const message = dnsMessage(data);
  if (!message) return [{ title: 'DNS, cannot be read', fields: [field('octets', hexText(data))] }];
  const answers = [...(message.answers ?? []), ...(message.additionals ?? [])];
  return [
    {
      title: 'DNS',
      fields: [
        field('id', message.id ?? 0),
        field('type', message.type ?? 'query'),
        ...(message.type === 'response' ? [field('result', answered(data, message))] : []),
        ...(message.questions ?? []).map(({ type, name }) => field('question', `${type} ${name}`)),
        ...answers.map(record =>
          field('answer', `${record.type} ${record.name} ${'data' in record ? JSON.stringify(record.data) : ''}`),
        ),
      ],
    },
  ];
}

/** Requests go to port 69; what follows has ports of its own and is known by its shape alone. */
function tftpFields(udp: Udp): { says: string; fields: Field[] } | undefined {
  const packet = decodeTftp(udp.data);
  const isRequest = udp.destinationPort === 69;
  if (packet.op === 'malformed')
    return isRequest ? { says: `cannot be read: ${packet.why}`, fields: [field('why', packet.why)] } : undefined;
  switch (packet.op) {
    case 'rrq':
    case 'wrq':
      if (!isRequest) return undefined;
      return {
        says: `${packet.op === 'rrq' ? 'read' : 'write'} ${packet.name}`,
        fields: [
          field('opcode', packet.op.toUpperCase()),
          field('file', packet.name),
          field('mode', packet.mode),
          ...packet.options.map(([name, value]) => field(name, value)),
        ],
      };
    case 'error':
      return {
        says: `error ${packet.code}: ${packet.text}`,
        fields: [field('opcode', 'ERROR'), field('code', packet.code), field('message', packet.text)],
      };
    case 'oack':
      return {
        says: `options ${packet.options.map(([name, value]) => `${name} ${value}`).join(', ')}`,
        fields: [field('opcode', 'OACK'), ...packet.options.map(([name, value]) => field(name, value))],
      };
    case 'data':
      return {
        says: `block ${packet.block}, ${packet.bytes.length} octets`,
        fields: [field('opcode', 'DATA'), field('block', packet.block), field('octets', packet.bytes.length)],
      };
    case 'ack':
      return {
        says: `got block ${packet.block}`,
        fields: [field('opcode', 'ACK'), field('block', packet.block)],
      };
  }
}

/* Names ----------------------------------------------------------------------------------------------------------- */

const ipOf = ({ body }: DecodedFrame): IpBody | undefined =>
  body.kind === 'ipv4' || body.kind === 'ipv6' ? body : undefined;

function dhcpOf(frame: DecodedFrame): DhcpPacket | undefined {
  const payload = ipOf(frame)?.payload;
  const message = payload?.kind === 'udp' ? readMessage(payload) : undefined;
  return message?.kind === 'dhcp' && message.decoded.ok ? message.decoded.packet : undefined;
}

const IP_PROTOCOLS = new Map([
  [1, 'ICMP'],
  [2, 'IGMP'],
  [6, 'TCP'],
  [17, 'UDP'],
  [58, 'ICMPv6'],
]);
const TCP_PORTS = new Map([
  [22, 'SSH'],
  [80, 'HTTP'],
  [443, 'HTTPS'],
]);
const UDP_PORTS = new Map([
  [123, 'NTP'],
  [514, 'syslog'],
  [1900, 'SSDP'],
]);
const ICMP_TYPES = new Map([
  [0, 'echo reply'],
  [3, 'unreachable'],
  [8, 'echo request'],
  [11, 'time exceeded'],
]);
const ICMPV6_TYPES = new Map([
  [128, 'echo request'],
  [129, 'echo reply'],
  [133, 'router solicitation'],
  [134, 'router advertisement'],
  [135, 'neighbour solicitation'],
  [136, 'neighbour advertisement'],
  [143, 'multicast listener report'],
]);
