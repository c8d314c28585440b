/** The drives of this system: picks the implementation by platform. */
import { BenchError } from '../../errors.ts';
import type { Drives } from '../host.ts';
import { linuxDrives } from './drives.linux.ts';
import type { Run } from './run.ts';

export interface DriveParts {
  readonly platform: NodeJS.Platform;
  readonly run: Run;
}

export function nodeDrives({ platform, run }: DriveParts): Drives {
  if (platform === 'linux') return linuxDrives(run);
  throw new BenchError('UNSUPPORTED', { what: 'Using drives', platform });
}
