/** Many files at once on a FAT volume. */
import type { FatVolume } from './volume.ts';

/** Writes files by path, with the folders they need. */
export async function addFiles(volume: FatVolume, files: ReadonlyMap<string, Uint8Array>, time: Date): Promise<void> {
  for (const [path, bytes] of files) {
    const folder = path.split('/').slice(0, -1).join('/');
    if (folder !== '') await volume.makeFolder(folder, time);
    await volume.write(path, bytes, time);
  }
}
