import { expect, it } from 'vitest';
import type { FoundFile } from '../../../main/content/content.ts';
import { bytesResource } from '../../../main/http/answer.ts';
import { HotFiles, SMALL_FILE } from '../../../main/http/hot-files.ts';

const now = 1_000_000;
const file = (more: Partial<FoundFile> = {}): FoundFile => ({
  kind: 'file',
  name: 'x',
  fd: -1,
  size: 1,
  mtimeMs: 0,
  ino: 1,
  unchanged: () => true,
  close: () => {},
  ...more,
});
const resource = bytesResource(1, 'text/plain');
const octets = (length: number) => Buffer.alloc(length, 1);

it('gives what was kept, as long as it is unchanged, and never again afterwards', () => {
  const hot = new HotFiles();
  let same = true;
  hot.keep('/x', file({ unchanged: () => same }), resource, octets(1), now);
  expect(hot.get('/x')).toMatchObject({ resource, bytes: octets(1) });
  same = false;
  expect(hot.get('/x')).toBeUndefined();
  same = true;
  expect(hot.get('/x')).toBeUndefined();
});

const { unchanged: _, ...silent } = file();
it.each([
  ['whose content promises nothing', silent, octets(1)],
  [
    'changed a moment ago, which could change again within the same time stamp',
    file({ mtimeMs: now - 2_000 }),
    octets(1),
  ],
  ['from the future', file({ mtimeMs: now + 2_000 }), octets(1)],
  ['that is large', file(), octets(SMALL_FILE + 1)],
])('does not keep a file %s', (_, found, bytes) => {
  const hot = new HotFiles();
  hot.keep('/x', found, resource, bytes, now);
  expect(hot.get('/x')).toBeUndefined();
});

it('keeps 8 MiB, letting go what was not asked for the longest time', () => {
  const hot = new HotFiles();
  const fill = 8 * 16;
  for (let index = 0; index < fill; index++) {
    hot.keep(`/${index}`, file(), resource, octets(SMALL_FILE - 100), now);
    expect(hot.get('/0')).toBeDefined();
  }
  for (let index = fill; index < fill + 10; index++) {
    hot.keep(`/${index}`, file(), resource, octets(SMALL_FILE - 100), now);
  }
  expect(hot.get('/0')).toBeDefined();
  expect(hot.get('/1')).toBeUndefined();
  expect(hot.get(`/${fill + 9}`)).toBeDefined();
  const kept = Array.from({ length: fill + 10 }, (_, index) => hot.get(`/${index}`)).filter(each => each !== undefined);
  expect(kept.length * (SMALL_FILE - 100)).toBeLessThanOrEqual(8 * 1024 * 1024);
});

it('counts a file once that is kept again', () => {
  const hot = new HotFiles();
  hot.keep('/other', file(), resource, octets(1), now);
  for (let round = 0; round < 1_000; round++) hot.keep('/x', file(), resource, octets(SMALL_FILE), now);
  expect(hot.get('/other')).toBeDefined();
});
