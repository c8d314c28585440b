/** From a drive that a person named to its image: what stands against reading it, what is unmounted first, and the reading. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BenchError } from '../../errors.ts';
import { systemUse } from '../../host/drive-use.ts';
import type { Drive, Drives } from '../../host/host.ts';
import { imageForm } from './image-file.ts';
import { type ReadOptions, type ReadResult, readDrive } from './read-drive.ts';

export interface ReadPlan {
  /** Absolute. */
  readonly path: string;
  /** Mount points that go first, after asking. */
  readonly mounted: readonly string[];
}

/** Changes nothing. Throws USAGE, FILE_UNWRITABLE or DRIVE_BUSY. */
export async function planRead(drives: Drives, drive: Drive, out: string, overwrite: boolean): Promise<ReadPlan> {
  imageForm(out);
  const path = resolve(out);
  if (existsSync(path) && !overwrite)
    throw new BenchError('FILE_UNWRITABLE', { path, reason: 'it is there already, and nobody said to replace it' });
  if ((await drives.holding(dirname(path))).includes(drive.name))
    throw new BenchError('USAGE', {
      problem: `${path} lies on the very drive that is to be read. Choose another place.`,
    });
  const own = systemUse(drive);
  if (own !== undefined)
    throw new BenchError('DRIVE_BUSY', {
      drive: drive.path,
      by: `${own}, and what changes while it is read makes no image`,
    });
  return { path, mounted: [...new Set(drive.uses.filter(({ kind }) => kind === 'mount').map(({ at }) => at))] };
}

/** Unmounts what is mounted, and reads. Throws what `readDrive` and `Drives` throw. */
export async function readChosen(
  drives: Drives,
  drive: Drive,
  { path, mounted }: ReadPlan,
  options: ReadOptions,
): Promise<ReadResult> {
  if (mounted.length > 0) await drives.unmount(drive);
  const handle = await drives.open(drive, 'read');
  try {
    return await readDrive(handle, path, options);
  } finally {
    await handle.close();
  }
}
