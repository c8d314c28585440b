/** What is in a folder of this laptop, for choosing one where no native dialog is. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { FolderView } from '../contract/bench-calls.ts';
import { BenchError } from '../errors.ts';

const MOST_FILES = 200;
const MOST_FOLDERS = 2_000;

/** Without a path: the home folder. Hidden names are left out. Throws FILE_UNREADABLE. */
export async function listFolder(wanted: string | undefined): Promise<FolderView> {
  const path = resolve(wanted || homedir());
  try {
    const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
    const names = (all: typeof entries): string[] =>
      all.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const parent = dirname(path);
    return {
      path,
      parent: parent === path ? undefined : parent,
      folders: names(entries.filter(entry => entry.isDirectory() || entry.isSymbolicLink())).slice(0, MOST_FOLDERS),
      files: names(entries.filter(entry => entry.isFile())).slice(0, MOST_FILES),
    };
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
