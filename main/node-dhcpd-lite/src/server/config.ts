/** What the operator decides: the network, the pool, and which of the two modes. Plain data, checked by `checkConfig`. */
import { type Ipv4, inSubnet, maskNumber, parseIpv4, type Subnet } from '../addresses.ts';
import type { Identity, Reservation } from '../leases/lease.ts';

export type OptionBytes = readonly [code: number, bytes: Uint8Array];

interface CommonConfig {
  /** This server's address: option 54 and, for clients that boot, `siaddr`. */
  readonly server: Ipv4;
  /** Vendor classes (option 60, beginning) that mark a network boot client. Default `PXEClient`, `HTTPClient`. */
  readonly bootClasses?: readonly string[];
  /** Listen on the PXE boot server port 4011 too. Default true. */
  readonly bootServerPort?: boolean;
}

/** Gives addresses (RFC 2131). */
export interface LeaseConfig extends CommonConfig {
  readonly mode: 'lease';
  readonly subnet: Subnet;
  /** First and last address of the pool, both included. Server, network and broadcast addresses are left out anyhow. */
  readonly range: readonly [Ipv4, Ipv4];
  /** Seconds, default 600. */
  readonly leaseSeconds?: number;
  /** Seconds of a client's lease until it was acknowledged twice; default `leaseSeconds`. */
  readonly firstLeaseSeconds?: number;
  /** Seconds of a BOOTP lease, which nobody renews; default 3600. */
  readonly bootpLeaseSeconds?: number;
  /** Seconds an OFFER waits for its REQUEST, default 20. */
  readonly offerSeconds?: number;
  /** Seconds a declined address rests, default 600. */
  readonly declineSeconds?: number;
  /** Seconds an address heard from a stranger is left alone, default 300. */
  readonly inUseSeconds?: number;
  /** Default `mac`. */
  readonly identity?: Identity;
  /**
   * This is the only server of its wire (default true): a client that asks for an address of another network, or one
   * that is taken, gets a NAK at once, and one that knows a free address of ours keeps it. When false, clients
   * without a record here get silence (RFC 2131 section 4.3.2).
   */
  readonly authoritative?: boolean;
  readonly routers?: readonly Ipv4[];
  readonly dns?: readonly Ipv4[];
  readonly domain?: string;
  /** Sent to clients that ask for them, or that ask for nothing in particular. */
  readonly options?: readonly OptionBytes[];
  readonly reservations?: readonly Reservation[];
}

/** Adds boot fields beside another DHCP server that gives the addresses (PXE 2.1 proxyDHCP). */
export interface ProxyConfig extends CommonConfig {
  readonly mode: 'proxy';
}

export type ServerConfig = LeaseConfig | ProxyConfig;

/** A configuration that cannot be served; every problem is a sentence. */
export class DhcpConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.name = 'DhcpConfigError';
    this.problems = problems;
  }
}

/** Addresses in a pool at most; more than any wire carries. */
export const LARGEST_RANGE = 65536;

/** Empty when the configuration can be served. */
export function checkConfig(config: ServerConfig): string[] {
  const server = parseIpv4(config.server);
  if (server === undefined || server === 0) return [`The server address "${config.server}" is not an IPv4 address.`];
  return config.mode === 'lease' ? checkLeases(config) : [];
}

function checkLeases(config: LeaseConfig): string[] {
  const { subnet, range } = config;
  const network = parseIpv4(subnet.network);
  if (network === undefined || !(subnet.prefix >= 1 && subnet.prefix <= 32))
    return [`"${subnet.network}/${subnet.prefix}" is not a network.`];
  const name = `${subnet.network}/${subnet.prefix}`;
  const outside = (address: Ipv4): boolean => parseIpv4(address) === undefined || !inSubnet(address, subnet);
  const problems: string[] = [];
  if (!inSubnet(subnet.network, subnet) || (network & ~maskNumber(subnet.prefix)) !== 0)
    problems.push(`${name} has host bits in its network address.`);
  if (outside(config.server)) problems.push(`The server address ${config.server} is outside ${name}.`);
  const [first, last] = range.map(parseIpv4);
  if (first === undefined || last === undefined || outside(range[0]) || outside(range[1]))
    problems.push(`The range ${range[0]}-${range[1]} is not inside ${name}.`);
  else if (first > last) problems.push(`The range ${range[0]}-${range[1]} ends before it begins.`);
  else if (last - first >= LARGEST_RANGE)
    problems.push(`The range ${range[0]}-${range[1]} has over ${LARGEST_RANGE} addresses.`);
  for (const router of config.routers ?? [])
    if (outside(router)) problems.push(`The gateway ${router} is outside ${name}.`);
  for (const dns of config.dns ?? [])
    if (parseIpv4(dns) === undefined) problems.push(`The DNS server "${dns}" is not an IPv4 address.`);
  for (const { ip } of config.reservations ?? [])
    if (outside(ip)) problems.push(`The reserved address ${ip} is outside ${name}.`);
  for (const [what, seconds] of Object.entries({
    leaseSeconds: config.leaseSeconds,
    firstLeaseSeconds: config.firstLeaseSeconds,
    bootpLeaseSeconds: config.bootpLeaseSeconds,
    offerSeconds: config.offerSeconds,
    declineSeconds: config.declineSeconds,
    inUseSeconds: config.inUseSeconds,
  }))
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 0xffffffff))
      problems.push(`${what} is ${seconds}, not whole seconds from 1.`);
  for (const [code, bytes] of config.options ?? [])
    if (!Number.isInteger(code) || code < 1 || code > 254 || code === 52 || !(bytes instanceof Uint8Array))
      problems.push(`${code} is not an option that can be configured.`);
  return problems;
}
