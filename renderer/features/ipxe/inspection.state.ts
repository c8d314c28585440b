/** What a program or medium is, as rows for people. Values in, values out. */
import type { Inspection } from '../../../main/contract/views.ts';
import { bytesText } from '../../../main/kit/quantity.ts';

type Program = Extract<Inspection, { what: 'program' }>['program'];

const KINDS: Readonly<Record<Program['kind'], string>> = {
  efi: 'UEFI program',
  pxe: 'BIOS PXE program',
  lkrn: 'BIOS program in the form of a Linux kernel',
};

const programText = ({ kind, arch, version, shipped }: Program): string =>
  `${KINDS[kind]} for ${arch}, iPXE ${version ?? 'of an unknown version'}${shipped ? `; ${shipped.name} of Benchboot` : ''}`;

export function factsOf(inspection: Inspection): readonly (readonly [label: string, text: string])[] {
  if (inspection.what === 'program') {
    const { program } = inspection;
    return [
      ['What it is', programText(program)],
      ...(program.shipped ? [['Features', program.shipped.features.join(', ')] as const] : []),
      ...(program.trusts ? [['Trusts the root certificate', `SHA-256 ${program.trusts}`] as const] : []),
      ...(program.autoexec && program.script !== undefined
        ? [['autoexec.ipxe', 'A file of that name beside it comes before the script inside'] as const]
        : []),
    ];
  }
  const { scheme, cd, fat, programs, biosScript } = inspection.medium;
  const table = scheme === 'gpt' ? 'a GPT' : scheme === 'mbr' ? 'an MBR' : 'no partition table';
  return [
    ['What it is', cd ? 'CD image that starts from a stick too' : `Disk image with ${table}`],
    ['Volume', `FAT${fat.type} "${fat.label}", ${bytesText(fat.free)} free`],
    ...programs.map(program => [program.path, programText(program)] as const),
    ...(biosScript === undefined ? [['BIOS', 'Machines with BIOS do not start it'] as const] : []),
  ];
}

export function scriptsIn(inspection: Inspection): readonly { readonly title: string; readonly text: string }[] {
  if (inspection.what === 'program') {
    const { script } = inspection.program;
    return script === undefined ? [] : [{ title: 'Script inside', text: script }];
  }
  const { autoexec, biosScript } = inspection.medium;
  if (biosScript === undefined || biosScript === autoexec) return [{ title: 'Script (autoexec.ipxe)', text: autoexec }];
  return [
    { title: 'Script of UEFI machines (autoexec.ipxe)', text: autoexec },
    { title: 'Script of BIOS machines', text: biosScript },
  ];
}
