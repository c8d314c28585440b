import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastAddress,
  formatIpv4,
  inSubnet,
  isStation,
  netmask,
  parseCidr,
  parseIpv4,
  parseMac,
  prefixOfMask,
  subnetsOverlap,
} from '../src/index.ts';

describe('parseIpv4', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.32.0.1', 0x0a200001],
    ['255.255.255.255', 0xffffffff],
    ['010.0.0.001', 0x0a000001],
  ])('reads %s', (text, value) => {
    expect(parseIpv4(text)).toBe(value);
  });

  it.each([
    '',
    '.',
    '1',
    '1.2.3',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.0004',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.a',
    '-1.2.3.4',
    '１.2.3.4',
  ])('refuses %j', text => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  it('reads back every number', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), value => {
        expect(parseIpv4(formatIpv4(value))).toBe(value);
      }),
    );
  });
});

describe('subnets', () => {
  it('10.32.0.1/24', () => {
    const cidr = parseCidr('10.32.0.1/24');
    expect(cidr).toEqual({ address: '10.32.0.1', subnet: { network: '10.32.0.0', prefix: 24 } });
    expect(broadcastAddress(cidr!.subnet)).toBe('10.32.0.255');
    expect([inSubnet('10.32.0.255', cidr!.subnet), inSubnet('10.32.1.0', cidr!.subnet)]).toEqual([true, false]);
  });

  it.each(['10.32.0.1', '10.32.0.1/', '10.32.0.1/33', '10.32.0/24', '10.32.0.1/24/1', '10.32.0.1/x'])(
    '%s is none',
    text => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  it('every prefix comes back from its mask', () => {
    for (let prefix = 0; prefix <= 32; prefix++) expect(prefixOfMask(netmask(prefix))).toBe(prefix);
    expect(prefixOfMask('255.0.255.0')).toBeUndefined();
  });

  it('overlap when one holds the other', () => {
    const net = (text: string) => parseCidr(text)!.subnet;
    expect(subnetsOverlap(net('10.0.0.0/8'), net('10.32.0.0/24'))).toBe(true);
    expect(subnetsOverlap(net('10.32.1.0/24'), net('10.32.0.0/24'))).toBe(false);
  });
});

describe('parseMac', () => {
  it.each(['52:54:00:BE:00:01', '52-54-00-be-00-01', '5254.00be.0001', '525400be0001'])('reads %s', text => {
    expect(parseMac(text)).toBe('52:54:00:be:00:01');
  });

  it.each(['52:54:00:be:00', '52:54:00:be:00:0g', '5254:00be:0001', ''])('refuses %j', text => {
    expect(parseMac(text)).toBeUndefined();
  });
});

describe('isStation', () => {
  const subnet = (prefix: number) => ({ network: '10.32.0.0', prefix });

  it.each(['10.32.0.1', '1.0.0.0', '223.255.255.255'])('%s can be', address => {
    expect(isStation(address)).toBe(true);
  });

  it.each(['0.0.0.0', '0.1.2.3', '127.0.0.1', '224.0.0.1', '255.255.255.255'])('%s cannot', address => {
    expect(isStation(address)).toBe(false);
  });

  it('loopback is somebody’s where it is served', () => {
    expect(isStation('127.0.0.2', { network: '127.0.0.0', prefix: 8 })).toBe(true);
    expect(isStation('127.0.0.2', subnet(24))).toBe(false);
  });

  it('the ends of a network are nobody’s, unless it has but two addresses', () => {
    expect(['10.32.0.0', '10.32.0.255', '10.32.0.254'].map(each => isStation(each, subnet(24)))).toEqual([
      false,
      false,
      true,
    ]);
    expect(isStation('10.32.0.0', subnet(31))).toBe(true);
  });
});
