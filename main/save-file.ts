/** Files that are whole or not there: written beside the target, then renamed. What was there stays until then. */
import { open, rename, rm } from 'node:fs/promises';
import { BenchError } from './errors.ts';

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
    throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
