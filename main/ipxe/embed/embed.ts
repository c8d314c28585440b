/**
 * Scripts in ready-built iPXE programs: put in, and read back. Knows the kinds of program by their first octets; what a
 * program is that it does not know is said in one sentence.
 */
import { BenchError } from '../../errors.ts';
import { changeEfi, readEfi } from './efi.ts';
import { Refused } from './image-fields.ts';
import { isBzImage, putIntoLkrn, readLkrn } from './lkrn.ts';
import { isPxe, putIntoPxe, readPxe } from './pxe.ts';
import { checkScript, LONGEST_LKRN_SCRIPT, LONGEST_SCRIPT, type NamedScript } from './script-guard.ts';

export type ProgramKind = 'efi' | 'pxe' | 'lkrn';

export interface NamedFile {
  /** What errors call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Embedding {
  /** UEFI: a file autoexec.ipxe beside the program runs instead of the script. */
  readonly autoexec?: boolean | undefined;
  /** UEFI: SHA-256 of the certificate to trust for HTTPS in place of iPXE's root CA. */
  readonly trust?: Uint8Array | undefined;
}

export interface ProgramFacts {
  readonly kind: ProgramKind;
  /** `x86`: BIOS programs run on 32 and 64 bits. */
  readonly arch: 'x64' | 'arm64' | 'x86';
  /** As far as its uncompressed part tells it. */
  readonly version: string | undefined;
  /** The program without script and certificate; PXE programs with a script are padded to 16 octets. */
  readonly base: Uint8Array;
  readonly script: string | undefined;
  /** UEFI: a file autoexec.ipxe beside the program runs instead of the script inside. */
  readonly autoexec: boolean;
  /** SHA-256 of a root certificate put in place of iPXE's, lower-case hex. */
  readonly trusts: string | undefined;
}

/** What kind of iPXE program a file looks like, by its first octets alone. */
export function programKind(bytes: Uint8Array): ProgramKind | undefined {
  if (isBzImage(bytes)) return 'lkrn';
  if (bytes[0] === 0x4d && bytes[1] === 0x5a) return 'efi';
  return isPxe(bytes) ? 'pxe' : undefined;
}

/** The program with the script inside, and the certificate. Throws IPXE_FILE or IPXE_SCRIPT. */
export function embedScript(program: NamedFile, script: NamedScript, embedding: Embedding = {}): Uint8Array {
  const kind = kindOf(program);
  checkScript(script, kind === 'lkrn' ? LONGEST_LKRN_SCRIPT : LONGEST_SCRIPT);
  const { text } = script;
  if (embedding.trust && kind !== 'efi') throw refuse(program, NO_TRUST);
  return named(program, () => {
    if (kind === 'efi') return changeEfi(program.bytes, { ...embedding, script: text });
    return kind === 'pxe' ? putIntoPxe(program.bytes, text) : putIntoLkrn(program.bytes, text);
  });
}

const NO_TRUST = 'its root certificate lies in its compressed part; only UEFI programs can be given another one';

/** A UEFI program that trusts another root certificate, without a script. Throws IPXE_FILE. */
export function embedTrust(program: NamedFile, trust: Uint8Array): Uint8Array {
  if (kindOf(program) !== 'efi') throw refuse(program, NO_TRUST);
  return named(program, () => changeEfi(program.bytes, { trust }));
}

/** What a program is, and the script in it. Throws IPXE_FILE. */
export function readProgram(program: NamedFile): ProgramFacts {
  const kind = kindOf(program);
  return named(program, (): ProgramFacts => {
    if (kind === 'efi') return { kind, ...readEfi(program.bytes) };
    const facts = kind === 'pxe' ? readPxe(program.bytes) : readLkrn(program.bytes);
    return { kind, arch: 'x86', version: undefined, autoexec: false, trusts: undefined, ...facts };
  });
}

function kindOf(program: NamedFile): ProgramKind {
  const kind = programKind(program.bytes);
  if (kind) return kind;
  throw refuse(program, `it is ${whatItIs(program.bytes)}, not an iPXE program; .efi, .kpxe, .pxe and .lkrn files are`);
}

const KNOWN: readonly (readonly [at: number, text: string, what: string])[] = [
  [0, '\x7fELF', 'an ELF program (Linux)'],
  [0x8001, 'CD001', 'a CD image'],
  [0, '\x1f\x8b', 'a gzip file'],
  [0, '\xfd7zXZ', 'an xz file'],
  [0, 'PK\x03\x04', 'a zip file'],
  [0, '#!', 'a script'],
  [510, '\x55\xaa', 'a disk image or an option ROM'],
];

function whatItIs(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  const found = KNOWN.find(([at, text]) => [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0)));
  return found?.[2] ?? 'a file of another kind';
}

const refuse = (program: NamedFile, problem: string): BenchError<'IPXE_FILE'> =>
  new BenchError('IPXE_FILE', { file: program.name, problem });

/** Gives a refusal the name of its file; fields that lie past the end mean a file cut short. */
function named<T>(program: NamedFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) throw refuse(program, error.message);
    if (error instanceof RangeError) throw refuse(program, 'it is cut short or damaged; get the file again');
    throw error;
  }
}
