/** What went wrong and what to do next, in words: one row per known trouble. Pure; the registry decides how often to say it. */
import type { BenchEvent } from '../bench/events.ts';
import { architecture } from '../boot/architectures.ts';
import { harmlessMiss } from '../boot/misses.ts';
import { bytesText } from '../kit/quantity.ts';
import type { BenchFacts, Device } from './device.ts';
import { plainPath } from './files.ts';
import { isLocallyAdministered } from './identity.ts';
import { currentStage } from './timeline.ts';

/** The event, and the device as it is after it. */
export interface HintContext {
  readonly event: BenchEvent;
  readonly device: Device;
  readonly bench: BenchFacts;
  readonly at: number;
}

export interface HintRule {
  readonly name: string;
  /** Said again for another subject (a file name), once per boot; `device`: once and for all. */
  readonly once: 'boot' | 'device';
  /** The sentences and what they are about, or undefined when the rule does not apply. */
  readonly find: (context: HintContext) => { readonly subject: string; readonly hint: string } | undefined;
}

interface Row<D> {
  readonly name: string;
  readonly once?: HintRule['once'];
  /** The facts that the sentences name, or undefined. */
  readonly when: (context: HintContext) => D | undefined;
  readonly subject?: (data: D) => string;
  readonly says: (data: D) => string;
  readonly next: (data: D) => string;
}

const rule = <D>(row: Row<D>): HintRule => ({
  name: row.name,
  once: row.once ?? 'boot',
  find: context => {
    const data = row.when(context);
    if (data === undefined) return undefined;
    return { subject: row.subject?.(data) ?? '', hint: `${row.says(data)} ${row.next(data)}` };
  },
});

/** Block numbers are 16 bits; firmware before the rollover fix stops at these (rpi-eeprom, 2025-09-23). */
const BLOCK_LIMIT = 65_535;
const SIGNED_BLOCK_LIMIT = 32_767;

/** Seconds between the last restarts when they are regular, else undefined. */
function rhythm(starts: readonly number[]): number | undefined {
  const last = starts.slice(-4);
  if (last.length < 4) return undefined;
  const gaps = last.slice(1).map((at, index) => (at - last[index]!) / 1000);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const regular = mean >= 1 && mean < 600 && gaps.every(gap => Math.abs(gap - mean) <= Math.max(2, mean * 0.25));
  return regular ? Math.round(mean) : undefined;
}

/** A path as the client wrote it, without slashes in front and without the query. */
const shown = (path: string): string => path.replace(/^\/+/, '').replace(/[?#].*$/, '');

function missedFile({ event, device }: HintContext): { file: string } | undefined {
  const missed =
    event.type === 'tftp.error' && event.reason === 'missing'
      ? event.file
      : event.type === 'http.request' && event.status === 404
        ? event.path
        : undefined;
  if (missed === undefined || harmlessMiss(device.bootFirmware, missed)) return undefined;
  return { file: shown(missed) };
}

export const HINT_RULES: readonly HintRule[] = [
  rule({
    name: 'offer-ignored',
    when: ({ event, device }) =>
      event.type === 'dhcp.offer' && device.passedOver.offers >= 4 && !event.sticky
        ? { times: device.passedOver.offers, firmware: device.firmware }
        : undefined,
    says: ({ times }) => `It was offered an address ${times} times and never took one.`,
    next: ({ firmware }) =>
      firmware === 'bios-pxe' || firmware === 'uefi-pxe' || firmware === 'uefi-http'
        ? 'Its firmware dislikes something in the answer, or the answer does not reach it: look for a second DHCP server, a switch port that is slow to forward (spanning tree), and a firewall on this laptop.'
        : 'The answer does not reach it or another server was quicker: check the cable and the switch, and this laptop’s firewall.',
  }),
  rule({
    name: 'uboot-without-config',
    when: context => {
      const missed = missedFile(context);
      return missed && plainPath(missed.file) === 'pxelinux.cfg/default' ? missed : undefined;
    },
    says: () => 'U-Boot asked for every pxelinux.cfg name it knows and found none.',
    next: () =>
      'Put a kernel and its initramfs (vmlinuz-arm64 and initrd-arm64.img, say) into the root folder, or write pxelinux.cfg/default there.',
  }),
  rule({
    name: 'boot-file-missing',
    when: context => {
      const missed = missedFile(context);
      return missed && plainPath(missed.file) !== 'pxelinux.cfg/default' ? missed : undefined;
    },
    subject: ({ file }) => file,
    says: ({ file }) => `It asked for "${file}", which is not there.`,
    next: () =>
      'Put that file into the root folder under this very name, or correct the name in the script that asks for it.',
  }),
  rule({
    name: 'block-limit',
    when: ({ event, device }) => {
      const pi = device.bootFirmware === 'pi4' || device.bootFirmware === 'pi5';
      return pi && event.type === 'tftp.start' && event.size > event.blksize * BLOCK_LIMIT
        ? { file: event.file, size: event.size, limit: event.blksize * BLOCK_LIMIT }
        : undefined;
    },
    subject: ({ file }) => file,
    says: ({ file, size, limit }) =>
      `"${shown(file)}" has ${bytesText(size)}; a Raspberry Pi bootloader from before 2025-09-23 stops at ${bytesText(limit)} (65,535 blocks).`,
    next: () => 'If it stops there, update its EEPROM, or make the file smaller (a compressed initramfs).',
  }),
  rule({
    name: 'stopped-at-block-limit',
    when: ({ event, device }) => {
      if (event.type !== 'tftp.error' || (event.reason !== 'aborted' && event.reason !== 'timeout')) return undefined;
      const blksize = device.transfer?.file === event.file ? device.transfer.blksize : undefined;
      if (!blksize || event.bytes === undefined) return undefined;
      const blocks = Math.round(event.bytes / blksize);
      const limit = [BLOCK_LIMIT, SIGNED_BLOCK_LIMIT].find(each => Math.abs(blocks - each) <= 2);
      return limit ? { file: event.file, limit, bytes: event.bytes } : undefined;
    },
    subject: ({ file }) => file,
    says: ({ file, limit, bytes }) =>
      `It stopped in "${shown(file)}" after ${bytesText(bytes)}, at block ${limit}: its firmware cannot count further.`,
    next: () => 'Let it load big files by HTTP (iPXE), use a bigger block size, or update its firmware.',
  }),
  rule({
    name: 'tftp-silence',
    when: ({ event }) =>
      event.type === 'tftp.error' && event.reason === 'timeout'
        ? { file: event.file, bytes: event.bytes ?? 0 }
        : undefined,
    subject: ({ file }) => file,
    says: ({ file, bytes }) =>
      bytes === 0
        ? `It asked for "${shown(file)}" and took nothing of it.`
        : `It fell silent in "${shown(file)}" after ${bytesText(bytes)}.`,
    next: ({ bytes }) =>
      bytes === 0
        ? 'The answers do not reach it: a firewall on this laptop may block the ports above 1024 that TFTP answers from.'
        : 'It was switched off or the cable came out; if it happens again at the same place, try another cable or port.',
  }),
  rule({
    name: 'no-program',
    once: 'device',
    when: ({ event }) =>
      event.type === 'dhcp.offer' && event.recipe === 'no-program'
        ? { why: event.why ?? `there is no boot program for ${architecture(event.arch ?? -1)?.name ?? 'it'}` }
        : undefined,
    says: ({ why }) => `It gets an address but nothing to boot: ${why}.`,
    next: () => 'Name a program for it in the bench file ("boot"), or let it start from its own disk.',
  }),
  rule({
    name: 'uboot-random-mac',
    once: 'device',
    when: ({ event, device }) =>
      event.type === 'dhcp.discover' &&
      device.firmware === 'uboot' &&
      isLocallyAdministered(event.mac) &&
      !isVirtual(event.mac)
        ? { mac: event.mac }
        : undefined,
    says: ({ mac }) => `U-Boot made up the MAC ${mac}; it will have another one after the next restart.`,
    next: ({ mac }) => `To keep it, type at U-Boot’s prompt: setenv ethaddr ${mac}; saveenv`,
  }),
  rule({
    name: 'restart-loop',
    once: 'device',
    when: ({ event, device }) => {
      if (event.type !== 'dhcp.discover' || currentStage(device.timeline) === 'up') return undefined;
      const seconds = rhythm(device.timeline.bootStarts);
      return seconds === undefined ? undefined : { seconds, boots: device.timeline.boots };
    },
    says: ({ seconds }) => `It restarts every ${seconds} s.`,
    next: () => 'Watch its console just before it does: a kernel panic or a watchdog says there what is wrong.',
  }),
  rule({
    name: 'pool-empty',
    when: ({ event }) => (event.type === 'dhcp.ignored' && /pool is empty/.test(event.reason) ? {} : undefined),
    says: () => 'There is no free address for it.',
    next: () => 'Make the range wider (--range) or the lease shorter (--lease), or unplug what is not needed.',
  }),
  rule({
    name: 'second-dhcp',
    when: ({ event }) => {
      const server = event.type === 'dhcp.ignored' ? /^it chose the server (\S+)/.exec(event.reason)?.[1] : undefined;
      return server ? { server } : undefined;
    },
    subject: ({ server }) => server,
    says: ({ server }) => `It took its address from another DHCP server on this wire, ${server}.`,
    next: () => 'Unplug that server (a router, often), or use proxy mode, which adds the boot file to its answers.',
  }),
  rule({
    name: 'ipxe-loop',
    when: ({ device }) =>
      device.ipxe.programs >= 4 || device.ipxe.scripts >= 8
        ? { what: device.ipxe.programs >= 4 ? 'iPXE itself' : 'its script' }
        : undefined,
    says: ({ what }) => `iPXE loads ${what} again and again.`,
    next: () => 'The script must not chain to itself or to an iPXE program; give it a kernel, a menu or an exit.',
  }),
  rule({
    name: 'slow-link',
    once: 'device',
    when: ({ event, bench }) => {
      const size = event.type === 'tftp.start' ? event.size : event.type === 'http.request' ? event.bytes : 0;
      const speed = bench.linkSpeed;
      return speed !== undefined && speed > 0 && speed < 1000 && size >= 8_000_000 ? { speed, size } : undefined;
    },
    says: ({ speed, size }) =>
      `The link runs at ${speed} Mb/s, so ${bytesText(size)} take at least ${Math.ceil((size * 8) / (speed * 1e6))} s.`,
    next: () => 'If both ends can do 1 Gb/s, the cable has a broken pair: try another one.',
  }),
  rule({
    name: 'address-in-use',
    when: ({ event }) => (event.type === 'dhcp.decline' ? { ip: event.ip } : undefined),
    says: ({ ip }) => `It refused ${ip ?? 'its address'}: something else on this wire answers there.`,
    next: () => 'It gets another address; find what has the first one set by hand.',
  }),
];

interface FoundHint {
  readonly rule: HintRule;
  readonly subject: string;
  readonly hint: string;
}

/** What a console's own rules said of its board. */
function fromConsole({ event }: HintContext): FoundHint[] {
  if (event.type !== 'console.hint') return [];
  const { rule: name, hint } = event;
  return [{ rule: { name, once: 'boot', find: () => undefined }, subject: hint, hint }];
}

/** QEMU and other virtual machines use such MACs and keep them. */
function isVirtual(mac: string): boolean {
  return mac.startsWith('52:54:00');
}

/** Every hint the event gives rise to, with its rule. */
export function findHints(context: HintContext): FoundHint[] {
  const found: FoundHint[] = [];
  for (const rule of HINT_RULES) {
    const one = rule.find(context);
    if (one) found.push({ rule, ...one });
  }
  found.push(...fromConsole(context));
  return found;
}
