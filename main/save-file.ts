/** Files that are whole or not there: written beside the target, then renamed. What was there stays until then. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { BenchError } from './errors.ts';

/** Throws FILE_UNWRITABLE when `saveFile` could not write there now: better said before the work than after it. */
export async function checkSavable(path: string): Promise<void> {
  const draft = `${path}.part`;
  try {
    await (await open(draft, 'w')).close();
    await rm(draft);
    if ((await stat(path).catch(() => undefined))?.isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Throws FILE_UNWRITABLE. `mode`: permissions of a new file. */
export async function saveFile(path: string, content: Uint8Array | string, mode = 0o666): Promise<void> {
  const draft = `${path}.part`;
  try {
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

const unwritable = (path: string, error: unknown): BenchError =>
  new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
