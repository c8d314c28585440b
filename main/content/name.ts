/** What a client's file name means: the same short list of segments for every spelling. Pure; knows no disk. */

/** Longest name taken, in UTF-16 units: far above any boot file, far below what costs anything. */
const LONGEST_NAME = 1024;
/** Longest segment any file system stores, in octets of UTF-8. */
const LONGEST_SEGMENT = 255;

export type NameReading =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly why: 'missing' | 'outside-root'; readonly detail: string };

/**
 * Splits at `/` and `\`, drops leading slashes, empty and `.` segments, resolves `..`; a name that climbs above the root
 * or holds a NUL is refused. The empty list is the root itself. `platform` adds what Windows would interpret: drive
 * letters, alternate streams, device names, and the trailing dots and blanks that it strips.
 */
export function readName(name: string, platform: NodeJS.Platform): NameReading {
  if (name.length > LONGEST_NAME) return { ok: false, why: 'missing', detail: `a name of ${name.length} characters` };
  if (name.includes('\0')) return { ok: false, why: 'outside-root', detail: 'the name holds a NUL' };
  const segments: string[] = [];
  for (const segment of name.split(/[/\\]+/)) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (segments.pop() === undefined) {
        return { ok: false, why: 'outside-root', detail: 'the name climbs above the root' };
      }
      continue;
    }
    if (platform === 'win32' && WINDOWS_SPECIAL.test(segment)) {
      return { ok: false, why: 'outside-root', detail: `"${segment}" is not a plain file name on Windows` };
    }
    if (segment.length * 3 > LONGEST_SEGMENT && Buffer.byteLength(segment) > LONGEST_SEGMENT) {
      return { ok: false, why: 'missing', detail: 'a part of the name is longer than any file name' };
    }
    segments.push(segment);
  }
  return { ok: true, segments };
}

const WINDOWS_SPECIAL = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i;

/** Two names with the same fold are the same to a client that does not mind case or Unicode composition. */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase();
