/** Where Benchboot keeps and finds its files on this system. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FolderFacts, settingsFolderOf, stateFolderOf } from '../folders.ts';

const facts = (): FolderFacts => ({
  platform: process.platform,
  env: process.env,
  home: homedir(),
  root: process.getuid?.() === 0,
});

/** For leases and the journal. */
export const stateFolder = (): string => stateFolderOf(facts());

export const settingsFolder = (): string => settingsFolderOf(facts());

/** Where people put what boards boot, unless they choose another folder. */
export const libraryFolder = (): string => join(homedir(), 'Benchboot');

/** `resources/` beside the sources, the build or the packaged app: the nearest one above this file. */
export function resourcesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'resources', 'ipxe'))) {
    if (dirname(folder) === folder) throw new Error('the folder resources/ipxe is missing from this installation');
    folder = dirname(folder);
  }
  return join(folder, 'resources');
}
