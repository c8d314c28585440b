/** Every format an image may come in: written byte for byte, and never when it is cut, damaged or no image at all. */
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../../main/errors.ts';
import { BlockMemory } from '../../../main/flash/block-memory.ts';
import { CHUNK } from '../../../main/flash/chunk.ts';
import { decode } from '../../../main/flash/source/decode/decode.ts';
import { FreeChunks } from '../../../main/flash/source/decode/free-chunks.ts';
import { type Image, inspectImage } from '../../../main/flash/source/image.ts';
import { CARD_SIZE, cardImage } from '../../images/card.ts';
import { Card } from './card.ts';
import { decoders, flashed, images, temporary } from './flashing.ts';

const CARD = 6 << 20;
/** Holds the image of `card.ts`; `size`: what is known before it is unpacked. */
const PACKED: readonly (readonly [file: string, format: string, size: 'exact' | 'estimate' | 'unknown'])[] = [
  ['card.img', 'raw', 'exact'],
  ['card.img.gz', 'gzip', 'estimate'],
  ['members.img.gz', 'gzip', 'unknown'],
  ['card.img.bz2', 'bzip2', 'unknown'],
  ['streams.img.bz2', 'bzip2', 'unknown'],
  ['card.img.zst', 'zstd', 'exact'],
  ['sizeless.img.zst', 'zstd', 'unknown'],
  ['frames.img.zst', 'zstd', 'exact'],
  ['card.img.xz', 'xz', 'exact'],
  ['blocks.img.xz', 'xz', 'exact'],
  ['sha256.img.xz', 'xz', 'exact'],
  ['streams.img.xz', 'xz', 'exact'],
  ['card.zip', 'zip', 'exact'],
  ['folder.zip', 'zip', 'exact'],
];

const image = cardImage();
let folder: string;
const path = (name: string): string => join(folder, name);
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(path(name), bytes);
  return path(name);
};

interface Unpacked {
  readonly found: Image | undefined;
  readonly error: BenchError | undefined;
  readonly octets: Buffer;
}

/** What a flash would write, without one. */
async function unpacked(path: string): Promise<Unpacked> {
  const octets = Buffer.alloc(CARD);
  let found: Image | undefined;
  try {
    found = await inspectImage(path);
    const count = 2;
    const memory = new BlockMemory(count * CHUNK);
    const chunks = new FreeChunks(count);
    const work = {
      image: found,
      memory: memory.shared,
      count,
      sums: false,
      sha256: false,
      decoders,
      threads: 2,
      budget: 230_000_000,
    };
    const { size } = await decode(work, chunks, ({ index, offset, length }) => {
      // A damaged archive may hold more, until its sum says that it is damaged.
      const kept = Math.max(0, Math.min(length, CARD - offset));
      octets.set(memory.bytes(index * CHUNK, index * CHUNK + kept), Math.min(offset, CARD));
      chunks.add(index);
    });
    return { found, error: undefined, octets: octets.subarray(0, size) };
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    return { found, error, octets };
  }
}

beforeAll(() => {
  folder = temporary();
  writeFileSync(path('card.img'), image);
  for (const name of readdirSync(images)) if (!/\.m?[jt]s$/.test(name)) copyFileSync(join(images, name), path(name));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(PACKED)('%s', (name, format, size) => {
  it('is recognised, and tells its size as far as its format does', async () => {
    const found = await inspectImage(path(name));
    expect(found.format).toBe(format);
    expect(found.size).toBe(size === 'exact' ? CARD_SIZE : undefined);
    if (size === 'estimate') expect(found.estimate).toBe(CARD_SIZE);
  });

  it('is written byte for byte, to four cards', async () => {
    const cards = Array.from({ length: 4 }, (_, i) => new Card(`sd${i}`, CARD, {}, i === 3 ? 4096 : 512));
    const { summary, events } = await flashed(path(name), cards, { digest: true });
    expect(summary).toEqual({ succeeded: 4, failed: 0, cancelled: false });
    for (const card of cards) {
      expect(card.memory.subarray(0, CARD_SIZE).equals(image)).toBe(true);
      expect([card.finished, card.closed]).toEqual([1, 1]);
    }
    const sha256 = createHash('sha256').update(image).digest('hex');
    const done = events.filter(event => event.type === 'flash.done');
    expect(done).toHaveLength(4);
    for (const event of done) expect(event).toMatchObject({ bytes: CARD_SIZE, verified: true, sha256 });
  });

  it('is recognised under a wrong name too, and written to one card', async () => {
    copyFileSync(path(name), path('renamed.bin'));
    const card = new Card('sda', CARD);
    await flashed(path('renamed.bin'), [card]);
    expect(card.memory.subarray(0, CARD_SIZE).equals(image)).toBe(true);
    expect([card.finished, card.closed]).toEqual([1, 1]);
  });

  if (format === 'raw') return;
  it('cut in the middle it leaves a card that does not boot', async () => {
    const bytes = readFileSync(path(name));
    const card = new Card('sda', CARD);
    const { error, ends, messages } = await flashed(file('cut', bytes.subarray(0, bytes.length >> 1)), [card]);
    expect(error?.code ?? ends['/dev/sda']).toMatch(/^IMAGE_/);
    expect(error?.message ?? messages).toMatch(/cut/);
    expect(card.octetsWritten > 0 && card.boots).toBe(false);
  });

  it('cut anywhere it is never a success', async () => {
    const bytes = readFileSync(path(name));
    for (const cut of [1, 11, bytes.length - 13, bytes.length - 1]) {
      const { found, error } = await unpacked(file('cut', bytes.subarray(0, cut)));
      // A few octets are still an image of that many octets, as far as anybody can tell.
      if (found?.format === 'raw') continue;
      expect(error?.code).toMatch(/^IMAGE_/);
      expect(error?.message).toMatch(/cut/);
    }
  });

  it('with a bit flipped it is either refused or the same image', async () => {
    const bytes = readFileSync(path(name));
    const flip = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(flip, async ({ at, bit }) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << bit;
        const { found, error, octets } = await unpacked(file('flipped', damaged));
        if (error) expect(error.code).toMatch(/^(IMAGE_|UNSUPPORTED)/);
        else expect(found?.format === 'raw' || octets.equals(image)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });
});

it('zeros behind a gzip are padding', async () => {
  const bytes = Buffer.concat([readFileSync(path('card.img.gz')), Buffer.alloc(300_000)]);
  const { error, octets } = await unpacked(file('padded.img.gz', bytes));
  expect([error, octets.equals(image)]).toEqual([undefined, true]);
});

describe('what is no image', () => {
  const refused = async (name: string): Promise<string> => {
    const card = new Card('sda', CARD);
    const { error } = await flashed(path(name), [card]);
    expect(error?.code).toBe('IMAGE_UNSUPPORTED');
    expect(card.opened).toBe(false);
    return error!.message;
  };

  it('a packed tar archive, with what to do', async () => {
    expect(await refused('card.tar.xz')).toMatch(/packed a tar archive.*Unpack it/);
  });

  it('an image that was packed twice', async () => {
    expect(await refused('twice.img.xz.gz')).toMatch(/another compressed file \(xz\)/);
  });

  it('an archive of several images, until one is named', async () => {
    expect(await refused('two.zip')).toMatch(/several images.*card\.img.*other\.img.*--entry/);
    const card = new Card('sda', CARD);
    const { summary } = await flashed(path('two.zip'), [card], { entry: 'card.img' });
    expect(summary?.succeeded).toBe(1);
    expect(card.memory.subarray(0, CARD_SIZE).equals(image)).toBe(true);
  });

  it.each([
    ['a web page', Buffer.from('<!DOCTYPE html><html>404')],
    ['a 7-Zip archive', Buffer.from('377abcaf271c0004', 'hex')],
    ['a QEMU disk', Buffer.from('514649fb00000003', 'hex')],
    ['a Windows image', Buffer.from('MSWIM\0\0\0')],
  ])('%s', async (_what, bytes) => {
    file('wrong', bytes);
    await refused('wrong');
  });

  it('an empty file, a folder, nothing at all', async () => {
    file('empty', Buffer.alloc(0));
    expect((await flashed(path('empty'), [])).error?.code).toBe('IMAGE_DAMAGED');
    expect((await flashed(folder, [])).error?.code).toBe('FILE_UNREADABLE');
    expect((await flashed(path('missing'), [])).error?.message).toMatch(/no such file/);
  });
});

describe('an image without a partition table', () => {
  it('is written, with a word about it', async () => {
    const card = new Card('sda', CARD);
    const { events, summary } = await flashed(file('loader', Buffer.alloc(100_000, 'u-boot')), [card]);
    expect(summary?.succeeded).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash.notice', code: 'NO_PARTITIONS' }));
  });
});
