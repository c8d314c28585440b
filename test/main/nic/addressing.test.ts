import fc from 'fast-check';
import { broadcastAddress, formatIpv4, inSubnet, ipv4Number, parseCidr, subnetsOverlap } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import {
  type AddressingRequest,
  chooseAddressing,
  freeNetwork,
  middleRange,
  subnetOf,
} from '../../../main/nic/addressing.ts';
import { usb } from './nics.ts';

const choose = (more: Partial<AddressingRequest> = {}) => chooseAddressing({ nic: usb(), known: [], ...more });
const cidr = (text: string) => parseCidr(text)!;
const known = (...texts: string[]) =>
  texts.map(text => {
    const { address, subnet } = cidr(text);
    return { address, prefix: subnet.prefix };
  });

describe('the address of the bench', () => {
  it('is 10.32.0.1/24 on a port that has none', () => {
    expect(choose()).toEqual({
      address: '10.32.0.1',
      subnet: { network: '10.32.0.0', prefix: 24 },
      range: ['10.32.0.50', '10.32.0.250'],
      add: true,
      overlaps: [],
    });
  });

  it('is the one that the port has', () => {
    const nic = usb({ addresses: known('192.168.77.1/24') });
    expect(choose({ nic, known: known('192.168.77.1/24', '192.168.77.0/24') })).toMatchObject({
      address: '192.168.77.1',
      range: ['192.168.77.50', '192.168.77.250'],
      add: false,
      overlaps: [],
    });
  });

  it.each([
    ['a link-local address', '169.254.3.4/16'],
    ['a point-to-point address', '10.9.9.9/32'],
  ])('ignores %s of the port', (_, address) => {
    expect(choose({ nic: usb({ addresses: known(address) }) })).toMatchObject({ address: '10.32.0.1', add: true });
  });

  it.each([
    ['the first is taken', ['10.32.0.7/24'], '10.32.1.1'],
    ['a larger network covers many', ['10.32.0.0/14'], '10.36.0.1'],
    ['a company routes all of 10/8', ['10.0.0.0/8'], '172.29.0.1'],
    ['a VPN takes everything by halves', ['0.0.0.0/1', '128.0.0.0/1'], '10.32.0.1'],
    ['nearly everything is routed', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/18'], '192.168.64.1'],
  ])('keeps clear of known networks: %s', (_, networks, expected) => {
    expect(choose({ known: known(...networks) }).address).toBe(expected);
  });

  it('never collides with anything known', () => {
    const network = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 10, max: 32 }));
    fc.assert(
      fc.property(fc.array(network, { maxLength: 30 }), list => {
        const all = list.map(([value, prefix]) => ({ address: formatIpv4(value), prefix }));
        const free = subnetOf(freeNetwork(all));
        for (const each of all) expect(subnetsOverlap(free, subnetOf(each))).toBe(false);
      }),
    );
  });

  it('asked for by hand it is taken, and what it hides is said', () => {
    expect(choose({ address: cidr('192.168.1.1/24'), known: known('192.168.1.23/24') })).toMatchObject({
      address: '192.168.1.1',
      add: true,
      overlaps: known('192.168.1.23/24'),
    });
  });

  it('is never one that this laptop has on another port: nobody would know which of them is meant', () => {
    const asked = { address: cidr('192.168.1.23/16'), known: known('192.168.1.23/24') };
    expect(() => choose(asked)).toThrow(/--address 192\.168\.1\.23\/16 .* on another port already/);
  });

  it('is not added again when the port has it with the same prefix', () => {
    const nic = usb({ addresses: known('10.0.0.1/24') });
    expect(choose({ nic, address: cidr('10.0.0.1/24') }).add).toBe(false);
    expect(choose({ nic, address: cidr('10.0.0.1/16') }).add).toBe(true);
  });

  it.each([
    ['10.0.0.0/24', 'name of the network'],
    ['10.0.0.255/24', 'broadcast address'],
    ['10.0.0.1/31', 'no room'],
    ['10.0.0.1/32', 'no room'],
    ['10.0.0.1/4', 'cut this laptop off'],
    ['127.0.0.1/24', 'no host'],
    ['224.0.0.1/24', 'no host'],
    ['0.1.2.3/24', 'no host'],
  ])('refuses --address %s: %s', (text, why) => {
    expect(() => choose({ address: cidr(text) })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) }),
    );
  });
});

describe('the range for boards', () => {
  it.each([
    ['10.32.0.1/24', '10.32.0.50', '10.32.0.250'],
    ['10.32.0.100/24', '10.32.0.101', '10.32.0.250'],
    ['10.32.0.240/24', '10.32.0.50', '10.32.0.239'],
    ['10.32.0.1/16', '10.32.50.0', '10.32.250.0'],
    ['10.32.0.1/25', '10.32.0.25', '10.32.0.125'],
    ['10.32.0.1/29', '10.32.0.2', '10.32.0.6'],
    ['10.32.0.6/29', '10.32.0.2', '10.32.0.5'],
    ['10.32.0.1/30', '10.32.0.2', '10.32.0.2'],
    ['10.32.0.2/30', '10.32.0.1', '10.32.0.1'],
  ])('is the middle of %s: %s to %s', (text, first, last) => {
    expect(choose({ address: cidr(text) }).range).toEqual([first, last]);
  });

  it('never holds the network, the broadcast or the own address', () => {
    const networks = fc.tuple(fc.integer({ min: 8, max: 30 }), fc.integer({ min: 0, max: 0xffffffff }));
    fc.assert(
      fc.property(networks, fc.nat(), ([prefix, value], own) => {
        const subnet = subnetOf({ address: formatIpv4(value), prefix });
        const server = ipv4Number(subnet.network) + 1 + (own % (2 ** (32 - prefix) - 2));
        const [first, last] = middleRange(subnet, formatIpv4(server)).map(ipv4Number) as [number, number];
        expect(first).toBeLessThanOrEqual(last);
        expect(first).toBeGreaterThan(ipv4Number(subnet.network));
        expect(last).toBeLessThan(ipv4Number(broadcastAddress(subnet)));
        expect(server < first || server > last).toBe(true);
        expect(inSubnet(formatIpv4(first), subnet) && inSubnet(formatIpv4(last), subnet)).toBe(true);
      }),
    );
  });

  it('is taken as asked', () => {
    expect(choose({ range: ['10.32.0.10', '10.32.0.12'] }).range).toEqual(['10.32.0.10', '10.32.0.12']);
    expect(choose({ range: ['10.32.0.10', '10.32.0.10'] }).range).toEqual(['10.32.0.10', '10.32.0.10']);
  });

  it.each([
    ['outside', ['10.33.0.50', '10.33.0.60'], 'outside'],
    ['half outside', ['10.32.0.50', '10.32.1.60'], '10.32.1.60 is outside'],
    ['reversed', ['10.32.0.60', '10.32.0.50'], 'try 10.32.0.50-10.32.0.60'],
    ['with the network itself', ['10.32.0.0', '10.32.0.50'], 'name of the network'],
    ['with the broadcast address', ['10.32.0.50', '10.32.0.255'], 'end one lower'],
    ['with our own address', ['10.32.0.1', '10.32.0.50'], "this laptop's own address"],
  ] as const)('refuses one %s', (_, range, why) => {
    expect(() => choose({ range: [...range] })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) }),
    );
  });
});
