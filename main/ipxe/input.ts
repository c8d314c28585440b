/** Files that a person names: scripts, certificates, own builds. No more of them is read than can be of use. */
import { type FileHandle, open } from 'node:fs/promises';
import { BenchError } from '../errors.ts';
import { reasonOf } from '../media/file-store.ts';
import type { NamedFile } from './embed/embed.ts';
import { decodeScript, LONGEST_SCRIPT, type NamedScript } from './embed/script-guard.ts';

export interface Input extends NamedFile {
  /** Octets of the whole file; `bytes` are its first ones when it is longer than the limit. */
  readonly size: number;
}

/** Pipes (`--script <(command)`) are read too. Throws FILE_UNREADABLE. */
export async function readInput(path: string, limit: number): Promise<Input> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const about = await handle.stat();
    if (about.isDirectory()) throw new Error('it is a folder');
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= limit) {
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(Math.min(limit + 1 - length, 1 << 20)),
        0,
        null,
        null,
      );
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return { name: path, bytes: Buffer.concat(chunks), size: Math.max(length, about.isFile() ? about.size : 0) };
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  } finally {
    await handle?.close();
  }
}

/** Throws FILE_UNREADABLE or IPXE_SCRIPT. */
export async function readScript(path: string): Promise<NamedScript> {
  const { name, bytes, size } = await readInput(path, LONGEST_SCRIPT);
  return decodeScript(name, bytes, size);
}

/** More than any iPXE program, and than any certificate. */
const LARGEST_PROGRAM = 64 * 1024 * 1024;

/** A program or a certificate. Throws FILE_UNREADABLE. */
export async function readProgramFile(path: string): Promise<NamedFile> {
  const input = await readInput(path, LARGEST_PROGRAM);
  if (input.size > LARGEST_PROGRAM)
    throw new BenchError('FILE_UNREADABLE', {
      path,
      reason: `it has ${input.size} octets, far more than an iPXE program or a certificate`,
    });
  return input;
}
