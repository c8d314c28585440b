/** What the consoles view says of sessions, ports and work, and whose console it takes a console for. */
import { describe, expect, it } from 'vitest';
import type { ConsoleView } from '../../../../main/contract/views.ts';
import { consoleOf } from '../../../../renderer/engine/device-console.ts';
import {
  hexRow,
  linesOf,
  lineText,
  loopbackOutcome,
  moved,
  pasteOutcome,
  portsInOrder,
  portText,
  railOf,
  readRate,
  type SerialPortInfo,
  scriptTitle,
  senseOutcome,
  shownOf,
  sizeText,
  spanOf,
  stateWord,
  tabName,
  tabsOf,
} from '../../../../renderer/features/consoles/consoles.state.ts';

const console_ = (id: string, more: Partial<ConsoleView> = {}): ConsoleView => ({
  id,
  name: `/dev/tty${id}`,
  target: `/dev/tty${id}`,
  openedAt: 0,
  state: { phase: 'open', since: 0 },
  line: undefined,
  markers: [],
  story: undefined,
  log: undefined,
  job: undefined,
  ...more,
});
const table = (...all: readonly ConsoleView[]) => new Map(all.map(each => [each.id, each]));
const ids = (tabs: readonly ConsoleView[]) => tabs.map(({ id }) => id);

describe('tabs', () => {
  const all = table(console_('c', { openedAt: 3 }), console_('a', { openedAt: 2 }), console_('b', { openedAt: 2 }));

  it('stand as they were opened, until somebody orders them; new ones come last', () => {
    expect(ids(tabsOf(all))).toEqual(['a', 'b', 'c']);
    expect(ids(tabsOf(all, ['/dev/ttyc', '/dev/gone', '/dev/ttyb']))).toEqual(['c', 'b', 'a']);
  });

  it('show the one asked for, or the last', () => {
    const tabs = tabsOf(all);
    expect(shownOf(tabs, 'b')?.id).toBe('b');
    expect(shownOf(tabs, 'gone')?.id).toBe('c');
    expect(shownOf([], 'b')).toBeUndefined();
  });

  it.each([
    [0, 2, ['b', 'c', 'a']],
    [2, 0, ['c', 'a', 'b']],
    [1, 9, ['a', 'c', 'b']],
    [1, -4, ['b', 'a', 'c']],
    [7, 0, ['a', 'b', 'c']],
  ])('move from %i to %i', (from, to, expected) => {
    expect(moved(['a', 'b', 'c'], from, to)).toEqual(expected);
  });

  it.each([
    ['/dev/ttyUSB0', 'ttyUSB0'],
    ['/dev/serial/by-id/usb-1a86-if00', 'usb-1a86-if00'],
    ['telnet:192.168.1.20', '192.168.1.20'],
    ['unix:/run/lab/board.sock', 'board.sock'],
    ['/tmp/boards/blade1', 'blade1'],
    ['/dev/pts/4', 'pts/4'],
    ['blade 3', 'blade 3'],
  ])('call %s %s', (name, expected) => expect(tabName({ name })).toBe(expected));
});

describe('words', () => {
  it.each([
    [{ phase: 'open', since: 0 }, 'ok', 'Connected'],
    [{ phase: 'waiting', since: 0, reason: 'it was unplugged' }, 'warn', 'Waiting: it was unplugged'],
    [{ phase: 'released', since: 0 }, 'quiet', 'Let go for another program'],
    [{ phase: 'stopped', since: 0, error: { code: 'X', message: 'The key changed.' } }, 'bad', 'The key changed.'],
  ] as const)('for %o', (state, tone, text) => expect(stateWord({ state } as ConsoleView)).toEqual({ tone, text }));

  it('say when the adapter made another rate of it', () => {
    const line = { baudRate: 1_500_000, dataBits: 8, parity: 'even', stopBits: 1, flowControl: 'none' } as const;
    expect(lineText({ ...line, appliedBaudRate: 1_500_000 })).toBe('1500000 8E1');
    expect(lineText({ ...line, appliedBaudRate: undefined })).toBe('1500000 8E1');
    expect(lineText({ ...line, appliedBaudRate: 1_411_764 })).toContain('made 1411764 of it');
  });

  it.each([
    ['115200', 115_200],
    ['1 500 000', 1_500_000],
    ['1_500_000', 1_500_000],
    ['0', undefined],
    ['', undefined],
    ['-9600', undefined],
    ['9600 baud', undefined],
  ])('read the rate %j as %s', (text, rate) => expect(readRate(text)).toBe(rate));

  it('count lines as they would be entered', () => {
    expect(linesOf('reboot\n')).toBe(1);
    expect(linesOf('a\r\nb')).toBe(2);
    expect(linesOf('a\rb\n\n')).toBe(3);
  });

  it('give sizes and spans their units', () => {
    expect([980, 12_345, 4_200_000, 3.2e9].map(sizeText)).toEqual(['980 B', '12.3 kB', '4.2 MB', '3.20 GB']);
    expect([0.42, 12, 190].map(spanOf)).toEqual(['0.4 s', '12 s', '3 min 10 s']);
  });

  it('name scripts as people call them', () => {
    expect(scriptTitle('catch-uboot-fast')).toBe('Catch U-Boot fast');
    expect(scriptTitle('log-in')).toBe('Log in');
  });
});

it('serial ports: adapters first, by number; what is not known is left out', () => {
  const port = (path: string, more: Partial<SerialPortInfo> = {}): SerialPortInfo =>
    ({ path, bus: 'usb', description: '', chip: undefined, serialNumber: undefined, ...more }) as SerialPortInfo;
  const ports = [port('/dev/ttyS0', { bus: 'platform' }), port('/dev/ttyUSB10'), port('/dev/ttyUSB2')];
  expect(portsInOrder(ports).map(({ path }) => path)).toEqual(['/dev/ttyUSB2', '/dev/ttyUSB10', '/dev/ttyS0']);
  expect(portText(port('x', { chip: 'CH343', serialNumber: '5435', interfaceNumber: 1 }))).toBe(
    'CH343, no. 5435, interface 1',
  );
  expect(portText(port('x', { interfaceNumber: 0 }))).toBe('');
});

it('the rail gives each stage the time until the next one', () => {
  const story = {
    boot: 1,
    hints: [],
    owner: undefined,
    stages: [
      { stage: 'uboot', by: 'U-Boot', at: 1_000 },
      { stage: 'linux', by: 'Linux', at: 3_500 },
      { stage: 'panic', by: 'it crashed', at: 4_000 },
    ],
  } as const;
  const rail = railOf({ story });
  expect(rail.map(({ name, seconds, isCrash }) => [name, seconds, isCrash])).toEqual([
    ['U-Boot', 2.5, false],
    ['Linux', 0.5, false],
    ['Crash', undefined, true],
  ]);
  expect(railOf({ story: undefined })).toEqual([]);
});

describe('how work ended', () => {
  it('tells lines that had to be typed again', () => {
    const report = { ok: true, why: undefined, lines: 3, again: 1, bytes: 60, seconds: 2 };
    expect(pasteOutcome(report)).toMatchObject({ tone: 'warn', text: expect.stringContaining('1 line had to be') });
    expect(pasteOutcome({ ...report, again: 0 }).tone).toBe('ok');
    expect(pasteOutcome({ ...report, ok: false, why: 'It went silent.' })).toEqual({
      tone: 'bad',
      text: 'It went silent.',
    });
  });

  it('keeps a silent board apart from one that cannot be read', () => {
    const none = { rate: undefined, score: 0, tried: [], heard: 0 };
    expect(senseOutcome(none).text).toContain('Nothing was heard');
    expect(senseOutcome({ ...none, heard: 400 }).text).toContain('No rate');
    expect(senseOutcome({ ...none, rate: 115_200, score: 0.97 }).text).toContain('115200 baud (97 % readable)');
  });

  it('says up to which rate an adapter is good', () => {
    const at = (rate: number, is: 'ok' | 'silent' | 'differs') =>
      ({ rate, is, sent: 256, received: 256, firstWrong: undefined }) as const;
    expect(loopbackOutcome([at(9_600, 'ok'), at(115_200, 'ok')]).tone).toBe('ok');
    expect(loopbackOutcome([at(9_600, 'silent'), at(115_200, 'silent')]).text).toContain('TX to its own RX');
    expect(loopbackOutcome([at(115_200, 'ok'), at(1_500_000, 'differs')]).text).toContain('up to 115200');
    expect(loopbackOutcome([at(115_200, 'differs')]).text).toContain('not what was sent');
  });
});

it('octets are numbers and, where they can be read, letters', () => {
  expect(hexRow(Uint8Array.of(0x1b, 0x5b, 0x41))).toEqual({ hex: '1b 5b 41', text: '.[A' });
  expect(hexRow(new Uint8Array(9)).hex).toBe('00 00 00 00 00 00 00 00  00');
});

it('a device has the console that told its MAC or its present address', () => {
  const bound = (mac: string | undefined, ip: string | undefined) =>
    ({ boot: 1, stages: [], hints: [], owner: { mac, ip, by: 'ethaddr' } }) as unknown as ConsoleView['story'];
  const device = { macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'], ip: '10.0.0.5' } as Parameters<
    typeof consoleOf
  >[0];
  const other = console_('1', { story: bound('52:54:00:00:00:09', undefined) });
  expect(consoleOf(device, [other, console_('2')])).toBeUndefined();
  expect(consoleOf(device, [other, console_('3', { story: bound('52:54:00:00:00:02', undefined) })])).toBe('3');
  expect(consoleOf(device, [other, console_('4', { story: bound(undefined, '10.0.0.5') })])).toBe('4');
  expect(
    consoleOf({ ...device, ip: undefined }, [console_('5', { story: bound(undefined, undefined) })]),
  ).toBeUndefined();
});
