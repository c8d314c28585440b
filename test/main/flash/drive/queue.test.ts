import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, offersOf } from '../../../../main/flash/drive/offer.ts';
import { beginQueue, type Queue, stepQueue } from '../../../../main/flash/drive/queue.ts';
import { MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';

/** A reader with slots; what is begun at each look. */
class Tray {
  readonly drives = new MemoryDrives();
  queue: Queue | undefined;

  async look(takePresent = false): Promise<string[]> {
    const offers = offersOf(await this.drives.list(), DEFAULT_POLICY);
    this.queue ??= beginQueue(offers, takePresent);
    const step = stepQueue(this.queue, offers);
    this.queue = step.queue;
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

  it('what was in before is taken when that is asked for', async () => {
    const tray = new Tray();
    tray.insert('a');
    expect(await tray.look(true)).toEqual(['a']);
  });

  it('a drive that is not offered is never begun', async () => {
    const tray = new Tray();
    expect(await tray.look()).toEqual([]);
    tray.drives.plug({ name: 'sda', removable: false, bus: 'sata' });
    tray.drives.plug({ name: 'sdb', uses: [{ kind: 'mount', at: '/', on: 'sdb', through: [] }] });
    expect(await tray.look()).toEqual([]);
  });
});
