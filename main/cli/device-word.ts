/** The word for a drive as a person gives it: a path may be a link, as all in `/dev/disk` are. */
import { realpathSync } from 'node:fs';

/** Where a path leads to; names and serial numbers stay as they are, and so does what leads nowhere. */
export function deviceOf(word: string): string {
  if (!word.includes('/')) return word;
  try {
    return realpathSync(word);
  } catch {
    return word;
  }
}
