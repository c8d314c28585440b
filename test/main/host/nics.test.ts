import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../main/errors.ts';
import type { Nic } from '../../../main/host/host.ts';
import * as darwin from '../../../main/host/node/darwin-nics.ts';
import {
  busPath,
  linuxNetworks,
  linuxNicList,
  NO_SYSFS_FACTS,
  type SysfsFacts,
} from '../../../main/host/node/linux-nics.ts';
import { nodeNics } from '../../../main/host/node/nics.ts';
import type { Command } from '../../../main/host/node/run.ts';
import * as windows from '../../../main/host/node/win32-nics.ts';
import {
  LINUX_LINKS,
  LINUX_ROUTES,
  MAC_HARDWARE_PORTS,
  MAC_IFCONFIG,
  MAC_NETSTAT,
  WINDOWS_NETWORK,
} from './outputs.ts';

const named = (nics: readonly Nic[], name: string): Nic => nics.find(nic => nic.name === name)!;

describe('Linux', () => {
  const PCI = '/sys/devices/pci0000:00';
  const SYSFS: Record<string, Partial<SysfsFacts>> = {
    wlp0s20f3: {
      devicePath: `${PCI}/0000:00:14.3`,
      subsystem: 'pci',
      driver: 'iwlwifi',
      wireless: true,
      vendor: '0x8086',
      devType: 'wlan',
    },
    enp0s31f6: { devicePath: `${PCI}/0000:00:1f.6`, subsystem: 'pci', driver: 'e1000e', vendor: '0x8086', speed: -1 },
    enx00e04c680001: {
      devicePath: `${PCI}/0000:00:14.0/usb2/2-2/2-2.3/2-2.3:1.0`,
      subsystem: 'usb',
      driver: 'r8152',
      speed: 1000,
      manufacturer: 'Realtek',
      product: 'USB 10/100/1000 LAN',
    },
    eth7: { devicePath: `${PCI}/0000:00:14.0/usb1/1-4/1-4:1.0`, subsystem: 'usb', driver: 'ax88179_178a' },
    wwan0: {
      devicePath: `${PCI}/0000:00:14.0/usb1/1-6/1-6:1.12`,
      subsystem: 'usb',
      driver: 'cdc_mbim',
      devType: 'wwan',
    },
  };
  const nics = linuxNicList(LINUX_LINKS, LINUX_ROUTES, name => ({ ...NO_SYSFS_FACTS, ...SYSFS[name] }));

  it('tells what each port is', () => {
    expect(nics.map(({ name, kind, bus, description }) => [name, kind, bus, description])).toEqual([
      ['lo', 'loopback', 'virtual', 'Loopback'],
      ['wlp0s20f3', 'wireless', 'pci', 'Intel PCI Wi-Fi (iwlwifi)'],
      ['enp0s31f6', 'ethernet', 'pci', 'Intel PCI Ethernet (e1000e)'],
      ['enx00e04c680001', 'ethernet', 'usb', 'Realtek USB 10/100/1000 LAN'],
      ['eth7', 'ethernet', 'usb', 'USB Ethernet (ax88179_178a)'],
      ['br0', 'bridge', 'virtual', 'Bridge'],
      ['wg0', 'tunnel', 'virtual', 'Tunnel'],
      ['tun0', 'tunnel', 'virtual', 'Tunnel'],
      ['tap0', 'virtual', 'virtual', 'Tap device'],
      ['veth0', 'virtual', 'virtual', 'Virtual Ethernet pair'],
      ['wwan0', 'other', 'usb', 'USB network port (cdc_mbim)'],
    ]);
  });

  it('tells everything of a USB adapter', () => {
    expect(named(nics, 'enx00e04c680001')).toEqual({
      name: 'enx00e04c680001',
      index: 9,
      description: 'Realtek USB 10/100/1000 LAN',
      mac: '00:e0:4c:68:00:01',
      kind: 'ethernet',
      bus: 'usb',
      busPath: 'usb-0000:00:14.0-2.3',
      driver: 'r8152',
      up: true,
      carrier: true,
      speed: 1000,
      mtu: 1500,
      addresses: [],
      defaultRoute: false,
    });
  });

  it('sees default routes of every table and next hop, and no unreachable ones', () => {
    expect(nics.filter(nic => nic.defaultRoute).map(nic => nic.name)).toEqual(['wlp0s20f3', 'wg0', 'tap0']);
    const halves = [{ dst: '0.0.0.0/1', dev: 'tun0' }];
    expect(
      named(
        linuxNicList(LINUX_LINKS, halves, () => NO_SYSFS_FACTS),
        'tun0',
      ).defaultRoute,
    ).toBe(true);
  });

  it('tells cable and switch apart, and who takes a port’s packets', () => {
    expect(named(nics, 'enp0s31f6')).toMatchObject({ up: true, carrier: false, speed: undefined });
    expect(named(nics, 'eth7')).toMatchObject({ up: false, carrier: false, memberOf: 'br0' });
  });

  it('knows every network by address and route', () => {
    expect(linuxNetworks(LINUX_LINKS, LINUX_ROUTES).map(({ address, prefix }) => `${address}/${prefix}`)).toEqual([
      '127.0.0.1/8',
      '192.168.178.34/24',
      '172.17.0.1/16',
      '10.8.0.6/32',
      '10.20.0.0/16',
      '198.51.100.7/32',
      '192.168.178.0/24',
    ]);
  });

  it.each([
    ['/sys/devices/pci0000:00/0000:00:1c.0/0000:02:00.0', 'pci-0000:02:00.0'],
    ['/sys/devices/pci0000:00/0000:00:03.0/virtio2', 'pci-0000:00:03.0'],
    ['/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0', 'usb-0000:00:14.0-2'],
    ['/sys/devices/platform/scb/fd580000.ethernet', 'fd580000.ethernet'],
  ])('%s is at %s', (path, expected) => {
    expect(busPath(path)).toBe(expected);
  });

  it('changes ports by iproute2 and says when the port was gone', async () => {
    const ran: Command[] = [];
    const address = { address: '10.32.0.1', prefix: 24 };
    const nics = nodeNics({ platform: 'linux', run: async command => String(ran.push(command) && '') });
    await nics.addAddress('eth0', address);
    await nics.removeAddress('eth0', address);
    await nics.setUp('eth0', true);
    expect(ran.map(command => command.join(' '))).toEqual([
      'ip address add 10.32.0.1/24 broadcast + dev eth0',
      'ip address delete 10.32.0.1/24 dev eth0',
      'ip link set dev eth0 up',
    ]);
    const failing = nodeNics({
      platform: 'linux',
      run: async () => {
        throw new BenchError('COMMAND_FAILED', { command: 'ip', reason: 'Cannot find device "eth0"' });
      },
    });
    await expect(failing.setUp('eth0', true)).rejects.toMatchObject({ code: 'NIC_GONE' });
  });
});

describe('macOS', () => {
  const outputs = { hardwarePorts: MAC_HARDWARE_PORTS, interfaces: MAC_IFCONFIG, routes: MAC_NETSTAT };
  const nics = darwin.darwinNicList(outputs);

  it('tells what each port is', () => {
    expect(nics.map(({ name, index, kind, bus, description }) => [name, index, kind, bus, description])).toEqual([
      ['lo0', 1, 'loopback', 'virtual', 'Loopback'],
      ['gif0', 2, 'tunnel', 'virtual', 'Tunnel'],
      ['en0', 11, 'wireless', undefined, 'Wi-Fi'],
      ['en1', 12, 'ethernet', 'thunderbolt', 'Thunderbolt 1'],
      ['bridge0', 14, 'bridge', 'virtual', 'Thunderbolt Bridge'],
      ['en7', 21, 'ethernet', 'usb', 'USB 10/100/1000 LAN'],
      ['en4', 22, 'ethernet', undefined, 'Ethernet Adapter (en4)'],
      ['utun3', 19, 'tunnel', 'virtual', 'Tunnel'],
    ]);
  });

  it('tells cable, speed, addresses, default route and bridge', () => {
    expect(named(nics, 'en7')).toMatchObject({
      mac: '00:e0:4c:68:00:01',
      up: true,
      carrier: true,
      speed: 1000,
      addresses: [
        { address: '169.254.83.12', prefix: 16 },
        { address: '10.32.0.1', prefix: 24 },
      ],
      defaultRoute: false,
    });
    expect(named(nics, 'en4')).toMatchObject({ up: false, carrier: false, speed: undefined, addresses: [] });
    expect(named(nics, 'en1')).toMatchObject({ up: true, carrier: false, memberOf: 'bridge0' });
    expect(named(nics, 'utun3').addresses).toEqual([{ address: '10.8.0.6', prefix: 32 }]);
    expect(nics.filter(nic => nic.defaultRoute).map(nic => nic.name)).toEqual(['en0']);
  });

  it('completes the shortened destinations of netstat', () => {
    const networks = darwin.darwinNetworks(outputs).map(({ address, prefix }) => `${address}/${prefix}`);
    expect(networks).toEqual(expect.arrayContaining(['10.8.0.0/16', '10.32.0.0/24', '127.0.0.0/8', '192.168.1.0/24']));
    expect(networks).toContain('169.254.0.0/16');
  });

  it('a VPN by halves counts as default route', () => {
    const routes = MAC_NETSTAT.replace('10.8/16  ', '0/1      ');
    expect(
      darwin
        .darwinNicList({ ...outputs, routes })
        .filter(nic => nic.defaultRoute)
        .map(nic => nic.name),
    ).toEqual(['en0', 'utun3']);
  });

  it('survives empty output', () => {
    expect(darwin.darwinNicList({ hardwarePorts: '', interfaces: '', routes: '' })).toEqual([]);
  });

  it('changes ports by ifconfig, which a restart forgets', () => {
    const address = { address: '10.32.0.1', prefix: 24 };
    expect(darwin.addAddressCommand('en7', address).join(' ')).toBe(
      'ifconfig en7 inet 10.32.0.1 netmask 255.255.255.0 alias',
    );
    expect(darwin.removeAddressCommand('en7', address).join(' ')).toBe('ifconfig en7 inet 10.32.0.1 -alias');
    expect(darwin.setUpCommand('en7', false)).toEqual(['ifconfig', 'en7', 'down']);
  });
});

describe('Windows', () => {
  const network = windows.parseWindowsNetwork(WINDOWS_NETWORK);
  const nics = windows.windowsNicList(network);

  it('tells what each port is', () => {
    expect(nics.map(({ name, kind, bus, up, carrier, speed }) => [name, kind, bus, up, carrier, speed])).toEqual([
      ['WLAN', 'wireless', 'pci', true, true, 1201],
      ['Ethernet 3 (Büro)', 'ethernet', 'usb', true, true, 1000],
      ['Ethernet', 'ethernet', 'pci', true, false, undefined],
      ['vEthernet (Default Switch)', 'virtual', 'virtual', true, true, 10000],
      ['Firma', 'tunnel', 'virtual', true, true, 100000],
      ['Ethernet 7', 'ethernet', 'usb', false, false, undefined],
    ]);
  });

  it('tells addresses, default route, driver and MAC', () => {
    expect(named(nics, 'Ethernet 3 (Büro)')).toMatchObject({
      index: 9,
      description: 'Realtek USB GbE Family Controller',
      mac: '00:e0:4c:68:00:01',
      busPath: 'USB\\VID_0BDA&PID_8153\\000001',
      driver: 'rtux64w10.sys',
      addresses: [{ address: '169.254.11.7', prefix: 16 }],
      defaultRoute: false,
    });
    expect(named(nics, 'WLAN').defaultRoute).toBe(true);
    expect(named(nics, 'Ethernet 7')).toMatchObject({ mac: undefined, driver: undefined, mtu: 1500 });
  });

  it('knows the networks, without multicast and limited broadcast', () => {
    expect(windows.windowsNetworks(network).map(({ address, prefix }) => `${address}/${prefix}`)).toEqual([
      '192.168.178.34/24',
      '169.254.11.7/16',
      '172.24.208.1/20',
      '127.0.0.1/8',
      '10.20.0.0/16',
      '192.168.178.0/24',
    ]);
  });

  it('one adapter comes as an object instead of a list, none as null, and a byte order mark may stand in front', () => {
    const [adapter] = JSON.parse(WINDOWS_NETWORK).adapters;
    const one = windows.parseWindowsNetwork(
      `\uFEFF${JSON.stringify({ adapters: adapter, addresses: null, routes: [] })}`,
    );
    expect(windows.windowsNicList(one).map(nic => nic.name)).toEqual(['WLAN']);
    expect(windows.windowsNicList(windows.parseWindowsNetwork(''))).toEqual([]);
  });

  it('changes ports in the active store alone, with names that cannot break out of their quotes', () => {
    const address = { address: '10.32.0.1', prefix: 24 };
    const script = (command: Command) => command.at(-1)!;
    expect(script(windows.addAddressCommand("Büro's [1]", address))).toContain(
      "New-NetIPAddress -InterfaceIndex (Get-NetAdapter | Where-Object Name -eq 'Büro''s [1]').ifIndex " +
        "-IPAddress '10.32.0.1' -PrefixLength 24 -PolicyStore ActiveStore",
    );
    expect(script(windows.removeAddressCommand('Ethernet 3', address))).toMatch(
      /Remove-NetIPAddress .*-PolicyStore ActiveStore -Confirm:\$false/,
    );
    // PowerShell takes typographic quotes for quotes, too.
    expect(windows.quote('a’; Remove-Item C: #')).toBe("'a’’; Remove-Item C: #'");
    expect(script(windows.setUpCommand('Ethernet', false))).toContain('Disable-NetAdapter');
  });
});
