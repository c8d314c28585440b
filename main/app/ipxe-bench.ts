/** The bench as a dry run sees it: what it would answer, which machines there are, what it has to boot, where files belong. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { createContentService } from '../bench/content-service.ts';
import type { LoggedEvent } from '../bench/event-log.ts';
import { ARCHITECTURES } from '../boot/architectures.ts';
import { findLinuxPairs } from '../boot/linux.ts';
import { readName } from '../content/name.ts';
import type { IpxeView, Machine, ScriptChoice } from '../contract/ipxe-calls.ts';
import type { BenchView, PlanView, Settings } from '../contract/views.ts';
import type { Device } from '../devices/device.ts';
import { currentMac } from '../devices/device.ts';
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import type { Fetched, LibraryEntry } from '../ipxe/script/index.ts';
import { servedLookup } from '../ipxe/served.ts';
import type { Firmware } from '../ipxe/targets.ts';
import { saveFile } from '../save-file.ts';

type BenchFacts = IpxeView['bench'];

/** Of the bench that is served, else of the one that would be. */
export function benchFacts(view: BenchView, settings: Settings, library: string): BenchFacts {
  const plan = planOf(view);
  if (plan)
    return {
      serving: view.state === 'serving',
      server: plan.address,
      httpPort: plan.httpPort,
      tftp: plan.tftp,
      root: plan.root,
      firstAddress: plan.range?.[0],
    };
  const { wish } = settings;
  const server = wish.address?.split('/')[0] || '10.32.0.1';
  return {
    serving: false,
    server,
    httpPort: wish.http === false ? undefined : Number(wish.httpPort) || 80,
    tftp: wish.tftp ?? true,
    root: wish.root || (existsSync(library) ? library : undefined),
    firstAddress: server.replace(/\d+$/, '50'),
  };
}

function planOf(view: BenchView): PlanView | undefined {
  if (view.state === 'idle') return view.last?.plan;
  return view.state === 'starting' ? undefined : view.plan;
}

export interface LookupParts {
  readonly bench: BenchFacts;
  /** Folder of the iPXE programs that ship with Benchboot. */
  readonly programs: string;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly choices: readonly ScriptChoice[];
  readonly textOf: (name: string) => Promise<string | undefined>;
  readonly machines: readonly Machine[];
}

/** Asks a chain of its own: what a dry run looks at must not stand in the log as given to a machine. */
export async function lookUp(urls: readonly string[], mac: Mac, parts: LookupParts): Promise<readonly Fetched[]> {
  const { bench, machines } = parts;
  const server = bench.server as Ipv4;
  const machine = machines.find(each => each.mac === mac);
  const ip = (machine?.ip ?? bench.firstAddress ?? server) as Ipv4;
  const boot = { server, httpPort: bench.httpPort, tftp: bench.tftp };
  const content = createContentService({
    root: bench.root,
    programs: parts.programs,
    clock: parts.clock,
    platform: parts.platform,
    boot,
    device: () => ({ mac, ip, serial: machine?.serial, uuid: machine?.uuid }),
    cpu: () => (machine?.firmware === 'uefi-arm64' ? 'arm64' : 'x64'),
    emit: () => undefined,
  });
  for (const { to, name } of parts.choices)
    content.scripts.set(to as Mac | 'default', await parts.textOf(name).catch(() => undefined));
  const lookup = servedLookup({ content, ...boot }, { mac, ip });
  return Promise.all(urls.map(url => lookup(url).catch((): Fetched => ({ is: 'elsewhere' }))));
}

/** `events`: of this run, oldest first. */
export function machinesOf(devices: readonly Device[], events: readonly LoggedEvent[]): readonly Machine[] {
  const architectures = new Map<string, number>();
  for (const event of events)
    if ('mac' in event && event.mac !== undefined && 'arch' in event && event.arch !== undefined)
      architectures.set(event.mac, event.arch);
  return devices.map(device => ({
    id: device.id,
    name: device.name,
    mac: currentMac(device),
    ip: device.ip,
    firmware: firmwareOf(device, architectures),
    serial: device.serial,
    uuid: device.uuid,
  }));
}

function firmwareOf(device: Device, architectures: ReadonlyMap<string, number>): Firmware | undefined {
  // Raspberry Pis and U-Boot name an architecture too, and start no iPXE by it.
  if (!device.bootFirmware || !/^(ipxe|uefi-http|uefi-pxe|bios-pxe|uboot-efi)$/.test(device.bootFirmware))
    return undefined;
  const code = device.identity.macs.map(({ mac }) => architectures.get(mac)).findLast(each => each !== undefined);
  const target = code === undefined ? undefined : ARCHITECTURES.find(each => each.code === code)?.target;
  return target === 'bios' || target === 'uefi-x64' || target === 'uefi-arm64' ? target : undefined;
}

const CPU_WORDS = { x64: 'x64', arm64: 'arm64', arm32: '32-bit ARM' } as const;

/** Kernels with their initramfs at the top of the root, as the bench's own menu has them. */
export function libraryOf(root: string | undefined): readonly LibraryEntry[] {
  if (root === undefined) return [];
  try {
    return findLinuxPairs(readdirSync(root)).map(({ cpu, kernel, initrd }) => ({
      id: cpu,
      title: `${kernel} (${CPU_WORDS[cpu]})`,
      kernel,
      initrd,
    }));
  } catch {
    return [];
  }
}

/**
 * Writes a file under `root`, never through a link that leaves it. One that says the same stays. Throws FILE_EXISTS,
 * FILE_UNWRITABLE or USAGE.
 */
export async function placeFile(
  root: string,
  name: string,
  text: string,
  options: { readonly replace: boolean; readonly platform: NodeJS.Platform },
): Promise<string> {
  const reading = readName(name, options.platform);
  if (!reading.ok || reading.segments.length === 0)
    throw new BenchError('USAGE', { problem: `"${name}" is no name of a file under "${root}".` });
  const path = join(root, ...reading.segments);
  const refuse = (reason: string, cause?: unknown) =>
    new BenchError('FILE_UNWRITABLE', { path, reason }, cause === undefined ? {} : { cause });
  try {
    await mkdir(dirname(path), { recursive: true });
    const [inside, top] = await Promise.all([realpath(dirname(path)), realpath(root)]);
    if (inside !== top && !inside.startsWith(top.endsWith(sep) ? top : top + sep))
      throw refuse('its folder is a link that leads out of the folder that is served');
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw refuse((error as Error).message, error);
  }
  if (existsSync(path) && !options.replace) {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return path;
    throw new BenchError('FILE_EXISTS', { path });
  }
  await saveFile(path, text);
  return path;
}
