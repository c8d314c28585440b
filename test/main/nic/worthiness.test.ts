import { describe, expect, it } from 'vitest';
import type { Nic } from '../../../main/host/host.ts';
import { rankNics, worthiness } from '../../../main/nic/worthiness.ts';
import { usb, wifi } from './nics.ts';

const judge = (more: Partial<Nic>) => worthiness(usb(more), [usb(more), wifi]);

describe('bench-worthiness', () => {
  it('a USB adapter with nothing else on it is the best there is', () => {
    const veth = usb({ name: 'veth0', kind: 'virtual', bus: 'virtual' });
    const onboard = usb({ name: 'enp0s31f6', bus: 'pci', driver: 'e1000e' });
    const ranked = rankNics([
      wifi,
      veth,
      onboard,
      usb({ name: 'used', addresses: [{ address: '10.0.0.2', prefix: 8 }] }),
      usb(),
    ]);
    expect(ranked.map(([nic]) => nic.name)).toEqual(['enx00e04c680001', 'used', 'enp0s31f6', 'veth0', 'wlp2s0']);
    expect(ranked[0]![1]).toMatchObject({ worthy: true, score: 100 });
  });

  it.each<[string, Partial<Nic>, object]>([
    ['the loopback', { kind: 'loopback' }, { worthy: false, possible: false }],
    ['a tunnel', { kind: 'tunnel' }, { worthy: false, possible: false }],
    ['Wi-Fi', { kind: 'wireless' }, { worthy: false, possible: true }],
    ['a bridge', { kind: 'bridge' }, { worthy: false, possible: true }],
    ['a port inside a bridge', { memberOf: 'br0' }, { worthy: false, possible: false }],
    ['a modem', { kind: 'other' }, { worthy: false, possible: true }],
    ['a port without a MAC', { mac: undefined }, { worthy: false, possible: false }],
    ['a veth', { kind: 'virtual', bus: 'virtual' }, { worthy: true, possible: true }],
    ['a port without a cable', { carrier: false }, { worthy: true, possible: true }],
    ['a port that is switched off', { up: false, carrier: false }, { worthy: true, possible: true }],
  ])('%s', (_, more, expected) => {
    const verdict = judge(more);
    expect(verdict).toMatchObject(expected);
    expect(verdict).not.toHaveProperty('refusedBy');
    for (const reason of verdict.reasons) expect(reason).toMatch(/^[A-Z].*\.$/);
  });

  it('a link-local address that the port gave itself does not count against it', () => {
    expect(judge({ addresses: [{ address: '169.254.7.7', prefix: 16 }] }).score).toBe(judge({}).score);
    expect(judge({ addresses: [{ address: '10.1.0.1', prefix: 16 }] }).score).toBeLessThan(judge({}).score);
  });
});

describe('no-default-route', () => {
  it('the port that carries the default route is not a bench, whatever else it is', () => {
    expect(judge({ defaultRoute: true })).toMatchObject({ worthy: false, score: 0, refusedBy: 'no-default-route' });
    expect(worthiness(wifi, [wifi])).toMatchObject({ worthy: false, refusedBy: 'no-default-route' });
  });
});
