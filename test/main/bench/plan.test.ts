import { parseCidr } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { type BenchRequest, type PlanParts, planBench } from '../../../main/bench/plan.ts';
import type { BenchError } from '../../../main/errors.ts';
import { usb, wifi } from '../nic/nics.ts';

const NIC = 'enx00e04c680001';
const plan = (request: Partial<BenchRequest> = {}, more: Partial<PlanParts> = {}) =>
  planBench({
    nics: [usb(), wifi],
    known: wifi.addresses,
    request: { nic: NIC, force: [], ...request },
    defaults: {},
    isFolder: () => true,
    ...more,
  });

describe('the plan of a bench', () => {
  it('has a sane default for everything but the port', () => {
    expect(plan()).toEqual({
      nic: usb(),
      address: '10.32.0.1',
      subnet: { network: '10.32.0.0', prefix: 24 },
      overlaps: [],
      range: ['10.32.0.50', '10.32.0.250'],
      leaseSeconds: 600,
      gateway: undefined,
      nameServers: ['10.32.0.1'],
      mode: 'dhcp',
      identity: 'mac',
      root: undefined,
      httpPort: 80,
      tftp: true,
      dns: true,
      domain: 'bench',
      hosts: [],
      vars: {},
      wish: undefined,
      programs: undefined,
      force: [],
    });
  });

  it('takes what the bench file says, and the request where both speak', () => {
    const defaults = {
      nic: NIC,
      address: parseCidr('10.40.0.1/24'),
      leaseSeconds: 3600,
      identity: 'client-id',
      tftp: false,
      httpPort: 8080,
      domain: 'lab',
      hosts: [{ mac: '52:54:00:be:00:01', address: '10.40.0.9' }],
      vars: { a: '1' },
    } as const;
    const request = { nic: undefined, leaseSeconds: 60, httpPort: undefined, force: [] };
    expect(plan(request, { defaults })).toMatchObject({
      ...defaults,
      nic: usb(),
      address: '10.40.0.1',
      leaseSeconds: 60,
    });
  });

  it.each<[string, Partial<BenchRequest>, object]>([
    ['--no-dns: boards are told no name server', { dns: false }, { dns: false, nameServers: [] }],
    ['--dns wins over the laptop', { nameServers: ['10.32.0.5'] }, { dns: true, nameServers: ['10.32.0.5'] }],
    ['--no-dns with --dns', { dns: false, nameServers: ['10.32.0.5'] }, { dns: false, nameServers: ['10.32.0.5'] }],
    ['--no-http', { http: false, httpPort: 8080 }, { httpPort: undefined, tftp: true }],
    ['--http-port', { httpPort: 8080 }, { httpPort: 8080 }],
    ['--no-tftp', { tftp: false }, { httpPort: 80, tftp: false }],
    [
      'proxy mode gives no addresses and names nobody',
      { mode: 'proxy' },
      { mode: 'proxy', range: undefined, dns: false, nameServers: [] },
    ],
    ['proxy mode with DNS by hand', { mode: 'proxy', dns: true }, { dns: true, nameServers: ['10.32.0.1'] }],
    ['a gateway on the bench', { gateway: '10.32.0.254' }, { gateway: '10.32.0.254' }],
  ])('%s', (_name, request, expected) => expect(plan(request)).toMatchObject(expected));

  it('a service that the bench file leaves out can be asked for', () => {
    expect(plan({ tftp: true }, { defaults: { tftp: false, http: false } })).toMatchObject({
      tftp: true,
      httpPort: undefined,
    });
  });

  it('serves from the address that the port has', () => {
    const nic = usb({ addresses: [{ address: '192.168.77.1', prefix: 24 }] });
    expect(plan({}, { nics: [nic] })).toMatchObject({
      address: '192.168.77.1',
      range: ['192.168.77.50', '192.168.77.250'],
    });
  });

  it('a large network gets a pool that a server can hold', () => {
    expect(plan({ address: parseCidr('10.0.0.1/8') })).toMatchObject({ range: ['10.50.0.0', '10.50.255.255'] });
  });

  it('says which networks a chosen address hides', () => {
    expect(plan({ address: parseCidr('192.168.1.1/24') }).overlaps).toEqual(wifi.addresses);
  });

  it('HTTP does not take the port of DNS', () => {
    expect(() => plan({ httpPort: 53 })).toThrow(/TCP port 53 is that of DNS/);
    expect(plan({ httpPort: 53, dns: false }).httpPort).toBe(53);
  });

  it('a root is remembered by its whole path', () => {
    expect(plan({ root: 'images' }).root).toBe(`${process.cwd()}/images`);
  });

  const broken: Record<
    string,
    [request: Partial<BenchRequest>, more: Partial<PlanParts>, code: string, exit: number, says: string]
  > = {
    'no such port': [{ nic: 'eth7' }, {}, 'NIC_NOT_FOUND', 2, `Ports it has: ${NIC}, wlp2s0.`],
    'no port at all': [{ nic: undefined }, {}, 'NIC_NOT_FOUND', 2, 'Ports it has'],
    'a loopback': [
      { nic: 'lo' },
      { nics: [usb({ name: 'lo', kind: 'loopback' })] },
      'USAGE',
      2,
      'lo cannot be a bench. The loopback',
    ],
    'a port of a bridge': [{}, { nics: [usb({ memberOf: 'br0' })] }, 'USAGE', 2, 'It belongs to br0'],
    'the default route': [{ nic: 'wlp2s0' }, {}, 'SAFETY_REFUSED', 4, '--force no-default-route'],
    'another rule forced': [{ nic: 'wlp2s0', force: ['no-second-dhcp'] }, {}, 'SAFETY_REFUSED', 4, 'no-default-route'],
    'a root that is none': [
      { root: '/no/such' },
      { isFolder: () => false },
      'FILE_UNREADABLE',
      1,
      '"/no/such" cannot be read',
    ],
    'an address without room': [{ address: parseCidr('10.32.0.1/31') }, {}, 'USAGE', 2, '--address 10.32.0.1/31'],
    'a range elsewhere': [{ range: ['10.33.0.1', '10.33.0.9'] }, {}, 'USAGE', 2, '--range 10.33.0.1-10.33.0.9'],
    'a range without end': [
      { address: parseCidr('10.0.0.1/8'), range: ['10.1.0.0', '10.9.0.0'] },
      {},
      'USAGE',
      2,
      'over 65536 addresses',
    ],
    'a gateway elsewhere': [
      { gateway: '192.168.1.1' },
      {},
      'USAGE',
      2,
      'The gateway 192.168.1.1 is outside 10.32.0.0/24.',
    ],
    'a host of the bench file elsewhere': [
      {},
      { defaults: { hosts: [{ mac: usb().mac!, address: '10.40.0.9' }] } },
      'USAGE',
      2,
      'The reserved address 10.40.0.9 is outside 10.32.0.0/24.',
    ],
  };
  it.each(Object.entries(broken))('refuses %s', (_name, [request, more, code, exitCode, says]) => {
    const refuse = () => plan(request, more);
    expect(refuse).toThrow(says);
    try {
      refuse();
    } catch (error) {
      expect({ code: (error as BenchError).code, exitCode: (error as BenchError).exitCode }).toEqual({
        code,
        exitCode,
      });
    }
  });

  it('no-default-route: an override by name is taken and shown', () => {
    expect(plan({ nic: 'wlp2s0', force: ['no-default-route'] })).toMatchObject({
      nic: wifi,
      force: ['no-default-route'],
    });
  });

  it('in proxy mode fixed addresses and gateways are the other server’s business', () => {
    const defaults = { hosts: [{ mac: usb().mac!, address: '10.40.0.9' }], gateway: '192.168.1.1' };
    expect(plan({ mode: 'proxy' }, { defaults })).toMatchObject({ mode: 'proxy', hosts: defaults.hosts });
  });
});
