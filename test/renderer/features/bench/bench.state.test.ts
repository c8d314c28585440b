/** What the bench view decides before Start, and what it calls out. */
import { describe, expect, it } from 'vitest';
import type { DeviceView, LoggedEvent, NicView, PlanView, WireView } from '../../../../main/contract/views.ts';
import {
  chosenNic,
  eventsOf,
  noticesToShow,
  offerOf,
  overlapText,
  reachText,
  rivalOn,
  sortNics,
  spokenOf,
  wishToSend,
} from '../../../../renderer/features/bench/bench.state.ts';

const nic = (name: string, worthy: boolean, kind = 'ethernet') => ({ name, kind, worthiness: { worthy } }) as NicView;
const NICS = [nic('usb0', true), nic('eth1', true), nic('eth0', false), nic('lo', false, 'loopback')];

describe('the port', () => {
  it.each([
    ['the best one, at first', undefined, undefined, 'usb0'],
    ['that of last time', undefined, 'eth1', 'eth1'],
    ['the best one, when that of last time is no bench today', undefined, 'eth0', 'usb0'],
    ['the best one, when that of last time is not plugged in', undefined, 'usb9', 'usb0'],
    ['what the person chose, worthy or not', 'eth0', 'eth1', 'eth0'],
    ['the best one, when the chosen one was pulled out', 'usb9', undefined, 'usb0'],
  ])('is %s', (_, picked, remembered, expected) => {
    expect(chosenNic(NICS, picked, remembered)?.name).toBe(expected);
  });

  it('is none when no port is worthy', () => {
    expect(chosenNic([nic('eth0', false)], undefined, 'eth0')).toBeUndefined();
  });

  it('is listed among the worthy, or among the others, the loopback nowhere', () => {
    const { worthy, others } = sortNics(NICS);
    expect([worthy, others].map(group => group.map(({ name }) => name))).toEqual([['usb0', 'eth1'], ['eth0']]);
  });
});

describe('what Start offers', () => {
  const wire = (serves: object | undefined) => ({ stations: [{}, { serves }] }) as unknown as WireView;

  it('is addresses and boot files on a quiet wire', () => {
    expect(rivalOn(undefined)).toBeUndefined();
    expect(rivalOn(wire(undefined))).toBeUndefined();
    expect(offerOf({}, undefined)).toEqual({ kind: 'serve' });
  });

  it('is boot files beside another server that gives addresses, but not beside one of boot files alone', () => {
    expect(rivalOn(wire({ address: '10.0.0.1', offered: undefined }))).toBeUndefined();
    const rival = rivalOn(wire({ address: '10.0.0.1', offered: '10.0.0.9' }));
    expect(offerOf({}, rival)).toEqual({ kind: 'proxy-beside', rival: '10.0.0.1' });
    expect(offerOf({ mode: 'proxy' }, rival)).toEqual({ kind: 'proxy' });
  });

  it('is sent without empty fields, with the mode that the wire asks for', () => {
    const wish = { address: '10.9.0.1/24', range: '', root: undefined, tftp: false };
    expect(wishToSend('usb0', wish, { kind: 'serve' })).toEqual({ nic: 'usb0', address: '10.9.0.1/24', tftp: false });
    expect(wishToSend('usb0', wish, { kind: 'proxy-beside', rival: '10.0.0.1' })).toMatchObject({ mode: 'proxy' });
  });
});

it('says which networks are out of reach meanwhile', () => {
  expect(overlapText({ overlaps: [] })).toBeUndefined();
  expect(overlapText({ overlaps: ['10.32.0.0/16'] })).toContain('10.32.0.0/16');
});

describe('in proxy mode', () => {
  const plan = (mode: string) => ({ mode, address: '10.32.0.1' }) as PlanView;
  const port = (...addresses: string[]) => ({
    name: 'usb0',
    addresses: addresses.map(address => ({ address, prefix: 24 })),
  });

  it.each([
    ['a port without an address is told', plan('proxy'), port(), {}, true],
    ['one that has an address of that network is as it should be', plan('proxy'), port('10.32.0.1'), {}, false],
    ['who typed an address knows what it is', plan('proxy'), port(), { address: '10.32.0.1/24' }, false],
    ['the bench’s own network is no trouble where this laptop gives the addresses', plan('dhcp'), port(), {}, false],
  ])('%s', (_, of, nic, wish, told) => {
    expect(reachText(of, nic, wish)).toEqual(told ? expect.stringContaining('no address on usb0') : undefined);
  });
});

const event = (fields: object) => fields as LoggedEvent;

it('shows the notices that a person must see', () => {
  const notice = (code: string) => event({ type: 'notice', code, message: '' });
  const events = [notice('asking-wire'), notice('leases-not-saved'), event({ type: 'stopped' })];
  expect(noticesToShow(events)).toEqual([events[1]]);
});

it('finds the events of a device by its MACs, its address and its name in the list', () => {
  const device = { id: 'a', macs: ['a', 'b'], ip: '10.0.0.5' } as unknown as DeviceView;
  const events = [
    event({ type: 'dhcp.discover', mac: 'b' }),
    event({ type: 'dhcp.discover', mac: 'c', ip: '10.0.0.5' }),
    event({ type: 'http.request', ip: '10.0.0.5' }),
    event({ type: 'device.hint', device: 'a', mac: 'z' }),
    event({ type: 'notice' }),
  ];
  expect(eventsOf(device, events)).toEqual([events[0], events[2], events[3]]);
  expect(eventsOf({ ...device, ip: undefined }, events)).toEqual([events[0], events[3]]);
});

it('calls out what a colleague would, and no single packet', () => {
  const spoken = spokenOf([
    event({ type: 'dhcp.discover', mac: 'a' }),
    event({ type: 'device.seen', name: 'blade3' }),
    event({ type: 'device.seen', name: 'blade3', knownAs: 'b' }),
    event({ type: 'device.stage', name: 'blade3', stage: 'kernel' }),
    event({ type: 'device.stage', name: 'blade3', stage: 'up' }),
    event({ type: 'device.hint', name: 'box', hint: 'It restarts every 41 s.' }),
    event({ type: 'nic.link', nic: 'usb0', present: true, carrier: false }),
    event({ type: 'notice', code: 'asking-wire', message: 'Asking …' }),
    event({ type: 'notice', code: 'leases-not-saved', message: 'Shown, and read out there.' }),
    event({ type: 'stopped' }),
  ]);
  expect(spoken).toEqual([
    'New device blade3.',
    'blade3 is up.',
    'box: It restarts every 41 s.',
    'usb0: no cable.',
    'Asking …',
    'Serving ended.',
  ]);
});
