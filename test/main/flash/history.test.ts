import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type FlashRecord, openHistory } from '../../../main/flash/history.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchboot-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (index: number): FlashRecord => ({
  t: new Date(Date.UTC(2026, 10, 21, 0, 0, index)).toISOString(),
  action: 'flash',
  result: 'done',
  drive: `stick ${index}`,
});

it('keeps what was written, the newest first, and lives with a line that a crash cut short', async () => {
  const history = openHistory(join(folder, 'a'));
  expect(await history.list()).toEqual([]);
  await history.add(record(1));
  appendFileSync(join(folder, 'a', 'flash-history.jsonl'), '{"t":"2026\n');
  await history.add(record(2));
  expect(await openHistory(join(folder, 'a')).list()).toEqual([record(2), record(1)]);
  expect(await history.list(1)).toEqual([record(2)]);
});

it('does not grow for ever', async () => {
  const path = join(folder, 'flash-history.jsonl');
  writeFileSync(path, Array.from({ length: 6000 }, (_, index) => `${JSON.stringify(record(index))}\n`).join(''));
  const history = openHistory(folder);
  await history.add(record(6000));
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(5001);
  expect((await history.list(2)).map(({ drive }) => drive)).toEqual(['stick 6000', 'stick 5999']);
});

it('a folder that cannot be written says so', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(openHistory(join(folder, 'file')).add(record(1))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
});
