/** Indexes, frames and block maps: what they say of real files, and that no damage makes them say something else. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import { BmapDamage, parseBmap } from '../../../../main/flash/source/bmap.ts';
import { planXz } from '../../../../main/flash/source/decode/xz-plan.ts';
import { recogniseContents, recogniseFile } from '../../../../main/flash/source/format.ts';
import { readXzBlocks } from '../../../../main/flash/source/xz-blocks.ts';
import { parseFooter, parseIndex, XzDamage } from '../../../../main/flash/source/xz-index.ts';
import { parseBlockHeader, parseFrameHeader } from '../../../../main/flash/source/zstd-frame.ts';
import { readZstdFrames } from '../../../../main/flash/source/zstd-frames.ts';
import { CARD_SIZE } from '../../../images/card.ts';
import { images } from '../flashing.ts';

const file = (name: string): Buffer => readFileSync(join(images, name));
const reader = (bytes: Buffer) => async (offset: number, length: number) => bytes.subarray(offset, offset + length);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the blocks of an .xz', () => {
  it.each([
    ['card.img.xz', 1, 4],
    ['blocks.img.xz', 7, 4],
    ['sha256.img.xz', 5, 10],
    // Two streams with padding between and behind.
    ['streams.img.xz', 4, 1],
  ])('%s has %i', async (name, count, check) => {
    const bytes = file(name);
    const blocks = await readXzBlocks(name, reader(bytes), bytes.length);
    expect(blocks).toHaveLength(count);
    expect(blocks[0]).toMatchObject({ offset: 12, check });
    expect(sum(blocks.map(block => block.uncompressed))).toBe(CARD_SIZE);
    // A block begins with the size of its header, which is never 0 (section 3.1.1).
    for (const { offset } of blocks) expect(bytes[offset]).toBeGreaterThan(0);
  });

  it('damage is said, never guessed around', async () => {
    const whole = file('blocks.img.xz');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= mask;
        const blocks = await readXzBlocks('x', reader(bytes), bytes.length).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BenchError);
          return undefined;
        });
        // The data themselves are checked when they are decoded.
        if (blocks) expect(sum(blocks.map(block => block.uncompressed))).toBe(CARD_SIZE);
      }),
    );
  });

  it('any octets are an index, a footer or damage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        for (const parse of [parseFooter, parseIndex]) {
          try {
            parse(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(XzDamage);
          }
        }
      }),
    );
  });

  const blocksOf = (count: number, mebibytes: number) =>
    Array.from({ length: count }, () => ({ offset: 0, check: 4, unpadded: 1, uncompressed: mebibytes * 2 ** 20 }));

  it.each([
    ['two cores, -6', blocksOf(20, 24), 2, 230e6, { threads: 2, slots: 3 }],
    ['eight cores stay within the budget', blocksOf(20, 24), 8, 230e6, { threads: 4, slots: 5 }],
    ['as many threads as blocks', blocksOf(2, 24), 8, 230e6, { threads: 2, slots: 2 }],
    ['one block', blocksOf(1, 24), 8, 230e6, undefined],
    ['-9: 192 MiB', blocksOf(10, 192), 8, 230e6, undefined],
    ['one core', blocksOf(10, 24), 1, 230e6, undefined],
  ])('%s', (_name, blocks, cores, budget, plan) => {
    const found = planXz(blocks, cores, budget);
    if (plan) expect(found).toMatchObject(plan);
    else expect(found).toBeUndefined();
  });
});

describe('the frames of a .zst', () => {
  it.each([
    ['card.img.zst', [CARD_SIZE]],
    ['sizeless.img.zst', [undefined]],
    ['frames.img.zst', [2 ** 21, CARD_SIZE - 2 ** 21]],
  ])('%s', async (name, sizes) => {
    const bytes = file(name);
    const frames = await readZstdFrames(name, reader(bytes), bytes.length);
    expect(frames.map(frame => frame.contentSize)).toEqual(sizes);
    expect(frames.at(-1)!.end).toBe(bytes.length);
  });

  it('a window beyond what memory is allowed is refused, with what to do', async () => {
    // A frame header alone: window 2^31, no size.
    const bytes = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    await expect(readZstdFrames('long.zst', reader(bytes), bytes.length)).rejects.toThrow(/2048 MiB.*without --long/);
  });

  it('any octets are a header or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), bytes => {
        const header = parseFrameHeader(bytes);
        if (header?.kind === 'data') expect(header.headerSize).toBeLessThanOrEqual(18);
        parseBlockHeader(bytes);
      }),
    );
  });
});

describe('what a file is', () => {
  it('any octets are something', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), bytes => {
        recogniseFile(bytes);
        recogniseContents(bytes);
      }),
    );
  });

  it.each([
    ['gpt', 512, 'EFI PART'],
    ['iso', 32_769, 'CD001'],
  ])('%s', (contents, at, text) => {
    const head = Buffer.alloc(65_536);
    head.write(text, at, 'latin1');
    expect(recogniseContents(head)).toEqual({ contents });
  });
});

const SHA = createHash('sha256').update('x').digest('hex');
const bmap = (overrides: Partial<Record<'version' | 'blocks' | 'mapped' | 'ranges' | 'own', string>> = {}): string => {
  const { version = '2.0', blocks = '100', mapped = '12', ranges, own } = overrides;
  return `<?xml version="1.0" ?>
<!-- <ImageSize> in a comment counts nothing -->
<bmap version="${version}">
    <ImageSize> 409600 </ImageSize>
    <BlockSize> 4096 </BlockSize>
    <BlocksCount> ${blocks} </BlocksCount>
    <MappedBlocksCount> ${mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    ${own ?? `<BmapFileChecksum> ${SHA} </BmapFileChecksum>`}
    <BlockMap>
        ${ranges ?? `<Range chksum="${SHA}"> 0-9 </Range><Range chksum="${SHA}"> 50 </Range><Range chksum="${SHA}"> 99 </Range>`}
    </BlockMap>
</bmap>`;
};

describe('block maps', () => {
  it('say which octets hold data', () => {
    const { ranges, imageSize, algorithm, own } = parseBmap(bmap());
    expect([imageSize, algorithm]).toEqual([409_600, 'sha256']);
    expect(ranges.map(({ start, end }) => [start, end])).toEqual([
      [0, 40_960],
      [204_800, 208_896],
      [405_504, 409_600],
    ]);
    expect(bmap().slice(own!.from, own!.to)).toBe(SHA);
  });

  it('of version 1.3 have SHA-1, those before none', () => {
    const sha1 = createHash('sha1').update('x').digest('hex');
    const old = bmap({
      version: '1.3',
      mapped: '1',
      ranges: `<Range sha1="${sha1}"> 3 </Range>`,
      own: `<BmapFileSHA1> ${sha1} </BmapFileSHA1>`,
    });
    expect(parseBmap(old.replace(/<ChecksumType>.*\n/, ''))).toMatchObject({ algorithm: 'sha1', own: { sum: sha1 } });
    const oldest = bmap({ version: '1.2', mapped: '1', ranges: '<Range> 3 </Range>', own: '' });
    expect(parseBmap(oldest.replace(/<ChecksumType>.*\n/, ''))).toMatchObject({
      own: undefined,
      ranges: [{ sum: undefined }],
    });
  });

  it.each([
    ['another version', bmap({ version: '3.0' }), 'version 3.0 is unknown'],
    ['counts that contradict each other', bmap({ blocks: '7' }), 'contradict'],
    ['ranges that do not add up', bmap({ mapped: '13' }), 'do not add up'],
    ['ranges that overlap', bmap({ mapped: '4', ranges: '<Range> 5-6 </Range><Range> 6-7 </Range>' }), 'overlap'],
    ['a range beyond the end', bmap({ mapped: '1', ranges: '<Range> 100 </Range>' }), 'leave the image'],
    [
      'a checksum that is none',
      bmap({ mapped: '1', ranges: '<Range chksum="xyz"> 1 </Range>' }),
      'checksum of a range',
    ],
    ['no checksum of its own', bmap({ own: '' }), 'own checksum is missing'],
    ['something else', '<html></html>', 'no bmap element'],
  ])('%s', (_name, text, problem) => {
    expect(() => parseBmap(text)).toThrow(BmapDamage);
    expect(() => parseBmap(text)).toThrow(problem);
  });

  it('any change is a block map or damage', () => {
    const whole = bmap();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
        try {
          parseBmap(whole.slice(0, at) + text + whole.slice(at + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(BmapDamage);
        }
      }),
    );
  });
});
