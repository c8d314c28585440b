import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootMenu,
  bootServers,
  describeOptions,
  discoveryControl,
  encodeIpxe,
  encodePxe,
  fromHex,
  fromText,
  menuPrompt,
  messageType,
  NO_PXEDHCP,
  OPTIONS,
  type OptionName,
  optionName,
  readOption,
  toHex,
  writeOption,
} from '../../src/index.ts';
import { request } from '../kit/packets.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;
const suboptions = (...entries: [number, string][]) => new Map(entries.map(([code, value]) => [code, hex(value)]));

describe('values', () => {
  /** Both ways: the octets read as the value, and the value is written as the octets. */
  const cases: [title: string, name: OptionName, octets: string, value: unknown, text: string][] = [
    ['a mask', 'subnet-mask', 'ffffff00', '255.255.255.0', '255.255.255.0'],
    ['a negative offset', 'time-offset', 'ffffb9b0', -18000, '-18000'],
    ['two routers', 'routers', '0a2000010a200002', ['10.32.0.1', '10.32.0.2'], '10.32.0.1, 10.32.0.2'],
    ['a host name', 'hostname', '4d6978', 'Mix', 'Mix'],
    ['a size', 'boot-file-size', '0801', 2049, '2049'],
    ['a flag that is set', 'ip-forwarding', '01', true, 'yes'],
    ['a flag that is not', 'ip-forwarding', '00', false, 'no'],
    ['a pair', 'static-routes', '0a0000000a200001', [['10.0.0.0', '10.32.0.1']], '10.0.0.0/10.32.0.1'],
    ['MTU plateaus', 'path-mtu-plateaus', '004400ff', [68, 255], '68, 255'],
    ['a requested address', 'requested-address', '0a200064', '10.32.0.100', '10.32.0.100'],
    ['a lease time', 'lease-time', '00000e10', 3600, '3600 s'],
    ['an infinite lease', 'lease-time', 'ffffffff', 0xffffffff, 'infinite'],
    ['a message type', 'message-type', '08', 'INFORM', 'INFORM'],
    ['a request list', 'parameter-request-list', '0103ff', [1, 3, 255], '1, 3, 255'],
    ['an empty request list', 'parameter-request-list', '', [], ''],
    ['the byte-order slip of UEFI', 'max-message-size', 'ff00', 65280, '65280'],
    [
      'a client identifier that is a MAC',
      'client-identifier',
      '01525400be0001',
      hex('01525400be0001'),
      '52:54:00:be:00:01',
    ],
    [
      'an RFC 4361 identifier',
      'client-identifier',
      'ff0000000100020001',
      hex('ff0000000100020001'),
      'ff0000000100020001',
    ],
    ['RFC 3004 classes', 'user-class', '0369505803466f6f', ['iPX', 'Foo'], 'iPX, Foo'],
    ['rapid commit', 'rapid-commit', '', true, 'present'],
    ['a name', 'client-fqdn', '000000706934', { flags: 0, name: 'pi4' }, 'pi4'],
    ['architectures', 'client-architecture', '00070010', [7, 16], '7 (x64 UEFI), 16 (x64 UEFI HTTP)'],
    ['an interface', 'client-interface', '010310', hex('010310'), 'UNDI 3.16'],
    [
      'a machine id',
      'client-machine-id',
      '0033221100554477668899aabbccddeeff',
      hex('33221100554477668899aabbccddeeff'),
      '33221100554477668899aabbccddeeff',
    ],
    ['domain names', 'domain-search', '03656e6703666f6f0003636f6d00', ['eng.foo', 'com'], 'eng.foo, com'],
    [
      'classless routes',
      'classless-routes',
      '000a20000118c0a8050a20000120c0a805010a200001',
      [
        { network: '0.0.0.0', prefix: 0, router: '10.32.0.1' },
        { network: '192.168.5.0', prefix: 24, router: '10.32.0.1' },
        { network: '192.168.5.1', prefix: 32, router: '10.32.0.1' },
      ],
      '0.0.0.0/0 via 10.32.0.1, 192.168.5.0/24 via 10.32.0.1, 192.168.5.1/32 via 10.32.0.1',
    ],
    ['PXE', 'vendor-specific', '060108ff', suboptions([6, '08']), 'discovery-control=8'],
    [
      'a relay agent',
      'relay-agent-information',
      '0102aabb0201cc',
      suboptions([1, 'aabb'], [2, 'cc']),
      'circuit-id=aabb remote-id=cc',
    ],
    [
      'a relay agent with an identifier and a port of its own (RFC 6925, RFC 8357)',
      'relay-agent-information',
      '0c01aa1300',
      suboptions([12, 'aa'], [19, '']),
      'relay-identifier=aa relay-source-port=',
    ],
    ['iPXE', 'ipxe', 'b00101', suboptions([176, '01']), 'no-pxedhcp=1'],
  ];
  it.each(cases)('%s (%s)', (_, name, octets, value, text) => {
    const [code, bytes] = writeOption(name, value as never);
    expect(toHex(bytes)).toBe(octets);
    expect(readOption(new Map([[code, hex(octets)]]), name)).toEqual({ is: 'value', value });
    expect(describeOptions(request(undefined, { raw: [[code, hex(octets)]] }))).toEqual([{ code, name, text }]);
  });
});

describe('forms that are read but never written', () => {
  const cases: [title: string, name: OptionName, octets: string, value: unknown][] = [
    ['text with a NUL behind it', 'bootfile-name', '612e6b7078650000', 'a.kpxe'],
    ['the bare user class of iPXE', 'user-class', '69505845', ['iPXE']],
    ['a bare user class of Microsoft', 'user-class', '4d53465400', ['MSFT']],
    ['names with compression', 'domain-search', '03656e6703666f6f0003646576c004', ['eng.foo', 'dev.foo']],
    ['option 43 with pads and without end', 'vendor-specific', '00060108', suboptions([6, '08'])],
    ['option 43 with two ends', 'vendor-specific', '060108ffff', suboptions([6, '08'])],
    ['option 175 with an end', 'ipxe', 'b00101ff', suboptions([176, '01'])],
    ['a client identifier of one octet', 'client-identifier', '07', hex('07')],
    ['text that is not UTF-8', 'hostname', '61ff', 'a\ufffd'],
    ['a canonical name (RFC 4702)', 'client-fqdn', '040000037069340362656e00', { flags: 4, name: 'pi4.ben' }],
    ['a canonical name without its root', 'client-fqdn', '04000003706934', { flags: 4, name: 'pi4' }],
  ];
  it.each(cases)('%s', (_, name, octets, value) => {
    const code = OPTIONS.find(row => row.name === name)!.code;
    expect(readOption(new Map([[code, hex(octets)]]), name)).toEqual({ is: 'value', value });
  });
});

describe('malformed is neither absent nor a value', () => {
  const cases: [title: string, name: OptionName, octets: string][] = [
    ['a mask of three octets', 'subnet-mask', 'ffffff'],
    ['an empty list of routers', 'routers', ''],
    ['one router and a half', 'routers', '0a2000010a20'],
    ['a flag of 2', 'ip-forwarding', '02'],
    ['message type 0', 'message-type', '00'],
    ['message type 9', 'message-type', '09'],
    ['a message type of two octets', 'message-type', '0101'],
    ['a 16-bit number of three octets', 'max-message-size', '000240'],
    ['half an architecture', 'client-architecture', '00'],
    ['a machine id of another type', 'client-machine-id', '0133221100554477668899aabbccddeeff'],
    ['a machine id of 16 octets', 'client-machine-id', '33221100554477668899aabbccddeeff'],
    ['no client identifier', 'client-identifier', ''],
    ['a route with a prefix of 33', 'classless-routes', '21c0a805010a200001'],
    ['a route without its router', 'classless-routes', '18c0a805'],
    ['a name without end', 'domain-search', '03656e67'],
    ['a name that points forward', 'domain-search', 'c00203656e6700'],
    ['a name that points at itself', 'domain-search', 'c000'],
    ['a name that goes round', 'domain-search', '0161c000'],
    ['a sub-option of PXE that is cut', 'vendor-specific', '0604'],
    ['a sub-option of a relay agent that is cut', 'relay-agent-information', '0105aa'],
  ];
  it.each(cases)('%s', (_, name, octets) => {
    const code = OPTIONS.find(row => row.name === name)!.code;
    const raw = hex(octets);
    expect(readOption(new Map([[code, raw]]), name)).toMatchObject({ is: 'malformed', raw, why: expect.any(String) });
    expect(describeOptions(request(undefined, { raw: [[code, raw]] }))[0]!.text).toContain('not ');
  });

  it('absent', () => {
    expect(readOption(new Map(), 'hostname')).toEqual({ is: 'absent' });
  });
});

describe('the table', () => {
  it('has one row for each code and each name', () => {
    expect(new Set(OPTIONS.map(row => row.code)).size).toBe(OPTIONS.length);
    expect(new Set(OPTIONS.map(row => row.name)).size).toBe(OPTIONS.length);
  });

  it('has every option of RFC 2132', () => {
    const codes = new Set<number>(OPTIONS.map(row => row.code));
    expect(Array.from({ length: 76 }, (_, i) => i + 1).filter(code => !codes.has(code))).toEqual([]);
  });

  it('names unknown options by their number and shows their octets', () => {
    expect(optionName(224)).toBe('option-224');
    expect(describeOptions(request(undefined, { raw: [[224, hex('beef')]] }))).toEqual([
      { code: 224, name: 'option-224', text: 'beef' },
    ]);
  });

  it('no reader throws, and what it reads it can show, whatever the octets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPTIONS), fc.uint8Array({ maxLength: 80 }), (row, bytes) => {
        const reading = readOption(new Map([[row.code, bytes]]), row.name);
        expect(reading.is).not.toBe('absent');
        expect(typeof describeOptions(request(undefined, { raw: [[row.code, bytes]] }))[0]?.text).toBe('string');
      }),
      { numRuns: 20_000 },
    );
  });

  it('what a reader reads, the writer writes so that it reads the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPTIONS), fc.uint8Array({ maxLength: 80 }), (row, bytes) => {
        const reading = readOption(new Map([[row.code, bytes]]), row.name);
        if (reading.is !== 'value') return;
        let written: readonly [number, Uint8Array];
        try {
          written = writeOption(row.name, reading.value as never);
        } catch (error) {
          // Bare classes over 255 octets, empty labels and the like are read but cannot be written.
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(readOption(new Map([written]), row.name)).toMatchObject({ is: 'value' });
      }),
      { numRuns: 10_000 },
    );
  });

  it('writers refuse what is no such value', () => {
    expect(() => writeOption('interface-mtu', 65536)).toThrow(RangeError);
    expect(() => writeOption('default-ttl', -1)).toThrow(RangeError);
    expect(() => writeOption('routers', [])).toThrow(RangeError);
    expect(() => writeOption('domain-search', ['a..b'])).toThrow(RangeError);
    expect(() => writeOption('user-class', [])).toThrow(RangeError);
    expect(() => writeOption('vendor-specific', new Map([[6, new Uint8Array(256)]]))).toThrow(RangeError);
    expect(() => writeOption('subnet-mask', '255.255.255')).toThrow(TypeError);
  });
});

describe('text from strangers', () => {
  it('is shown with its control characters escaped', () => {
    const raw: [number, Uint8Array][] = [[12, fromText('a\u001b]0;x\u0007\u202eb')]];
    expect(describeOptions(request(undefined, { raw }))[0]!.text).toBe('a\\x1b]0;x\\x07\\u202eb');
  });
});

describe('PXE and iPXE', () => {
  it('the option 43 a Raspberry Pi 3 wants', () => {
    const bytes = encodePxe([
      discoveryControl(3),
      menuPrompt(0, 'PXE'),
      bootMenu([{ type: 0, text: 'Raspberry Pi Boot' }]),
    ]);
    expect(toHex(bytes)).toBe(`0601030a0400505845091400001152617370626572727920506920426f6f74ff`);
  });

  it('boot servers', () => {
    const [code, bytes] = bootServers([{ type: 0x8000, addresses: ['10.32.0.1', '10.32.0.2'] }]);
    expect([code, toHex(bytes)]).toEqual([8, '8000020a2000010a200002']);
  });

  it('no waiting for a proxy', () => {
    expect(toHex(encodeIpxe([NO_PXEDHCP]))).toBe('b00101');
  });

  it('refuse sub-options that do not fit', () => {
    expect(() => encodePxe([[0, new Uint8Array(0)]])).toThrow(RangeError);
    expect(() => encodePxe([[255, new Uint8Array(0)]])).toThrow(RangeError);
    expect(() => bootMenu([{ type: 0, text: 'x'.repeat(256) }])).toThrow(RangeError);
  });
});

describe('the message type', () => {
  it('is undefined for BOOTP and for a malformed option 53', () => {
    expect(messageType(request(undefined))).toBeUndefined();
    expect(messageType(request(undefined, { raw: [[53, Uint8Array.of(1, 1)]] }))).toBeUndefined();
    expect(messageType(request('DECLINE'))).toBe('DECLINE');
  });
});
