/** Files that are whole or not there: written beside the target, then renamed. What was there stays until then. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { BenchError } from './errors.ts';

/** Throws FILE_UNWRITABLE when `saveFile` could not write there now: better said before the work than after it. */
export async function checkSavable(path: string): Promise<void> {
  const draft = `${path}.part`;
  try {
    await checkFile(path);
    await (await open(draft, 'w')).close();
    await rm(draft);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Throws FILE_UNWRITABLE. `mode`: permissions of a new file. */
export async function saveFile(path: string, content: Uint8Array | string, mode = 0o666): Promise<void> {
  const draft = `${path}.part`;
  try {
    await checkFile(path);
    const file = await open(draft, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable(path, error);
  }
}

/** A file that is renamed over a drive takes the place of its name: nothing is written to the drive, and it is hard to find. */
async function checkFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new Error('it is a folder');
  if (there?.isBlockDevice()) throw new Error('it is a drive, and `benchboot flash` writes images to drives');
  if (there && !there.isFile()) throw new Error('it is a device or a pipe, not a file');
}

const unwritable = (path: string, error: unknown): BenchError =>
  new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
