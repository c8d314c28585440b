/** An iPXE medium as it is: where its scripts are, read and changed in place. Works on a block store, whatever is behind. */
import { BenchError } from '../errors.ts';
import type { BlockStore } from '../media/block-store.ts';
import { decodeBootLoader } from '../media/boot-loader.ts';
import type { FatVolume } from '../media/fat/volume.ts';
import { findFatVolumes, type PartitionTable, readPartitions } from '../media/partitions.ts';
import { embedScript, type NamedFile, readProgram } from './embed/embed.ts';
import { checkScript, LONGEST_SCRIPT, type NamedScript } from './embed/script-guard.ts';
import { AUTOEXEC } from './media.ts';

export interface Medium {
  readonly scheme: PartitionTable['scheme'];
  readonly volume: FatVolume;
  /** The script for UEFI. */
  readonly autoexec: Uint8Array;
  /** What BIOS machines start, and the script in it; undefined where another boot code, or none, is on the medium. */
  readonly bios: BiosPart | undefined;
  /** UEFI programs by path. */
  readonly programs: readonly NamedFile[];
}

interface BiosPart {
  /** Octets from the start of the medium, and how many are kept for it. */
  readonly offset: number;
  readonly room: number;
  /** The program without its script. */
  readonly base: Uint8Array;
  readonly script: string;
}

/** More than any boot code of ours loads. */
const MOST_BIOS_OCTETS = 512 * 1024;
const LARGEST_PROGRAM = 8 * 1024 * 1024;

/** Throws IPXE_FILE when there is no iPXE medium in the store, which errors call `name`. */
export async function readMedium(store: BlockStore, name: string): Promise<Medium> {
  const { scheme } = await readPartitions(store);
  const volumes = await findFatVolumes(store);
  for (const { volume } of volumes) {
    const found = await volume.find(AUTOEXEC);
    if (found?.kind !== 'file') continue;
    const autoexec = await volume.read(AUTOEXEC, LARGEST_PROGRAM);
    return { scheme, volume, autoexec, bios: await biosPart(store), programs: await programsOf(volume) };
  }
  const [first] = volumes;
  const problem = first
    ? `its FAT volume "${first.volume.label}" holds no ${AUTOEXEC}, so it is no medium that \`ipxe build\` made`
    : 'it holds no FAT volume that UEFI could start from, and it is no iPXE program';
  throw new BenchError('IPXE_FILE', { file: name, problem });
}

async function programsOf(volume: FatVolume): Promise<NamedFile[]> {
  const programs: NamedFile[] = [];
  if ((await volume.find('EFI/BOOT'))?.kind !== 'folder') return programs;
  for (const entry of await volume.list('EFI/BOOT'))
    if (entry.kind === 'file' && /\.efi$/i.test(entry.name) && entry.size <= LARGEST_PROGRAM) {
      const path = `EFI/BOOT/${entry.name}`;
      programs.push({ name: path, bytes: await volume.read(path) });
    }
  return programs;
}

async function biosPart(store: BlockStore): Promise<BiosPart | undefined> {
  const load = decodeBootLoader(await store.read(0, 512));
  if (!load || load.length > MOST_BIOS_OCTETS || (load.lba + 1) * 512 + load.length > store.size) return undefined;
  const offset = load.lba * 512;
  try {
    const { base, script } = readProgram({ name: 'BIOS part', bytes: await store.read(offset, load.length) });
    return script === undefined ? undefined : { offset, room: load.length, base, script };
  } catch (error) {
    if (error instanceof BenchError) return undefined;
    throw error;
  }
}

/** Puts another script in place of the one that is there, for UEFI and for BIOS. Throws IPXE_SCRIPT, IPXE_FILE, FAT_…. */
export async function editMedium(store: BlockStore, name: string, script: NamedScript): Promise<void> {
  checkScript(script, LONGEST_SCRIPT);
  const { volume, bios } = await readMedium(store, name);
  const program = bios && embedScript({ name: `${name} (BIOS part)`, bytes: bios.base }, script);
  if (bios && program!.length > bios.room)
    throw new BenchError('IPXE_SCRIPT', {
      script: script.name,
      problem: `its ${script.text.length} characters do not fit beside the BIOS program of "${name}"; shorten it`,
    });
  const { modified } = (await volume.find(AUTOEXEC)) ?? {};
  await volume.write(AUTOEXEC, new TextEncoder().encode(script.text), modified);
  if (!bios) return;
  const area = new Uint8Array(bios.room);
  area.set(program!);
  await store.write(bios.offset, area);
}

/** The medium holds exactly this script, wherever it has one. */
export async function mediumHolds(store: BlockStore, name: string, script: NamedScript): Promise<boolean> {
  const { autoexec, bios } = await readMedium(store, name);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(autoexec);
  return text === script.text && (bios === undefined || bios.script === script.text);
}
