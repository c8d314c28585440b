/** Recorded requests and answers, damaged: the codec never throws, and the server goes on for everybody else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BenchEvent } from '../../../main/bench/events.ts';
import type { Content } from '../../../main/content/content.ts';
import { settled } from '../../../main/host/memory/memory-clock.ts';
import { memoryHost } from '../../../main/host/memory/memory-host.ts';
import { startTftp } from '../../../main/tftp/server.ts';
import { decodePacket, encodePacket } from '../../../main/tftp/wire.ts';

const captures = JSON.parse(readFileSync(new URL('../../captures/tftp.json', import.meta.url), 'utf8')) as {
  hex: string;
}[];
const SEEDS = captures.map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')));

/** mulberry32: the same seed, the same damage, so that a find can be named and kept. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutate(next: (below: number) => number): Uint8Array {
  let bytes = SEEDS[next(SEEDS.length)]!.slice(0, 600);
  for (let changes = next(4); changes >= 0; changes--) {
    const at = next(bytes.length + 1);
    switch (next(5)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = Uint8Array.from([...bytes.slice(0, at), ...SEEDS[next(SEEDS.length)]!.slice(0, 80)]);
        break;
      case 2:
        bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - next(20)))]);
        break;
      default:
        if (at < bytes.length) bytes[at] = next(3) === 0 ? [0, 1, 3, 255][next(4)]! : next(256);
    }
  }
  return bytes;
}

describe('damaged packets', () => {
  it('are read or called malformed, never thrown at; what is read is written back alike', () => {
    const next = random(1);
    let read = 0;
    for (let n = 0; n < 250_000; n++) {
      const packet = decodePacket(mutate(next));
      if (packet.op === 'malformed') continue;
      read++;
      if (n % 50 === 0 && packet.op !== 'rrq' && packet.op !== 'wrq')
        expect(decodePacket(encodePacket(packet)).op).toBe(packet.op);
    }
    expect(read).toBeGreaterThan(50_000);
  });

  it('reach the server and its transfers, and a good client is served all the same', async () => {
    const host = memoryHost({ nics: [{ name: 'bench0', addresses: [{ address: '10.32.0.1', prefix: 24 }] }] });
    const file = Uint8Array.from({ length: 1300 }, (_, i) => i & 255);
    const content: Content = {
      find: async ({ name }) =>
        name.length % 2 === 0
          ? { kind: 'bytes', name, bytes: file }
          : { kind: 'none', why: 'missing', detail: 'no such file' },
    };
    const events: BenchEvent[] = [];
    const server = await startTftp({
      ...host,
      nic: 'bench0',
      address: '10.32.0.1',
      content,
      macOf: () => undefined,
      emit: event => events.push(event),
      fast: false,
    });
    const next = random(2);
    const hostile = host.network.join('bench0', '02:00:00:00:00:66', '10.32.0.66');
    // It answers what it gets with more damage, from the port it was sent to.
    hostile.onDatagram(({ from, to }) => {
      if (next(3) === 0) hostile.send(mutate(next), to.port, from);
    });
    for (let n = 0; n < 40_000; n++) {
      hostile.send(mutate(next), 1024 + next(2000), { address: '10.32.0.1', port: 69 });
      if (n % 100 !== 0) continue;
      await settled();
      host.clock.wind(200);
    }
    for (let i = 0; i < 200; i++) {
      host.clock.wind(1000);
      await settled();
    }

    const good = host.network.join('bench0', '02:00:00:00:00:07', '10.32.0.7');
    const got: number[] = [];
    good.onDatagram(({ from, bytes }) => {
      const packet = decodePacket(bytes);
      if (packet.op !== 'data') return;
      if (packet.block === Math.floor(got.length / 512) + 1) got.push(...packet.bytes);
      good.send(encodePacket({ op: 'ack', block: packet.block }), 2000, from);
    });
    good.send(encodePacket({ op: 'rrq', name: 'even', mode: 'octet', options: [] }), 2000, {
      address: '10.32.0.1',
      port: 69,
    });
    for (let i = 0; i < 50 && got.length < file.length; i++) {
      await settled();
      host.clock.wind(10);
    }
    expect(Uint8Array.from(got)).toEqual(file);
    expect(events.length).toBeGreaterThan(1000);
    await server.close();
  });
});
