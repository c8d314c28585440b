/** Cards written as they appear, on drives made of nothing. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlashEvent } from '../../../main/flash/events.ts';
import type { FlashParts } from '../../../main/flash/flash-drives.ts';
import { type QueueEvent, type QueueWish, startQueue } from '../../../main/flash/flash-queue.ts';
import { type DriveScript, MemoryDrives } from '../../../main/host/memory/memory-drives.ts';
import { nodeClock } from '../../../main/host/node/clock.ts';
import { CARD_SIZE, cardImage } from '../../images/card.ts';
import { decoders, temporary } from './flashing.ts';

const image = cardImage();
let folder: string;
let raw: string;

beforeAll(() => {
  folder = temporary();
  raw = join(folder, 'card.img');
  writeFileSync(raw, image);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A reader with slots, and the queue that watches it. */
class Desk {
  readonly drives = new MemoryDrives();
  readonly neverTouch: string[] = [];
  readonly events: (FlashEvent | QueueEvent)[] = [];
  readonly customised: string[] = [];
  #heard = (): void => {};

  insert(slot: string, script: Partial<DriveScript> = {}): void {
    this.drives.plug({ name: slot, busPath: slot, ...script });
  }

  start(wish: Partial<QueueWish> = {}) {
    const parts: FlashParts = {
      drives: this.drives,
      // The others of a tray are there at once here.
      clock: { ...nodeClock, after: (ms, work) => nodeClock.after(ms === 1500 ? 1 : ms, work) },
      decoders,
      downloads: folder,
      neverTouch: { marks: async () => this.neverTouch },
      history: { add: async () => {}, list: async () => [] } as unknown as FlashParts['history'],
    };
    const queue = startQueue(parts, { image: raw, named: [], allowFixed: false, ...wish });
    queue.on(event => {
      this.events.push(event);
      this.#heard();
    });
    return queue;
  }

  /** The `n`th event of that type, past or to come. */
  async heard<T extends (FlashEvent | QueueEvent)['type']>(type: T, n = 1) {
    for (;;) {
      const found = this.events.filter(event => event.type === type)[n - 1];
      if (found) return found as Extract<FlashEvent | QueueEvent, { type: T }>;
      await new Promise<void>(resolve => {
        this.#heard = resolve;
      });
    }
  }

  holds(slot: string): boolean {
    return Buffer.from(this.drives.content(slot, 0, CARD_SIZE)).equals(image);
  }

  /** Devices of each set, in order. */
  get sets(): string[][] {
    return this.events.flatMap(event =>
      event.type === 'queue.begin' ? [event.cards.map(({ device, row }) => (row ? `${device} ${row}` : device))] : [],
    );
  }

  readonly rows = (count: number) => ({
    count,
    customise: (given: readonly number[]) => async (target: { device: string }, written: { index: number }) => {
      this.customised.push(`${target.device} ${given[written.index]! + 1}`);
      return [];
    },
  });
}

describe('a queue', () => {
  it('writes what appears, leaves what was there, and ends with its count', async () => {
    const desk = new Desk();
    desk.insert('sda');
    const queue = desk.start({ count: 3 });
    await desk.heard('queue.waiting');
    desk.insert('sdb');
    desk.insert('sdc');
    await desk.heard('queue.waiting', 2);
    desk.insert('sdb');
    expect(await queue.done).toEqual({ written: 3, failed: 0, left: 0 });
    // One decoding for the two that came together.
    expect(desk.sets).toEqual([['/dev/sdb', '/dev/sdc'], ['/dev/sdb']]);
    expect(desk.holds('sdb') && desk.holds('sdc')).toBe(true);
    expect(desk.holds('sda')).toBe(false);
    expect(desk.drives.changes.filter(change => change.includes('sda'))).toEqual([]);
    expect(desk.events.at(-1)).toEqual({ type: 'queue.done', written: 3, failed: 0, left: 0 });
  });

  it('takes a drive that was there when it is named, and no more than are wanted', async () => {
    const desk = new Desk();
    desk.insert('sda');
    desk.insert('sdb');
    const queue = desk.start({ named: ['/dev/sda'], count: 1 });
    expect(await queue.done).toMatchObject({ written: 1, left: 0 });
    expect(desk.sets).toEqual([['/dev/sda']]);
    const other = new Desk();
    const both = other.start({ count: 1 });
    await other.heard('queue.waiting');
    other.insert('sda');
    other.insert('sdb');
    await both.done;
    expect(other.sets).toHaveLength(1);
    expect(other.sets[0]).toHaveLength(1);
  });

  it('never takes what the rules forbid, and says why', async () => {
    const desk = new Desk();
    desk.neverTouch.push('precious');
    const queue = desk.start({ maxSize: 100e6 });
    await desk.heard('queue.waiting');
    desk.insert('sda', { serial: 'precious' });
    desk.insert('sdb', { removable: false, bus: 'sata' });
    desk.insert('sdc', { size: 200 * 1024 * 1024 });
    desk.insert('sdd', { uses: [{ kind: 'mount', at: '/home', on: 'sdd1', through: [] }] });
    desk.insert('sde', { readOnly: true });
    await desk.heard('queue.passed', 5);
    queue.stop();
    expect(await queue.done).toEqual({ written: 0, failed: 0 });
    const said = desk.events.flatMap(event =>
      event.type === 'queue.passed' ? [`${event.device}: ${event.because}`] : [],
    );
    expect(said.sort()).toEqual([
      expect.stringMatching(/^\/dev\/sda: .*never touched/),
      expect.stringMatching(/^\/dev\/sdb: it is built in/),
      expect.stringMatching(/^\/dev\/sdc: it is larger than 100 MB/),
      expect.stringMatching(/^\/dev\/sdd: .*\/home/),
      expect.stringMatching(/^\/dev\/sde: it is write-protected/),
    ]);
    expect(desk.drives.changes).toEqual([]);
  });

  it('a drive that came onto the list while the tray settled is not written', async () => {
    const desk = new Desk();
    const queue = desk.start();
    await desk.heard('queue.waiting');
    desk.insert('sda', { serial: 'late' });
    desk.neverTouch.push('late');
    expect(await desk.heard('flash.failed')).toMatchObject({ code: 'SAFETY_REFUSED', state: 'untouched' });
    queue.stop();
    expect(await queue.done).toEqual({ written: 0, failed: 1 });
    expect(desk.drives.changes).toEqual([]);
  });

  it('unmounts what the system mounts from a new card', async () => {
    const desk = new Desk();
    const queue = desk.start({ count: 1 });
    await desk.heard('queue.waiting');
    desk.insert('sda', { uses: [{ kind: 'mount', at: '/media/me/X', on: 'sda1', through: [] }] });
    expect(await queue.done).toMatchObject({ written: 1 });
    expect(desk.drives.changes[0]).toBe('unmount sda');
  });

  it('hands rows out in order; the row of a card that failed goes to the next one', async () => {
    const desk = new Desk();
    const queue = desk.start({ rows: desk.rows(3) });
    await desk.heard('queue.waiting');
    desk.insert('sda');
    await desk.heard('queue.waiting', 2);
    desk.insert('sdb', { faults: { writeFailsAt: 1 << 20 } });
    expect(await desk.heard('flash.failed')).toMatchObject({ device: '/dev/sdb', state: 'unusable' });
    await desk.heard('queue.waiting', 3);
    desk.insert('sdc');
    await desk.heard('queue.waiting', 4);
    desk.insert('sdd');
    expect(await queue.done).toEqual({ written: 3, failed: 1, left: 0 });
    expect(desk.sets).toEqual([['/dev/sda 1'], ['/dev/sdb 2'], ['/dev/sdc 2'], ['/dev/sdd 3']]);
    expect(desk.customised).toEqual(['/dev/sda 1', '/dev/sdc 2', '/dev/sdd 3']);
  });

  it('what appears while a card is written is the next set; what went again before is not missed', async () => {
    const desk = new Desk();
    const queue = desk.start({ count: 2 });
    await desk.heard('queue.waiting');
    let once = false;
    const before = (): void => {
      if (once) return;
      once = true;
      desk.insert('sdb');
      desk.insert('sdc');
      desk.drives.unplug('sdb');
    };
    desk.insert('sda', { faults: { before } });
    expect(await queue.done).toEqual({ written: 2, failed: 0, left: 0 });
    expect(desk.sets).toEqual([['/dev/sda'], ['/dev/sdc']]);
  });

  it('that is stopped finishes the card in work; one that is cancelled does not', async () => {
    for (const end of ['stop', 'cancel'] as const) {
      const desk = new Desk();
      const queue = desk.start();
      await desk.heard('queue.waiting');
      desk.insert('sda', { faults: { before: (_operation, offset) => void (offset > 1 << 20 && queue[end]()) } });
      const summary = await queue.done;
      expect(summary).toEqual(end === 'stop' ? { written: 1, failed: 0 } : { written: 0, failed: 1 });
      expect(desk.holds('sda')).toBe(end === 'stop');
      expect(desk.drives.content('sda', 0, 512).some(octet => octet !== 0)).toBe(end === 'stop');
    }
  });

  it('refuses at once an image that is none, and a named drive that it may not take', async () => {
    const desk = new Desk();
    desk.insert('sda', { uses: [{ kind: 'mount', at: '/', on: 'sda1', through: [] }] });
    desk.insert('sdb');
    await expect(desk.start({ image: join(folder, 'none.img') }).done).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    await expect(desk.start({ named: ['sda'] }).done).rejects.toMatchObject({ code: 'SAFETY_REFUSED' });
    await expect(desk.start({ named: ['sdb'], maxSize: 1e6 }).done).rejects.toMatchObject({ code: 'USAGE' });
    expect(desk.drives.changes).toEqual([]);
  });
});
