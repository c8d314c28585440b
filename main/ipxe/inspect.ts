/** What an iPXE program, image or stick is, and the scripts in it. Reads only. */
import { BenchError } from '../errors.ts';
import type { BlockStore } from '../media/block-store.ts';
import type { EfiFacts } from './embed/efi.ts';
import { type NamedFile, type ProgramKind, programKind, readProgram } from './embed/embed.ts';
import { readMedium } from './medium.ts';
import { type Programs, type ShippedProgram, sha256 } from './programs.ts';

export interface ProgramInspection {
  readonly kind: ProgramKind;
  readonly arch: EfiFacts['arch'] | 'x86';
  readonly version: string | undefined;
  /** The program of Benchboot that it is, apart from script and certificate; undefined for others. */
  readonly shipped: ShippedProgram | undefined;
  readonly script: string | undefined;
  /** UEFI: a file autoexec.ipxe beside it runs instead of the script inside. */
  readonly autoexec: boolean;
  /** SHA-256 of a root certificate put in place of iPXE's, lower-case hex. */
  readonly trusts: string | undefined;
}

export interface MediumInspection {
  readonly scheme: 'mbr' | 'gpt' | 'none';
  /** It is a CD image too (ISO 9660). */
  readonly cd: boolean;
  readonly fat: { readonly type: number; readonly label: string; readonly free: number };
  /** The script of UEFI machines. */
  readonly autoexec: string;
  /** The copy that BIOS machines run; undefined when the medium does not start them by Benchboot's boot code. */
  readonly biosScript: string | undefined;
  readonly programs: readonly (ProgramInspection & { readonly path: string })[];
}

export type Inspection =
  | { readonly what: 'program'; readonly size: number; readonly program: ProgramInspection }
  | { readonly what: 'medium'; readonly size: number; readonly medium: MediumInspection };

const LARGEST_PROGRAM = 16 * 1024 * 1024;

/** Throws IPXE_FILE when it is neither. */
export async function inspect(store: BlockStore, name: string, programs: Programs): Promise<Inspection> {
  const start = await store.read(0, Math.min(4096, store.size));
  const looksLikeProgram = programKind(start) !== undefined && store.size <= LARGEST_PROGRAM;
  // A medium is a whole number of sectors; anything else is judged as the program it fails to be.
  if (looksLikeProgram || store.size < 64 * 1024 || !isMedium(start)) {
    const bytes = await store.read(0, Math.min(store.size, LARGEST_PROGRAM));
    return { what: 'program', size: store.size, program: inspectProgram({ name, bytes }, programs) };
  }
  const { scheme, volume, autoexec, bios, programs: found } = await readMedium(store, name);
  const block = store.size >= 0x8800 ? await store.read(0x8000, 2048) : new Uint8Array(8);
  return {
    what: 'medium',
    size: store.size,
    medium: {
      scheme,
      cd: String.fromCharCode(...block.subarray(1, 6)) === 'CD001',
      fat: { type: volume.type, label: volume.label, free: await volume.freeBytes() },
      autoexec: new TextDecoder().decode(autoexec),
      biosScript: bios?.script,
      programs: found.flatMap(program => {
        try {
          return [{ path: program.name, ...inspectProgram(program, programs) }];
        } catch (error) {
          if (error instanceof BenchError) return [];
          throw error;
        }
      }),
    },
  };
}

const isMedium = (start: Uint8Array): boolean => start[510] === 0x55 && start[511] === 0xaa;

function inspectProgram(program: NamedFile, programs: Programs): ProgramInspection {
  const { base, version, ...facts } = readProgram(program);
  const shipped = shippedAs(base, programs);
  return { ...facts, version: version ?? (shipped && programs.version), shipped };
}

/** Up to 15 octets of padding hide the end of a PXE program. */
function shippedAs(base: Uint8Array, { list }: Programs): ShippedProgram | undefined {
  return list.find(
    ({ size, sha256: sum }) => size <= base.length && base.length - size < 16 && sha256(base.subarray(0, size)) === sum,
  );
}
