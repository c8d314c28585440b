/** Every event has words, a kind and somebody it is about; filters find it by them. */
import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../../main/contract/views.ts';
import { eventText, filterEvents } from '../../../../renderer/features/bench/event-text.ts';

const event = (fields: object) => ({ n: 1, t: '2026-11-21T07:00:00.000Z', ...fields }) as LoggedEvent;
const CASES: readonly (readonly [object, object])[] = [
  [
    { type: 'dhcp.discover', mac: 'aa', client: 'UEFI x64', hostname: 'node' },
    { kind: 'DHCP', who: 'aa', text: 'DISCOVER from UEFI x64, calls itself node' },
  ],
  [{ type: 'dhcp.offer', mac: 'aa', ip: '10.0.0.9', bootfile: 'ipxe.efi' }, { text: 'OFFER 10.0.0.9, boot ipxe.efi' }],
  [{ type: 'dhcp.offer', mac: 'aa', proxy: true, bootfile: 'x' }, { text: 'OFFER without an address (proxy), boot x' }],
  [
    { type: 'dhcp.ack', mac: 'aa', ip: '10.0.0.9', why: 'there is no program' },
    { text: 'ACK 10.0.0.9, no boot file: there is no program' },
  ],
  [{ type: 'dhcp.nak', mac: 'aa', ip: '10.0.0.9', reason: 'wrong network' }, { tone: 'warn' }],
  [
    { type: 'dhcp.ignored', reason: 'the pool is empty' },
    { text: 'No answer: the pool is empty', who: '', tone: 'plain' },
  ],
  [
    { type: 'tftp.error', ip: '10.0.0.9', file: 'a', reason: 'missing', detail: 'x' },
    { kind: 'TFTP', tone: 'warn' },
  ],
  [{ type: 'tftp.error', ip: '10.0.0.9', file: 'a', reason: 'timeout', detail: 'x' }, { tone: 'bad' }],
  [
    { type: 'tftp.error', ip: '10.0.0.9', file: 'a', reason: 'probe', detail: 'x' },
    { tone: 'plain', text: 'Asked how big a is' },
  ],
  [
    { type: 'tftp.done', ip: '10.0.0.9', file: 'a', bytes: 1500, seconds: 0.2, retransmits: 3 },
    { tone: 'ok', text: 'Sent a, 1.5 kB in 0.2 s, 3 blocks sent again' },
  ],
  [
    { type: 'http.request', ip: '10.0.0.9', method: 'GET', path: '/a', status: 404, bytes: 9, seconds: 0 },
    { kind: 'HTTP', tone: 'warn', text: 'GET /a 404' },
  ],
  [
    { type: 'dns.query', ip: '10.0.0.9', name: 'packages.example.org', qtype: 'A', result: 'nxdomain' },
    { who: '10.0.0.9' },
  ],
  [
    { type: 'device.stage', name: 'blade3', mac: 'aa', stage: 'up', by: 'it', after: 7 },
    { kind: 'Devices', tone: 'ok', who: 'blade3' },
  ],
  [
    {
      type: 'console.stage',
      console: 'console-1',
      target: 'tcp:a:1',
      stage: 'login',
      name: 'Login',
      by: 'login prompt',
    },
    { kind: 'Console', tone: 'ok', who: '', text: 'Login: login prompt' },
  ],
  [
    {
      type: 'console.bound',
      console: 'console-1',
      target: '/dev/ttyUSB0',
      mac: 'aa',
      by: 'ethaddr',
      stages: [
        { stage: 'spl', by: 'U-Boot SPL 2026.01', at: 1 },
        { stage: 'uboot', by: 'U-Boot 2026.01', at: 2 },
      ],
    },
    {
      kind: 'Console',
      who: 'aa',
      text: 'Its console is /dev/ttyUSB0, told by ethaddr; there it showed U-Boot SPL 2026.01, U-Boot 2026.01',
    },
  ],
  [
    {
      type: 'console.hint',
      console: 'console-1',
      target: 'tcp:a:1',
      rule: 'oom',
      hint: 'Too little memory.',
      line: 'oom',
    },
    { tone: 'warn', text: 'Too little memory. It printed: oom' },
  ],
  [
    { type: 'nic.link', nic: 'usb0', present: false, carrier: false },
    { kind: 'Bench', tone: 'bad', who: 'usb0' },
  ],
  [
    { type: 'script.set', for: 'aa', bytes: 412 },
    { kind: 'Bench', text: 'aa gets another iPXE script from its next boot on, 412 B' },
  ],
  [
    { type: 'script.set', for: 'default' },
    { text: 'Every machine without one of its own gets no chosen iPXE script any more' },
  ],
  [
    { type: 'script.served', ip: '10.0.0.9', mac: 'aa', file: 'boot/aa.ipxe', bytes: 412, sha256: '' },
    { who: 'aa', tone: 'ok', text: 'Got the chosen iPXE script as boot/aa.ipxe, 412 B' },
  ],
  [{ type: 'stopped', reason: 'by hand' }, { text: 'Stopped: by hand' }],
  [
    { type: 'warp.core', factor: 9, crew: ['a'] },
    { kind: 'Bench', text: 'warp.core factor 9, crew ["a"]' },
  ],
];

describe('the text of an event', () => {
  it.each(CASES)('%j', (fields, expected) => {
    expect(eventText(event(fields))).toMatchObject(expected);
  });

  it('is built once', () => {
    const one = event({ type: 'stopped', reason: 'x' });
    expect(eventText(one)).toBe(eventText(one));
  });
});

describe('filters', () => {
  const events = CASES.map(([fields]) => event(fields));

  it('leave the very list alone when there is nothing to filter', () => {
    expect(filterEvents(events, { kinds: new Set(), search: ' ' })).toBe(events);
  });

  it('keep the kinds that were chosen, and what holds the text', () => {
    expect(filterEvents(events, { kinds: new Set(['TFTP']), search: '' })).toHaveLength(4);
    expect(filterEvents(events, { kinds: new Set(['TFTP', 'HTTP']), search: '404' })).toHaveLength(1);
    expect(filterEvents(events, { kinds: new Set(), search: 'BLADE3' })).toHaveLength(1);
  });
});
