/** The network ports of this system: picks the implementation by platform. */
import type { Nics } from '../host.ts';
import { darwinNics } from './nics.darwin.ts';
import { linuxNics } from './nics.linux.ts';
import { win32Nics } from './nics.win32.ts';
import type { Run } from './run.ts';

export interface NicParts {
  readonly platform: NodeJS.Platform;
  readonly run: Run;
}

export function nodeNics({ platform, run }: NicParts): Nics {
  if (platform === 'darwin') return darwinNics(run);
  if (platform === 'win32') return win32Nics(run);
  return linuxNics(run);
}
