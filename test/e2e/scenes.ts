/** States of the window, each as a script for the engine behind it: what is looked at, and what tests walk through. */
import type { Page } from 'playwright-core';
import { EventLog } from '../../main/bench/event-log.ts';
import type { BenchEvent } from '../../main/bench/events.ts';
import type { Handlers } from '../../main/contract/calls.ts';
import type { BenchView, NicView, PlanView, Settings, WireView } from '../../main/contract/views.ts';
import { Devices, type DeviceView } from '../../main/devices/devices.ts';
import { BenchError } from '../../main/errors.ts';
import type { Nic } from '../../main/host/host.ts';
import { rankNics } from '../../main/nic/worthiness.ts';
import { packetDetail, packetRow, type Recorded } from '../../main/wire/inspect.ts';
import { type Station, sentence } from '../../main/wire/station.ts';
import { captureFrame, captures } from '../main/wire/frames.ts';
import { consoleScenes } from './console-scenes.ts';
import { flashScenes } from './flash-scenes.ts';
import { ipxeScenes } from './ipxe-scenes.ts';
import type { Script, ScriptedEngine, ScriptedViews } from './scripted-engine.ts';

export interface Scene extends Script {
  /** Where the window is opened, e.g. `#/bench/device/…`. */
  readonly hash?: string;
  /** What the view shows when the scene stands. */
  readonly shows?: string | RegExp;
  /** What a person does until the scene stands. */
  readonly act?: (page: Page, engine: ScriptedEngine) => Promise<void>;
}

type StationView = WireView['stations'][number];

/* Ports ----------------------------------------------------------------------------------------------------------- */

const nic = (name: string, more: Partial<Nic>): Nic => ({
  name,
  index: name.length,
  description: name,
  mac: '00:e0:4c:68:00:01',
  kind: 'ethernet',
  bus: 'pci',
  busPath: undefined,
  driver: undefined,
  up: true,
  carrier: true,
  speed: 1000,
  mtu: 1500,
  addresses: [],
  defaultRoute: false,
  ...more,
});

const USB = nic('enx00e04c680001', { description: 'Realtek USB 10/100/1000 LAN', bus: 'usb' });
const INTERNAL = nic('enp3s0', {
  description: 'Intel I219-LM Gigabit Network',
  mac: '8c:16:45:2a:90:11',
  carrier: false,
  speed: undefined,
});
const UPLINK = nic('eth0', {
  description: 'Intel I225-V 2.5 Gigabit Network',
  mac: '8c:16:45:2a:90:12',
  speed: 2500,
  defaultRoute: true,
  addresses: [{ address: '192.168.178.24', prefix: 24 }],
});
const WIRELESS = nic('wlan0', {
  description: 'Intel Wi-Fi 6 AX201',
  mac: 'a0:80:69:11:22:33',
  kind: 'wireless',
  speed: undefined,
});
const LOOPBACK = nic('lo', { kind: 'loopback', mac: undefined, bus: undefined });

const nicViews = (...nics: readonly Nic[]): readonly NicView[] =>
  rankNics(nics).map(([each, worthiness]) => ({ ...each, worthiness }));
const ALL_PORTS = nicViews(USB, INTERNAL, UPLINK, WIRELESS, LOOPBACK);

/* Plan ------------------------------------------------------------------------------------------------------------ */

const planFor = (name: string, more: Partial<PlanView> = {}): PlanView => ({
  nic: name,
  address: '10.32.0.1',
  prefix: 24,
  network: '10.32.0.0/24',
  range: ['10.32.0.50', '10.32.0.250'],
  mode: 'dhcp',
  leaseSeconds: 600,
  gateway: undefined,
  nameServers: ['10.32.0.1'],
  identity: 'mac',
  root: undefined,
  httpPort: 80,
  tftp: true,
  dns: true,
  domain: 'bench',
  boots: [
    { board: 'PC, BIOS', gets: 'undionly.kpxe, then the boot menu' },
    { board: 'PC, UEFI', gets: 'ipxe.efi, then the boot menu' },
    { board: 'ARM64, UEFI', gets: 'ipxe-arm64.efi, then the boot menu' },
    { board: 'Raspberry Pi', gets: 'the boot menu entry; its files need a folder' },
    { board: 'Everything else', gets: 'an address' },
  ],
  overlaps: [],
  forced: [],
  ...more,
});

const SETTINGS: Settings = { theme: 'system', nic: undefined, wish: {} };

const startedAgo = (seconds: number): number => Date.now() - seconds * 1000;

function base(): ScriptedViews {
  return {
    engine: {
      version: '0.1.0',
      platform: 'linux',
      since: startedAgo(3600),
      privileged: true,
      online: false,
      stateFolder: '/home/maria/.local/state/benchboot',
    },
    nics: ALL_PORTS,
    bench: { state: 'idle' },
    settings: SETTINGS,
    wires: new Map(),
    devices: new Map(),
    notes: new Map(),
    events: [],
  };
}

const quietWire = (name: string, stations: readonly StationView[] = [], frames = 0): WireView => ({
  nic: name,
  since: startedAgo(12),
  frames,
  stations,
});

const PLANS: Partial<Handlers> = {
  'bench.plan': wish => planFor(wish.nic, wish.mode === 'proxy' ? { mode: 'proxy', range: undefined } : {}),
  'wire.watch': () => {},
  'wire.unwatch': () => {},
  'settings.change': () => SETTINGS,
  'folders.list': ({ path }) => ({
    path: path ?? '/home/maria',
    parent: '/home',
    folders: ['bench files', 'Downloads', 'tftp', 'work'],
    files: ['notes.txt', 'vmlinuz-arm64'],
  }),
};

/* Wires ----------------------------------------------------------------------------------------------------------- */

const station = (more: Partial<Station>): StationView => {
  const full: Station = {
    macs: ['dc:a6:32:01:02:03'],
    macCount: 1,
    firstSeen: startedAgo(12),
    lastSeen: startedAgo(2),
    frames: 4,
    addresses: [],
    name: undefined,
    what: undefined,
    asking: undefined,
    leased: undefined,
    serves: undefined,
    neighbour: undefined,
    looksFor: [],
    ...more,
  };
  return { ...full, says: sentence(full) };
};

const CLUSTER = station({
  name: 'MixtileClusterBox',
  macs: ['7a:11:22:33:44:01', '7a:11:22:33:44:02', '7a:11:22:33:44:03', '7a:11:22:33:44:04'],
  macCount: 4,
  asking: { times: 4, everySeconds: 3 },
});
const SWITCH = station({
  macs: ['10:7b:44:00:00:08'],
  neighbour: { name: 'bench-switch', port: 'gi8', vlan: 20 },
  lastSeen: startedAgo(9),
});
const FIXED_PI = station({
  macs: ['dc:a6:32:aa:bb:cc'],
  what: 'Raspberry Pi 4',
  addresses: ['192.168.2.50'],
  looksFor: ['192.168.2.1'],
  lastSeen: startedAgo(4),
});
const RIVAL = station({
  macs: ['3c:a6:2f:10:20:30'],
  name: 'fritz.box',
  serves: { address: '192.168.178.1', offered: '192.168.178.61' },
  lastSeen: startedAgo(5),
});

const onWire = (stations: readonly StationView[], frames: number): ScriptedViews => ({
  ...base(),
  wires: new Map([[USB.name, quietWire(USB.name, stations, frames)]]),
});

/* Devices --------------------------------------------------------------------------------------------------------- */

/** A bench on which this happened: what, and so many seconds before now. */
function told(
  story: readonly (readonly [secondsAgo: number, BenchEvent])[],
): Pick<ScriptedViews, 'devices' | 'events'> {
  let at = 0;
  const devices = new Devices();
  const log = new EventLog(() => at);
  for (const [secondsAgo, event] of story) {
    at = startedAgo(secondsAgo);
    log.append(event);
    for (const news of devices.apply(event, at)) log.append(news);
  }
  const views = devices.snapshot();
  return { devices: new Map(views.map(device => [device.id, device])), events: [...log.since(0)] };
}

const PI = {
  mac: 'dc:a6:32:01:02:03',
  xid: '26f30339',
  hostname: 'blade3',
  serial: '1a2b3c4d',
  firmware: 'pi4',
  client: 'Raspberry Pi 4',
  arch: 0,
} as const;
const PC = { mac: '52:54:00:12:34:01', xid: '7d1c99a0', firmware: 'uefi-pxe', client: 'UEFI x64', arch: 7 } as const;
const BOX = {
  mac: '7a:11:22:33:44:01',
  xid: '00c0ffee',
  hostname: 'MixtileClusterBox',
  firmware: 'bios-pxe',
  client: 'BIOS',
  arch: 0,
} as const;

type Story = readonly (readonly [number, BenchEvent])[];

const READY: Story = [
  [
    751,
    {
      type: 'ready',
      nic: USB.name,
      address: '10.32.0.1',
      prefix: 24,
      range: ['10.32.0.50', '10.32.0.250'],
      mode: 'dhcp',
      bound: [
        { service: 'dhcp', address: '10.32.0.1', port: 67 },
        { service: 'tftp', address: '10.32.0.1', port: 69 },
        { service: 'http', address: '10.32.0.1', port: 80 },
        { service: 'dns', address: '10.32.0.1', port: 53 },
      ],
      root: '/srv/bench',
      forced: [],
    },
  ],
  [750, { type: 'nic.link', nic: USB.name, carrier: true, speed: 1000, present: true }],
];

const pcStory: Story = [
  [260, { type: 'dhcp.discover', ...PC }],
  [259.9, { type: 'dhcp.offer', ...PC, ip: '10.32.0.52', lease: 600, bootfile: 'ipxe.efi', recipe: 'uefi-x64' }],
  [259.8, { type: 'dhcp.request', ...PC, ip: '10.32.0.52' }],
  [259.8, { type: 'dhcp.ack', ...PC, ip: '10.32.0.52', lease: 600, bootfile: 'ipxe.efi', recipe: 'uefi-x64' }],
  [
    259.6,
    {
      type: 'tftp.error',
      ip: '10.32.0.52',
      mac: PC.mac,
      file: 'ipxe.efi',
      reason: 'probe',
      detail: 'it asked for the size',
    },
  ],
  [
    259.5,
    {
      type: 'tftp.start',
      ip: '10.32.0.52',
      mac: PC.mac,
      file: 'ipxe.efi',
      size: 1_093_632,
      blksize: 1468,
      windowsize: 4,
    },
  ],
  [
    259.1,
    {
      type: 'tftp.done',
      ip: '10.32.0.52',
      mac: PC.mac,
      file: 'ipxe.efi',
      bytes: 1_093_632,
      seconds: 0.4,
      blksize: 1468,
      windowsize: 4,
      retransmits: 0,
    },
  ],
  [
    257.9,
    {
      type: 'http.request',
      ip: '10.32.0.52',
      mac: PC.mac,
      method: 'GET',
      path: '/boot.ipxe',
      status: 200,
      bytes: 412,
      seconds: 0.001,
      agent: 'iPXE/1.21',
    },
  ],
  [
    257.5,
    {
      type: 'http.request',
      ip: '10.32.0.52',
      mac: PC.mac,
      method: 'GET',
      path: '/debian/vmlinuz',
      status: 200,
      bytes: 8_127_424,
      seconds: 0.09,
    },
  ],
  [
    257.0,
    {
      type: 'http.request',
      ip: '10.32.0.52',
      mac: PC.mac,
      method: 'GET',
      path: '/debian/initrd.gz',
      status: 200,
      bytes: 27_340_112,
      seconds: 0.3,
    },
  ],
  [252.0, { type: 'dhcp.discover', mac: PC.mac, xid: '01010101', hostname: 'rack-01', vendorClass: 'd-i' }],
  [251.9, { type: 'dhcp.ack', mac: PC.mac, xid: '01010101', hostname: 'rack-01', ip: '10.32.0.52', lease: 600 }],
  [
    250,
    { type: 'dns.query', ip: '10.32.0.52', mac: PC.mac, name: 'packages.example.org', qtype: 'A', result: 'nxdomain' },
  ],
];

const boxStory: Story = [165, 124, 83, 42, 1].flatMap(
  (ago): Story => [
    [ago, { type: 'dhcp.discover', ...BOX }],
    [
      ago - 0.1,
      { type: 'dhcp.offer', ...BOX, ip: '10.32.0.50', lease: 600, bootfile: 'undionly.kpxe', recipe: 'bios' },
    ],
    [ago - 0.2, { type: 'dhcp.request', ...BOX, ip: '10.32.0.50' }],
    [ago - 0.3, { type: 'dhcp.ack', ...BOX, ip: '10.32.0.50', lease: 600, bootfile: 'undionly.kpxe', recipe: 'bios' }],
    [
      ago - 0.5,
      {
        type: 'tftp.start',
        ip: '10.32.0.50',
        mac: BOX.mac,
        file: 'undionly.kpxe',
        size: 70_000,
        blksize: 1456,
        windowsize: 1,
      },
    ],
    [
      ago - 0.6,
      {
        type: 'tftp.done',
        ip: '10.32.0.50',
        mac: BOX.mac,
        file: 'undionly.kpxe',
        bytes: 70_000,
        seconds: 0.1,
        blksize: 1456,
        windowsize: 1,
        retransmits: 0,
      },
    ],
  ],
);

const piStory: Story = [
  [9, { type: 'dhcp.discover', ...PI }],
  [8.9, { type: 'dhcp.offer', ...PI, ip: '10.32.0.51', lease: 600, recipe: 'raspberry-pi' }],
  [8.8, { type: 'dhcp.request', ...PI, ip: '10.32.0.51' }],
  [8.8, { type: 'dhcp.ack', ...PI, ip: '10.32.0.51', lease: 600, recipe: 'raspberry-pi' }],
  [
    8.5,
    {
      type: 'tftp.error',
      ip: '10.32.0.51',
      mac: PI.mac,
      file: '1a2b3c4d/recovery.elf',
      reason: 'missing',
      detail: 'there is no such file',
    },
  ],
  [
    8.4,
    {
      type: 'tftp.start',
      ip: '10.32.0.51',
      mac: PI.mac,
      file: '1a2b3c4d/start4.elf',
      size: 2_260_000,
      blksize: 1024,
      windowsize: 1,
    },
  ],
  [
    7.6,
    {
      type: 'tftp.done',
      ip: '10.32.0.51',
      mac: PI.mac,
      file: '1a2b3c4d/start4.elf',
      bytes: 2_260_000,
      seconds: 0.8,
      blksize: 1024,
      windowsize: 1,
      retransmits: 2,
    },
  ],
  [
    7.1,
    {
      type: 'tftp.start',
      ip: '10.32.0.51',
      mac: PI.mac,
      file: '1a2b3c4d/kernel8.img',
      size: 26_000_000,
      blksize: 1024,
      windowsize: 1,
    },
  ],
];

/** The Pi in the middle of its kernel. */
function inTransfer(devices: Map<string, DeviceView>): Map<string, DeviceView> {
  const pi = devices.get(PI.mac);
  if (pi?.progress)
    devices.set(PI.mac, { ...pi, progress: { ...pi.progress, bytes: 16_120_000, startedAt: startedAgo(1.5) } });
  return devices;
}

const servingSince = (plan: PlanView, seconds: number): BenchView => ({
  state: 'serving',
  plan,
  since: startedAgo(seconds),
  bound: [
    { service: 'dhcp', address: plan.address, port: 67 },
    { service: 'tftp', address: plan.address, port: 69 },
    { service: 'http', address: plan.address, port: 80 },
    { service: 'dns', address: plan.address, port: 53 },
  ],
});

const PACKETS: readonly Recorded[] = captures.slice(0, 24).map((capture, index) => ({
  number: index + 1,
  at: startedAgo(260 - index * 0.4),
  outgoing: / -> [\d.]+:68 /.test(capture.note),
  bytes: captureFrame(capture),
}));

const SERVING: Partial<Handlers> = {
  ...PLANS,
  'bench.stop': () => {},
  'packets.list': ({ before = Number.POSITIVE_INFINITY, limit }) =>
    PACKETS.filter(({ number }) => number < before)
      .map(packetRow)
      .reverse()
      .slice(0, limit),
  'packets.get': ({ number }) => packetDetail(PACKETS[number - 1]!),
  'packets.capture': () => ({ name: 'benchboot-blade3.pcapng', base64: 'Cg0NCg==' }),
  'devices.explain': () => [
    'It has 10.32.0.51 for 10 min.',
    'As Raspberry Pi 4 it was told to boot from the folder 1a2b3c4d (rule raspberry-pi).',
    'It fetched 1a2b3c4d/start4.elf.',
    'It asked for 1a2b3c4d/recovery.elf, which you do not have; that may be normal for its firmware.',
  ],
  'devices.note': () => {},
};

function serving(story: Story, plan = planFor(USB.name, { root: '/srv/bench' })): ScriptedViews {
  const { devices, events } = told([...READY, ...story].sort(([a], [b]) => b - a));
  return { ...base(), bench: servingSince(plan, 751), devices: inTransfer(devices!), events: events! };
}

/** So many boards at every stage there is. */
export function crowd(count: number): ScriptedViews {
  const story = Array.from({ length: count }, (_, index): Story => {
    const two = (value: number): string => value.toString(16).padStart(2, '0');
    const mac = `52:54:00:aa:${two(index >> 8)}:${two(index & 255)}`;
    const ip = `10.32.${index >> 8}.${index & 255 || 1}`;
    const client = {
      ...PC,
      mac,
      xid: two(index).padStart(8, '0'),
      hostname: `node-${String(index + 1).padStart(3, '0')}`,
    };
    const ago = 700 - index;
    const steps: Story = [
      [ago, { type: 'dhcp.discover', ...client }],
      [ago - 0.1, { type: 'dhcp.offer', ...client, ip, lease: 600, bootfile: 'ipxe.efi' }],
      [ago - 0.2, { type: 'dhcp.ack', ...client, ip, lease: 600, bootfile: 'ipxe.efi' }],
      [ago - 0.5, { type: 'tftp.start', ip, mac, file: 'ipxe.efi', size: 1_093_632, blksize: 1468, windowsize: 4 }],
      [
        ago - 0.9,
        {
          type: 'tftp.done',
          ip,
          mac,
          file: 'ipxe.efi',
          bytes: 1_093_632,
          seconds: 0.4,
          blksize: 1468,
          windowsize: 4,
          retransmits: 0,
        },
      ],
      index % 23 === 5
        ? [
            ago - 1.2,
            {
              type: 'http.request',
              ip,
              mac,
              method: 'GET',
              path: '/boot/missing.ipxe',
              status: 404,
              bytes: 0,
              seconds: 0.001,
            },
          ]
        : [
            ago - 1.2,
            {
              type: 'http.request',
              ip,
              mac,
              method: 'GET',
              path: '/debian/vmlinuz',
              status: 200,
              bytes: 8_127_424,
              seconds: 0.09,
            },
          ],
      [
        ago - 2,
        {
          type: 'http.request',
          ip,
          mac,
          method: 'GET',
          path: '/debian/initrd.gz',
          status: 200,
          bytes: 27_340_112,
          seconds: 0.3,
        },
      ],
      [ago - 9, { type: 'dhcp.discover', mac, xid: client.xid, hostname: client.hostname }],
    ];
    return steps.slice(0, index % 23 === 5 ? 6 : index % 7 === 3 ? 3 + (index % 4) : 8);
  }).flat();
  return serving(story, planFor(USB.name, { prefix: 20, root: '/srv/bench' }));
}

/* The scenes ------------------------------------------------------------------------------------------------------ */

const refusal = (rule: 'no-default-route' | 'no-second-dhcp', because: string, instead: string): BenchError =>
  new BenchError('SAFETY_REFUSED', { rule, because, instead, override: `--force ${rule}` });

const LAST_PLAN = planFor(USB.name);

/** Each call makes the scene anew, because times count from now. */
export const SCENES = {
  empty: (): Scene => ({
    shows: '10.32.0.1/24',
    views: { ...base(), wires: new Map([[USB.name, quietWire(USB.name)]]) },
    handlers: PLANS,
  }),
  'no-port': (): Scene => ({
    shows: 'Plug a USB Ethernet adapter in',
    views: { ...base(), nics: nicViews(UPLINK, WIRELESS, LOOPBACK) },
    handlers: PLANS,
  }),
  'wire-heard': (): Scene => ({
    shows: '10.32.0.1/24',
    views: {
      ...onWire([CLUSTER, FIXED_PI, SWITCH], 31),
      bench: { state: 'idle', last: { plan: LAST_PLAN, endedAt: startedAgo(420), reason: 'stopped by hand' } },
    },
    handlers: PLANS,
  }),
  'rival-on-wire': (): Scene => ({
    shows: 'addresses from the other server',
    views: onWire([RIVAL, CLUSTER], 40),
    handlers: PLANS,
  }),
  'plan-form': (): Scene => ({
    shows: /takes an address with its prefix/,
    views: { ...onWire([CLUSTER], 12), settings: { ...SETTINGS, wish: { address: '10.99.0.1/33', lease: '1h' } } },
    handlers: {
      ...PLANS,
      'bench.plan': () => {
        throw new BenchError('USAGE', {
          problem:
            'This laptop\'s address takes an address with its prefix, such as 10.32.0.1/24; "10.99.0.1/33" is not.',
        });
      },
    },
  }),
  'serving-empty': (): Scene => ({
    shows: 'Switch a board on',
    views: { ...base(), ...told(READY), bench: servingSince(planFor(USB.name), 12) },
    handlers: SERVING,
  }),
  'serving-three': (): Scene => ({
    shows: 'blade3',
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
  }),
  'serving-log': (): Scene => ({
    shows: 'blade3',
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    act: async page => {
      await page.getByRole('button', { name: /^Events/ }).click();
      await page.getByRole('grid', { name: 'Events' }).waitFor();
    },
  }),
  'stuck-device': (): Scene => ({
    shows: /Watch its console/,
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    hash: `#/bench/device/${encodeURIComponent(BOX.mac)}`,
  }),
  'device-fetching': (): Scene => ({
    shows: /of 26\.0 MB/,
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    hash: `#/bench/device/${encodeURIComponent(PI.mac)}`,
  }),
  'device-packets': (): Scene => ({
    shows: 'giaddr',
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    hash: `#/bench/device/${encodeURIComponent(PI.mac)}/packets`,
    act: async page => {
      await page.getByText('Ethernet', { exact: false }).first().waitFor();
    },
  }),
  'device-why': (): Scene => ({
    shows: /It fetched/,
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    hash: `#/bench/device/${encodeURIComponent(PI.mac)}/why`,
  }),
  'many-devices': (): Scene => ({ shows: 'node-001', views: crowd(500), handlers: SERVING }),
  override: (): Scene => ({
    shows: 'rack-01',
    views: {
      ...serving(pcStory),
      bench: servingSince(planFor(USB.name, { forced: ['no-second-dhcp'] }), 95),
    },
    handlers: SERVING,
  }),
  refused: (): Scene => ({
    views: {
      ...base(),
      nics: nicViews(UPLINK, WIRELESS, LOOPBACK),
      wires: new Map([[UPLINK.name, quietWire(UPLINK.name)]]),
    },
    handlers: {
      ...PLANS,
      'bench.plan': () => {
        throw refusal(
          'no-default-route',
          "eth0 carries this laptop's default route",
          'Choose another port, best a USB Ethernet adapter of its own.',
        );
      },
    },
    act: async page => {
      await page.getByRole('radio', { name: /^eth0/ }).check({ force: true });
      await page.getByRole('button', { name: 'I know this network' }).click();
      await page.getByRole('button', { name: /^Override/ }).waitFor();
    },
  }),
  error: (): Scene => ({
    shows: '10.32.0.1/24',
    views: {
      ...onWire([CLUSTER], 12),
      bench: {
        state: 'idle',
        error: {
          code: 'PORT_TAKEN',
          message:
            'UDP port 67 on 10.32.0.1 is held by dnsmasq (process 811). Stop that program, or leave this service out.',
          detail: 'Error: bind EADDRINUSE 10.32.0.1:67',
        },
      },
    },
    handlers: PLANS,
  }),
  'engine-gone': (): Scene => ({
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    act: async (page, engine) => {
      await page.getByRole('row', { name: /blade3/ }).waitFor();
      engine.tell({ engine: 'gone', reason: 'It was ended by SIGKILL.', restarts: 1 });
      await page.getByRole('button', { name: 'Restart the engine' }).waitFor();
    },
  }),
  interrupted: (): Scene => {
    const views = serving([...pcStory, ...boxStory, ...piStory]);
    const plan = planFor(USB.name, { root: '/srv/bench' });
    return {
      views: { ...views, bench: { state: 'interrupted', wish: { nic: USB.name }, plan, since: startedAgo(751) } },
      handlers: { ...SERVING, 'bench.resume': () => {}, 'bench.dismiss': () => {} },
    };
  },
  settings: (): Scene => ({
    views: {
      ...base(),
      settings: { ...SETTINGS, nic: USB.name, wish: { address: '10.99.0.1/24', root: '/srv/bench' } },
    },
    handlers: {
      ...PLANS,
      'doctor.examine': () => [
        { check: 'dhcp', result: 'ok', message: 'A DHCP exchange with our own server worked.' },
        { check: 'tftp', result: 'ok', message: 'A file came back by TFTP as it was served.' },
        { check: 'http', result: 'ok', message: 'A file came back by HTTP as it was served.' },
        {
          check: 'firewall',
          result: 'warning',
          message:
            'ufw is active and lets no DHCP in. Allow it on the bench port: sudo ufw allow in on enx00e04c680001.',
        },
        {
          check: 'ports',
          result: 'failed',
          message: 'UDP port 69 is held by tftpd-hpa. Stop it: sudo systemctl stop tftpd-hpa.',
        },
        { check: 'programs', result: 'ok', message: 'All iPXE programs are there and unchanged.' },
        { check: 'state', result: 'ok', message: 'The state folder can be written.' },
      ],
    },
    hash: '#/settings',
    act: async page => {
      await page.getByRole('button', { name: 'Run the self-test' }).click();
      await page.getByText('Network ports').waitFor();
    },
  }),
  palette: (): Scene => ({
    views: serving([...pcStory, ...boxStory, ...piStory]),
    handlers: SERVING,
    act: async page => {
      await page.getByRole('row', { name: /blade3/ }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Find an action').waitFor();
    },
  }),
  ...consoleScenes(base),
  ...flashScenes(base),
  ...ipxeScenes(base, () => serving([...pcStory, ...boxStory, ...piStory])),
} as const satisfies Record<string, () => Scene>;

export type SceneName = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as readonly SceneName[];
