/**
 * What the command line and the app ask of iPXE: targets, builds, files looked at and changed. The script language itself
 * is `script/index.ts`.
 */
import { memoryStore } from '../media/block-store.ts';
import { openFileStore } from '../media/file-store.ts';
import { saveFile } from '../save-file.ts';
import { type BuildProgress, type BuildRequest, type Built, buildIpxe } from './build.ts';
import { type Edited, editScript } from './edit.ts';
import type { NamedFile } from './embed/embed.ts';
import type { NamedScript } from './embed/script-guard.ts';
import { type Inspection, inspect } from './inspect.ts';
import { openPrograms, type Programs } from './programs.ts';
import { BUILD_TARGETS, type BuildTarget, type Question, targetsFor } from './targets.ts';

export interface IpxeStudio {
  readonly targets: readonly BuildTarget[];
  /** Which file a machine needs, the best first. */
  targetsFor(question: Question): readonly BuildTarget[];
  /** What ships, with features and the commands each lacks. Throws FILE_UNREADABLE. */
  programs(): Promise<Programs>;
  /** In memory, at most 16 MiB unless a larger disk is asked for. Throws IPXE_SCRIPT, IPXE_FILE, USAGE. */
  build(request: BuildRequest, progress?: (step: BuildProgress) => void): Promise<Built>;
  /** The same into a file, which is there whole or not at all. Throws FILE_UNWRITABLE too. */
  buildFile(path: string, request: BuildRequest, progress?: (step: BuildProgress) => void): Promise<Built>;
  /** What a program or an image is, and the scripts in it. Throws IPXE_FILE. */
  inspect(file: NamedFile): Promise<Inspection>;
  /** The same of a file or a device. */
  inspectFile(path: string): Promise<Inspection>;
  /** Another script in a program, an image or on a device, read back. */
  edit(path: string, script: NamedScript): Promise<Edited>;
}

/** `folder`: the programs that ship with Benchboot. */
export function ipxeStudio(folder: string): IpxeStudio {
  const programs = (): Promise<Programs> => openPrograms(folder);
  const build: IpxeStudio['build'] = async (request, progress) => buildIpxe(request, await programs(), progress);
  return {
    targets: BUILD_TARGETS,
    targetsFor,
    programs,
    build,
    async buildFile(path, request, progress) {
      const built = await build(request, progress);
      await saveFile(path, built.bytes);
      return built;
    },
    inspect: async ({ name, bytes }) => inspect(memoryStore(bytes), name, await programs()),
    async inspectFile(path) {
      const store = await openFileStore(path);
      try {
        return await inspect(store, path, await programs());
      } finally {
        await store.close();
      }
    },
    edit: editScript,
  };
}
