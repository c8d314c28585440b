/** Boot media of iPXE: what lies on them, and where the script is. Knows no file of this laptop. */
import { diskImage } from '../media/disk-image.ts';
import { isoImage } from '../media/iso-image.ts';
import { embedScript, type NamedFile } from './embed/embed.ts';
import { LONGEST_SCRIPT, type NamedScript } from './embed/script-guard.ts';

/** The script for UEFI: iPXE looks for this name on the volume it was started from. */
export const AUTOEXEC = 'autoexec.ipxe';
export const LABEL = 'BENCHBOOT';
/** The day of the iPXE version: the same parts give the same octets. */
const TIME = new Date(Date.UTC(2025, 4, 1));
const DISK_ID = { 'disk.img': 0x0b007b07, 'usb.iso': 0x0b007b08 } as const;
/** Behind the program: the script and the words in front of it, rounded to what readers load at once. */
const SCRIPT_ROOM = LONGEST_SCRIPT + 64;

export interface MediumParts {
  /** The program for BIOS, without a script. */
  readonly pxe: NamedFile;
  readonly x64: NamedFile;
  readonly arm64: NamedFile;
  readonly script: NamedScript;
  readonly table?: 'mbr' | 'gpt' | undefined;
  /** MiB of a disk image. */
  readonly size?: number | undefined;
}

const README = `This medium starts iPXE, made by Benchboot.

UEFI machines run the script autoexec.ipxe of its FAT volume: edit it with any text editor.
BIOS machines run a copy of it that lies outside of the volume. To change both:

    benchboot ipxe edit DEVICE --script FILE

iPXE is free software (GPL version 2); its source is named in the file SOURCES of Benchboot.
`;

export async function buildMedium(kind: 'disk.img' | 'usb.iso', parts: MediumParts): Promise<Uint8Array> {
  const biosProgram = embedScript(parts.pxe, parts.script);
  const common = {
    biosProgram,
    biosRoom: Math.ceil(parts.pxe.bytes.length / 16) * 16 + SCRIPT_ROOM,
    files: new Map([
      ['EFI/BOOT/BOOTX64.EFI', parts.x64.bytes],
      ['EFI/BOOT/BOOTAA64.EFI', parts.arm64.bytes],
      [AUTOEXEC, new TextEncoder().encode(parts.script.text)],
      ['README.TXT', new TextEncoder().encode(README.replaceAll('\n', '\r\n'))],
    ]),
    label: LABEL,
    diskId: DISK_ID[kind],
    time: TIME,
  };
  if (kind === 'usb.iso') return isoImage({ ...common, readme: README });
  return diskImage({
    ...common,
    ...(parts.table && { table: parts.table }),
    ...(parts.size !== undefined && { size: parts.size }),
  });
}
