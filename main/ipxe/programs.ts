/** The iPXE programs that ship with Benchboot: what the manifest says of them, and their octets, checked against it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../errors.ts';
import { reasonOf } from '../media/file-store.ts';
import type { NamedFile } from './embed/embed.ts';
import { readInput } from './input.ts';

export interface ShippedProgram {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  /** e.g. `UEFI x64`. */
  readonly runsOn: string;
  /** Whose network drivers it uses. */
  readonly drivers: string;
  /** As it prints them after "Features:". */
  readonly features: readonly string[];
  /** Commands of iPXE that this build does not have. */
  readonly commandsAbsent: readonly string[];
}

export interface Programs {
  /** Version of the package they are from. */
  readonly version: string;
  readonly list: readonly ShippedProgram[];
  /** Throws IPXE_FILE when it is not what was shipped. */
  read(name: string): Promise<NamedFile>;
}

/** The programs in a folder with a `manifest.json`. Throws FILE_UNREADABLE. */
export async function openPrograms(folder: string): Promise<Programs> {
  const path = join(folder, 'manifest.json');
  let manifest: { package: { version: string }; files: readonly ShippedProgram[] };
  try {
    manifest = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
  const { files } = manifest;
  return {
    version: manifest.package.version,
    list: files,
    async read(name) {
      const file = files.find(each => each.name === name);
      if (!file) throw new Error(`no program "${name}" in ${path}`);
      const { bytes } = await readInput(join(folder, name), 2 * file.size);
      if (sha256(bytes) !== file.sha256)
        throw new BenchError('IPXE_FILE', {
          file: name,
          problem: 'it is not the one that was shipped; install Benchboot again',
        });
      return { name, bytes };
    },
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
