import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/tftp/limits.ts';
import { negotiate } from '../../../main/tftp/negotiate.ts';
import { toNetascii } from '../../../main/tftp/netascii.ts';
import { type Outcome, Session } from '../../../main/tftp/session.ts';
import type { Mode, Option } from '../../../main/tftp/wire.ts';
import { ModelClient } from './model-client.ts';

interface Link {
  /** Chances per packet, 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly random: () => number;
}

/** A session and a model client on one simulated wire with a clock of its own; runs until the session ends. */
function exchange(content: Uint8Array, mode: Mode, options: readonly Option[], link: Link) {
  let now = 0;
  let order = 0;
  const wire: { at: number; order: number; bytes: Uint8Array; to: 'client' | 'server' }[] = [];
  const client = new ModelClient();
  const put = (bytes: Uint8Array, to: 'client' | 'server') => {
    if (link.random() < link.loss) return;
    const late = link.random() < link.reordering ? link.random() * 8 : 0;
    wire.push({ at: now + 1 + late, order: order++, bytes: new Uint8Array(bytes), to });
    if (link.random() < link.duplication)
      wire.push({ at: now + 1 + link.random() * 4, order: order++, bytes: new Uint8Array(bytes), to });
  };
  let outcome: Outcome | undefined;
  const progress: { readonly at: number; readonly bytes: number }[] = [];
  let sent = 0;
  const terms = negotiate(
    { op: 'rrq', name: 'x', mode, options },
    mode === 'netascii' ? undefined : content.length,
    DEFAULT_LIMITS,
  );
  const session = new Session(
    { kind: 'bytes', bytes: content, netascii: mode === 'netascii' },
    terms,
    {
      send: packet => put(packet, 'client'),
      sendRun: (frames, run) => {
        for (let at = run.offset; at < run.offset + run.length; at += frames.slot) {
          sent++;
          put(frames.buffer.subarray(at, Math.min(at + frames.slot, run.offset + run.length)), 'client');
        }
      },
    },
    {
      heard: () => {},
      progressed: bytes => progress.push({ at: now, bytes }),
      ended: result => {
        outcome = result;
      },
    },
    now,
  );
  let nudge = 1000;
  while (!outcome && now < 600_000) {
    wire.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = Math.min(wire[0]?.at ?? Number.POSITIVE_INFINITY, session.deadline, nudge);
    now = next;
    if (wire[0]?.at === next) {
      const { bytes, to } = wire.shift()!;
      if (to === 'server') session.receive(bytes, bytes.length, now);
      else {
        for (const reply of client.take(bytes)) put(reply, 'server');
        nudge = now + 1000;
      }
    } else if (next === nudge) {
      for (const reply of client.nudge()) put(reply, 'server');
      nudge = now + 1000;
    } else session.tick(now);
  }
  return { client, outcome, progress, sent, seconds: now / 1000, terms };
}

const clean: Link = { loss: 0, duplication: 0, reordering: 0, random: () => 0.5 };

/** Bytes that differ from block to block, so that a block in the wrong place shows. */
const bytesOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 9) * 7) & 255;
  return bytes;
};

describe('a transfer on a clean wire', () => {
  it.each([
    ['empty file', 0],
    ['one octet less than a block', 511],
    ['exactly one block', 512],
    ['one octet more', 513],
    ['two full blocks', 1024],
  ])('%s', (_name, length) => {
    const { client, outcome, sent } = exchange(bytesOf(length), 'octet', [], clean);
    expect(client.content.equals(bytesOf(length))).toBe(true);
    expect(client.done).toBe(true);
    expect(sent).toBe(Math.floor(length / 512) + 1);
    expect(outcome).toEqual({ ending: { why: 'done', confirmed: true }, bytes: length, retransmits: 0 });
  });

  it('that is short tells no progress; a long one tells it four times a second at most', () => {
    expect(exchange(bytesOf(512 * 200), 'octet', [], clean).progress).toEqual([]);
    const { progress, seconds } = exchange(bytesOf(512 * 2000), 'octet', [], clean);
    expect(seconds).toBeGreaterThan(4);
    expect(progress[0]!.at).toBeGreaterThanOrEqual(500);
    expect(progress.length).toBeGreaterThan(3 * (seconds - 1));
    for (const [i, { at, bytes }] of progress.entries()) {
      const before = progress[i - 1] ?? { at: 0, bytes: 0 };
      expect(at - before.at).toBeGreaterThanOrEqual(250);
      expect(bytes).toBeGreaterThan(before.bytes);
      expect(bytes).toBeLessThanOrEqual(512 * 2000);
    }
  });

  it('block numbers roll over from 65535 to 0, in lock-step', () => {
    const content = bytesOf(8 * 66_000);
    const { client, outcome } = exchange(content, 'octet', [['blksize', '8']], clean);
    expect(client.content.equals(content)).toBe(true);
    expect(outcome?.bytes).toBe(content.length);
  });

  it('block numbers roll over inside a window', () => {
    const content = bytesOf(8 * 131_100 + 3);
    const { client, outcome } = exchange(
      content,
      'octet',
      [
        ['blksize', '8'],
        ['windowsize', '48'],
      ],
      clean,
    );
    expect(client.content.equals(content)).toBe(true);
    expect(outcome).toMatchObject({ retransmits: 0 });
  });

  it('netascii is converted across block borders and its size is not promised', () => {
    const text = Buffer.from('first\nsecond\rthird\r\n'.repeat(4000));
    const { client, terms } = exchange(
      text,
      'netascii',
      [
        ['tsize', '0'],
        ['blksize', '1000'],
      ],
      clean,
    );
    expect(client.content.equals(Buffer.from(toNetascii(text)))).toBe(true);
    expect(terms.accepted).toEqual([['blksize', '1000']]);
  });
});

describe('a transfer on a bad wire', () => {
  it('delivers exactly the content, whatever is lost, doubled or late', () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 0, max: 40_000 }),
          blksize: fc.constantFrom(8, 64, 512, 1468),
          windowsize: fc.constantFrom(1, 2, 4, 16, 64),
          mode: fc.constantFrom<Mode>('octet', 'netascii'),
          loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
          duplication: fc.double({ min: 0, max: 0.3, noNaN: true }),
          reordering: fc.double({ min: 0, max: 0.3, noNaN: true }),
          seed: fc.integer({ min: 1, max: 2 ** 31 }),
        }),
        ({ length, blksize, windowsize, mode, seed, ...chances }) => {
          const content = bytesOf(Math.min(length, blksize * 600));
          const options: Option[] = [
            ['blksize', String(blksize)],
            ['windowsize', String(windowsize)],
          ];
          const { client, outcome } = exchange(content, mode, options, { ...chances, random: seeded(seed) });
          expect(outcome?.ending.why).toBe('done');
          const expected = mode === 'octet' ? content : Buffer.from(toNetascii(content));
          expect(client.content.equals(expected)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a doubled ACK is not answered: no sorcerer's apprentice", () => {
    const content = bytesOf(512 * 200);
    const doubling: Link = { ...clean, duplication: 1 };
    const { sent, outcome } = exchange(content, 'octet', [], doubling);
    expect(sent).toBe(201);
    expect(outcome).toMatchObject({ retransmits: 0 });
  });

  it('a lost lock-step packet costs tens of milliseconds, not a second', () => {
    const content = bytesOf(512 * 1000);
    const { seconds, outcome } = exchange(content, 'octet', [], { ...clean, loss: 0.05, random: seeded(7) });
    expect(outcome?.ending.why).toBe('done');
    // Two milliseconds per block, and about a hundred losses at the least wait or twice of it.
    expect(seconds).toBeLessThan(2 + 100 * 0.075);
  });
});

/** Mulberry32: small, seeded, good enough that losses do not come in patterns. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
