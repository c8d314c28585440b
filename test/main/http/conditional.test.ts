import { describe, expect, it } from 'vitest';
import { fileEtag, httpDate, precondition, rangeApplies } from '../../../main/http/conditional.ts';

const mtimeMs = Date.UTC(2026, 10, 20, 12, 0, 0, 700);
const now = { etag: '"e1"', mtimeMs };
const made = {};
const same = 'Fri, 20 Nov 2026 12:00:00 GMT';
const before = 'Fri, 20 Nov 2026 11:59:59 GMT';
const later = 'Fri, 20 Nov 2026 12:00:01 GMT';

describe('preconditions', () => {
  const cases: [fields: Record<string, string>, expected: string, validators?: object, method?: string][] = [
    [{}, 'proceed'],
    [{ 'if-none-match': '"e1"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"e1"' }, 'not-modified'],
    [{ 'if-none-match': '"e0", "e1"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"e2"' }, 'proceed'],
    [{ 'if-none-match': 'e1' }, 'proceed'],
    [{ 'if-none-match': '"e1"' }, 'proceed', made],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': later }, 'not-modified'],
    [{ 'if-modified-since': before }, 'proceed'],
    [{ 'if-modified-since': 'yesterday' }, 'proceed'],
    [{ 'if-modified-since': same }, 'proceed', made],
    [{ 'if-modified-since': 'Friday, 20-Nov-26 12:00:00 GMT' }, 'not-modified'],
    [{ 'if-modified-since': 'Fri Nov 20 12:00:00 2026 GMT' }, 'not-modified'],
    // The tag decides when both are there (RFC 9110 section 13.1.3).
    [{ 'if-none-match': '"e2"', 'if-modified-since': same }, 'proceed'],
    [{ 'if-match': '"e1"' }, 'proceed'],
    [{ 'if-match': '*' }, 'proceed'],
    [{ 'if-match': '"e2"' }, 'failed'],
    [{ 'if-match': 'W/"e1"' }, 'failed'],
    [{ 'if-unmodified-since': same }, 'proceed'],
    [{ 'if-unmodified-since': before }, 'failed'],
    [{ 'if-match': '"e1"', 'if-unmodified-since': before }, 'proceed'],
    [{ 'if-none-match': '"e1"' }, 'not-modified', now, 'HEAD'],
  ];
  it.each(cases)('%j is %s', (fields, expected, validators = now, method = 'GET') => {
    expect(precondition(method, new Map(Object.entries(fields)), validators)).toBe(expected);
  });
});

describe('If-Range', () => {
  const cases: [value: string | undefined, applies: boolean, validators?: object][] = [
    [undefined, true],
    ['"e1"', true],
    ['W/"e1"', false],
    ['"e2"', false],
    [same, true],
    [before, false],
    [later, false],
    ['nonsense', false],
    ['"e1"', false, made],
    [same, false, made],
  ];
  it.each(cases)('%s: %s', (value, applies, validators = now) => {
    expect(rangeApplies(new Map(value === undefined ? [] : [['if-range', value]]), validators)).toBe(applies);
  });
});

describe('validators', () => {
  const file = { ino: 7, size: 100, mtimeMs };
  it.each([{ ino: 8 }, { size: 101 }, { mtimeMs: mtimeMs + 0.004 }])('another tag when %j', change => {
    expect(fileEtag({ ...file, ...change })).not.toBe(fileEtag(file));
  });
  it('are what a field may hold', () => {
    expect(fileEtag(file)).toMatch(/^"[0-9a-z-]+"$/);
    expect(httpDate(mtimeMs)).toBe(same);
  });
});
