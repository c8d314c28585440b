/**
 * What a bench file means, worked out for a permanent server: its addresses, and what each kind of machine and each host
 * with a wish of its own is told. Asks the very recipes that serve. Knows no format of a server.
 */
import { fromHex, type Ipv4, type Mac, parseCidr, parseMac, type Subnet, toText } from 'node-dhcpd-lite';
import type { BootClient } from '../boot/client.ts';
import { type BootPlan, hyphenated } from '../boot/plan.ts';
import { chooseBoot } from '../boot/recipes.ts';
import { BenchError } from '../errors.ts';
import { parseDuration } from '../kit/duration.ts';
import { middleRange } from '../nic/addressing.ts';
import type { BenchFile, BenchHost } from './bench-file.ts';
import { BOOT_KINDS, type BootKind } from './boot-kinds.ts';
import { bootWishes } from './boot-wishes.ts';

export interface BootAnswer {
  readonly kind: BootKind;
  /** File or URL: BOOTP `file` and option 67. */
  readonly file: string | undefined;
  /** Option 60. */
  readonly vendorClass: string | undefined;
  /** Options 43, 66, 175 and 209, where the machine acts on them. */
  readonly options: readonly (readonly [code: number, value: Uint8Array])[];
}

export interface HandedHost {
  readonly mac: Mac | undefined;
  /** Hex, without separators. */
  readonly clientId: string | undefined;
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly address: Ipv4 | undefined;
  /** What it is told instead of what all are told; undefined when it has no wish of its own. */
  readonly boot: readonly BootAnswer[] | undefined;
}

export interface Handover {
  readonly name: string | undefined;
  readonly mode: 'dhcp' | 'proxy';
  readonly identity: 'mac' | 'client-id';
  readonly address: Ipv4;
  readonly subnet: Subnet;
  readonly range: readonly [Ipv4, Ipv4];
  readonly leaseSeconds: number;
  readonly gateway: Ipv4 | undefined;
  /** Told to boards; empty when there is nobody to ask. */
  readonly nameServers: readonly Ipv4[];
  readonly domain: string;
  readonly dns: boolean;
  readonly tftp: boolean;
  /** Absolute, when the file names one. */
  readonly root: string | undefined;
  readonly boot: readonly BootAnswer[];
  readonly hosts: readonly HandedHost[];
  /** What no other server does by itself, as sentences. */
  readonly remarks: readonly string[];
}

/** As option 97 carries it: the first three groups little endian (SMBIOS 3.x section 7.2.1). */
export function uuidOctets(uuid: string): Uint8Array {
  const groups = uuid.split('-').map(group => fromHex(group) ?? new Uint8Array());
  return Uint8Array.from(groups.flatMap((octets, index) => (index < 3 ? [...octets].reverse() : [...octets])));
}

const ADDRESS = '10.32.0.1/24';
const LEASE_SECONDS = 600;

/** `root`: the file's root folder as an absolute path. Throws BenchError USAGE for a network without room for boards. */
export function handover(file: BenchFile, root: string | undefined): Handover {
  const { addressing = {}, services = {}, mode = 'dhcp' } = file;
  const { address, subnet } = parseCidr(addressing.address ?? ADDRESS)!;
  const dns = services.dns ?? mode === 'dhcp';
  const range = addressing.range?.split('-').map(end => end.trim());
  if (subnet.prefix > 30)
    throw new BenchError('USAGE', { problem: `A /${subnet.prefix} has no room for a board. Take a /24.` });
  const plan: BootPlan = {
    mode,
    server: address,
    httpPort: (services.http ?? true) ? (file.httpPort ?? 80) : undefined,
    tftp: services.tftp ?? true,
    ...bootWishes({ ...file, hosts: [] }),
  };
  const hosts = file.hosts ?? [];
  const unprintable = [root, ...Object.values(file.boot ?? {}), ...hosts.map(host => host.boot)].find(
    text => typeof text === 'string' && /[\u0000-\u001f\u007f]/.test(text),
  );
  if (unprintable !== undefined)
    throw new BenchError('USAGE', {
      problem: `${JSON.stringify(unprintable)} has a line break or a control character, which no server's file can hold. Correct that name.`,
    });
  const boot = answers(plan, undefined);
  return {
    name: file.name,
    mode,
    identity: file.identity ?? 'mac',
    address,
    subnet,
    range: range ? [range[0]!, range[1]!] : middleRange(subnet, address),
    leaseSeconds: (addressing.lease === undefined ? undefined : parseDuration(addressing.lease)) ?? LEASE_SECONDS,
    gateway: addressing.gateway,
    nameServers: addressing.dns ?? (dns ? [address] : []),
    domain: addressing.domain ?? 'bench',
    dns,
    tftp: plan.tftp,
    root,
    boot,
    hosts: hosts.map(host => ({
      mac: host.mac === undefined ? undefined : parseMac(host.mac),
      clientId: host.clientId?.replaceAll(':', '').toLowerCase(),
      uuid: host.uuid?.toLowerCase(),
      name: host.name,
      address: host.address,
      boot: host.boot === undefined ? undefined : answers({ ...plan, ...bootWishes({ ...file, hosts: [host] }) }, host),
    })),
    remarks: remarksOf(file, plan, boot),
  };
}

/** What each kind of machine gets that is `host`, or nobody in particular. Those that get nothing are left out. */
function answers(plan: BootPlan, host: BenchHost | undefined): BootAnswer[] {
  return BOOT_KINDS.flatMap((kind): BootAnswer[] => {
    const client: BootClient = { ...kind.client, ...marksOf(host) };
    const choice = chooseBoot(client, plan, plan.mode === 'proxy' ? 4011 : 67);
    const option = (code: number) => choice.options.find(([each]) => each === code)?.[1];
    const text = (code: number) => {
      const value = option(code);
      return value && toText(value);
    };
    // Only this program writes a script for the one who asks.
    const file = (text(67) ?? choice.file)?.replace(`?mac=${hyphenated(client.mac)}`, '');
    const options = [43, 66, 175, 209].flatMap(code => {
      const value = option(code);
      return value ? [[code, value] as const] : [];
    });
    const nothing = file === undefined && options.length === 0;
    return nothing ? [] : [{ kind, file, vendorClass: text(60), options }];
  });
}

function marksOf(host: BenchHost | undefined): Partial<BootClient> {
  if (!host) return {};
  return {
    ...(host.mac !== undefined && { mac: parseMac(host.mac)! }),
    ...(host.serial !== undefined && { serial: host.serial.slice(-8).toLowerCase() }),
    ...(host.uuid !== undefined && { uuid: host.uuid.toLowerCase() }),
    ...(host.clientId !== undefined && { clientId: host.clientId.replaceAll(':', '').toLowerCase() }),
  };
}

function remarksOf(file: BenchFile, plan: BootPlan, boot: readonly BootAnswer[]): string[] {
  const remarks: string[] = [];
  const urls = boot.filter(each => each.file?.startsWith(`http://${plan.server}`));
  if (urls.length > 0)
    remarks.push(
      `A web server on ${plan.server}, TCP port ${plan.httpPort}, must give the files of the root folder: this server has no HTTP.`,
    );
  const own = boot.filter(
    each => each.file !== undefined && /(^|\/)(undionly\.kpxe|ipxe(-arm64)?\.efi)$/.test(each.file),
  );
  if (own.length > 0)
    remarks.push('The iPXE programs come with Benchboot (resources/ipxe): copy them into the root folder.');
  if (boot.some(each => each.kind.name === 'ipxe' && /\/boot\.ipxe$/.test(each.file ?? '')))
    remarks.push(
      'What Benchboot writes by itself must lie in the root folder as a file: boot.ipxe, autoexec.ipxe, pxelinux.cfg/…, and files rendered from templates.',
    );
  if (!file.addressing?.address) remarks.push(`The bench file leaves the address open; ${ADDRESS} is assumed.`);
  if (file.port)
    remarks.push('The bench file finds its network port by marks; a permanent server needs its name (--nic NAME).');
  for (const [index, host] of (file.hosts ?? []).entries()) {
    const who = host.name ?? host.serial ?? host.uuid ?? `hosts[${index}]`;
    if (host.mac === undefined && host.clientId === undefined && (host.address !== undefined || host.serial))
      remarks.push(
        `${who} is known by its ${host.serial ? 'serial number' : 'UUID'}, which no other server looks at for an address: add its "mac" for the fixed address and name.`,
      );
  }
  if (file.consoles?.length) remarks.push('Consoles are no part of a DHCP server.');
  return remarks;
}
