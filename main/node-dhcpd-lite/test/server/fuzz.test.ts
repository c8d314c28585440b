import { describe, expect, it } from 'vitest';
import { decodePacket, describeOptions, encodePacket } from '../../src/index.ts';
import { bench, LEASE_CONFIG } from '../kit/bench.ts';
import { CAPTURES } from '../kit/captures.ts';

/** mulberry32: a seed makes every run the same, so that a find can be named and kept. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const SEEDS = CAPTURES.map(({ bytes }) => bytes);

/** Flips, cuts, doubles and splices recorded packets; mostly in the options, where the meaning is. */
function mutate(next: (below: number) => number): Uint8Array {
  const seed = SEEDS[next(SEEDS.length)]!;
  const other = SEEDS[next(SEEDS.length)]!;
  let bytes = seed.slice();
  for (let changes = next(6); changes >= 0; changes--) {
    const at = next(4) === 0 ? next(240) : 240 + next(Math.max(1, bytes.length - 240));
    switch (next(6)) {
      case 0:
        bytes = bytes.slice(0, next(bytes.length + 1));
        break;
      case 1:
        bytes = Uint8Array.from([...bytes.slice(0, at), ...other.slice(at)]);
        break;
      case 2:
        bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - next(60)))]).slice(0, 1500);
        break;
      default:
        if (at < bytes.length) bytes[at] = next(3) === 0 ? [0, 1, 52, 82, 255][next(5)]! : next(256);
    }
  }
  return bytes;
}

describe('mutated packets', () => {
  it('decode or are refused, never throw, and what decodes can be shown and encoded', { timeout: 120_000 }, () => {
    const next = random(1);
    let accepted = 0;
    for (let n = 0; n < 200_000; n++) {
      const bytes = mutate(next);
      const result = decodePacket(bytes);
      if (!result.ok) continue;
      accepted++;
      if (n % 8 !== 0) continue;
      describeOptions(result.packet);
      const again = encodePacket(result.packet);
      if (!again.ok) throw new Error(`${again.error.message} after ${Buffer.from(bytes).toString('hex')}`);
    }
    expect(accepted).toBeGreaterThan(50_000);
  });

  it.each(['lease', 'proxy'] as const)(
    'leave a %s server answering a good client',
    { timeout: 120_000 },
    async mode => {
      const config = {
        ...LEASE_CONFIG,
        server: '192.168.77.1',
        subnet: { network: '192.168.77.0', prefix: 24 },
        range: ['192.168.77.100', '192.168.77.119'] as const,
        dns: [],
      };
      const { wire, events, clock } = await bench(mode === 'lease' ? config : { mode, server: '192.168.77.1' }, {
        file: 'boot.bin',
      });
      const good = CAPTURES.find(({ client, step }) => client === 'bios' && step === 'iPXE DISCOVER')!.bytes;
      const next = random(2);
      let unexpected = 0;
      for (let n = 0; n < 150_000; n++) {
        clock.now += next(50);
        wire.datagram(mutate(next), { address: '0.0.0.0', port: 68 }, next(10) === 0 ? 4011 : 67);
        for (const event of events) if (event.type === 'ignored' && event.why === 'failed') unexpected++;
        events.length = 0;
        wire.sent.length = 0;
        if (n % 1000 === 0) expect(wire.datagram(good), `after ${n}`).toBeDefined();
      }
      expect(unexpected).toBe(0);
      expect(wire.datagram(good)?.packet.file).toBe('boot.bin');
    },
  );
});
