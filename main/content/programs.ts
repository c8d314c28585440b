/** Benchboot's own iPXE programs under their well-known names, for a root that has none. Knows only names and a folder. */
import type { ContentRoute } from './content.ts';
import type { Folder } from './folder.ts';
import { foldName, readName } from './name.ts';

/** What Benchboot hands out by itself: UEFI x64 (all drivers, firmware's driver), UEFI arm64, BIOS. */
export const PROGRAMS = ['ipxe.efi', 'snponly.efi', 'ipxe-arm64.efi', 'undionly.kpxe'] as const;
export type Program = (typeof PROGRAMS)[number];

/**
 * `programs` is the folder that ships with Benchboot. Answers the bare names only, in any case: a folder in front means
 * that someone meant a file of his own.
 */
export function programsRoute(programs: Folder): ContentRoute {
  return {
    route: 'iPXE programs',
    async find(request, tried) {
      const reading = readName(request.name, 'linux');
      if (!reading.ok || reading.segments.length !== 1) return undefined;
      const asked = foldName(reading.segments[0]!);
      const program = PROGRAMS.find(name => name === asked);
      return program && programs.open(program, tried);
    },
  };
}
