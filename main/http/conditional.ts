/** Conditional requests (RFC 9110 section 13): validators of a resource, and what the client's own copy of it means. */
export interface Validators {
  /** Strong, with its quotes; absent for text made per request. */
  readonly etag?: string;
  /** Milliseconds since 1970. */
  readonly mtimeMs?: number;
}

type Fields = ReadonlyMap<string, string>;

/** Strong, as long as every change of a file moves its inode, size or time. */
export function fileEtag(file: { readonly ino: number; readonly size: number; readonly mtimeMs: number }): string {
  return `"${file.ino.toString(36)}-${file.size.toString(36)}-${Math.round(file.mtimeMs * 1000).toString(36)}"`;
}

/** IMF-fixdate (RFC 9110 section 5.6.7), whole seconds. */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

/** What the preconditions say, in the order of RFC 9110 section 13.2.2; `proceed` when there are none. */
export function precondition(method: string, fields: Fields, now: Validators): 'proceed' | 'not-modified' | 'failed' {
  const ifMatch = fields.get('if-match');
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, now.etag, 'strong')) return 'failed';
  } else {
    const limit = seconds(fields.get('if-unmodified-since'));
    if (limit !== undefined && now.mtimeMs !== undefined && Math.floor(now.mtimeMs / 1000) > limit) return 'failed';
  }
  if (method !== 'GET' && method !== 'HEAD') return 'proceed';
  const ifNoneMatch = fields.get('if-none-match');
  if (ifNoneMatch !== undefined) return lists(ifNoneMatch, now.etag, 'weak') ? 'not-modified' : 'proceed';
  const since = seconds(fields.get('if-modified-since'));
  return since !== undefined && now.mtimeMs !== undefined && Math.floor(now.mtimeMs / 1000) <= since
    ? 'not-modified'
    : 'proceed';
}

/** The range may be answered with a part: no If-Range, or the client's copy is of exactly this version (section 13.1.5). */
export function rangeApplies(fields: Fields, now: Validators): boolean {
  const ifRange = fields.get('if-range');
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === now.etag;
  return now.mtimeMs !== undefined && seconds(ifRange) === Math.floor(now.mtimeMs / 1000);
}

/** A list of entity tags, or `*`, holds ours. The strong comparison takes no `W/` tags (section 8.8.3.2). */
function lists(value: string, etag: string | undefined, comparison: 'strong' | 'weak'): boolean {
  if (value.trim() === '*') return true;
  if (etag === undefined) return false;
  for (const [, weak, tag] of value.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === etag && (comparison === 'weak' || weak === undefined)) return true;
  }
  return false;
}

/** An HTTP-date as seconds since 1970, or undefined: an unreadable date counts as absent (section 13.1.3). */
function seconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
