import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFor } from '../src/socket/device-transport.ts';
import { buildUdpFrame, internetChecksum, MAX_UDP_PAYLOAD } from '../src/socket/frame.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const from = { mac: '02:00:00:00:00:01', address: '10.32.0.1', port: 67 };

describe('UDP frames', () => {
  it('are what RFC 894, 791 and 768 say, octet for octet', () => {
    const to = { mac: 'b8:27:eb:f9:92:f7', address: '10.32.0.50', port: 68 };
    const frame = buildUdpFrame({ from, to, payload: Uint8Array.of(0x61, 0x62, 0x63) });
    expect(hex(frame.subarray(0, 14))).toBe('b827ebf992f70200000000010800');
    expect(hex(frame.subarray(14, 24))).toBe('4500001f000040004011');
    expect(hex(frame.subarray(26, 34))).toBe('0a2000010a200032');
    expect(hex(frame.subarray(34, 40))).toBe('00430044000b');
    expect(hex(frame.subarray(42))).toBe('616263');
  });

  it('sum to zero over the IPv4 header and over the datagram with its pseudo header, whatever they carry', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), fc.integer({ min: 1, max: 65535 }), (payload, port) => {
        const frame = buildUdpFrame({ from, to: { mac: from.mac, address: '10.32.0.50', port }, payload });
        expect(internetChecksum(frame, { start: 14, end: 34 })).toBe(0);
        expect(internetChecksum(frame, { start: 26, initial: 17 + 8 + payload.length })).toBe(0);
        expect(new DataView(frame.buffer).getUint16(40)).not.toBe(0);
      }),
    );
  });

  it('refuse what fits into no datagram', () => {
    const to = { ...from, port: 68 };
    expect(() => buildUdpFrame({ from, to, payload: new Uint8Array(MAX_UDP_PAYLOAD + 1) })).toThrow(RangeError);
  });

  it.each([
    ['a broadcast', { via: 'broadcast', port: 68 } as const, 'ffffffffffff', 'ffffffff'],
    [
      'a station without an address',
      { via: 'hardware', address: '10.32.0.50', mac: 'b8:27:eb:f9:92:f7', port: 68 } as const,
      'b827ebf992f7',
      '0a200032',
    ],
  ])('carry a reply to %s from our own address and port', (_, to, mac, address) => {
    const frame = frameFor(from.mac, from.address, 67, new Uint8Array(300), to);
    expect(hex(frame.subarray(0, 6))).toBe(mac);
    expect(hex(frame.subarray(26, 34))).toBe(`0a200001${address}`);
    expect(hex(frame.subarray(34, 38))).toBe('00430044');
  });
});

describe('the internet checksum', () => {
  it('is the one of the example in RFC 1071 section 3', () => {
    expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(~0xddf2 & 0xffff);
  });
});
