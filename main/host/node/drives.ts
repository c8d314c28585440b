/** The drives of this system: picks the implementation by platform. */
import type { Drives } from '../host.ts';
import { darwinDrives } from './drives.darwin.ts';
import { linuxDrives } from './drives.linux.ts';
import { win32Drives } from './drives.win32.ts';
import type { Run } from './run.ts';

export interface DriveParts {
  readonly platform: NodeJS.Platform;
  readonly run: Run;
}

export function nodeDrives({ platform, run }: DriveParts): Drives {
  if (platform === 'darwin') return darwinDrives(run);
  if (platform === 'win32') return win32Drives(run);
  return linuxDrives(run);
}
