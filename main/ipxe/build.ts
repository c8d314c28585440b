/** Builds a target from a script: a program with the script inside, or a medium. Needs no network, root or compiler. */
import { BenchError } from '../errors.ts';
import { assertNever } from '../kit/assert-never.ts';
import { embedScript, embedTrust, type NamedFile, readProgram } from './embed/embed.ts';
import { checkScript, type NamedScript } from './embed/script-guard.ts';
import { buildMedium } from './media.ts';
import { type Programs, sha256 } from './programs.ts';
import { type BuildTarget, buildTarget, type TargetName } from './targets.ts';
import { readAuthority } from './trust.ts';

export interface BuildRequest {
  readonly target: TargetName;
  readonly script: NamedScript;
  /** Root certificate (PEM or DER) that iPXE is to trust for HTTPS in place of its own; UEFI alone. */
  readonly ca?: NamedFile | undefined;
  /** A build of iPXE of one's own in place of the shipped program. */
  readonly base?: NamedFile | undefined;
  /** UEFI programs: a file autoexec.ipxe beside the program runs instead of the script. */
  readonly autoexec?: boolean | undefined;
  /** disk.img: its partition table; MBR by default. */
  readonly table?: 'mbr' | 'gpt' | undefined;
  /** disk.img: its size in MiB. */
  readonly size?: number | undefined;
}

/** What a build is doing, for people; `part` of `parts`. */
export interface BuildProgress {
  readonly part: number;
  readonly parts: number;
  readonly doing: string;
}

export interface Built {
  readonly target: TargetName;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** What whoever uses it must know, a sentence each. */
  readonly notes: readonly string[];
}

/** MiB of a disk image: FAT16 has room for these. */
const SIZES = { least: 8, most: 512 } as const;

/** Throws IPXE_SCRIPT, IPXE_FILE or USAGE. The same request gives the same octets. */
export async function buildIpxe(
  request: BuildRequest,
  programs: Programs,
  progress: (step: BuildProgress) => void = () => undefined,
): Promise<Built> {
  const target = buildTarget(request.target);
  if (!target) throw new BenchError('USAGE', { problem: `There is no target "${request.target}".` });
  checkRequest(request, target);
  checkScript(request.script, target.largest);
  const parts = target.programs.length + 2;
  let part = 0;
  const step = (doing: string): void => progress({ part: ++part, parts, doing });

  const read = async (name: string): Promise<NamedFile> => {
    step(`checking ${name}`);
    return request.base ?? programs.read(name);
  };
  const authority = request.ca && readAuthority(request.ca);
  const trusting = (program: NamedFile): NamedFile =>
    authority ? { ...program, bytes: embedTrust(program, authority.fingerprint) } : program;

  let bytes: Uint8Array;
  switch (target.name) {
    case 'disk.img':
    case 'usb.iso': {
      const pxe = await read('ipxe.pxe');
      const x64 = trusting(await read('ipxe.efi'));
      const arm64 = trusting(await read('ipxe-arm64.efi'));
      step('writing the medium');
      const { script, table, size } = request;
      bytes = await buildMedium(target.name, { pxe, x64, arm64, script, table, size });
      break;
    }
    case 'ipxe.efi':
    case 'snponly.efi':
    case 'ipxe-arm64.efi':
    case 'undionly.kpxe':
    case 'undionly.kkpxe':
    case 'ipxe.pxe':
    case 'ipxe.lkrn': {
      const program = await read(target.name);
      if (request.base) checkBase(request.base, target);
      step('putting the script in');
      bytes = embedScript(program, request.script, { autoexec: request.autoexec, trust: authority?.fingerprint });
      break;
    }
    default:
      return assertNever(target.name);
  }
  step('done');
  return { target: target.name, bytes, sha256: sha256(bytes), notes: notesOf(request, target) };
}

function checkRequest({ ca, base, table, size, autoexec }: BuildRequest, target: BuildTarget): void {
  const isMedium = target.name === 'disk.img' || target.name === 'usb.iso';
  const refuse = (problem: string): never => {
    throw new BenchError('USAGE', { problem });
  };
  if (ca && !target.trust)
    refuse(`${target.name} cannot be given another root certificate: it is compressed. UEFI programs can.`);
  if (base && !target.ownBuild) refuse(`${target.name} is made of three programs; --base is for targets of one.`);
  if (table && target.name !== 'disk.img') refuse(`A partition table is chosen for disk.img, not for ${target.name}.`);
  if (autoexec && (isMedium || !target.name.endsWith('.efi')))
    refuse(`${target.name} knows no file beside it; --autoexec is for UEFI programs.`);
  if (size !== undefined && target.name !== 'disk.img')
    refuse(`A size is chosen for disk.img, not for ${target.name}.`);
  if (size !== undefined && !(Number.isInteger(size) && size >= SIZES.least && size <= SIZES.most))
    refuse(`A disk image has ${SIZES.least} to ${SIZES.most} MiB; ${size} is not.`);
}

/** An own build must be for the machines of the target: a wrong one would not start there. */
function checkBase(base: NamedFile, target: BuildTarget): void {
  const { kind, arch } = readProgram(base);
  const wanted = target.name.endsWith('.efi') ? 'efi' : target.name === 'ipxe.lkrn' ? 'lkrn' : 'pxe';
  const wantedArch = wanted === 'efi' ? (target.name === 'ipxe-arm64.efi' ? 'arm64' : 'x64') : 'x86';
  if (kind !== wanted || arch !== wantedArch)
    throw new BenchError('IPXE_FILE', {
      file: base.name,
      problem: `it is a program of the kind ${kind} for ${arch}, and ${target.name} is ${wanted} for ${wantedArch}`,
    });
}

function notesOf({ ca }: BuildRequest, target: BuildTarget): string[] {
  const notes: string[] = [];
  if (target.firmware.some(each => each !== 'bios'))
    notes.push('UEFI starts it with Secure Boot turned off: the program is not signed.');
  if (ca && target.firmware.includes('bios'))
    notes.push("Its BIOS part keeps iPXE's own root certificate; only UEFI machines trust the one you gave.");
  return notes;
}
