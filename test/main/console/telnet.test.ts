import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeData,
  encodeNegotiation,
  encodeSubnegotiation,
  TelnetDecoder,
  type TelnetItem,
} from '../../../main/console/telnet.ts';
import { TelnetOptions } from '../../../main/console/telnet-options.ts';

/** Neighbouring data joined, so that cuts do not show. */
function decoded(all: Uint8Array, cut = Number.POSITIVE_INFINITY, binary = false): TelnetItem[] {
  const decoder = new TelnetDecoder();
  decoder.binary = binary;
  const items: TelnetItem[] = [];
  for (let at = 0; at < all.length; at += cut) {
    for (const item of decoder.decode(all.slice(at, at + cut))) {
      const last = items.at(-1);
      if (item.type === 'data' && last?.type === 'data')
        items[items.length - 1] = { type: 'data', bytes: Buffer.concat([last.bytes, item.bytes]) };
      else items.push(item.type === 'data' ? { type: 'data', bytes: Buffer.from(item.bytes) } : item);
    }
  }
  return items;
}
const data = (text: string | readonly number[]): TelnetItem => ({ type: 'data', bytes: Buffer.from(text as string) });

describe('telnet streams', () => {
  it.each([
    ['plain text', [0x68, 0x69], [data('hi')]],
    ['a doubled IAC is one byte of data', [1, 255, 255, 2], [data([1]), data([255, 2])].length],
    ['a carriage return alone', [0x61, 13, 0, 0x62], 'a\rb'],
    ['a line end stays', [0x61, 13, 10, 0x62], 'a\r\nb'],
    ['a negotiation', [255, 253, 24], [{ type: 'negotiation', verb: 'do', option: 24 }]],
    ['a command', [255, 246], [{ type: 'command', command: 246 }]],
    [
      'a subnegotiation with a doubled IAC',
      [255, 250, 44, 101, 255, 255, 1, 255, 240],
      [{ type: 'subnegotiation', option: 44, bytes: Uint8Array.of(101, 255, 1) }],
    ],
    ['a subnegotiation broken off by another command', [255, 250, 44, 1, 255, 241, 0x61], 'a'],
    ['an empty subnegotiation', [255, 250, 255, 240, 0x61], 'a'],
    ['one that is far too long', [255, 250, 31, ...Array<number>(5000).fill(7), 255, 240, 0x61], 'a'],
  ] as const)('%s', (_name, stream, expected) => {
    for (const cut of [1, 2, 10_000]) {
      const items = decoded(Uint8Array.from(stream), cut);
      if (typeof expected === 'string') expect(items).toEqual([data(expected)]);
      else if (typeof expected === 'number') expect(items).toEqual([data([1, 255, 2])]);
      else expect(items).toEqual(expected);
    }
  });

  it('binary data has no carriage returns of its own', () => {
    expect(decoded(Uint8Array.of(13, 0), 1, true)).toEqual([data([13, 0])]);
  });

  it('carries every byte through, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (bytes, cut, binary) => {
          const items = decoded(encodeData(bytes, binary), cut, binary);
          // Without binary mode NUL after CR is the only thing that cannot be told apart.
          expect(items).toEqual(bytes.length === 0 ? [] : [data([...bytes])]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('carries every subnegotiation through', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 254 }), fc.uint8Array({ maxLength: 200 }), (option, body) => {
        expect(decoded(encodeSubnegotiation(option, body), 3)).toEqual([
          { type: 'subnegotiation', option, bytes: Uint8Array.from(body) },
        ]);
      }),
    );
  });

  it('survives noise in bounded memory', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(255, 250, 240, 251, 253, 44, 0, 13, 65), { maxLength: 400 }), stream => {
        const whole = decoded(Uint8Array.from(stream));
        expect(decoded(Uint8Array.from(stream), 1)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('telnet options', () => {
  const options = () =>
    new TelnetOptions({ local: { wanted: [44], allowed: [31] }, remote: { wanted: [0], allowed: [1, 3] } });

  it('asks for what is wanted, and takes the answer without answering back', () => {
    const one = options();
    expect(one.begin()).toEqual([encodeNegotiation('will', 44), encodeNegotiation('do', 0)]);
    expect(one.receive('do', 44)).toEqual({ answer: undefined, change: { side: 'local', option: 44, on: true } });
    expect(one.receive('wont', 0)).toEqual({ answer: undefined, change: { side: 'remote', option: 0, on: false } });
    expect(one.isOn('local', 44)).toBe(true);
    expect(one.isOn('remote', 0)).toBe(false);
  });

  it('agrees to what is allowed once, and refuses the rest', () => {
    const one = options();
    expect(one.receive('will', 1).answer).toEqual(encodeNegotiation('do', 1));
    expect(one.receive('will', 1).answer).toBeUndefined();
    expect(one.receive('do', 31).answer).toEqual(encodeNegotiation('will', 31));
    expect(one.receive('do', 24).answer).toEqual(encodeNegotiation('wont', 24));
    expect(one.receive('dont', 24).answer).toBeUndefined();
    expect(one.receive('wont', 1).answer).toEqual(encodeNegotiation('dont', 1));
  });

  it('two ends come to rest, whatever they want', () => {
    const wishes = fc.record({
      wanted: fc.subarray([0, 1, 3, 24, 31, 44]),
      allowed: fc.subarray([0, 1, 3, 24, 31, 44]),
    });
    const side = fc.record({ local: wishes, remote: wishes });
    fc.assert(
      fc.property(side, side, (left, right) => {
        const ends = [new TelnetOptions(left), new TelnetOptions(right)] as const;
        const queues: Uint8Array[][] = [ends[1].begin(), ends[0].begin()];
        for (let turn = 0; queues.some(queue => queue.length > 0); turn++) {
          expect(turn).toBeLessThan(200);
          const at = turn % 2;
          for (const message of queues[at]!.splice(0)) {
            const [item] = decoded(message);
            if (item?.type !== 'negotiation') throw new Error('no negotiation');
            const { answer } = ends[at]!.receive(item.verb, item.option);
            if (answer) queues[1 - at]!.push(answer);
          }
        }
        for (const option of [0, 1, 3, 24, 31, 44]) {
          expect(ends[0].isOn('local', option)).toBe(ends[1].isOn('remote', option));
          expect(ends[1].isOn('local', option)).toBe(ends[0].isOn('remote', option));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
