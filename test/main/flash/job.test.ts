/** A flash as a whole on cards in memory: what goes wrong with one of them is told truly, and harms no other. */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roundUp } from '../../../main/flash/chunk.ts';
import type { FlashEvent, FlashPhase } from '../../../main/flash/events.ts';
import type { FlashOptions } from '../../../main/flash/job.ts';
import { CARD_SIZE, cardImage } from '../../images/card.ts';
import { Card, type CardFaults } from './card.ts';
import { flashed, images, temporary } from './flashing.ts';

const MB = 1 << 20;
const SIZE = 8 * MB;
const image = cardImage();
const packed = join(images, 'card.img.zst');
let folder: string;
let raw: string;

beforeAll(() => {
  folder = temporary();
  raw = join(folder, 'card.img');
  writeFileSync(raw, image);
});
afterAll(() => rmSync(folder, { recursive: true }));

const holdsImage = (card: Card): boolean => card.memory.subarray(0, CARD_SIZE).equals(image);
const failure = (events: readonly FlashEvent[]) => events.find(event => event.type === 'flash.failed');

describe('the order of a flash', () => {
  it('first the old partition table goes, last the first megabyte comes', async () => {
    const card = new Card('sda', SIZE);
    await flashed(raw, [card]);
    const [first, second] = card.writes;
    expect(first).toEqual({ offset: 0, length: MB });
    // The copy that GPT keeps at the end.
    expect(second).toEqual({ offset: SIZE - 65_536, length: 65_536 });
    expect(card.writes.filter(({ offset }) => offset === 0)).toHaveLength(2);
    expect(card.writes.at(-1)).toEqual({ offset: 0, length: MB });
  });

  it('several writes are in flight, never more than four', async () => {
    const card = new Card('sda', SIZE);
    await flashed(raw, [card]);
    expect(card.mostInFlight).toBeGreaterThan(1);
    expect(card.mostInFlight).toBeLessThanOrEqual(4);
  });

  it('neighbours are written together, and nothing twice', async () => {
    const card = new Card('sda', SIZE);
    await flashed(raw, [card]);
    const image = card.writes.filter(({ offset }) => offset > 0 && offset < CARD_SIZE);
    expect(Math.max(...image.map(({ length }) => length))).toBeGreaterThan(MB);
    expect(image.reduce((sum, { length }) => sum + length, 0)).toBe(roundUp(CARD_SIZE, card.sectorSize) - MB);
  });

  it('nothing beyond the image is written but the last sector of it', async () => {
    const card = new Card('sda', SIZE);
    const before = Buffer.from(card.memory);
    await flashed(raw, [card]);
    const end = Math.ceil(CARD_SIZE / 512) * 512;
    expect(card.memory.subarray(end, SIZE - 65_536).equals(before.subarray(end, SIZE - 65_536))).toBe(true);
    expect(card.memory.subarray(CARD_SIZE, end).every(octet => octet === 0)).toBe(true);
  });

  it('a card that the image fills to the last octet', async () => {
    const size = Math.ceil(CARD_SIZE / 512) * 512;
    const card = new Card('sda', size);
    expect((await flashed(raw, [card])).ends).toEqual({ '/dev/sda': 'done' });
    expect(holdsImage(card)).toBe(true);
  });

  it('an image smaller than a chunk', async () => {
    writeFileSync(join(folder, 'tiny.img'), image.subarray(0, 1000));
    const card = new Card('sda', 2 * MB);
    expect((await flashed(join(folder, 'tiny.img'), [card])).ends).toEqual({ '/dev/sda': 'done' });
    expect(card.memory.subarray(0, 1000).equals(image.subarray(0, 1000))).toBe(true);
  });

  it('progress goes from phase to phase', async () => {
    const { events } = await flashed(raw, [new Card('sda', SIZE)]);
    const last = events.filter(event => event.type === 'flash.progress').at(-1);
    expect(last).toMatchObject({ device: '/dev/sda', target: 'Card sda', phase: 'finishing' });
    expect(events.at(-1)).toMatchObject({ type: 'flash.done', bytes: CARD_SIZE, verified: true });
  });

  it('without reading back it says so', async () => {
    const card = new Card('sda', SIZE, { flips: [3 * MB] });
    const { events } = await flashed(raw, [card], { verify: false });
    expect(events.at(-1)).toMatchObject({ type: 'flash.done', verified: false });
  });
});

describe('one bad card', () => {
  /** Its end, while three good ones beside it succeed. */
  const among = async (bad: Card, options = {}) => {
    const good = ['sdb', 'sdc', 'sdd'].map(name => new Card(name, SIZE));
    const result = await flashed(packed, [good[0]!, bad, good[1]!, good[2]!], options);
    for (const card of good) {
      expect(result.ends[card.device]).toBe('done');
      expect(holdsImage(card)).toBe(true);
    }
    expect(result.summary).toEqual({ succeeded: 3, failed: 1, cancelled: false });
    expect(result.events.filter(event => event.type === 'flash.done' && event.device === bad.device)).toEqual([]);
    return { ...result, code: result.ends[bad.device], event: failure(result.events)! };
  };

  it.each([0, 1, 512, MB, 3 * MB + 5, CARD_SIZE - 1])('that fails to write at octet %i', async at => {
    const bad = new Card('sda', SIZE, { failsAt: at });
    const { code, messages, event } = await among(bad);
    expect(code).toBe('DRIVE_IO');
    expect(messages).toContain(`at byte ${at}`);
    expect(event).toMatchObject({ state: 'unusable' });
    if (at >= MB) expect(bad.boots).toBe(false);
    expect(bad.closed).toBe(1);
  });

  it('that is unplugged in the middle', async () => {
    const bad = new Card('sda', SIZE, { goneAfter: 3 * MB });
    const { code, messages } = await among(bad);
    expect(code).toBe('DRIVE_GONE');
    expect(messages).toMatch(/disappeared/);
    expect(bad.boots).toBe(false);
  });

  it('that is unplugged while it is read back', async () => {
    // All chunks, the first among them, and the sectors that were wiped.
    const bad = new Card('sda', SIZE, { goneAfter: MB + 65_536 + Math.ceil(CARD_SIZE / 512) * 512 - MB });
    const { code, event } = await among(bad);
    expect(code).toBe('DRIVE_GONE');
    expect(event).toMatchObject({ phase: 'verifying', state: 'unusable' });
    expect(bad.boots).toBe(false);
  });

  it('that is in use', async () => {
    const bad = new Card('sda', SIZE, { busy: true });
    const { code, event } = await among(bad);
    expect(code).toBe('DRIVE_BUSY');
    expect(event).toMatchObject({ phase: 'preparing', state: 'untouched' });
    expect(bad.octetsWritten).toBe(0);
  });

  it('that cannot empty its caches', async () => {
    const bad = new Card('sda', SIZE, { syncFails: true });
    const { code, event } = await among(bad);
    expect(code).toBe('DRIVE_IO');
    expect(event).toMatchObject({ phase: 'syncing', state: 'unusable' });
  });

  it('that is too small, which its size tells before anything is written', async () => {
    const bad = new Card('sda', 4 * MB);
    const before = Buffer.from(bad.memory);
    const { code, messages, event } = await among(bad);
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(messages).toContain(`${CARD_SIZE} bytes, but Card sda has ${4 * MB}`);
    expect(event).toMatchObject({ state: 'untouched' });
    expect(bad.memory.equals(before)).toBe(true);
  });

  it('that is too small for an image which does not tell its size', async () => {
    const bad = new Card('sda', 4 * MB);
    const good = new Card('sdb', SIZE);
    const { ends, events } = await flashed(join(images, 'card.img.bz2'), [bad, good]);
    expect(ends).toEqual({ '/dev/sda': 'IMAGE_TOO_LARGE', '/dev/sdb': 'done' });
    expect(failure(events)).toMatchObject({ state: 'unusable', phase: 'writing' });
    expect(bad.boots).toBe(false);
  });

  it('that holds less than it claims: the place is named', async () => {
    const bad = new Card('sda', SIZE, { wrapsAt: 3 * MB });
    const { code, messages } = await among(bad);
    expect(code).toBe('DRIVE_LIES');
    expect(messages).toMatch(/holds less than it claims/);
    expect(bad.boots).toBe(false);
  });

  it('that stops answering, which holds up the others no longer than it is allowed', async () => {
    const bad = new Card('sda', SIZE, { hangsAt: 3 * MB });
    const { code, messages, event } = await among(bad, { stallSeconds: 1 });
    expect(code).toBe('DRIVE_STALLED');
    expect(messages).toMatch(/not answered for 1 seconds/);
    expect(event).toMatchObject({ state: 'unusable' });
  });

  it('that does not even take the first write', async () => {
    const { code } = await among(new Card('sda', SIZE, { hangsAt: 0 }), { stallSeconds: 1 });
    expect(code).toBe('DRIVE_STALLED');
  });
});

describe('a card that falls silent after its last write, with nobody there to stop it', () => {
  it.each<[FlashPhase, CardFaults, FlashOptions, number]>([
    ['syncing', { hangsAtSync: true }, {}, 0.5],
    ['verifying', { hangsAtRead: true }, {}, 0.1],
    ['customising', {}, { customise: () => new Promise(() => {}) }, 0.5],
  ])('while it is %s', async (phase, faults, options, seconds) => {
    const card = new Card('sda', SIZE, faults);
    const { events, ends, messages } = await flashed(raw, [card], { stallSeconds: 0.1, ...options });
    expect(ends).toEqual({ '/dev/sda': 'DRIVE_STALLED' });
    expect(messages).toContain(`has not answered for ${seconds} seconds`);
    expect(events.at(-1)).toMatchObject({ phase, state: 'unusable' });
    expect(card.boots).toBe(false);
  });
});

describe('reading back', () => {
  const wrong = async (card: Card) => {
    const { ends, messages, events } = await flashed(raw, [card]);
    expect(ends[card.device]).toBe('VERIFY_FAILED');
    expect(failure(events)).toMatchObject({ state: 'unusable' });
    expect(card.boots).toBe(false);
    return messages;
  };

  it('says where, how many, and that a second reading is the same', async () => {
    const at = 3 * MB + 65_536 * 2 + 17;
    const messages = await wrong(new Card('sda', SIZE, { flips: [at, at + 1, at + 65_536] }));
    expect(messages).toContain(`2 blocks of 64 KiB`);
    expect(messages).toContain(`the first at byte ${3 * MB + 65_536 * 2}`);
    expect(messages).toMatch(/same wrong data.*worn out or counterfeit/);
  });

  it('a second reading that is right blames the reader', async () => {
    const messages = await wrong(new Card('sda', SIZE, { flips: [2 * MB], flipsOnce: true }));
    expect(messages).toMatch(/one block.*second reading was right.*reader, cable or port/);
  });

  it('the very last octet counts', async () => {
    expect(await wrong(new Card('sda', SIZE, { flips: [CARD_SIZE - 1] }))).toMatch(/one block/);
  });

  it('the first megabyte, which comes last, counts: it is taken away again', async () => {
    expect(await wrong(new Card('sda', SIZE, { flips: [700] }))).toMatch(/at byte 0/);
  });

  it('what lies behind the image does not count', async () => {
    const card = new Card('sda', SIZE, { flips: [CARD_SIZE] });
    expect((await flashed(raw, [card])).ends).toEqual({ '/dev/sda': 'done' });
  });
});

describe('holes', () => {
  it('without a discard zeros are written', async () => {
    const card = new Card('sda', SIZE);
    const { events } = await flashed(raw, [card]);
    expect(holdsImage(card)).toBe(true);
    expect(events.at(-1)).toMatchObject({ written: Math.ceil(CARD_SIZE / 512) * 512 });
  });

  it('after a discard zeros are left out', async () => {
    const card = new Card('sda', SIZE, { discards: 'zeros' });
    const { events } = await flashed(raw, [card], { discard: true });
    expect(holdsImage(card)).toBe(true);
    const zeros = 16 * 65_536;
    expect(events.at(-1)).toMatchObject({ verified: true, written: Math.ceil(CARD_SIZE / 512) * 512 - zeros });
  });

  it('a device that lied about the discard gets its zeros when it is read back', async () => {
    const card = new Card('sda', SIZE, { discards: 'old' });
    expect((await flashed(raw, [card], { discard: true })).ends).toEqual({ '/dev/sda': 'done' });
    expect(holdsImage(card)).toBe(true);
  });

  it('without reading back nothing is left out, whatever was asked', async () => {
    const card = new Card('sda', SIZE, { discards: 'old' });
    await flashed(raw, [card], { discard: true, verify: false });
    expect(holdsImage(card)).toBe(true);
  });
});

describe('a published checksum', () => {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  it('of the image inside is as good as that of the file', async () => {
    for (const [path, matched] of [
      [raw, 'file'],
      [packed, 'content'],
    ] as const) {
      const card = new Card('sda', SIZE);
      const { events, ends } = await flashed(path, [card], { sha256: sha256(image).toUpperCase() });
      expect(events).toContainEqual(expect.objectContaining({ type: 'flash.image', matched }));
      expect(ends).toEqual({ '/dev/sda': 'done' });
    }
  });

  it('that is another one ends it before the first write', async () => {
    for (const path of [raw, packed]) {
      const card = new Card('sda', SIZE);
      const { error } = await flashed(path, [card], { sha256: sha256(Buffer.from('another')) });
      expect(error?.code).toBe('IMAGE_CHECKSUM');
      expect(error?.message).toMatch(/Nothing was written/);
      expect(card.opened).toBe(false);
    }
  });
});

describe('cancelling', () => {
  it('in the middle leaves cards that boot nowhere, and says so', async () => {
    const cards = ['sda', 'sdb', 'sdc'].map(name => new Card(name, SIZE, { hangsAt: 3 * MB }));
    const { summary, events } = await flashed(raw, cards, {}, (job, event) => {
      if (event.type === 'flash.progress' && event.phase === 'writing') job.cancel();
    });
    expect(summary?.cancelled).toBe(true);
    const failures = events.filter(event => event.type === 'flash.failed');
    expect(failures).toHaveLength(3);
    for (const event of failures) expect(event).toMatchObject({ code: 'FLASH_CANCELLED', state: 'unusable' });
    for (const card of cards) expect(card.boots).toBe(false);
    expect(events.some(event => event.type === 'flash.done')).toBe(false);
  });

  it.each<[FlashPhase, CardFaults, FlashOptions]>([
    ['writing', { hangsAt: 3 * MB }, {}],
    ['syncing', { hangsAtSync: true }, {}],
    ['verifying', { hangsAtRead: true }, {}],
    ['customising', {}, { customise: () => new Promise(() => {}) }],
  ])('while it is %s: a card that says nothing any more holds nobody up', async (phase, faults, options) => {
    const card = new Card('sda', SIZE, faults);
    const { events, ends } = await flashed(raw, [card], { stallSeconds: 1, ...options }, (job, event) => {
      if (event.type === 'flash.progress' && event.phase === phase) job.cancel();
    });
    expect(ends).toEqual({ '/dev/sda': 'FLASH_CANCELLED' });
    expect(events.at(-1)).toMatchObject({ phase, state: 'unusable' });
    expect(card.boots).toBe(false);
  });

  it('before the first write leaves them untouched', async () => {
    const card = new Card('sda', SIZE);
    const { summary } = await flashed(raw, [card], { sha256: '0'.repeat(64) }, job => job.cancel());
    expect(card.octetsWritten).toBe(0);
    expect(summary?.succeeded ?? 0).toBe(0);
  });
});

describe('customising', () => {
  it('sees the whole image, and what it writes into the first megabyte comes with it', async () => {
    const card = new Card('sda', SIZE);
    const text = Buffer.from('rack7-b');
    const { events } = await flashed(raw, [card], {
      customise: async (target, written) => {
        const sha256 = createHash('sha256').update(image).digest('hex');
        expect(written).toEqual({ index: 0, name: 'card.img', size: CARD_SIZE, sha256 });
        expect(card.boots).toBe(false);
        const sectors = new Uint8Array(new WebAssembly.Memory({ initial: 32 }).buffer, 0, MB + 4096);
        await target.read(0, sectors);
        expect(Buffer.from(sectors).equals(image.subarray(0, MB + 4096))).toBe(true);
        sectors.set(text, MB - 3);
        await target.write(0, sectors);
        return ['host name: rack7-b'];
      },
    });
    expect(events.at(-1)).toMatchObject({ type: 'flash.done', customised: ['host name: rack7-b'] });
    expect(card.memory.subarray(MB - 3, MB + 4).equals(text)).toBe(true);
  });

  it('that fails leaves a card that boots nowhere', async () => {
    const card = new Card('sda', SIZE);
    const other = new Card('sdb', SIZE);
    const { ends } = await flashed(raw, [card, other], {
      customise: async target => {
        if (target.device === '/dev/sda') throw new Error('no FAT partition');
        return [];
      },
    });
    expect(ends).toEqual({ '/dev/sda': 'UNEXPECTED', '/dev/sdb': 'done' });
    expect(card.boots).toBe(false);
  });
});
