/** The option table: one row says all there is to know of an option, and reading, writing and showing follow from it. */
import { architectureName } from './arch.ts';
import { ipxeOptions } from './ipxe.ts';
import type { DhcpPacket, MessageType } from './message.ts';
import { toHex } from './octets.ts';
import { pxeVendorOptions } from './pxe.ts';
import { relayAgentInformation } from './relay.ts';
import {
  bytes,
  clientIdentifier,
  clientName,
  codes,
  domains,
  empty,
  flag,
  i32,
  interfaceVersion,
  ip,
  ipList,
  ipPairs,
  machineId,
  messageType as messageTypeCodec,
  routes,
  seconds,
  text,
  u8,
  u16,
  u16List,
  u32,
  userClass,
  type ValueCodec,
} from './values.ts';

const row = <const N extends string, T>(code: number, name: N, codec: ValueCodec<T>, spec: string) => ({
  code,
  name,
  codec,
  spec,
});

const architectures = {
  ...u16List,
  show: (value: readonly number[]) => value.map(arch => `${arch} (${architectureName(arch)})`).join(', '),
};

export const OPTIONS = [
  row(1, 'subnet-mask', ip, 'RFC 2132 §3.3'),
  row(2, 'time-offset', i32, 'RFC 2132 §3.4'),
  row(3, 'routers', ipList, 'RFC 2132 §3.5'),
  row(4, 'time-servers', ipList, 'RFC 2132 §3.6'),
  row(5, 'name-servers', ipList, 'RFC 2132 §3.7'),
  row(6, 'dns-servers', ipList, 'RFC 2132 §3.8'),
  row(7, 'log-servers', ipList, 'RFC 2132 §3.9'),
  row(8, 'cookie-servers', ipList, 'RFC 2132 §3.10'),
  row(9, 'lpr-servers', ipList, 'RFC 2132 §3.11'),
  row(10, 'impress-servers', ipList, 'RFC 2132 §3.12'),
  row(11, 'resource-location-servers', ipList, 'RFC 2132 §3.13'),
  row(12, 'hostname', text, 'RFC 2132 §3.14'),
  row(13, 'boot-file-size', u16, 'RFC 2132 §3.15'),
  row(14, 'merit-dump-file', text, 'RFC 2132 §3.16'),
  row(15, 'domain-name', text, 'RFC 2132 §3.17'),
  row(16, 'swap-server', ip, 'RFC 2132 §3.18'),
  row(17, 'root-path', text, 'RFC 2132 §3.19'),
  row(18, 'extensions-path', text, 'RFC 2132 §3.20'),
  row(19, 'ip-forwarding', flag, 'RFC 2132 §4.1'),
  row(20, 'non-local-source-routing', flag, 'RFC 2132 §4.2'),
  row(21, 'policy-filters', ipPairs, 'RFC 2132 §4.3'),
  row(22, 'max-datagram-reassembly', u16, 'RFC 2132 §4.4'),
  row(23, 'default-ttl', u8, 'RFC 2132 §4.5'),
  row(24, 'path-mtu-aging', seconds, 'RFC 2132 §4.6'),
  row(25, 'path-mtu-plateaus', u16List, 'RFC 2132 §4.7'),
  row(26, 'interface-mtu', u16, 'RFC 2132 §5.1'),
  row(27, 'all-subnets-local', flag, 'RFC 2132 §5.2'),
  row(28, 'broadcast-address', ip, 'RFC 2132 §5.3'),
  row(29, 'perform-mask-discovery', flag, 'RFC 2132 §5.4'),
  row(30, 'mask-supplier', flag, 'RFC 2132 §5.5'),
  row(31, 'router-discovery', flag, 'RFC 2132 §5.6'),
  row(32, 'router-solicitation-address', ip, 'RFC 2132 §5.7'),
  row(33, 'static-routes', ipPairs, 'RFC 2132 §5.8'),
  row(34, 'trailer-encapsulation', flag, 'RFC 2132 §6.1'),
  row(35, 'arp-cache-timeout', seconds, 'RFC 2132 §6.2'),
  row(36, 'ethernet-encapsulation', flag, 'RFC 2132 §6.3'),
  row(37, 'tcp-default-ttl', u8, 'RFC 2132 §7.1'),
  row(38, 'tcp-keepalive-interval', seconds, 'RFC 2132 §7.2'),
  row(39, 'tcp-keepalive-garbage', flag, 'RFC 2132 §7.3'),
  row(40, 'nis-domain', text, 'RFC 2132 §8.1'),
  row(41, 'nis-servers', ipList, 'RFC 2132 §8.2'),
  row(42, 'ntp-servers', ipList, 'RFC 2132 §8.3'),
  row(43, 'vendor-specific', pxeVendorOptions, 'RFC 2132 §8.4, PXE 2.1'),
  row(44, 'netbios-name-servers', ipList, 'RFC 2132 §8.5'),
  row(45, 'netbios-datagram-servers', ipList, 'RFC 2132 §8.6'),
  row(46, 'netbios-node-type', u8, 'RFC 2132 §8.7'),
  row(47, 'netbios-scope', text, 'RFC 2132 §8.8'),
  row(48, 'x-font-servers', ipList, 'RFC 2132 §8.9'),
  row(49, 'x-display-managers', ipList, 'RFC 2132 §8.10'),
  row(50, 'requested-address', ip, 'RFC 2132 §9.1'),
  row(51, 'lease-time', seconds, 'RFC 2132 §9.2'),
  row(52, 'overload', u8, 'RFC 2132 §9.3'),
  row(53, 'message-type', messageTypeCodec, 'RFC 2132 §9.6'),
  row(54, 'server-identifier', ip, 'RFC 2132 §9.7'),
  row(55, 'parameter-request-list', codes, 'RFC 2132 §9.8'),
  row(56, 'message', text, 'RFC 2132 §9.9'),
  row(57, 'max-message-size', u16, 'RFC 2132 §9.10'),
  row(58, 'renewal-time', seconds, 'RFC 2132 §9.11'),
  row(59, 'rebinding-time', seconds, 'RFC 2132 §9.12'),
  row(60, 'vendor-class', text, 'RFC 2132 §9.13'),
  row(61, 'client-identifier', clientIdentifier, 'RFC 2132 §9.14, RFC 4361'),
  row(62, 'netware-domain', text, 'RFC 2242'),
  row(63, 'netware-options', bytes, 'RFC 2242'),
  row(64, 'nis-plus-domain', text, 'RFC 2132 §8.11'),
  row(65, 'nis-plus-servers', ipList, 'RFC 2132 §8.12'),
  row(66, 'tftp-server-name', text, 'RFC 2132 §9.4'),
  row(67, 'bootfile-name', text, 'RFC 2132 §9.5'),
  row(68, 'mobile-ip-home-agents', ipList, 'RFC 2132 §8.13'),
  row(69, 'smtp-servers', ipList, 'RFC 2132 §8.14'),
  row(70, 'pop3-servers', ipList, 'RFC 2132 §8.15'),
  row(71, 'nntp-servers', ipList, 'RFC 2132 §8.16'),
  row(72, 'www-servers', ipList, 'RFC 2132 §8.17'),
  row(73, 'finger-servers', ipList, 'RFC 2132 §8.18'),
  row(74, 'irc-servers', ipList, 'RFC 2132 §8.19'),
  row(75, 'streettalk-servers', ipList, 'RFC 2132 §8.20'),
  row(76, 'streettalk-directory-servers', ipList, 'RFC 2132 §8.21'),
  row(77, 'user-class', userClass, 'RFC 3004'),
  row(80, 'rapid-commit', empty, 'RFC 4039'),
  row(81, 'client-fqdn', clientName, 'RFC 4702'),
  row(82, 'relay-agent-information', relayAgentInformation, 'RFC 3046'),
  row(90, 'authentication', bytes, 'RFC 3118'),
  row(91, 'client-last-transaction-time', seconds, 'RFC 4388'),
  row(92, 'associated-addresses', ipList, 'RFC 4388'),
  row(93, 'client-architecture', architectures, 'RFC 4578 §2.1'),
  row(94, 'client-interface', interfaceVersion, 'RFC 4578 §2.2'),
  row(97, 'client-machine-id', machineId, 'RFC 4578 §2.3'),
  row(100, 'posix-timezone', text, 'RFC 4833'),
  row(101, 'tzdb-timezone', text, 'RFC 4833'),
  row(108, 'ipv6-only-preferred', seconds, 'RFC 8925'),
  row(114, 'captive-portal', text, 'RFC 8910'),
  row(116, 'auto-configure', flag, 'RFC 2563'),
  row(117, 'name-service-search', u16List, 'RFC 2937'),
  row(118, 'subnet-selection', ip, 'RFC 3011'),
  row(119, 'domain-search', domains, 'RFC 3397'),
  row(120, 'sip-servers', bytes, 'RFC 3361'),
  row(121, 'classless-routes', routes, 'RFC 3442'),
  row(124, 'vendor-identifying-class', bytes, 'RFC 3925'),
  row(125, 'vendor-identifying-options', bytes, 'RFC 3925'),
  row(128, 'pxe-128', bytes, 'RFC 4578 §2.4'),
  row(129, 'pxe-129', bytes, 'RFC 4578 §2.4'),
  row(130, 'pxe-130', bytes, 'RFC 4578 §2.4'),
  row(131, 'pxe-131', bytes, 'RFC 4578 §2.4'),
  row(132, 'pxe-132', bytes, 'RFC 4578 §2.4'),
  row(133, 'pxe-133', bytes, 'RFC 4578 §2.4'),
  row(134, 'pxe-134', bytes, 'RFC 4578 §2.4'),
  row(135, 'pxe-135', bytes, 'RFC 4578 §2.4'),
  row(138, 'capwap-controllers', ipList, 'RFC 5417'),
  row(145, 'forcerenew-nonce', bytes, 'RFC 6704'),
  row(150, 'tftp-servers', ipList, 'RFC 5859'),
  row(161, 'mud-url', text, 'RFC 8520'),
  row(175, 'ipxe', ipxeOptions, 'iPXE dhcp.h'),
  row(203, 'ipxe-user-class', bytes, 'iPXE dhcp.h'),
  row(208, 'pxelinux-magic', bytes, 'RFC 5071 §3'),
  row(209, 'pxelinux-config-file', text, 'RFC 5071 §4'),
  row(210, 'pxelinux-path-prefix', text, 'RFC 5071 §5'),
  row(211, 'pxelinux-reboot-time', u32, 'RFC 5071 §6'),
  row(249, 'ms-classless-routes', routes, 'MS-DHCPE §2.2.8'),
  row(252, 'web-proxy-url', text, 'draft-ietf-wrec-wpad-01'),
] as const;

type Row = (typeof OPTIONS)[number];
export type OptionName = Row['name'];
export type OptionValue<N extends OptionName> =
  Extract<Row, { readonly name: N }>['codec'] extends ValueCodec<infer T> ? T : never;

/** A malformed option is not an absent one. */
export type Reading<T> =
  | { readonly is: 'absent' }
  | { readonly is: 'value'; readonly value: T }
  | { readonly is: 'malformed'; readonly raw: Uint8Array; readonly why: string };

interface AnyRow {
  readonly code: number;
  readonly name: string;
  readonly codec: ValueCodec<unknown>;
  readonly spec: string;
}
const byName = new Map<string, AnyRow>(OPTIONS.map(entry => [entry.name, entry as unknown as AnyRow]));
const byCode = new Map<number, AnyRow>(OPTIONS.map(entry => [entry.code, entry as unknown as AnyRow]));
const ABSENT = { is: 'absent' } as const;

export function readOption<N extends OptionName>(
  options: ReadonlyMap<number, Uint8Array>,
  name: N,
): Reading<OptionValue<N>> {
  const { code, codec } = byName.get(name)!;
  const raw = options.get(code);
  if (!raw) return ABSENT;
  const value = codec.decode(raw) as OptionValue<N> | undefined;
  if (value === undefined) return { is: 'malformed', raw, why: `${toHex(raw)} is not ${codec.expects}` };
  return { is: 'value', value };
}

/** The value, or undefined when the option is absent or malformed: for readers that treat both alike. */
export function optionValue<N extends OptionName>(
  options: ReadonlyMap<number, Uint8Array>,
  name: N,
): OptionValue<N> | undefined {
  const { code, codec } = byName.get(name)!;
  const raw = options.get(code);
  return raw && (codec.decode(raw) as OptionValue<N> | undefined);
}

/** Code and octets, ready for a packet or for boot fields. Throws for a value that is none of its kind. */
export function writeOption<N extends OptionName>(name: N, value: OptionValue<N>): readonly [number, Uint8Array] {
  const { code, codec } = byName.get(name)!;
  return [code, codec.encode(value)];
}

export function optionCode(name: OptionName): number {
  return byName.get(name)!.code;
}

/** The table's name for a code, or `option-N`. */
export function optionName(code: number): string {
  return byCode.get(code)?.name ?? `option-${code}`;
}

/** Undefined for BOOTP and for a malformed option 53. */
export function messageType(packet: DhcpPacket): MessageType | undefined {
  const raw = packet.options.get(53);
  return raw && messageTypeCodec.decode(raw);
}

export interface OptionDescription {
  readonly code: number;
  readonly name: string;
  /** For people; control characters are escaped, unknown and malformed options are hex. */
  readonly text: string;
}

export function describeOptions(packet: DhcpPacket): OptionDescription[] {
  return Array.from(packet.options, ([code, raw]) => ({ code, name: optionName(code), text: describe(code, raw) }));
}

function describe(code: number, raw: Uint8Array): string {
  const entry = byCode.get(code);
  if (!entry) return toHex(raw);
  const value = entry.codec.decode(raw);
  if (value !== undefined) return entry.codec.show(value);
  return `${toHex(raw)} (not ${entry.codec.expects})`;
}
