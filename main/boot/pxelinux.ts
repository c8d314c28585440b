/** pxelinux.cfg as U-Boot and PXELINUX read it: the names they try, and the text for a kernel of the root folder. */
import { type Ipv4, ipv4Number, type Mac, parseMac } from 'node-dhcpd-lite';
import { type LinuxPair, oneLine } from './linux.ts';
import { hyphenated } from './plan.ts';

export interface UBootFacts {
  readonly mac: Mac;
  /** Its leased address. */
  readonly ip?: Ipv4 | undefined;
  /** U-Boot's `pxeuuid`, when set. */
  readonly uuid?: string | undefined;
  /** U-Boot's `arch`, `soc` and `board`, as far as known: `arm`, `rk3588`, `evb`. */
  readonly arch?: string | undefined;
  readonly soc?: string | undefined;
  readonly board?: string | undefined;
}

/** Every name `pxe get` asks, in its order (U-Boot boot/pxe_utils.c, cmd/pxe.c), relative to the root. */
export function pxelinuxNames(facts: UBootFacts): string[] {
  const names: string[] = [];
  if (facts.uuid) names.push(facts.uuid);
  names.push(`01-${hyphenated(facts.mac)}`);
  if (facts.ip !== undefined) {
    const hex = ipv4Number(facts.ip).toString(16).toUpperCase().padStart(8, '0');
    for (let length = 8; length >= 1; length--) names.push(hex.slice(0, length));
  }
  const parts = [facts.arch, facts.soc, facts.board];
  const known = parts.slice(0, parts.includes(undefined) ? parts.indexOf(undefined) : parts.length);
  for (let length = known.length; length >= 1; length--) names.push(`default-${known.slice(0, length).join('-')}`);
  names.push('default');
  return names.map(name => `pxelinux.cfg/${name}`);
}

/** The U-Boot plan preview: each name with whether it is there; the first hit is what the board reads. */
export function previewPxelinux(
  facts: UBootFacts,
  has: (name: string) => boolean,
): readonly { readonly name: string; readonly hit: boolean }[] {
  return pxelinuxNames(facts).map(name => ({ name, hit: has(name) }));
}

/** The MAC in `pxelinux.cfg/01-aa-bb-cc-dd-ee-ff`; undefined for every other name. */
export function pxelinuxMac(name: string): Mac | undefined {
  const match = /^\/*pxelinux\.cfg\/01-([0-9a-f]{2}(?:-[0-9a-f]{2}){5})$/i.exec(name);
  return match ? parseMac(match[1]!) : undefined;
}

export interface PxelinuxFacts {
  readonly pair: LinuxPair;
  /** Kernel command line. */
  readonly append?: string | undefined;
  /** Folder of device trees under the root, when there is one; without it U-Boot passes its own. */
  readonly fdtFolder?: string | undefined;
}

/** One entry that boots at once: the extlinux subset that U-Boot and PXELINUX share. */
export function pxelinuxConfig(facts: PxelinuxFacts): string {
  const append = oneLine(facts.append ?? '');
  return [
    '# Written by Benchboot from the kernel in the root folder. A file of the same name there takes its place.',
    'default bench',
    'timeout 10',
    'label bench',
    `  kernel ${facts.pair.kernel}`,
    `  initrd ${facts.pair.initrd}`,
    ...(facts.fdtFolder ? [`  fdtdir ${facts.fdtFolder}`] : []),
    ...(append ? [`  append ${append}`] : []),
    '',
  ].join('\n');
}
