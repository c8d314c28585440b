/** Emulated machines on their own: QEMU with its built-in network (TFTP and a way to this machine), watched by their console. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';

export type Firmware = 'bios' | 'uefi' | 'arm64';

export interface PowerOn {
  readonly name: string;
  readonly firmware: Firmware;
  /** What it starts from: more arguments of QEMU. */
  readonly from: readonly string[];
  /** Folder and file that its network card's ROM or firmware gets by TFTP. */
  readonly tftp?: { readonly folder: string; readonly file: string } | undefined;
  /** Off it goes when its console has said this; without it, it must power off itself. */
  readonly until?: RegExp;
  /** Seconds. */
  readonly timeout?: number;
}

export interface Ran {
  /** What the console printed, without its control sequences. */
  readonly console: string;
  readonly seconds: number;
}

/** The address of this machine as the emulated one sees it. */
export const HOST_SEEN = '10.0.2.2';

const OVMF = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'] as const;
const AAVMF = ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'] as const;
/** UEFI asks for IPv6 after IPv4 otherwise. */
const NO_PXE6 = ['-fw_cfg', 'name=opt/org.tianocore/IPv6PXESupport,string=n'];

/** Rejects when it neither powers off nor says what it should in time. */
export async function powerOn(options: PowerOn): Promise<Ran> {
  const { name, until, timeout = 150 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bb-machine-'));
  // A file: QEMU drops what a pipe does not take at once.
  const serial = join(folder, 'serial');
  writeFileSync(serial, '');
  const text = (): string => plain(readFileSync(serial, 'utf8'));
  const start = performance.now();
  const program = new Program(command(options, folder, serial), { name, log: join(folder, 'qemu.log') });
  const watching = new AbortController();
  try {
    const said = until && saying(serial, () => until.test(text()), watching.signal);
    const late = new Promise<'late'>(resolve => setTimeout(resolve, timeout * 1000, 'late').unref());
    const how = await Promise.race([program.ended, late, ...(said ? [said] : [])]);
    const console_ = text();
    const well = said ? how === 'said' : typeof how === 'object' && how.code === 0;
    if (!well) throw new Error(`${program.failure(how === 'late' ? 'took too long' : 'ended').message}\n${console_}`);
    return { console: console_, seconds: (performance.now() - start) / 1000 };
  } finally {
    watching.abort();
    await program.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves once `check` holds, asked whenever the file grew. */
async function saying(file: string, check: () => boolean, signal: AbortSignal): Promise<'said' | undefined> {
  try {
    for await (const _ of watch(file, { signal })) if (check()) return 'said';
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
}

function command({ firmware, from, tftp }: PowerOn, folder: string, serial: string): string[] {
  const network = tftp ? `,tftp=${tftp.folder},bootfile=${tftp.file}` : '';
  // BIOS: the card's ROM is iPXE's. UEFI: no ROM, so that the firmware's own PXE is used.
  const card =
    firmware === 'bios' ? (tftp ? 'e1000,netdev=n' : 'e1000,netdev=n,romfile=') : 'virtio-net-pci,netdev=n,romfile=';
  const common = ['-display', 'none', '-monitor', 'none', '-serial', `file:${serial}`, '-no-reboot'];
  const nic = ['-netdev', `user,id=n${network}`, '-device', `${card}${tftp ? ',bootindex=0' : ''}`];
  // graphics=off: SeaBIOS, and all that prints through it, uses the serial port.
  if (firmware === 'bios')
    return ['qemu-system-x86_64', '-machine', 'pc,graphics=off', '-m', '256', ...common, ...nic, ...from];
  const [code, vars] = firmware === 'uefi' ? OVMF : AAVMF;
  const flash = ['code', 'vars'].map((part, unit) => {
    const file = join(folder, `${part}.fd`);
    copyFileSync(unit === 0 ? code : vars, file);
    // The flash of the arm64 machine is 64 MiB.
    if (firmware === 'arm64') truncateSync(file, 64 * 1024 * 1024);
    return `if=pflash,unit=${unit},format=raw,file=${file}`;
  });
  const machine =
    firmware === 'uefi'
      ? ['qemu-system-x86_64', '-machine', 'q35', '-m', '512']
      : ['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'cortex-a57', '-m', '512'];
  const drives = flash.flatMap(drive => ['-drive', drive]);
  // Newer EDK2 refuses to use the network without entropy.
  return [...machine, ...drives, '-device', 'virtio-rng-pci', ...NO_PXE6, ...common, ...nic, ...from];
}

const plain = (text: string): string => text.replace(/\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()][0-9A-B]|\x1b[=>]|\r/g, '');

/** How many machines run at once: each takes a processor. */
let running = 0;
const waiting: (() => void)[] = [];
const AT_ONCE = 2;

/** Powers on when one of two places is free. */
export async function powerOnInTurn(options: PowerOn): Promise<Ran> {
  if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve));
  else running++;
  try {
    return await powerOn(options);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** QEMU's arguments for a medium in each kind of drive; nothing is written to it. */
export const DRIVES = {
  disk: (file: string) => ['-drive', `file=${file},format=raw,snapshot=on`],
  virtio: (file: string) => [
    ...['-drive', `if=none,id=d,file=${file},format=raw,snapshot=on`],
    ...['-device', 'virtio-blk-pci,drive=d,bootindex=1'],
  ],
  stick: (file: string) => [
    ...['-device', 'qemu-xhci', '-drive', `if=none,id=d,file=${file},format=raw,snapshot=on`],
    ...['-device', 'usb-storage,drive=d,bootindex=1'],
  ],
  cd: (file: string) => ['-cdrom', file],
  'SCSI CD': (file: string) => [
    ...['-device', 'virtio-scsi-pci', '-drive', `if=none,id=d,media=cdrom,readonly=on,file=${file},format=raw`],
    ...['-device', 'scsi-cd,drive=d,bootindex=1'],
  ],
} as const;
