import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DhcpPacket, decodePacket, encodePacket, fromText, type PacketErrorCode } from '../../src/index.ts';
import { CAPTURES, decoded } from '../kit/captures.ts';
import { encoded, request } from '../kit/packets.ts';

/** A DISCOVER's octets with a change; `options` replaces everything behind the cookie. */
function datagram(change: { at?: Record<number, number>; options?: number[]; length?: number }): Uint8Array {
  const head = encoded(request('DISCOVER')).slice(0, 240);
  const bytes = change.options ? Uint8Array.from([...head, ...change.options]) : encoded(request('DISCOVER'));
  for (const [at, octet] of Object.entries(change.at ?? {})) bytes[Number(at)] = octet;
  return change.length === undefined ? bytes : bytes.slice(0, change.length);
}

describe('malformed packets are refused with the place', () => {
  const cases: Record<string, { bytes: Uint8Array; code: PacketErrorCode; offset: number }> = {
    'nothing at all': { bytes: new Uint8Array(0), code: 'TOO_SHORT', offset: 0 },
    'one octet short of the fixed part': { bytes: datagram({ length: 235 }), code: 'TOO_SHORT', offset: 235 },
    'op 0': { bytes: datagram({ at: { 0: 0 } }), code: 'BAD_OP', offset: 0 },
    'op 3': { bytes: datagram({ at: { 0: 3 } }), code: 'BAD_OP', offset: 0 },
    'a hardware address of 17 octets': { bytes: datagram({ at: { 2: 17 } }), code: 'BAD_HARDWARE_ADDRESS', offset: 2 },
    'an option without a length': { bytes: datagram({ options: [53, 1, 1, 12] }), code: 'OPTION_CUT', offset: 243 },
    'an option longer than the datagram': {
      bytes: datagram({ options: [53, 1, 1, 12, 5, 65, 66] }),
      code: 'OPTION_CUT',
      offset: 243,
    },
    'an empty overload option': { bytes: datagram({ options: [52, 0, 255] }), code: 'BAD_OVERLOAD', offset: 240 },
    'overload 0': { bytes: datagram({ options: [52, 1, 0, 255] }), code: 'BAD_OVERLOAD', offset: 240 },
    'overload 4': { bytes: datagram({ options: [52, 1, 4, 255] }), code: 'BAD_OVERLOAD', offset: 240 },
    'overload into a file field that is cut': {
      bytes: datagram({ at: { 108: 12, 109: 200 }, options: [52, 1, 1, 255] }),
      code: 'OPTION_CUT',
      offset: 108,
    },
    'overload into an sname field that is cut': {
      bytes: datagram({ at: { 44: 12, 45: 63 }, options: [52, 1, 2, 255] }),
      code: 'OPTION_CUT',
      offset: 44,
    },
  };
  it.each(Object.entries(cases))('%s', (_, { bytes, code, offset }) => {
    const result = decodePacket(bytes);
    expect(result).toMatchObject({ ok: false, error: { code, offset } });
    expect(!result.ok && result.error.message).toMatch(/\w/);
  });
});

describe('slips that are forgiven', () => {
  it('no END', () => {
    expect(decoded(datagram({ options: [53, 1, 3] })).options.get(53)).toEqual(Uint8Array.of(3));
  });

  it('octets behind END', () => {
    expect([...decoded(datagram({ options: [53, 1, 3, 255, 12, 99] })).options.keys()]).toEqual([53]);
  });

  it('pads between options', () => {
    expect([...decoded(datagram({ options: [0, 0, 53, 1, 3, 0, 12, 0, 255] })).options.keys()]).toEqual([53, 12]);
  });

  it('a file field without NUL', () => {
    const bytes = datagram({});
    bytes.fill(0x61, 108, 236);
    expect(decoded(bytes).file).toBe('a'.repeat(128));
  });

  it('rubbish behind the NUL of a file field', () => {
    expect(decoded(datagram({ at: { 108: 0x61, 110: 0x62 } })).file).toBe('a');
  });
});

describe('BOOTP without the magic cookie (RFC 951)', () => {
  const bytes = datagram({ at: { 236: 1, 237: 2 } });

  it('is a packet without options that keeps its vendor area', () => {
    const packet = decoded(bytes);
    expect(packet.options.size).toBe(0);
    expect(packet.vendorArea?.slice(0, 3)).toEqual(Uint8Array.of(1, 2, 83));
  });

  it('comes back octet by octet', () => {
    expect(encoded(decoded(bytes))).toEqual(bytes);
  });
});

describe('long options (RFC 3396)', () => {
  const long = Uint8Array.from({ length: 700 }, (_, i) => i % 251);

  it('are cut at 255 octets and joined again', () => {
    const bytes = encoded(request('DISCOVER', { raw: [[125, long]] }));
    expect([bytes[243], bytes[244], bytes[500], bytes[501], bytes[757], bytes[758]]).toEqual([
      125, 255, 125, 255, 125, 190,
    ]);
    expect(decoded(bytes).options.get(125)).toEqual(long);
  });

  it('join what repeats at a distance', () => {
    const bytes = datagram({ options: [12, 1, 65, 53, 1, 1, 12, 2, 66, 67, 255] });
    expect(decoded(bytes).options.get(12)).toEqual(fromText('ABC'));
  });

  it('of 255 and 256 octets take one and two parts', () => {
    const size = (length: number) => encoded(request(undefined, { raw: [[125, new Uint8Array(length)]] }), 0).length;
    expect([size(0), size(255), size(256), size(510), size(511)]).toEqual([243, 498, 501, 755, 758]);
  });

  it('join over the options, file and sname fields in that order', () => {
    const at = { 108: 12, 109: 1, 110: 66, 111: 255, 44: 12, 45: 1, 46: 67, 47: 255 };
    const packet = decoded(datagram({ at, options: [52, 1, 3, 12, 1, 65, 255] }));
    expect(packet.options.get(12)).toEqual(fromText('ABC'));
    expect([packet.file, packet.sname]).toEqual(['', '']);
  });

  it('many parts of one option cost no more than their octets', () => {
    const parts = Array.from({ length: 20_000 }, () => [125, 1, 7]).flat();
    expect(decoded(datagram({ options: parts })).options.get(125)).toEqual(new Uint8Array(20_000).fill(7));
  });
});

describe('option overload (RFC 2132 section 9.3)', () => {
  it('1 reads the file field and leaves sname alone', () => {
    const packet = decoded(
      datagram({ at: { 44: 0x61, 108: 12, 109: 1, 110: 66, 111: 255 }, options: [52, 1, 1, 255] }),
    );
    expect(packet.options.get(12)).toEqual(fromText('B'));
    expect([packet.file, packet.sname]).toEqual(['', 'a']);
  });

  it('2 reads the sname field and leaves file alone', () => {
    const packet = decoded(datagram({ at: { 108: 0x61, 44: 12, 45: 1, 46: 66, 47: 255 }, options: [52, 1, 2, 255] }));
    expect(packet.options.get(12)).toEqual(fromText('B'));
    expect([packet.file, packet.sname]).toEqual(['a', '']);
  });

  it('is resolved: option 52 is not among the options', () => {
    expect(decoded(datagram({ options: [52, 1, 1, 255] })).options.has(52)).toBe(false);
  });
});

describe('the encoder', () => {
  it('puts option 82 last wherever it stood (RFC 3046)', () => {
    const bytes = encoded(
      request(undefined, {
        raw: [
          [82, Uint8Array.of(1, 0)],
          [12, fromText('a')],
        ],
      }),
    );
    expect([...bytes.slice(240, 248)]).toEqual([12, 1, 97, 82, 2, 1, 0, 255]);
  });

  it('pads to 300 octets, behind END', () => {
    const bytes = encoded(request('DISCOVER'));
    expect(bytes.length).toBe(300);
    expect(bytes.indexOf(255, 240)).toBe(243);
    expect(bytes.subarray(244).every(octet => octet === 0)).toBe(true);
  });

  const refused: Record<string, { fields: Parameters<typeof request>[1] & object; code: PacketErrorCode }> = {
    'op 3': { fields: { op: 3 as 1 }, code: 'BAD_OP' },
    'hlen 17': { fields: { hlen: 17 }, code: 'BAD_HARDWARE_ADDRESS' },
    'a MAC of another length': { fields: { mac: '52:54:00' }, code: 'BAD_HARDWARE_ADDRESS' },
    'a MAC with dashes': { fields: { mac: '52-54-00-be-00-01' }, code: 'BAD_HARDWARE_ADDRESS' },
    'a MAC that is no hex': { fields: { mac: '52:54:00:be:00:0g' }, code: 'BAD_HARDWARE_ADDRESS' },
    'an xid over 32 bits': { fields: { xid: 2 ** 32 }, code: 'BAD_FIELD' },
    'a negative xid': { fields: { xid: -1 }, code: 'BAD_FIELD' },
    'secs over 16 bits': { fields: { secs: 65536 }, code: 'BAD_FIELD' },
    'flags that are a fraction': { fields: { flags: 0.5 }, code: 'BAD_FIELD' },
    'hops over 8 bits': { fields: { hops: 256 }, code: 'BAD_FIELD' },
    'an address that is none': { fields: { yiaddr: '10.0.0.256' }, code: 'BAD_FIELD' },
    'an sname of 65 octets': { fields: { sname: 'a'.repeat(65) }, code: 'BAD_TEXT' },
    'a file of 129 octets': { fields: { file: 'a'.repeat(129) }, code: 'BAD_TEXT' },
    'a file with NUL': { fields: { file: 'a\0b' }, code: 'BAD_TEXT' },
    'a file with a character over an octet': { fields: { file: 'ł' }, code: 'BAD_TEXT' },
    'option 0': { fields: { raw: [[0, new Uint8Array(1)]] }, code: 'BAD_OPTION_CODE' },
    'option 255': { fields: { raw: [[255, new Uint8Array(1)]] }, code: 'BAD_OPTION_CODE' },
    'option 256': { fields: { raw: [[256, new Uint8Array(1)]] }, code: 'BAD_OPTION_CODE' },
    'option 52': { fields: { raw: [[52, Uint8Array.of(1)]] }, code: 'BAD_OVERLOAD' },
    'more than UDP carries': { fields: { raw: [[125, new Uint8Array(65_000)]] }, code: 'TOO_LONG' },
    'options beside a vendor area': { fields: { vendorArea: new Uint8Array(64) }, code: 'BAD_FIELD' },
  };
  it.each(Object.entries(refused))('refuses %s', (_, { fields, code }) => {
    expect(encodePacket(request('DISCOVER', fields))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('properties', () => {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const packets: fc.Arbitrary<DhcpPacket> = fc
    .record({
      op: fc.constantFrom(1 as const, 2 as const),
      htype: fc.nat(255),
      hops: fc.nat(255),
      xid: fc.nat(0xffffffff),
      secs: fc.nat(65535),
      flags: fc.nat(65535),
      chaddr: fc.uint8Array({ maxLength: 16 }),
      addresses: fc.array(fc.ipV4(), { minLength: 4, maxLength: 4 }),
      sname: fc.string({ unit: 'binary-ascii', maxLength: 64 }),
      file: fc.string({ unit: 'binary-ascii', maxLength: 128 }),
      options: fc.uniqueArray(
        fc.tuple(fc.integer({ min: 1, max: 254 }), fc.oneof(fc.uint8Array({ maxLength: 40 }), octets(300))),
        { selector: ([code]) => code, maxLength: 20 },
      ),
    })
    .map(({ chaddr, addresses: [ciaddr, yiaddr, siaddr, giaddr], options, ...rest }) => ({
      ...rest,
      sname: rest.sname.replaceAll('\0', ''),
      file: rest.file.replaceAll('\0', ''),
      hlen: chaddr.length,
      mac: [...chaddr].map(octet => octet.toString(16).padStart(2, '0')).join(':'),
      ciaddr: ciaddr!,
      yiaddr: yiaddr!,
      siaddr: siaddr!,
      giaddr: giaddr!,
      options: new Map(options.filter(([code]) => code !== 52)),
    }));

  it('what is encoded decodes to the same', () => {
    fc.assert(
      fc.property(packets, packet => {
        const back = decoded(encoded(packet));
        expect({ ...back, options: new Map([...back.options].sort(([a], [b]) => a - b)) }).toEqual({
          ...packet,
          options: new Map([...packet.options].sort(([a], [b]) => a - b)),
        });
      }),
    );
  });

  it('what decodes can be encoded, and decodes to the same again', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...CAPTURES), fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 12 }))
      .map(([{ bytes }, changes]) => {
        const copy = bytes.slice();
        for (const [at, octet] of changes) copy[at % copy.length] = octet;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ minLength: 236, maxLength: 700 })), bytes => {
        const first = decodePacket(bytes);
        if (!first.ok) return;
        const again = decoded(encoded(first.packet, 0));
        expect(again).toEqual(first.packet);
      }),
      { numRuns: 5000 },
    );
  });
});
