/** From what was asked for to what will be done: a complete, checked plan of one bench, or the reason why not. */
import { resolve } from 'node:path';
import { checkConfig, type Ipv4, type Subnet } from 'node-dhcpd-lite';
import type { BenchHost, Vars } from '../bench-file/bench-file.ts';
import type { BootClient } from '../boot/client.ts';
import type { BootPlan, BootWish } from '../boot/plan.ts';
import { BenchError } from '../errors.ts';
import type { Nic, NicAddress } from '../host/host.ts';
import { chooseAddressing } from '../nic/addressing.ts';
import { worthiness } from '../nic/worthiness.ts';
import { dhcpConfig } from './dhcp-config.ts';
import type { SafetyRule } from './events.ts';

/** What a person, a script or a window asks for. Everything but the port has a sane default. */
export interface BenchRequest {
  readonly nic?: string | undefined;
  /** This laptop's address there. */
  readonly address?: { readonly address: Ipv4; readonly subnet: Subnet } | undefined;
  /** First and last address to give. */
  readonly range?: readonly [Ipv4, Ipv4] | undefined;
  readonly leaseSeconds?: number | undefined;
  readonly gateway?: Ipv4 | undefined;
  readonly nameServers?: readonly Ipv4[] | undefined;
  readonly mode?: 'dhcp' | 'proxy' | undefined;
  readonly identity?: 'mac' | 'client-id' | undefined;
  readonly root?: string | undefined;
  readonly httpPort?: number | undefined;
  readonly tftp?: boolean | undefined;
  readonly http?: boolean | undefined;
  readonly dns?: boolean | undefined;
  readonly benchFile?: string | undefined;
  readonly force: readonly SafetyRule[];
}

export interface BenchPlan {
  readonly nic: Nic;
  readonly address: Ipv4;
  readonly subnet: Subnet;
  /** Networks that this laptop reaches elsewhere and loses sight of while serving; empty unless chosen by hand. */
  readonly overlaps: readonly NicAddress[];
  /** Undefined in proxy mode. */
  readonly range: readonly [Ipv4, Ipv4] | undefined;
  readonly leaseSeconds: number;
  readonly gateway: Ipv4 | undefined;
  /** Told to boards; empty when there is nobody to ask. */
  readonly nameServers: readonly Ipv4[];
  readonly mode: 'dhcp' | 'proxy';
  readonly identity: 'mac' | 'client-id';
  /** Absolute path. */
  readonly root: string | undefined;
  readonly httpPort: number | undefined;
  readonly tftp: boolean;
  readonly dns: boolean;
  /** Domain of the bench's own names. */
  readonly domain: string;
  /** The bench file's devices. */
  readonly hosts: readonly BenchHost[];
  /** Template variables of every device. */
  readonly vars: Vars;
  /** The bench file's wish per architecture. */
  readonly wish: ((client: BootClient) => BootWish | undefined) | undefined;
  /** Programs in place of the usual ones. */
  readonly programs: BootPlan['programs'] | undefined;
  readonly force: readonly SafetyRule[];
}

/** What a bench file adds to a request; the request wins where both speak. */
export type BenchDefaults = Partial<Omit<BenchRequest, 'force' | 'benchFile'>> & {
  readonly [K in 'domain' | 'hosts' | 'vars' | 'wish' | 'programs']?: BenchPlan[K] | undefined;
};

export interface PlanParts {
  readonly nics: readonly Nic[];
  /** `Nics.knownNetworks()`. */
  readonly known: readonly NicAddress[];
  readonly request: BenchRequest;
  readonly defaults: BenchDefaults;
  /** Whether a path is a folder that can be read. */
  readonly isFolder: (path: string) => boolean;
}

const LEASE_SECONDS = 600;
const HTTP_PORT = 80;
const DNS_PORT = 53;

/** Throws BenchError: NIC_NOT_FOUND, SAFETY_REFUSED, FILE_UNREADABLE or USAGE. */
export function planBench({ nics, known, request, defaults, isFolder }: PlanParts): BenchPlan {
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const wanted: BenchDefaults = { ...defaults, ...Object.fromEntries(given) };
  const nic = chooseNic(nics, wanted.nic, request.force);
  const { address, subnet, range, overlaps } = chooseAddressing({
    nic,
    known,
    address: wanted.address,
    range: wanted.range,
  });
  const { mode = 'dhcp', root } = wanted;
  const dns = wanted.dns ?? mode === 'dhcp';
  if (root !== undefined && !isFolder(root))
    throw new BenchError('FILE_UNREADABLE', { path: root, reason: 'it is not a folder that can be read' });
  const httpPort = (wanted.http ?? true) ? (wanted.httpPort ?? HTTP_PORT) : undefined;
  if (dns && httpPort === DNS_PORT)
    throw new BenchError('USAGE', {
      problem: `TCP port ${DNS_PORT} is that of DNS here. Choose another port for HTTP, or leave DNS out (--no-dns).`,
    });
  const plan: BenchPlan = {
    nic,
    address,
    subnet,
    overlaps,
    range: mode === 'proxy' ? undefined : range,
    leaseSeconds: wanted.leaseSeconds ?? LEASE_SECONDS,
    gateway: wanted.gateway,
    nameServers: wanted.nameServers ?? (dns ? [address] : []),
    mode,
    identity: wanted.identity ?? 'mac',
    root: root === undefined ? undefined : resolve(root),
    httpPort,
    tftp: wanted.tftp ?? true,
    dns,
    domain: wanted.domain ?? 'bench',
    hosts: wanted.hosts ?? [],
    vars: wanted.vars ?? {},
    wish: wanted.wish,
    programs: wanted.programs,
    force: request.force,
  };
  // A gateway or a host elsewhere would be refused by the server as well, but as a fault of this program.
  const problems = checkConfig(dhcpConfig(plan));
  if (problems.length > 0) throw new BenchError('USAGE', { problem: problems.join(' ') });
  return plan;
}

function chooseNic(nics: readonly Nic[], name: string | undefined, force: readonly SafetyRule[]): Nic {
  const nic = nics.find(each => each.name === name);
  if (!nic) throw new BenchError('NIC_NOT_FOUND', { nic: name ?? '', known: nics.map(each => each.name) });
  const { possible, reasons, refusedBy } = worthiness(nic, nics);
  if (!possible) throw new BenchError('USAGE', { problem: `${nic.name} cannot be a bench. ${reasons.join(' ')}` });
  if (refusedBy && !force.includes(refusedBy))
    throw new BenchError('SAFETY_REFUSED', {
      rule: refusedBy,
      because: `${nic.name} carries this laptop's default route`,
      instead: 'Choose another port (`benchboot nics` lists them), best a USB Ethernet adapter of its own.',
      override: `--force ${refusedBy}`,
    });
  return nic;
}
