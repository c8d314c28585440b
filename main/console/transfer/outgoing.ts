/** The files of a transfer, opened before the first byte is sent. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchError } from '../../errors.ts';
import type { OutgoingFile } from './xmodem.ts';

export interface OpenFile extends OutgoingFile {
  /** As many octets as there are; fewer than asked for when the file became shorter. */
  read(from: number, length: number): Promise<Uint8Array>;
}

export interface OpenFiles {
  readonly files: readonly OpenFile[];
  close(): Promise<void>;
}

/** Throws BenchError FILE_UNREADABLE. */
export async function openFiles(paths: readonly string[]): Promise<OpenFiles> {
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => void (await Promise.allSettled(handles.map(handle => handle.close())));
  try {
    const files: OpenFile[] = [];
    for (const path of paths) files.push(await openOne(path, handles));
    return { files, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOne(path: string, handles: FileHandle[]): Promise<OpenFile> {
  const unreadable = (reason: string, cause?: unknown): BenchError =>
    new BenchError('FILE_UNREADABLE', { path, reason }, { cause });
  try {
    const handle = await open(path, 'r');
    handles.push(handle);
    const stat = await handle.stat();
    if (!stat.isFile()) throw unreadable('it is no file');
    return {
      name: basename(path),
      size: stat.size,
      modified: Math.floor(stat.mtimeMs / 1000),
      async read(from, length) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      },
    };
  } catch (error) {
    throw error instanceof BenchError ? error : unreadable((error as Error).message, error);
  }
}
