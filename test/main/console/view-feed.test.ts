import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../main/console/ring.ts';
import type { Marker, ViewItem } from '../../../main/console/session.ts';
import { countLines, ViewFeed } from '../../../main/console/view-feed.ts';

describe('the ring', () => {
  it('keeps the newest bytes by their offset', () => {
    const ring = new Ring(8);
    ring.push(Buffer.from('abcde'));
    ring.push(Buffer.from('fghij'));
    expect([ring.oldest, ring.end]).toEqual([2, 10]);
    expect(Buffer.from(ring.read().bytes).toString()).toBe('cdefghij');
    expect(ring.read(0, 4)).toEqual({ offset: 2, bytes: Uint8Array.from(Buffer.from('cd')) });
    expect(ring.read(99).bytes).toHaveLength(0);
    ring.push(Buffer.from('0123456789ABCDEF'));
    expect(Buffer.from(ring.read().bytes).toString()).toBe('89ABCDEF');
  });

  it('is the tail of everything, for every portion', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.uint8Array({ maxLength: 50 })), (capacity, parts) => {
        const ring = new Ring(capacity);
        for (const part of parts) ring.push(part);
        const all = Buffer.concat(parts);
        expect(Buffer.from(ring.read().bytes)).toEqual(all.subarray(Math.max(0, all.length - capacity)));
        expect(ring.end).toBe(all.length);
      }),
    );
  });
});

const marker = (offset: number, text = ''): Marker => ({ kind: 'note', at: 0, offset, text });

/** A console with one view. */
class Rig {
  readonly ring: Ring;
  readonly items: ViewItem[] = [];
  lines = 0;
  readonly feed: ViewFeed;
  constructor(kept: number, high: number, low: number, before = '', markers: readonly Marker[] = []) {
    this.ring = new Ring(kept);
    this.ring.push(Buffer.from(before));
    this.lines = countLines(Buffer.from(before));
    this.feed = new ViewFeed(
      this.ring,
      item => this.items.push(item),
      { high, low },
      { offset: 0, lines: this.lines, markers },
    );
  }
  receive(text: string): void {
    const bytes = Buffer.from(text);
    this.ring.push(bytes);
    this.lines += countLines(bytes);
    this.feed.push(bytes, countLines(bytes));
  }
  /** Bytes as text, and what stands between them. */
  get told(): string {
    return this.items
      .map(item => {
        if (item.type === 'bytes') return Buffer.from(item.bytes).toString();
        return item.type === 'skipped' ? `<${item.lines} lines, ${item.bytes} bytes>` : `<${item.marker.text}>`;
      })
      .join('');
  }
}

describe('a view', () => {
  it('is given what comes, and nothing beyond the high mark until it has shown most of it', () => {
    const rig = new Rig(1000, 10, 4);
    rig.receive('12345');
    rig.receive('67890');
    rig.receive('abc\n');
    expect(rig.told).toBe('1234567890');
    rig.feed.shown(5);
    expect(rig.told).toBe('1234567890');
    rig.feed.shown(1);
    expect(rig.told).toBe('1234567890abc\n');
    rig.receive('d');
    expect(rig.told).toBe('1234567890abc\nd');
  });

  it('is told how many lines it missed when they have left the ring', () => {
    const rig = new Rig(20, 10, 4);
    rig.receive('0123456789');
    for (let i = 0; i < 10; i++) rig.receive(`line${i}\n`);
    rig.feed.shown(10);
    expect(rig.told).toBe('0123456789<9 lines, 54 bytes>line9\n');
    rig.receive('on\n');
    expect(rig.told).toMatch(/line9\non\n$/);
  });

  it('that comes late gets what is kept, in portions, with the markers between', () => {
    const rig = new Rig(100, 4, 2, 'abcdefgh', [marker(2, 'one'), marker(8, 'two')]);
    expect(rig.told).toBe('ab<one>cdef');
    rig.feed.shown(6);
    expect(rig.told).toBe('ab<one>cdefgh<two>');
  });

  it('that shows at once is never fed twice', () => {
    const ring = new Ring(100);
    ring.push(Buffer.from('abcdefgh'));
    let told = '';
    const feed: ViewFeed = new ViewFeed(
      ring,
      item => {
        if (item.type !== 'bytes') return;
        told += Buffer.from(item.bytes).toString();
        queueMicrotask(() => feed.shown(item.bytes.length));
      },
      { high: 3, low: 1 },
      { offset: 0, lines: 0, markers: [] },
    );
    return new Promise<void>(resolve => setImmediate(resolve)).then(() => expect(told).toBe('abcdefgh'));
  });

  it('misses nothing that it is not told of, however slow it is', () => {
    const step = fc.oneof(
      fc.record({ receive: fc.stringMatching(/^[a-z\n]{0,30}$/) }),
      fc.record({ shown: fc.nat(40) }),
      fc.constant({ mark: true as const }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 64 }), fc.array(step, { maxLength: 60 }), (kept, steps) => {
        const rig = new Rig(kept, 8, 3);
        let all = '';
        for (const one of steps) {
          if ('receive' in one) {
            rig.receive(one.receive);
            all += one.receive;
          } else if ('shown' in one) rig.feed.shown(one.shown);
          else rig.feed.mark(marker(all.length));
        }
        for (let i = 0; i < 200; i++) rig.feed.shown(8);
        let at = 0;
        for (const item of rig.items) {
          if (item.type === 'bytes') {
            expect(item.offset).toBe(at);
            expect(Buffer.from(item.bytes).toString()).toBe(all.slice(at, at + item.bytes.length));
            at += item.bytes.length;
          } else if (item.type === 'skipped') {
            expect(item.lines).toBe(countLines(Buffer.from(all.slice(at, at + item.bytes))));
            at += item.bytes;
          }
        }
        expect(at).toBe(all.length);
      }),
      { numRuns: 1000 },
    );
  });
});
