/** The drives that a person never wants touched, by serial number, kept in the state folder. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, systemCode } from '../../errors.ts';
import type { Drive } from '../../host/host.ts';
import { driveTitle } from './describe.ts';
import { mark } from './offer.ts';

export interface Protected {
  /** Serial number or world wide name. */
  readonly mark: string;
  /** What it was called then, for people. */
  readonly title: string;
}

export interface NeverTouch {
  list(): Promise<readonly Protected[]>;
  /** For `DrivePolicy`. */
  marks(): Promise<readonly string[]>;
  /** Throws USAGE for a drive that nothing tells from others of its make; FILE_UNWRITABLE. */
  add(drive: Drive): Promise<void>;
  /** By serial number. False: it was not on the list. */
  remove(mark: string): Promise<boolean>;
}

export function openNeverTouch(stateFolder: string): NeverTouch {
  const path = join(stateFolder, 'never-touch.json');

  const list = async (): Promise<readonly Protected[]> => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
    }
    const entries = parse(text);
    // An unreadable list must not mean that nothing is protected.
    if (!entries) throw new BenchError('FILE_UNREADABLE', { path, reason: 'it is damaged; mend or delete it' });
    return entries;
  };

  const save = async (entries: readonly Protected[]): Promise<void> => {
    try {
      await mkdir(stateFolder, { recursive: true });
      await writeFile(`${path}.new`, `${JSON.stringify(entries, null, 2)}\n`);
      await rename(`${path}.new`, path);
    } catch (error) {
      throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
    }
  };

  return {
    list,
    marks: async () => (await list()).map(entry => entry.mark),
    async add(drive) {
      const own = mark(drive);
      if (own === undefined)
        throw new BenchError('USAGE', {
          problem: `${driveTitle(drive)} has no serial number, so nothing tells it from others of its make.`,
        });
      const others = (await list()).filter(entry => entry.mark !== own);
      await save([...others, { mark: own, title: driveTitle(drive) }]);
    },
    async remove(gone) {
      const entries = await list();
      const left = entries.filter(entry => entry.mark !== gone);
      if (left.length === entries.length) return false;
      await save(left);
      return true;
    },
  };
}

function parse(text: string): Protected[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEntry = (entry: unknown): entry is Protected =>
      typeof entry === 'object' && entry !== null && typeof (entry as Partial<Protected>).mark === 'string';
    return Array.isArray(value) && value.every(isEntry) ? value : undefined;
  } catch {
    return undefined;
  }
}
