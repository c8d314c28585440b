/** Chooses and checks the addresses of a bench: the laptop's own and the range it gives. Changes nothing. */
import {
  broadcastAddress,
  formatIpv4,
  type Ipv4,
  inSubnet,
  ipv4Number,
  LARGEST_RANGE,
  maskNumber,
  type Subnet,
  subnetsOverlap,
} from 'node-dhcpd-lite';
import { BenchError } from '../errors.ts';
import type { Nic, NicAddress } from '../host/host.ts';
import { isConfigured } from './worthiness.ts';

export interface AddressingRequest {
  readonly nic: Nic;
  /** `Nics.knownNetworks()`. */
  readonly known: readonly NicAddress[];
  /** `--address`, as `parseCidr` gives it. */
  readonly address?: { readonly address: Ipv4; readonly subnet: Subnet } | undefined;
  /** `--range`, first and last. */
  readonly range?: readonly [Ipv4, Ipv4] | undefined;
}

export interface Addressing {
  /** The laptop's address on the bench. */
  readonly address: Ipv4;
  readonly subnet: Subnet;
  /** First and last address for boards. */
  readonly range: readonly [Ipv4, Ipv4];
  /** The port does not have this address yet. */
  readonly add: boolean;
  /** Networks this laptop reaches elsewhere and would lose sight of while serving; empty unless asked for by hand. */
  readonly overlaps: readonly NicAddress[];
}

/** Throws BenchError USAGE with a sentence about `--address` or `--range`. */
export function chooseAddressing({ nic, known, address, range }: AddressingRequest): Addressing {
  const elsewhere = known.filter(network => !isOwn(network, nic) && !isHalfOfEverything(network));
  const { address: own, prefix } = address
    ? checkAddress(address.address, address.subnet)
    : (nic.addresses.find(entry => isConfigured(entry) && entry.prefix <= 30) ?? freeNetwork(elsewhere));
  if (address && elsewhere.some(network => network.address === own))
    throw usage(
      `--address ${own}/${prefix} cannot be used: this laptop has that address on another port already; leave --address out, and a free network is chosen`,
    );
  const subnet = subnetOf({ address: own, prefix });
  return {
    address: own,
    subnet,
    range: range ? checkRange(range, subnet, own) : middleRange(subnet, own),
    add: !nic.addresses.some(entry => entry.address === own && entry.prefix === prefix),
    overlaps: elsewhere.filter(network => subnetsOverlap(subnetOf(network), subnet)),
  };
}

/** `10.32.0.7/24` and `10.32.0.0/24` alike. */
export function subnetOf({ address, prefix }: NicAddress): Subnet {
  return { network: formatIpv4((ipv4Number(address) & maskNumber(prefix)) >>> 0), prefix };
}

const cidr = ({ network, prefix }: Subnet): string => `${network}/${prefix}`;

/** A route to the port's own network is the port's own. */
function isOwn(network: NicAddress, nic: Nic): boolean {
  const subnet = cidr(subnetOf(network));
  return nic.addresses.some(own => own.address === network.address || cidr(subnetOf(own)) === subnet);
}

/** VPNs take all traffic by the routes 0.0.0.0/1 and 128.0.0.0/1; that is a default route, not a network to keep clear of. */
const isHalfOfEverything = ({ prefix }: NicAddress): boolean => prefix <= 1;

/** 10.32 to 10.63 first; a laptop whose company routes all of 10/8 gets one of the others. */
const CANDIDATES: readonly (readonly [first: Ipv4, networks: number])[] = [
  ['10.32.0.1', 32 * 256],
  ['172.29.0.1', 256],
  ['192.168.32.1', 224],
];

/** A free /24: the first of 10.32.0.1/24, 10.32.1.1/24, … that overlaps nothing known. */
export function freeNetwork(known: readonly NicAddress[]): NicAddress {
  const subnets = known.map(subnetOf);
  for (const [first, networks] of CANDIDATES)
    for (let i = 0; i < networks; i++) {
      const candidate = { address: formatIpv4(ipv4Number(first) + i * 256), prefix: 24 };
      if (!subnets.some(subnet => subnetsOverlap(subnet, subnetOf(candidate)))) return candidate;
    }
  throw usage('This laptop knows a route to every private network; choose one by --address, such as 10.32.0.1/24');
}

/**
 * The middle of a network, .50 to .250 of a /24 and in proportion otherwise, without the network's own and broadcast
 * address. When `own` lies inside, the larger part beside it. Of a large network as much as a pool holds.
 */
export function middleRange(subnet: Subnet, own: Ipv4): readonly [Ipv4, Ipv4] {
  const network = ipv4Number(subnet.network);
  const size = 2 ** (32 - subnet.prefix);
  const first = network + Math.max(1, Math.ceil((size * 50) / 256));
  const last = network + Math.min(size - 2, Math.floor((size * 250) / 256));
  const server = ipv4Number(own);
  const parts = [
    [first, Math.min(last, server - 1)],
    [Math.max(first, server + 1), last],
  ] as const;
  const whole = server < first || server > last ? ([first, last] as const) : undefined;
  const [from, to] = whole ?? (parts[0][1] - parts[0][0] > parts[1][1] - parts[1][0] ? parts[0] : parts[1]);
  if (from > to) throw usage(`The network ${cidr(subnet)} has no room for boards beside ${own}; take a /29 or larger`);
  return [formatIpv4(from), formatIpv4(Math.min(to, from + LARGEST_RANGE - 1))];
}

function checkAddress(address: Ipv4, subnet: Subnet): NicAddress {
  const wrong = (why: string) => usage(`--address ${address}/${subnet.prefix} cannot be used: ${why}`);
  if (subnet.prefix > 30) throw wrong('there is no room for a board; take a prefix of 30 or less, such as /24');
  if (subnet.prefix < 8) throw wrong('a network that large would cut this laptop off; take a prefix from 8 to 30');
  const first = ipv4Number(address) >>> 24;
  if (first === 0 || first === 127 || first >= 224)
    throw wrong('no host can have that address; 10.32.0.1/24 is a good one');
  if (address === subnet.network)
    throw wrong(`it is the name of the network itself; take ${formatIpv4(ipv4Number(address) + 1)}`);
  if (address === broadcastAddress(subnet))
    throw wrong(`it is the broadcast address of ${cidr(subnet)}; take ${formatIpv4(ipv4Number(subnet.network) + 1)}`);
  return { address, prefix: subnet.prefix };
}

function checkRange(range: readonly [Ipv4, Ipv4], subnet: Subnet, own: Ipv4): readonly [Ipv4, Ipv4] {
  const [first, last] = range;
  const wrong = (why: string) => usage(`--range ${first}-${last} cannot be used: ${why}`);
  for (const end of range)
    if (!inSubnet(end, subnet)) throw wrong(`${end} is outside of the bench network ${cidr(subnet)}`);
  const contains = (address: Ipv4) =>
    ipv4Number(first) <= ipv4Number(address) && ipv4Number(address) <= ipv4Number(last);
  if (ipv4Number(first) > ipv4Number(last)) throw wrong(`it is the wrong way round; try ${last}-${first}`);
  if (contains(subnet.network)) throw wrong(`${subnet.network} is the name of the network itself; start one higher`);
  if (contains(broadcastAddress(subnet)))
    throw wrong(`${broadcastAddress(subnet)} is the broadcast address of ${cidr(subnet)}; end one lower`);
  if (contains(own)) throw wrong(`it includes ${own}, this laptop's own address; leave that one out`);
  return range;
}

const usage = (problem: string): BenchError => new BenchError('USAGE', { problem: `${problem}.` });
