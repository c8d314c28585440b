import fc from 'fast-check';
import { parseIpv4 } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import {
  benchErrorOf,
  greet,
  isGreeting,
  parseAnswer,
  parseRequest,
  parseTokens,
  parseValue,
  type Request,
  sentErrorOf,
  UDP_PORTS,
  VERBS,
  writeTokens,
} from '../../../../main/host/helper/messages.ts';

const line = (verb: string, args: unknown, id: unknown = 7) => JSON.stringify({ id, verb, args });
const endpoint = { nic: 'enx00e04c680001', address: '10.32.0.1' };

const stick = { path: '/dev/sdb', number: '8:16', diskseq: 12, size: 31_914_983_424, sectorSize: 512 };
const named = { serial: '4C530001', vendor: 'SanDisk', model: 'Ultra', busPath: 'usb-0000:00:14.0-2', wwn: 'x' };

const TAKEN: readonly (readonly [verb: string, args: object])[] = [
  ['openUdp', { ...endpoint, port: 69 }],
  ['openUdp', { nic: 'bench0', address: '0.0.0.0', port: 67, broadcast: true, receiveBuffer: 4_194_304 }],
  ['openTcp', { ...endpoint, port: 80 }],
  ['openPacket', { nic: 'Ethernet 3' }],
  ['openPacket', { nic: 'Büro-Netz (USB) #2' }],
  ['addAddress', { ...endpoint, prefix: 24 }],
  ['removeAddress', { ...endpoint, prefix: 32 }],
  ['setUp', { nic: 'en7', up: false }],
  ['openDrive', { drive: { ...stick, ...named }, access: 'write' }],
  ['openDrive', { drive: { path: '/dev/cciss/c0d0', size: 0, sectorSize: 4096 }, access: 'read' }],
  ['unmountDrive', { drive: stick }],
  ['holder', { protocol: 'udp', port: 69 }],
];

const REFUSED: readonly (readonly [what: string, line: string | undefined, why: string, id?: number])[] = [
  ['too long', undefined, 'too long', 0],
  ['no JSON', '{"id":7,', 'no request', 0],
  ['no object', '[7,"holder",{}]', 'no request', 0],
  ['null', 'null', 'no request', 0],
  ['without an id', JSON.stringify({ verb: 'holder', args: {} }), 'no request', 0],
  [
    'a field more',
    JSON.stringify({ id: 7, verb: 'holder', args: { protocol: 'udp', port: 69 }, shell: 'sh' }),
    'no request',
  ],
  ['an id beyond the numbers', line('holder', {}, 2 ** 31), 'no request', 0],
  ['an unknown verb', line('runCommand', { file: 'sh' }), 'no such verb'],
  ['a verb of every object', line('constructor', {}), 'no such verb'],
  ['another verb of every object', line('__proto__', {}), 'no such verb'],
  ['a verb too long', line('x'.repeat(41), {}), 'no request'],
  ['no arguments', JSON.stringify({ id: 7, verb: 'setUp' }), 'no request'],
  ['a port outside of the list', line('openUdp', { ...endpoint, port: 123 }), 'openUdp does not take this as port'],
  ['a port as text', line('openUdp', { ...endpoint, port: '69' }), 'as port'],
  ['TCP port 0', line('openTcp', { ...endpoint, port: 0 }), 'as port'],
  ['half a port', line('openTcp', { ...endpoint, port: 80.5 }), 'as port'],
  ['an argument more', line('openTcp', { ...endpoint, port: 80, backlog: 1 }), 'openTcp'],
  ['a huge buffer', line('openUdp', { ...endpoint, port: 69, receiveBuffer: 2 ** 40 }), 'as receiveBuffer'],
  ['a name that is an option', line('setUp', { nic: '-force', up: true }), 'as nic'],
  ['a name that is a path', line('setUp', { nic: '../eth0', up: true }), 'as nic'],
  ['a name with a line end', line('setUp', { nic: 'eth0\nup', up: true }), 'as nic'],
  ['a name with a NUL', line('setUp', { nic: 'eth0\0', up: true }), 'as nic'],
  ['a name with a quote', line('setUp', { nic: "eth0'; exit", up: true }), 'as nic'],
  ['a name with a variable', line('setUp', { nic: 'a$(id)', up: true }), 'as nic'],
  ['an empty name', line('setUp', { nic: '', up: true }), 'as nic'],
  ['a name of spaces', line('setUp', { nic: '  ', up: true }), 'as nic'],
  ['a name too long', line('setUp', { nic: 'x'.repeat(257), up: true }), 'as nic'],
  ['an address with more', line('addAddress', { ...endpoint, address: '10.0.0.1/8', prefix: 8 }), 'as address'],
  ['an IPv6 address', line('addAddress', { ...endpoint, address: '::1', prefix: 8 }), 'as address'],
  ['a file', line('openDrive', { drive: { ...stick, path: '/etc/shadow' }, access: 'read' }), 'as drive.path'],
  ['a way round', line('openDrive', { drive: { ...stick, path: '/dev/../etc/x' }, access: 'read' }), 'as drive.path'],
  ['a hidden name', line('openDrive', { drive: { ...stick, path: '/dev/.x' }, access: 'read' }), 'as drive.path'],
  ['no folder at all', line('openDrive', { drive: { ...stick, path: '/dev' }, access: 'read' }), 'as drive.path'],
  ['a path alone', line('openDrive', { drive: { path: '/dev/sdb' }, access: 'write' }), 'as drive.size'],
  ['another access', line('openDrive', { drive: stick, access: 'append' }), 'as access'],
  ['a switch more', line('openDrive', { drive: stick, access: 'write', force: true }), 'as force'],
  ['a mount point', line('unmountDrive', { drive: stick, at: '/' }), 'as at'],
  ['a size below nothing', line('unmountDrive', { drive: { ...stick, size: -1 } }), 'as drive.size'],
  ['every address', line('addAddress', { ...endpoint, prefix: 0 }), 'as prefix'],
];

describe('requests', () => {
  it.each(TAKEN)('%s %j is taken as it is', (verb, args) => {
    expect(parseRequest(line(verb, args))).toEqual({ request: { id: 7, verb, args } });
  });

  it('has an example of every verb', () => {
    expect(new Set(TAKEN.map(([verb]) => verb))).toEqual(new Set(Object.keys(VERBS)));
  });

  it.each(REFUSED.map(([what, text, why, id = 7]) => ({ what, text, why, id })))(
    '$what is refused',
    ({ text, why, id }) => {
      expect(parseRequest(text)).toEqual({ refused: { id, why: expect.stringContaining(why) } });
    },
  );

  it('never throw, and what is taken is what a verb takes', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.keys(VERBS), ...UDP_PORTS, '0.0.0.0', 'eth0'));
    const args = fc.dictionary(fc.constantFrom('nic', 'address', 'port', 'prefix', 'up', 'protocol', 'x'), anything);
    const message = fc.record({ id: anything, verb: anything, args: fc.oneof(args, anything) }, { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.oneof(
          message.map(one => JSON.stringify(one)),
          fc.string(),
        ),
        text => {
          const parsed = parseRequest(text);
          if ('request' in parsed) expectNarrow(parsed.request);
          else expect(parsed.refused.why).not.toBe('');
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('that were damaged on the way are refused or still narrow', () => {
    const damage = fc.record({ at: fc.nat(200), octet: fc.integer({ min: 32, max: 126 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...TAKEN),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        ([verb, args], damages) => {
          const octets = Buffer.from(line(verb, args));
          for (const { at, octet } of damages) octets[at % octets.length] = octet;
          const parsed = parseRequest(octets.toString());
          if ('request' in parsed) expectNarrow(parsed.request);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

/** What holds for every request that gets through. */
function expectNarrow({ id, verb, args }: Request): void {
  expect(id).toBeGreaterThan(0);
  expect(Object.hasOwn(VERBS, verb)).toBe(true);
  if ('nic' in args) expect(args.nic).toMatch(/^[^-/\s][^/\n\0]*$/);
  if ('address' in args) expect(parseIpv4(args.address)).toBeDefined();
  if (verb === 'openUdp') expect(UDP_PORTS).toContain(args.port);
  if ('drive' in args) expect(args.drive.path).toMatch(/^\/dev\/[^.]+$/);
  if ('port' in args) expect(args.port).toBeLessThan(65_536);
}

describe('answers', () => {
  it.each([
    [new BenchError('PORT_TAKEN', { protocol: 'UDP', port: 67, address: '0.0.0.0', holder: 'dnsmasq (process 812)' })],
    [new BenchError('PORT_TAKEN', { protocol: 'TCP', port: 80, address: '10.32.0.1', holder: undefined })],
    [new BenchError('NIC_GONE', { nic: 'bench0' })],
    [new BenchError('ADDRESS_MISSING', { address: '10.32.0.1', nic: 'bench0' })],
    [new BenchError('PERMISSION_MISSING', { what: '`ip link`', right: 'to change network settings' })],
    [new BenchError('COMMAND_FAILED', { command: 'ip link', reason: 'File exists' })],
    [new BenchError('UNSUPPORTED', { what: 'Raw access', platform: 'darwin' })],
    [
      new BenchError('SAFETY_REFUSED', {
        rule: 'never-the-system-disk',
        because: "sda2 is this laptop's /",
        instead: 'Choose another drive.',
        override: undefined,
      }),
    ],
    [new BenchError('DRIVE_BUSY', { drive: '/dev/sdb', by: 'sdb1 is mounted at /media/me/X' })],
    [new BenchError('DRIVE_GONE', { drive: '/dev/sdb' })],
    [new BenchError('DRIVE_READ_ONLY', { drive: '/dev/sdb' })],
  ])('carry an error as it is: %s', error => {
    const answer = parseAnswer(JSON.stringify({ id: 3, error: sentErrorOf(error) }));
    expect(answer).toMatchObject({ id: 3 });
    const arrived = benchErrorOf((answer as { error: Parameters<typeof benchErrorOf>[0] }).error);
    expect(arrived.code).toBe(error.code);
    expect(arrived.message).toBe(error.message);
  });

  it.each([
    [new Error('x'.repeat(5000))],
    [new BenchError('USAGE', { problem: 'not one of those that are sent' })],
    ['no error at all'],
  ])('carry anything else as a sentence', error => {
    expect(parseAnswer(JSON.stringify({ id: 3, error: sentErrorOf(error) }))).toMatchObject({
      error: { code: 'HELPER_FAILED' },
    });
  });

  it.each([
    ['{"id":1,"value":null,"descriptors":3}'],
    ['{"id":1,"value":null,"descriptors":-1}'],
    ['{"id":1,"value":null}'],
    ['{"id":0,"value":null,"descriptors":0}'],
    ['{"id":1,"error":{"code":"SAFETY_REFUSED","data":{}}}'],
    ['{"id":1,"error":{"code":"NIC_GONE","data":{}}}'],
    ['nonsense'],
  ])('no helper says %s', text => {
    expect(parseAnswer(text)).toBeUndefined();
  });

  it('give back what the verb gives', () => {
    expect(parseValue('holder', { pid: 812, program: 'dnsmasq' })).toEqual({ value: { pid: 812, program: 'dnsmasq' } });
    expect(parseValue('holder', null)).toEqual({ value: null });
    expect(parseValue('holder', 'dnsmasq')).toBeUndefined();
    expect(parseValue('setUp', 1)).toBeUndefined();
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), text => void parseAnswer(text)));
  });
});

describe('greeting', () => {
  const token = 'a1'.repeat(32);

  it('shows the token', () => {
    expect(isGreeting(JSON.stringify(greet(token)), token)).toBe(true);
  });

  it.each([
    ['another token', JSON.stringify(greet('a2'.repeat(32)))],
    ['a shorter one', JSON.stringify(greet('a1'))],
    ['none', '{"benchboot":1}'],
    ['another version', JSON.stringify({ benchboot: 2, token })],
    ['a field more', JSON.stringify({ benchboot: 1, token, uid: 0 })],
    ['a request', line('setUp', { nic: 'eth0', up: true })],
    ['no JSON', token],
    ['nothing', undefined],
  ])('does not with %s', (_what, text) => {
    expect(isGreeting(text, token)).toBe(false);
  });

  it('tokens are read as they were written, and nothing else is', () => {
    const tokens = { helper: token, engine: 'b2'.repeat(32) };
    expect(parseTokens(writeTokens(tokens))).toEqual(tokens);
    for (const text of ['', token, `${token} ${token}`, `${token} ${token}\n\n`, `${token.toUpperCase()} ${token}\n`])
      expect(parseTokens(text)).toBeUndefined();
  });
});
