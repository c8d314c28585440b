/** The boards of a lab and what they boot: emulated machines, scripted replays, and the folder behind TFTP and HTTP. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab, Namespace } from './lab.ts';

export type Firmware = 'bios' | 'uefi' | 'uefi-http' | 'arm64-uefi' | 'arm64-uefi-http' | 'arm64-uboot';
export type PiModel = 'pi3' | 'pi4' | 'pi5';

export interface BootOptions {
  readonly mac: string;
  /** What its console must print; default: the payload's own line with this MAC. */
  readonly wait?: RegExp;
  /** Seconds; default 150. */
  readonly timeout?: number;
  readonly uuid?: string;
  readonly segment?: 'bench' | 'office';
  /** More arguments of `qemu-client`. */
  readonly more?: readonly string[];
}

/** A board that came up. */
export interface Booted {
  readonly mac: string;
  readonly ip: string;
  /** Host name it got, `no-name` without one. */
  readonly hostname: string;
  /** From power-on to the payload's line. */
  readonly seconds: number;
  readonly console: string;
}

const OK = /BENCHBOOT-OK (\S+) ([\d.]+) ([\d:a-f]{17})/;

/** Powers an emulated board on, waits for its console to say it is up, and powers it off again. */
export async function boot(lab: Lab, firmware: Firmware, options: BootOptions): Promise<Booted> {
  const {
    mac,
    wait = new RegExp(`BENCHBOOT-OK .* ${mac}`),
    timeout = 150,
    uuid,
    segment = 'bench',
    more = [],
  } = options;
  const name = `${firmware}-${mac.slice(-5).replace(':', '')}`;
  const pcap = join(lab.logs, `${name}.pcap`);
  const command = [
    lab.script('qemu-client'),
    firmware,
    '--mac',
    mac,
    '--wait',
    wait.source,
    '--timeout',
    String(timeout),
  ];
  if (uuid) command.push('--uuid', uuid);
  const program = lab.launch([...command, '--segment', segment, '--pcap', pcap, ...more], name);
  const { code } = await program.ended;
  const console_ = program.stdout.join('\n');
  if (code !== 0) throw program.failure('did not come up');
  const [, hostname = '', ip = ''] = OK.exec(console_) ?? [];
  const seconds = Number(/after ([\d.]+) s/.exec(program.stderr.join('\n'))?.[1]);
  console.log(`${firmware} ${mac}: up after ${seconds} s as ${hostname} ${ip}`);
  return { mac, ip, hostname, seconds, console: console_ };
}

export interface PiFacts {
  readonly mac: string;
  readonly serial: string;
  /** Files it cannot do without, as it asks for them in its serial's folder or the root. */
  readonly files: readonly string[];
}

export const PIS: Readonly<Record<PiModel, PiFacts>> = {
  pi3: {
    mac: 'b8:27:eb:f9:92:f7',
    serial: 'e1ffda08',
    files: [
      'bootcode.bin',
      'config.txt',
      'start.elf',
      'fixup.dat',
      'bcm2710-rpi-3-b.dtb',
      'cmdline.txt',
      'kernel8.img',
    ],
  },
  pi4: {
    mac: 'dc:a6:32:01:36:c2',
    serial: '9ffefdef',
    files: ['config.txt', 'start4.elf', 'fixup4.dat', 'bcm2711-rpi-4-b.dtb', 'cmdline.txt', 'kernel8.img'],
  },
  pi5: {
    mac: '2c:cf:67:84:a1:44',
    serial: 'be512421',
    files: ['config.txt', 'bcm2712-rpi-5-b.dtb', 'cmdline.txt', 'kernel_2712.img'],
  },
};

/** Puts a board's files into `folder` of the root; names alone decide the contents. */
export function addFiles(lab: Lab, folder: string, names: readonly string[]): void {
  for (const name of names) {
    const path = join(lab.root, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(name.length * 5120, `${name} of a board. `));
  }
}

/** The file a replay printed as fetched: its name and checksum. */
export interface Fetched {
  readonly name: string;
  readonly sha256: string;
}

/** Replays a Raspberry Pi's network boot from station `ns`; rejects unless it got all it needs. */
export async function replayPi(
  lab: Lab,
  ns: Namespace,
  model: PiModel,
  args: readonly string[] = [],
): Promise<{
  readonly ip: string;
  readonly fetched: readonly Fetched[];
}> {
  const text = await lab.output(ns, [lab.script('pi-client'), '--model', model, ...args]);
  const ip = / ([\d.]+) [\d:a-f]{17} \d+ files/.exec(text)?.[1];
  if (!ip) throw new Error(`pi-client said no PI-OK:\n${text}`);
  const fetched = [...text.matchAll(/RRQ (\S+) octet .*?sha256 (\w+)/g)].map(([, name = '', sha256 = '']) => ({
    name,
    sha256,
  }));
  return { ip, fetched };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const here = dirname(fileURLToPath(import.meta.url));
const resources = join(here, '../../resources/ipxe');

/** A file of `resources/ipxe`. */
export function ipxeProgram(name: string): Buffer {
  return readFileSync(join(resources, name));
}

/** Copies the iPXE programs into the root, for a server that has none of its own. */
export function addIpxePrograms(lab: Lab): void {
  for (const name of ['ipxe.efi', 'snponly.efi', 'ipxe-arm64.efi', 'undionly.kpxe'])
    cpSync(join(resources, name), join(lab.root, name));
}

/** Puts kernel and initrd into the root. */
export function addLinux(lab: Lab, ...archs: ('amd64' | 'arm64')[]): void {
  for (const arch of archs) cpSync(payload(arch), lab.root, { recursive: true });
}

/** The lab's Linux under the names of a distribution. */
export function addLinuxAs(lab: Lab, place: string, kernel: string, initrd: string): void {
  addLinux(lab, 'amd64');
  mkdirSync(join(lab.root, place), { recursive: true });
  renameSync(join(lab.root, 'vmlinuz-amd64'), join(lab.root, place, kernel));
  renameSync(join(lab.root, 'initrd-amd64.img'), join(lab.root, place, initrd));
}

/** Kernel and initrd with the `boot.ipxe` that starts them, and a report to fetch from there. */
export function addPayload(lab: Lab, ...archs: ('amd64' | 'arm64')[]): void {
  addLinux(lab, ...archs);
  writeFileSync(join(lab.root, 'report.txt'), 'hello from the lab\n');
  writeFileSync(join(lab.root, 'boot.ipxe'), BOOT_IPXE);
}

/** Names are relative to the script: beside another DHCP server, `next-server` is that one's. */
const BOOT_IPXE = `#!ipxe
set base http://\${next-server}
isset \${proxydhcp/next-server} && set base http://\${proxydhcp/next-server} ||
set arch amd64
set tty ttyS0
iseq \${buildarch} arm64 && set arch arm64 && set tty ttyAMA0 ||
echo BOOT-IPXE \${version} \${platform} \${buildarch} \${net0/mac}
kernel vmlinuz-\${arch} initrd=initrd-\${arch}.img console=\${tty},115200 loglevel=4 bench.report=\${base}/report.txt
initrd initrd-\${arch}.img
boot
`;

/** What `pxelinux.cfg/…` says for U-Boot, which reads the same files. */
export function pxelinuxConfig(server: string): string {
  return `default bench
label bench
  kernel vmlinuz-arm64
  initrd initrd-arm64.img
  append console=ttyAMA0,115200 loglevel=4 bench.report=http://${server}/report.txt
`;
}

/** Kernel and initrd of one architecture, made once for this version of the scripts and kept in the user's cache. */
export function payload(arch: 'amd64' | 'arm64'): string {
  const cache = process.env.LAB_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'benchboot-lab');
  const scripts = ['payload', 'payload-init', 'debfetch'].map(name => readFileSync(join(here, name)));
  const folder = join(cache, `payload-${arch}-${sha256(Buffer.concat(scripts)).slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  execFileSync(join(here, 'payload'), [making, arch], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(making, folder);
  return folder;
}
