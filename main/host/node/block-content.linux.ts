/** What is on a block device: from udev where it runs, else read from the device itself, which takes the right to. */
import { constants, open } from 'node:fs/promises';
import { systemCode } from '../../errors.ts';
import { alignedMemory } from '../../kit/aligned-memory.ts';
import { type ContentOf, contentByUdev } from './block-reader.linux.ts';
import { readSuperblock, SUPERBLOCK_LENGTH } from './superblock.ts';

export const contentOf: ContentOf = async device => {
  const known = await contentByUdev(device);
  if (known) return known;
  const { name, size } = device;
  const memory = alignedMemory(SUPERBLOCK_LENGTH);
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(
      `/dev/${name.replaceAll('!', '/')}`,
      constants.O_RDONLY | constants.O_DIRECT | constants.O_NONBLOCK,
    );
  } catch {
    return undefined;
  }
  try {
    const { bytesRead } = await file.read(memory, 0, Math.min(memory.length, size - (size % 4096)), 0);
    return readSuperblock(memory.subarray(0, bytesRead));
  } catch (error) {
    // A drive that fails to read is still a drive; only what is on it stays unknown.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  } finally {
    await file.close();
  }
};
