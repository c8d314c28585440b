/** "Which file do I need?", answered from the devices on the bench or from a person's answers. Values in, values out. */
import type { Machine } from '../../../main/contract/views.ts';
import { type BuildTarget, type Firmware, targetsFor, type Way } from '../../../main/ipxe/targets.ts';

export type FirmwareAnswer = Firmware | 'any';

export const FIRMWARE_ANSWERS: readonly { readonly value: FirmwareAnswer; readonly label: string }[] = [
  { value: 'any', label: 'Any, or I do not know' },
  { value: 'uefi-x64', label: 'UEFI on x64: PCs and servers since about 2012' },
  { value: 'bios', label: 'BIOS: older PCs, many virtual machines' },
  { value: 'uefi-arm64', label: 'UEFI on arm64: servers, boards with UEFI' },
];

export const WAY_ANSWERS: readonly { readonly value: Way; readonly label: string }[] = [
  { value: 'stick', label: 'From a USB stick, card or disk' },
  { value: 'network', label: 'Over the network (PXE)' },
  { value: 'cd', label: 'As a CD: a BMC or a virtual machine' },
  { value: 'loader', label: 'From a boot loader or UEFI boot entry' },
];

/** What all devices that said so have in common; undefined: nobody said, or they differ. */
export function commonFirmware(machines: readonly Machine[]): Firmware | undefined {
  const all = new Set(machines.map(({ firmware }) => firmware).filter(each => each !== undefined));
  return all.size === 1 ? [...all][0] : undefined;
}

/** `2 devices on the bench start UEFI x64`. Undefined: nobody said. */
export function benchSays(machines: readonly Machine[], words: Readonly<Record<Firmware, string>>): string | undefined {
  const known = machines.filter(({ firmware }) => firmware !== undefined);
  if (known.length === 0) return undefined;
  const kinds = [...Map.groupBy(known, ({ firmware }) => firmware!)].map(
    ([firmware, group]) =>
      `${group.length === 1 ? group[0]!.name : `${group.length} devices`} ${group.length === 1 ? 'is' : 'are'} ${words[firmware]}`,
  );
  return `On the bench, ${kinds.join('; ')}.`;
}

/** The files that fit, the best first; with an own authority only those that can be told to trust it. */
export function answers(firmware: FirmwareAnswer, way: Way, trusts: boolean): readonly BuildTarget[] {
  const fit = targetsFor({ firmware: firmware === 'any' ? undefined : firmware, way });
  return trusts ? fit.filter(({ trust }) => trust) : fit;
}

/** Why there is none, in a sentence. */
export const NO_ANSWER =
  'BIOS programs cannot be given another root certificate: they are compressed. Use HTTP inside the bench, or start the machine by UEFI.';
