import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, offersOf } from '../../../../main/flash/drive/offer.ts';
import { beginQueue, ofSize, type Queue, queueRule, stepQueue } from '../../../../main/flash/drive/queue.ts';
import { MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';

/** A reader with slots; what is begun at each look. */
class Tray {
  readonly drives = new MemoryDrives();
  queue: Queue | undefined;
  passed: string[] = [];

  async look(named: readonly string[] = []): Promise<string[]> {
    const offers = offersOf(await this.drives.list(), DEFAULT_POLICY);
    this.queue ??= beginQueue(offers, named);
    const step = stepQueue(this.queue, offers);
    this.queue = step.queue;
    this.passed = step.passed.map(({ drive }) => drive.name).sort();
    return step.begin.map(({ drive }) => drive.name).sort();
  }

  empty(slot: string): void {
    this.drives.plug({ name: slot, busPath: slot, mediaPresent: false, size: 0 });
  }

  insert(slot: string): void {
    this.drives.plug({ name: slot, busPath: slot, serial: undefined });
  }
}

describe('queue mode', () => {
  it('begins a card when it appears, once, and the next one in the same slot', async () => {
    const tray = new Tray();
    tray.empty('a');
    tray.empty('b');
    expect(await tray.look()).toEqual([]);
    tray.insert('a');
    expect(await tray.look()).toEqual(['a']);
    expect(await tray.look()).toEqual([]);
    // While it is written it is held.
    tray.drives.set('a', { uses: [{ kind: 'member', at: 'x', on: 'a', through: [] }] });
    expect(await tray.look()).toEqual([]);
    tray.drives.set('a', { uses: [] });
    expect(await tray.look()).toEqual([]);
    tray.insert('b');
    expect(await tray.look()).toEqual(['b']);
    tray.empty('a');
    expect(await tray.look()).toEqual([]);
    tray.insert('a');
    expect(await tray.look()).toEqual(['a']);
    // Changed between two looks.
    tray.insert('a');
    expect(await tray.look()).toEqual(['a']);
  });

  it('what was in before nobody meant, until it was taken out', async () => {
    const tray = new Tray();
    tray.insert('a');
    expect(await tray.look()).toEqual([]);
    expect(await tray.look()).toEqual([]);
    tray.insert('a');
    expect(await tray.look()).toEqual(['a']);
  });

  it('what was in before is taken when it is named', async () => {
    const tray = new Tray();
    tray.insert('a');
    tray.insert('b');
    expect(await tray.look(['a'])).toEqual(['a']);
    expect(await tray.look()).toEqual([]);
  });

  it('a drive that is not offered is never begun', async () => {
    const tray = new Tray();
    expect(await tray.look()).toEqual([]);
    tray.drives.plug({ name: 'sda', removable: false, bus: 'sata' });
    tray.drives.plug({ name: 'sdb', uses: [{ kind: 'mount', at: '/', on: 'sdb', through: [] }] });
    expect(await tray.look()).toEqual([]);
    expect(tray.passed).toEqual(['sda', 'sdb']);
    expect(await tray.look()).toEqual([]);
    expect(tray.passed).toEqual([]);
    tray.drives.set('sdb', { uses: [] });
    expect(await tray.look()).toEqual(['sdb']);
  });

  it('a limit of size, and what a person is told', async () => {
    const drives = new MemoryDrives();
    drives.plug({ name: 'sda', size: 32e9 });
    const [offer] = offersOf(await drives.list(), DEFAULT_POLICY);
    expect(ofSize(offer!, undefined)).toBe(offer);
    expect(ofSize(offer!, 32e9)).toBe(offer);
    expect(ofSize(offer!, 16e9)).toMatchObject({
      offered: false,
      refusal: { because: expect.stringContaining('larger than 16.0 GB') },
    });
    expect(queueRule(false, undefined)).toBe(
      'every USB stick or SD card of at most 600 GB that is plugged in from now on',
    );
    expect(queueRule(false, 64e9)).toMatch(/of at most 64.0 GB/);
    expect(queueRule(true, undefined)).toMatch(/built-in .* whatever its size/);
  });
});
