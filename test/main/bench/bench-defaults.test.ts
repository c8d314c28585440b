import { describe, expect, it } from 'vitest';
import { benchDefaults } from '../../../main/bench/bench-defaults.ts';
import { reservations } from '../../../main/bench/dhcp-config.ts';
import { recogniseClient } from '../../../main/boot/client.ts';
import { BenchError } from '../../../main/errors.ts';
import { usb, wifi } from '../nic/nics.ts';

const dock = usb({
  name: 'en7',
  index: 9,
  mac: '00:e0:4c:68:00:09',
  busPath: 'usb-0000:00:14.0-7',
  description: 'Dock LAN',
  carrier: false,
});
const onboard = usb({
  name: 'eno1',
  index: 2,
  bus: 'pci',
  mac: '54:e1:ad:00:00:01',
  busPath: 'pci-0000:00:1f.6',
  description: 'Intel I219-LM',
});
const NICS = [onboard, dock, usb(), wifi];
const defaults = (fields: object, chosen?: string) =>
  benchDefaults(JSON.stringify({ version: 1, ...fields }), '/srv/lab/bench.json', NICS, chosen);
const failure = (act: () => unknown): BenchError => {
  try {
    act();
  } catch (error) {
    if (error instanceof BenchError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the port of a bench file', () => {
  it.each<[string, object, string]>([
    ['its MAC, however it is written', { mac: '54-E1-AD-00-00-01' }, 'eno1'],
    ['its place on the bus', { busPath: 'usb-0000:00:14.0-7' }, 'en7'],
    ['a part of its description, in any case', { description: 'dock' }, 'en7'],
    ['its bus, the best of several', { description: 'USB' }, 'enx00e04c680001'],
    ['several marks together', { description: 'usb', busPath: 'usb-0000:00:14.0-7' }, 'en7'],
  ])('is found by %s', (_name, port, name) => expect(defaults({ port }).nic).toBe(name));

  it('is nobody when a single mark differs', () => {
    const { code, message } = failure(() => defaults({ port: { mac: dock.mac, description: 'Intel' } }));
    expect(code).toBe('NIC_NOT_FOUND');
    expect(message).toContain('00:e0:4c:68:00:09, Intel (of /srv/lab/bench.json)');
  });

  it('need not be here when a port was chosen by hand', () => {
    expect(defaults({ port: { mac: '02:00:00:00:00:99' } }, 'en7').nic).toBe('en7');
  });

  it('is left open by a file that names none', () => expect(defaults({}).nic).toBeUndefined());
});

describe('the texts of a bench file', () => {
  it('become values', () => {
    expect(
      defaults({
        mode: 'proxy',
        identity: 'client-id',
        httpPort: 8080,
        services: { tftp: false, dns: true },
        addressing: {
          address: '10.40.0.1/24',
          range: '10.40.0.10 - 10.40.0.20',
          lease: '2h',
          gateway: '10.40.0.254',
          dns: ['10.40.0.5'],
          domain: 'lab',
        },
        vars: { release: '13' },
      }),
    ).toMatchObject({
      address: { address: '10.40.0.1', subnet: { network: '10.40.0.0', prefix: 24 } },
      range: ['10.40.0.10', '10.40.0.20'],
      leaseSeconds: 7200,
      gateway: '10.40.0.254',
      nameServers: ['10.40.0.5'],
      domain: 'lab',
      mode: 'proxy',
      identity: 'client-id',
      httpPort: 8080,
      tftp: false,
      dns: true,
      vars: { release: '13' },
    });
  });

  it.each([
    ['tftp', '/srv/lab/tftp'],
    ['../images', '/srv/images'],
    ['/srv/tftp', '/srv/tftp'],
  ])('the root %s lies beside the file: %s', (root, path) => expect(defaults({ root }).root).toBe(path));

  it('what the file leaves out stays open', () => {
    const open = Object.entries(defaults({})).filter(([, value]) => value !== undefined);
    expect(open.map(([name]) => name).sort()).toEqual(['hosts', 'programs', 'vars', 'wish']);
  });

  it('wishes: the host entry first, then its kind', () => {
    const { wish, programs } = defaults({
      boot: { 'uefi-x64': 'own.efi', bios: false, ipxe: 'lab.ipxe' },
      hosts: [{ mac: '52:54:00:be:00:09', boot: false }],
    });
    const client = (mac: string, arch: number) =>
      recogniseClient({
        mac,
        options: new Map([
          [93, Uint8Array.of(0, arch)],
          [60, Buffer.from('PXEClient')],
        ]),
      });
    expect(programs).toMatchObject({ 'uefi-x64': 'own.efi', bios: 'undionly.kpxe' });
    expect(wish!(client('52:54:00:be:00:01', 0))).toBe(false);
    expect(wish!(client('52:54:00:be:00:01', 7))).toBeUndefined();
    expect(wish!(client('52:54:00:be:00:09', 7))).toBe(false);
  });

  it('a malformed file is refused with each problem at its place', () => {
    const { code, message } = failure(() => defaults({ mode: 'dhpc', httpPort: 'eighty' }));
    expect(code).toBe('BENCH_FILE_INVALID');
    expect(message).toMatch(/^The bench file "\/srv\/lab\/bench\.json" has 2 problems: /);
    expect(message).toMatch(/bench\.json:1:\d+: mode: .*; .*bench\.json:1:\d+: httpPort: /);
    expect(failure(() => benchDefaults('{', 'b.json', NICS)).message).toContain('b.json:1:2:');
  });
});

describe('reservations', () => {
  it('are the hosts with an address, by all their marks', () => {
    expect(
      reservations([
        { mac: '52-54-00-BE-00-01', name: 'server-1', address: '10.32.0.10' },
        { serial: '9ffefdef', uuid: 'u', clientId: 'aa', address: '10.32.0.11' },
        { mac: '52:54:00:be:00:02', name: 'no-address' },
      ]),
    ).toEqual([
      { ip: '10.32.0.10', mac: '52:54:00:be:00:01', hostname: 'server-1' },
      { ip: '10.32.0.11', serial: '9ffefdef', uuid: 'u', clientId: 'aa' },
    ]);
  });
});
