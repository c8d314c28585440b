import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket, type Packet } from '../../../main/tftp/wire.ts';

interface Capture {
  readonly client: string;
  readonly step: string;
  /** What the person who made the capture read in it. */
  readonly note: string;
  readonly hex: string;
}

const captures = JSON.parse(
  readFileSync(new URL('../../captures/tftp.json', import.meta.url), 'utf8'),
) as readonly Capture[];

/** The note's own form, from a packet. */
function note(packet: ReturnType<typeof decodePacket>): string {
  const options = 'options' in packet ? packet.options.map(([name, value]) => `${name}=${value}`).join(' ') : '';
  switch (packet.op) {
    case 'rrq':
      return `RRQ '${packet.name}' ${packet.mode} ${options}`.trim();
    case 'oack':
      return `OACK ${options}`;
    case 'error':
      return `ERROR ${packet.code} '${packet.text}'`;
    case 'ack':
      return packet.block === 0 ? 'acknowledges the OACK' : `ACK ${packet.block}`;
    default:
      return packet.op;
  }
}

describe('TFTP packets on the wire', () => {
  it.each(captures.map(capture => [`${capture.client}: ${capture.step}`, capture] as const))('%s', (_name, capture) => {
    const bytes = Buffer.from(capture.hex, 'hex');
    const packet = decodePacket(bytes);
    expect(note(packet)).toBe(capture.note.trim());
    expect(packet.op).not.toBe('malformed');
    expect(Buffer.from(encodePacket(packet as Packet)).toString('hex')).toBe(capture.hex);
  });

  it.each([
    ['nothing', '', 'shorter than two octets'],
    ['one octet', '00', 'shorter than two octets'],
    ['an unknown opcode', '0009', 'unknown opcode 9'],
    ['a request without a name', '0001', 'the file name does not end'],
    ['a request with an empty name', '0001006f6374657400', 'the file name is empty'],
    ['a request without a mode', '00016100', 'no transfer mode'],
    ['a mode without its end', '000161006f63746574', 'no transfer mode'],
    ['mail', '000161006d61696c00', 'the transfer mode "mail" is not octet or netascii'],
    ['DATA without a number', '000300', 'DATA without a block number'],
    ['ACK without a number', '000400', 'ACK without a block number'],
    ['ERROR without a code', '000500', 'ERROR without a code'],
  ])('%s is malformed', (_name, hex, why) => {
    expect(decodePacket(Buffer.from(hex, 'hex'))).toMatchObject({ op: 'malformed', why });
  });

  it.each([
    ['mode in capitals', '0001610 04f4354455400', { mode: 'octet', options: [] }],
    ['zeros as padding', '000161006f63746574000000000000', { options: [] }],
    ['an option without its value', '000161006f63746574007473697a6500', { options: [] }],
    ['an option without its end', '000161006f63746574007473697a650030', { options: [] }],
    ['ERROR text without its end', '000500016869', { op: 'error', code: 1, text: 'hi' }],
  ])('%s is understood', (_name, hex, packet) => {
    expect(decodePacket(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toMatchObject(packet);
  });

  it('comes back as it was', () => {
    const text = fc.string({ maxLength: 60 }).filter(value => !value.includes('\0'));
    const options = fc.array(
      fc.tuple(
        text.filter(name => name !== ''),
        text,
      ),
      { maxLength: 5 },
    );
    const block = fc.integer({ min: 0, max: 0xffff });
    const packets: fc.Arbitrary<Packet> = fc.oneof(
      fc.record({
        op: fc.constantFrom('rrq' as const, 'wrq' as const),
        name: text.filter(name => name !== ''),
        mode: fc.constantFrom('octet' as const, 'netascii' as const),
        options,
      }),
      fc.record({ op: fc.constant('data' as const), block, bytes: fc.uint8Array({ maxLength: 600 }) }),
      fc.record({ op: fc.constant('ack' as const), block }),
      fc.record({ op: fc.constant('error' as const), code: block, text }),
      fc.record({ op: fc.constant('oack' as const), options }),
    );
    fc.assert(
      fc.property(packets, packet => {
        expect(decodePacket(encodePacket(packet))).toEqual(packet);
      }),
    );
  });

  it('never throws on hostile octets', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc
        .tuple(fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 700 }))
        .map(([op, rest]) => Uint8Array.of(0, op, ...rest)),
    );
    fc.assert(
      fc.property(hostile, bytes => void decodePacket(bytes)),
      { numRuns: 100_000 },
    );
  });

  it('refuses to write what it would read differently', () => {
    expect(() => encodePacket({ op: 'rrq', name: '', mode: 'octet', options: [] })).toThrow(TypeError);
    expect(() => encodePacket({ op: 'rrq', name: 'a\0b', mode: 'octet', options: [] })).toThrow(TypeError);
    expect(() => encodePacket({ op: 'error', code: 0, text: 'a\0b' })).toThrow(TypeError);
  });
});
