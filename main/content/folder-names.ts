/** Finds how a name is really spelled on disk when case or Unicode composition differ. Knows nothing of roots. */
import { opendirSync, statSync } from 'node:fs';
import { foldName } from './name.ts';

/** A folder with more entries than this is searched only so far: a listing must not stall the packets. */
const MOST_ENTRIES = 20_000;
const MOST_FOLDERS = 64;
/** File systems stamp in steps of up to 2 s (FAT): a listing read so soon after a change may miss the next change. */
const COARSEST_MTIME_MS = 2_000;

interface Listing {
  readonly mtimeMs: number;
  readonly ino: number;
  readonly readAt: number;
  /** Folded name to the name on disk; of several the first in code point order, so that the choice is stable. */
  readonly names: ReadonlyMap<string, string>;
}

export class FolderNames {
  readonly #listings = new Map<string, Listing>();
  readonly #now: () => number;

  /** `now` in milliseconds since 1970, the clock that file times are compared with. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The entry of `folder` that equals `name` but for case and composition, or undefined. */
  lookUp(folder: string, name: string): string | undefined {
    try {
      return this.#listing(folder)?.names.get(foldName(name));
    } catch {
      // A folder may be entered without the right to list it; exact names work there, others do not.
      return undefined;
    }
  }

  #listing(folder: string): Listing | undefined {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (!stats?.isDirectory()) return undefined;
    const known = this.#listings.get(folder);
    if (
      known &&
      known.mtimeMs === stats.mtimeMs &&
      known.ino === stats.ino &&
      known.readAt - known.mtimeMs > COARSEST_MTIME_MS
    ) {
      return known;
    }
    const listing = { mtimeMs: stats.mtimeMs, ino: stats.ino, readAt: this.#now(), names: readNames(folder) };
    this.#listings.delete(folder);
    this.#listings.set(folder, listing);
    if (this.#listings.size > MOST_FOLDERS) this.#listings.delete(this.#listings.keys().next().value!);
    return listing;
  }
}

function readNames(folder: string): Map<string, string> {
  const names = new Map<string, string>();
  const entries = opendirSync(folder);
  try {
    for (let count = 0; count < MOST_ENTRIES; count++) {
      const entry = entries.readSync();
      if (!entry) break;
      const folded = foldName(entry.name);
      const known = names.get(folded);
      if (known === undefined || entry.name < known) names.set(folded, entry.name);
    }
  } finally {
    entries.closeSync();
  }
  return names;
}
