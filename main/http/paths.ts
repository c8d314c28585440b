/** What a request target asks for: a path as text and its query. Knows no folder; confinement is the content's. */
export type Target =
  | {
      readonly ok: true;
      /** Percent-decoded, starts with a slash, without dot segments (RFC 3986 section 5.2.4). */
      readonly path: string;
      /** Without the question mark, not decoded. */
      readonly query: string;
    }
  | { readonly ok: false; readonly words: string };

const bad = (words: string): Target => ({ ok: false, words });

/** Longest decoded path, in characters; no file system stores a longer one in use on a bench. */
const LONGEST_PATH = 2048;

/**
 * Origin-form, or absolute-form as a client sends that takes us for a proxy (RFC 9112 section 3.2.2, which a server must
 * accept). Refuses what no honest client sends: broken escapes, a NUL, a path that climbs above the root.
 */
export function readTarget(target: string): Target {
  let rest = target;
  if (!target.startsWith('/')) {
    const absolute = /^http:\/\/[^/?#@\\]+(?=[/?#]|$)(.*)$/i.exec(target);
    if (!absolute) return bad('The address must start with a slash.');
    rest = absolute[1]!.startsWith('/') ? absolute[1]! : `/${absolute[1]!}`;
  }
  // A fragment is never sent by a browser; boards that paste whole URLs into their request mean the part before it.
  const hash = rest.indexOf('#');
  if (hash >= 0) rest = rest.slice(0, hash);
  const mark = rest.indexOf('?');
  const query = mark < 0 ? '' : rest.slice(mark + 1);
  const path = decode(mark < 0 ? rest : rest.slice(0, mark));
  if (path === undefined) return bad('The address holds a broken percent escape.');
  if (path.length > LONGEST_PATH) return bad('The address is too long.');
  // Other control characters may stand in a file's name; they are never shown raw.
  if (path.includes('\0')) return bad('The address holds a NUL.');
  const resolved = /(^|[/\\])\.\.?([/\\]|$)/.test(path) ? withoutDots(path) : path;
  return resolved === undefined
    ? bad('The address leads out of the root folder.')
    : { ok: true, path: resolved, query };
}

/** Heads are read as Latin-1; raw octets above 0x7f in a path are UTF-8 that the client forgot to escape. */
function decode(path: string): string | undefined {
  if (!/[%\x80-\uffff]/.test(path)) return path;
  try {
    return decodeURIComponent(path.replace(/[\x80-\xff]/g, octet => `%${octet.charCodeAt(0).toString(16)}`));
  } catch {
    return undefined;
  }
}

/** U-Boot joins its folder and a name as they are (`/pxelinux.cfg/../vmlinuz`), so dots are followed, but never out. */
function withoutDots(path: string): string | undefined {
  const kept: string[] = [];
  const segments = path.split(/[/\\]/).slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') {
      if (kept.length === 0) return undefined;
      kept.pop();
      if (last) kept.push('');
    } else if (segment === '.') {
      if (last) kept.push('');
    } else kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
