/** The iPXE scripts that Benchboot writes itself when the root folder has none. Text in, text out. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import type { Ipv4 } from 'node-dhcpd-lite';
import { type LinuxPair, oneLine } from './linux.ts';
import { type BootPlan, httpUrl, tftpUrl } from './plan.ts';

export interface BootScriptFacts extends Pick<BootPlan, 'server' | 'httpPort' | 'tftp'> {
  /** Name under the root of this device's own script; undefined when it has none or the device is not known. */
  readonly deviceScript?: string | undefined;
  /** Kernels with initramfs that the root folder holds. */
  readonly linux?: readonly LinuxPair[];
  /** Kernel command line for them. */
  readonly append?: string;
}

/** Where a script finds its files: `http://10.32.0.1`, or by TFTP when HTTP is off. No slash at the end. */
function baseUrl(facts: Pick<BootPlan, 'server' | 'httpPort' | 'tftp'>): string {
  return (httpUrl(facts, '') ?? tftpUrl({ ...facts, tftp: true }, ''))!.replace(/\/$/, '');
}

const header = (server: Ipv4, what: string): string[] => [
  '#!ipxe',
  `# Written by Benchboot at ${server}: ${what}.`,
  '# A file of the same name in the root folder takes its place.',
];

/** Opens the network if it is not open yet, five tries, and goes on at `next`. */
const openNetwork = (next: string): string[] => [
  'set tries:int32 0',
  ':network',
  `isset \${netX/ip} && goto ${next} ||`,
  `dhcp && goto ${next} ||`,
  'inc tries',
  'iseq ${tries} 5 && goto no-network ||',
  'echo No address yet, trying again...',
  'sleep 2',
  'goto network',
  ':no-network',
  'echo Nobody gave this machine an address. Is the cable in the right port, is Benchboot serving?',
  'prompt --timeout 30000 Press a key for a shell, or wait for a restart && shell ||',
  'reboot',
];

function linuxEntry(pair: LinuxPair, append: string): string[] {
  return [
    `:linux-${pair.cpu}`,
    'imgfree',
    `kernel \${base}/${pair.kernel} initrd=${pair.initrd} ${append}`.trimEnd().concat(' || goto failed'),
    `initrd \${base}/${pair.initrd} || goto failed`,
    'boot || goto failed',
  ];
}

/** `iseq` per processor; BIOS iPXE calls itself i386 on x64 machines too. */
const BUILD_ARCHES: Readonly<Record<LinuxPair['cpu'], readonly string[]>> = {
  x64: ['x86_64', 'i386'],
  arm64: ['arm64'],
  arm32: ['arm32'],
};

/**
 * The default `boot.ipxe`: the device's own script if it has one, else a kernel of the root folder, else a menu that
 * keeps looking. Every fetch may fail without ending the boot.
 */
export function defaultBootScript(facts: BootScriptFacts): string {
  const linux = facts.linux ?? [];
  const append = oneLine(facts.append ?? '');
  const deviceScript = facts.deviceScript ?? 'boot/${netX/mac:hexhyp}.ipxe';
  return lines([
    ...header(facts.server, 'the start of every iPXE that has no script of its own'),
    `set base ${baseUrl(facts)}`,
    `echo Benchboot at ${facts.server}: this is \${netX/mac}`,
    ...openNetwork('look'),
    ':look',
    `echo Looking for \${base}/${deviceScript}`,
    `chain --autofree \${base}/${deviceScript} && exit ||`,
    ':menu',
    'set linux',
    ...linux.flatMap(pair =>
      BUILD_ARCHES[pair.cpu].map(arch => `iseq \${buildarch} ${arch} && set linux linux-${pair.cpu} ||`),
    ),
    'set first retry',
    'set wait 20000',
    'isset ${linux} && set first ${linux} ||',
    'isset ${linux} && set wait 5000 ||',
    `menu Benchboot at ${facts.server} -- \${netX/mac} has \${netX/ip} || goto no-menu`,
    'isset ${linux} && item ${linux} Start Linux from the bench ||',
    'item retry Look again for a script of this machine',
    'item local Start from its own disk',
    'item to-shell iPXE shell',
    'item restart Restart',
    'choose --default ${first} --timeout ${wait} pick || goto menu',
    'goto ${pick}',
    ':no-menu',
    'isset ${linux} && goto ${linux} ||',
    'sleep 5',
    ':retry',
    'goto look',
    ...linux.flatMap(pair => linuxEntry(pair, append)),
    ':failed',
    `echo That failed. The reason is above; files come from \${base}`,
    'imgfree',
    'prompt --timeout 10000 Press a key for a shell, or wait for the menu && shell ||',
    'goto menu',
    ':local',
    // UEFI goes on to its next boot entry when a program ends with an error; BIOS is told the disk.
    'iseq ${platform} efi && exit 1 ||',
    'sanboot --no-describe --drive 0x80 || goto failed',
    ':to-shell',
    'shell',
    'goto menu',
    ':restart',
    'reboot',
  ]);
}

/**
 * `autoexec.ipxe`, which UEFI builds of iPXE fetch beside themselves before asking DHCP: opens the network, then straight
 * to `script`, so that it runs from the same address on every firmware. When that cannot be had, `autoboot` asks DHCP as
 * iPXE does without any script; it is not run from here twice, so no loop.
 */
export function autoexecIpxe(facts: Pick<BootPlan, 'server' | 'httpPort' | 'tftp'>, script = 'boot.ipxe'): string {
  const query = facts.httpPort === undefined ? '' : '?mac=${netX/mac:hexhyp}';
  return lines([
    ...header(facts.server, `goes straight to ${script}`),
    'set tries:int32 0',
    ':address',
    'isset ${netX/ip} && goto script ||',
    'dhcp && goto script ||',
    'inc tries',
    'iseq ${tries} 3 && goto without ||',
    'sleep 2',
    'goto address',
    ':script',
    'set tries:int32 0',
    ':fetch',
    `chain --autofree ${baseUrl(facts)}/${script}${query} && exit ||`,
    'inc tries',
    'iseq ${tries} 3 && goto without ||',
    'sleep 1',
    'goto fetch',
    ':without',
    `echo ${script} could not be loaded; asking DHCP what to do`,
    'autoboot || shell',
  ]);
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
