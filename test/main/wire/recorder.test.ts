import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePcapng } from '../../../main/wire/pcapng.ts';
import { Recorder } from '../../../main/wire/recorder.ts';
import { arp, frame } from './frames.ts';

const ofSize = (size: number, at = 0) => frame(new Uint8Array(size), at);

describe('the recorder', () => {
  it('keeps the last 10,000 frames with their numbers', () => {
    const recorder = new Recorder();
    for (let i = 1; i <= 10_500; i++) recorder.record(ofSize(60, i));
    const packets = [...recorder.packets()];
    expect([packets.length, packets[0]!.number, packets[0]!.at, packets.at(-1)!.number]).toEqual([
      10_000, 501, 501, 10_500,
    ]);
  });

  it('decodes what it kept', () => {
    const recorder = new Recorder();
    recorder.record(frame(arp({ mac: '52:54:00:00:00:01', ip: '10.0.0.1', target: '10.0.0.2' }), 5, true));
    expect([...recorder.packets()]).toMatchObject([
      { number: 1, at: 5, outgoing: true, decoded: { body: { kind: 'arp' } } },
    ]);
  });

  it('is bounded in frames and octets, keeps the newest and their order', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 200 }), sizes => {
        const recorder = new Recorder({ frames: 10, octets: 100 });
        const all = sizes.map((octets, i) => frame(new Uint8Array(octets).fill(i), i, i % 2 === 0));
        for (const each of all) recorder.record(each);
        const kept = recorder.frames();
        expect(kept).toEqual(all.slice(all.length - kept.length));
        const total = kept.reduce((sum, one) => sum + one.bytes.length, 0);
        expect(kept.length).toBeLessThanOrEqual(10);
        expect(total).toBeLessThanOrEqual(100);
        const next = sizes[sizes.length - kept.length - 1];
        if (next !== undefined && kept.length < 10) expect(total + next).toBeGreaterThan(100);
      }),
    );
  });

  it('takes a single frame that is larger than its bound', () => {
    const recorder = new Recorder({ octets: 10 });
    const sizes = () => recorder.frames().map(one => one.bytes.length);
    recorder.record(ofSize(5));
    recorder.record(ofSize(50));
    expect(sizes()).toEqual([50]);
    for (const size of [4, 5, 6]) recorder.record(ofSize(size));
    expect(sizes()).toEqual([6]);
  });

  it('keeps its own copy', () => {
    const recorder = new Recorder();
    const bytes = Uint8Array.of(1, 2, 3);
    recorder.record(frame(bytes));
    bytes.fill(0);
    expect([...recorder.frames()[0]!.bytes]).toEqual([1, 2, 3]);
  });
});

describe('pcapng', () => {
  /** The blocks of a file: type and body, checked for both lengths and for alignment. */
  function blocks(file: Uint8Array): { type: number; body: DataView }[] {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const found: { type: number; body: DataView }[] = [];
    for (let at = 0; at < file.length; ) {
      const length = view.getUint32(at + 4, true);
      expect(length % 4).toBe(0);
      expect(view.getUint32(at + length - 4, true)).toBe(length);
      found.push({
        type: view.getUint32(at, true),
        body: new DataView(file.buffer, file.byteOffset + at + 8, length - 12),
      });
      at += length;
    }
    return found;
  }

  it('is a section, its interfaces, and the packets of all in the order of time', () => {
    const file = encodePcapng(
      [
        { name: 'a', frames: [ofSize(61, 1000.001), ofSize(60, 3000)] },
        {
          name: 'b',
          mac: '52:54:00:00:00:01',
          description: 'Adapter',
          frames: [frame(new Uint8Array(62), 2000, true)],
        },
      ],
      { application: 'Benchboot', comment: 'a bench' },
    );
    const found = blocks(file);
    expect(found.map(one => one.type)).toEqual([0x0a0d0d0a, 1, 1, 6, 6, 6]);
    const packets = found
      .slice(3)
      .map(({ body }) => [body.getUint32(0, true), body.getUint32(8, true), body.getUint32(12, true)]);
    expect(packets).toEqual([
      [0, 1_000_001, 61],
      [1, 2_000_000, 62],
      [0, 3_000_000, 60],
    ]);
    expect(found[3]!.body.getUint32(20 + 64 + 4, true)).toBe(1);
    expect(found[4]!.body.getUint32(20 + 64 + 4, true)).toBe(2);
  });

  it('holds today in microseconds', () => {
    const at = Date.UTC(2026, 10, 21) + 0.123;
    const { body } = blocks(encodePcapng([{ name: 'a', frames: [ofSize(60, at)] }], { application: 'x' }))[2]!;
    const micro = BigInt(body.getUint32(4, true)) * 2n ** 32n + BigInt(body.getUint32(8, true));
    expect(micro).toBe(BigInt(Date.UTC(2026, 10, 21)) * 1000n + 123n);
  });
});
