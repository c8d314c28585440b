/** The SHA-256 that a publisher put beside an image: `raspios.img.xz.sha256`, `SHA256SUMS`. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface PublishedSum {
  /** 64 hex digits, small letters. */
  readonly sha256: string;
  /** The file that says so. */
  readonly path: string;
}

const MOST_OCTETS = 1 << 20;

/** A file of the image's own counts before a list of many. Undefined when none speaks of it. */
export async function publishedSum(image: string): Promise<PublishedSum | undefined> {
  const folder = dirname(image);
  const own = [`${image}.sha256`, `${image}.sha256sum`, `${image}.sha256.txt`];
  const lists = ['SHA256SUMS', 'SHA256SUMS.txt', 'sha256sums.txt', 'sha256sum.txt', 'CHECKSUM'];
  for (const path of [...own, ...lists.map(name => join(folder, name))]) {
    const facts = await stat(path).catch(() => undefined);
    if (!facts?.isFile() || facts.size > MOST_OCTETS) continue;
    const text = await readFile(path, 'utf8').catch(() => '');
    const sha256 = sumIn(text, basename(image), own.includes(path));
    if (sha256) return { sha256, path };
  }
  return undefined;
}

/**
 * The sum of `name` in a text: lines of sha256sum (`HEX  NAME`, `HEX *NAME`) or of BSD (`SHA256 (NAME) = HEX`). `alone`: a
 * text that may hold nothing but the sum, or one that names a path of the publisher's own.
 */
export function sumIn(text: string, name: string, alone: boolean): string | undefined {
  const sums = text.split(/\r?\n/).flatMap(line => {
    const [, bsdName, bsdSum] = /^SHA256 \((.+)\) = ([0-9a-f]{64})$/i.exec(line) ?? [];
    if (bsdSum !== undefined) return [{ name: bsdName!, sum: bsdSum }];
    const [, sum, rest = ''] = /^([0-9a-f]{64})(?:\s+\*?(.*))?$/i.exec(line.trim()) ?? [];
    return sum === undefined ? [] : [{ name: rest, sum }];
  });
  const named = sums.find(each => each.name.split(/[/\\]/).at(-1) === name);
  const only = alone && sums.length === 1 ? sums[0] : undefined;
  return (named ?? only)?.sum.toLowerCase();
}
