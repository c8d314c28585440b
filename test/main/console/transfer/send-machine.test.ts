import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ending, type Protocol, SendMachine } from '../../../../main/console/transfer/send-machine.ts';
import { type BlockSize, crc16, encodeBlock, encodeHeader } from '../../../../main/console/transfer/xmodem.ts';
import { Receiver } from './receiver.ts';

interface Line {
  readonly crc?: boolean;
  readonly blocks?: BlockSize;
  /** Damages or loses what is sent, by number of the packet. */
  readonly noise?: (packet: Uint8Array, number: number) => Uint8Array | undefined;
  readonly chatter?: string;
}

function send(
  protocol: Protocol,
  contents: readonly Uint8Array[],
  { crc = true, blocks = 1024, noise, chatter = '' }: Line = {},
) {
  const files = contents.map((bytes, i) => ({ name: `file${i}.bin`, size: bytes.length, modified: 1_700_000_000 }));
  const machine = new SendMachine(protocol, files, blocks, 0);
  const receiver = new Receiver({ crc, batch: protocol === 'ymodem' });
  let now = 0;
  let ending: Ending | undefined;
  let packets = 0;
  const perform = (effects: ReturnType<SendMachine['push']>): void => {
    for (const effect of effects) {
      if (effect.do === 'end') {
        ending = effect.ending;
        return;
      }
      const packet =
        effect.do === 'send'
          ? effect.bytes
          : encodeBlock(
              effect.number,
              contents[effect.file]!.subarray(effect.from, effect.from + effect.length),
              effect.size,
              effect.crc,
            );
      const heard = noise ? noise(packet, packets++) : packet;
      const answer = heard && receiver.push(heard);
      if (answer?.length) perform(machine.push(answer, now));
    }
  };
  perform(machine.push(Buffer.from(chatter), now));
  perform(machine.push(receiver.ask(), now));
  for (let turns = 0; !ending && turns < 5000; turns++) {
    now = machine.deadline;
    perform(machine.tick(now));
  }
  return { ending, files: receiver.files, done: receiver.done };
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);

describe('blocks', () => {
  it('have the CRC of the protocol', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
  });

  it('look as the protocol says', () => {
    const block = encodeBlock(257, Buffer.from('ab'), 128, false);
    expect([...block.subarray(0, 6)]).toEqual([1, 1, 254, 97, 98, 0x1a]);
    expect(block).toHaveLength(132);
    expect(encodeBlock(1, new Uint8Array(1024), 1024, true)).toHaveLength(1029);
  });

  it('name a file without folders, whatever its name', () => {
    const header = Buffer.from(encodeHeader({ name: '../a/b\0c', size: 10 }));
    expect(header.toString('latin1', 3, 14)).toBe('.._a_b_c\x0010');
    expect(encodeHeader({ name: 'ü'.repeat(500), size: 1e12 })).toHaveLength(133);
    expect(Buffer.from(encodeHeader(undefined)).subarray(3, 131)).toEqual(Buffer.alloc(128));
  });
});

describe('XMODEM', () => {
  it.each([0, 1, 127, 128, 129, 1024, 1025, 5000, 300_000])('%i bytes with CRC, and with a checksum', size => {
    for (const crc of [true, false]) {
      const { ending, files } = send('xmodem', [bytes(size)], { crc });
      expect(ending).toEqual({ ok: true });
      expect(files[0]!.bytes.subarray(0, size).equals(bytes(size))).toBe(true);
      expect(files[0]!.bytes.length - size).toBeLessThan(crc ? 1024 : 128);
    }
  });

  it('starts at a C that stands alone, not at one in what is printed before', () => {
    const chatter = '## Ready for binary (xmodem) download to 0x40000000 at 115200 bps... CRC C';
    expect(send('xmodem', [bytes(3000)], { chatter }).ending).toEqual({ ok: true });
  });
});

describe('YMODEM', () => {
  it('sends several files with their names and exact sizes', () => {
    const contents = [bytes(3000), bytes(0), bytes(1024), bytes(70_000)];
    const { ending, files, done } = send('ymodem', contents);
    expect(ending).toEqual({ ok: true });
    expect(done).toBe(true);
    expect(files.map(({ name, size }) => [name, size])).toEqual(
      contents.map((each, i) => [`file${i}.bin`, each.length]),
    );
    files.forEach(
      (file, i) => void expect(file.bytes.subarray(0, file.size).equals(Buffer.from(contents[i]!))).toBe(true),
    );
  });
});

describe('a bad line', () => {
  it('costs repetitions, never content', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Protocol>('xmodem', 'ymodem'),
        fc.array(fc.nat(3), { minLength: 20, maxLength: 60 }),
        (protocol, luck) => {
          const content = bytes(20_000);
          const { ending, files } = send(protocol, [content], {
            noise: (packet, number) => {
              const kind = luck[number % luck.length];
              // Two bad ones in a row at most, or it rightly gives up.
              if (kind !== 0 || luck[(number - 1) % luck.length] === 0) return packet;
              if (number % 2 === 0) return undefined;
              return packet.length < 10 ? packet : packet.map((byte, i) => (i === 50 ? byte ^ 4 : byte));
            },
          });
          expect(ending).toEqual({ ok: true });
          expect(files[0]!.bytes.subarray(0, content.length).equals(content)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends it when nothing gets through', () => {
    expect(send('xmodem', [bytes(1000)], { noise: () => undefined }).ending).toEqual({ ok: false, why: 'silent' });
    const damaged = (packet: Uint8Array) =>
      packet.length > 10 ? packet.map((byte, i) => (i === 9 ? ~byte : byte)) : packet;
    expect(send('xmodem', [bytes(1000)], { noise: damaged }).ending).toEqual({ ok: false, why: 'refused' });
  });

  it('ends it when nobody asks, and when the receiver cancels', () => {
    const machine = new SendMachine('xmodem', [{ name: 'x', size: 1 }], 128, 0);
    expect(machine.tick(59_999)).toEqual([]);
    expect(machine.tick(60_000)).toEqual([{ do: 'end', ending: { ok: false, why: 'silent' } }]);
    const other = new SendMachine('ymodem', [{ name: 'x', size: 1 }], 128, 0);
    other.push(Buffer.from('C'), 0);
    other.tick(100);
    expect(other.push(Buffer.from([0x18, 0x18]), 100)).toEqual([
      { do: 'end', ending: { ok: false, why: 'cancelled' } },
    ]);
  });

  it('never throws, whatever the other end sends', () => {
    const byte = fc.constantFrom(0x06, 0x15, 0x18, 0x43, 0x04, 0x20, 0x00);
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 5 }), { maxLength: 60 }), chunks => {
        const machine = new SendMachine(
          'ymodem',
          [
            { name: 'a', size: 3000 },
            { name: 'b', size: 0 },
          ],
          1024,
          0,
        );
        let now = 0;
        for (const chunk of chunks) {
          now += 70;
          machine.tick(now);
          machine.push(Uint8Array.from(chunk), now);
        }
      }),
    );
  });
});
