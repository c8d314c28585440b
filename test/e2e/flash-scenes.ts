/** States of the flasher. */

import { previewRecipe } from '../../main/app/recipes.ts';
import type { Handlers } from '../../main/contract/calls.ts';
import type {
  DrivesView,
  FlashJobView,
  ImageView,
  JobTarget,
  OfferedDrive,
  QueueView,
} from '../../main/contract/flash-views.ts';
import { BenchError } from '../../main/errors.ts';
import { imageKind } from '../../main/flash/customise/image-kind.ts';
import { offerOf } from '../../main/flash/drive/offer.ts';
import { driveView } from '../../main/flash/drive/view.ts';
import type { FlashRecord } from '../../main/flash/history.ts';
import type { Drive, DrivePartition } from '../../main/host/host.ts';
import type { Scene } from './scenes.ts';
import type { ScriptedViews } from './scripted-engine.ts';

const GB = 1e9;

const part = (number: number, filesystem: string, label: string | undefined, size: number): DrivePartition => ({
  number,
  path: `/dev/x${number}`,
  start: number * 1e6,
  size,
  label,
  filesystem,
  mountpoints: [],
});

function drive(name: string, facts: Partial<Drive>): OfferedDrive {
  const whole: Drive = {
    name,
    path: `/dev/${name}`,
    number: undefined,
    diskseq: 1,
    size: 32 * GB,
    sectorSize: 512,
    serial: `4C53000${name.charCodeAt(2)}7`,
    wwn: undefined,
    vendor: 'SanDisk',
    model: 'Ultra',
    busPath: `usb-0000:00:14.0-${name.charCodeAt(2) - 96}`,
    bus: 'usb',
    removable: true,
    readOnly: false,
    mediaPresent: true,
    partitions: [],
    holders: [],
    uses: [],
    ...facts,
  };
  const policy = { allowFixed: false, neverTouch: [], sources: [] };
  return {
    ...driveView(offerOf(whole, policy)),
    id: `id-${name}`,
    mediaPresent: whole.mediaPresent,
    ifAllowed: offerOf(whole, { ...policy, allowFixed: true }).offered,
  };
}

const PI_PARTS = [part(1, 'vfat', 'bootfs', 0.5 * GB), part(2, 'ext4', 'rootfs', 31 * GB)];
const mount = (at: string, on: string) => ({ kind: 'mount', at, on, through: [] }) as const;

const PI_CARD = drive('sdb', { partitions: PI_PARTS });
const STICK = drive('sdc', {
  vendor: 'Kingston',
  model: 'DataTraveler 3.0',
  size: 62 * GB,
  partitions: [part(1, 'exfat', 'PHOTOS', 62 * GB)],
  uses: [mount('/media/maria/PHOTOS', 'sdc1')],
});
const SYSTEM = drive('nvme0n1', {
  vendor: undefined,
  model: 'Samsung SSD 980 PRO 1TB',
  bus: 'nvme',
  size: 1000 * GB,
  removable: false,
  busPath: '0000:01:00.0',
  serial: 'S5GXNX0R',
  partitions: [part(1, 'vfat', 'EFI', 0.5 * GB), part(2, 'ext4', undefined, 999 * GB)],
  uses: [mount('/', 'nvme0n1p2')],
});
const ARCHIVE = drive('sda', {
  vendor: 'Seagate',
  model: 'Expansion',
  size: 4000 * GB,
  partitions: [part(1, 'ntfs', 'Archive', 4000 * GB)],
});
const LOCKED = drive('mmcblk0', { vendor: undefined, model: 'SD32G', bus: 'sd', readOnly: true, busPath: undefined });
const EMPTY_SLOT = drive('sdf', { vendor: 'Generic', model: 'STORAGE DEVICE', mediaPresent: false, size: 0 });

const drives = (...all: readonly OfferedDrive[]): DrivesView => ({ listed: true, drives: all, neverTouch: [] });
const ALL = drives(PI_CARD, STICK, ARCHIVE, LOCKED, EMPTY_SLOT, SYSTEM);

const IMAGE = '/home/maria/Downloads/2025-05-13-raspios-bookworm-arm64-lite.img.xz';
const RASPIOS: ImageView = {
  image: IMAGE,
  name: '2025-05-13-raspios-bookworm-arm64-lite.img',
  format: 'xz',
  fileSize: 447_000_000,
  size: 2_759_852_032,
  bmap: { path: `${IMAGE}.bmap`, mapped: 1_934_000_000 },
  published: { sha256: 'a4ac3b2f'.repeat(8), path: `${IMAGE}.sha256` },
};

const IPXE_IMAGE = '/home/maria/.local/state/benchboot/built/almalinux disk.img';
const IPXE: ImageView = {
  image: IPXE_IMAGE,
  name: 'almalinux disk.img',
  format: 'raw',
  fileSize: 16_777_216,
  size: 16_777_216,
  setUp: imageKind({ label: 'IPXE', names: ['EFI', 'autoexec.ipxe'], texts: {} }),
};

const RECORDS: readonly FlashRecord[] = [
  {
    t: '2026-11-20T14:03:22.000Z',
    action: 'flash',
    result: 'done',
    image: 'raspios-lite-arm64.img.xz',
    sha256: 'a4ac3b2f'.repeat(8),
    drive: 'SanDisk Ultra, 32.0 GB (sdb)',
    serial: '4C5300098',
    size: 32 * GB,
    seconds: 141,
    sentences: ['Its host name will be rack7-a.', 'Its user will be maria, with a password.'],
  },
  {
    t: '2026-11-20T13:51:02.000Z',
    action: 'flash',
    result: 'failed',
    image: 'raspios-lite-arm64.img.xz',
    drive: 'Kingston DataTraveler 3.0, 62.0 GB (sdc)',
    serial: '4C5300099',
    reason:
      'At 12 of 4096 blocks SanDisk Ultra returned something else than was written, the first at byte 1073741824.',
    seconds: 97,
  },
  {
    t: '2026-11-19T09:12:40.000Z',
    action: 'probe',
    result: 'failed',
    drive: 'Generic Flash Disk, 512 GB (sdd)',
    reason: 'It claims 512 GB, but has 32.0 GB: what is written beyond that lands on what was written before.',
    seconds: 12,
  },
  {
    t: '2026-11-18T17:20:00.000Z',
    action: 'read',
    result: 'done',
    image: '/home/maria/images/golden.img.zst',
    sha256: '77ab12cd'.repeat(8),
    drive: 'SanDisk Ultra, 32.0 GB (sdb)',
    seconds: 204,
  },
];

const HANDLERS: Partial<Handlers> = {
  'wire.watch': () => {},
  'wire.unwatch': () => {},
  'images.list': () => [
    {
      path: IMAGE,
      name: `${RASPIOS.name}.xz`,
      size: 447_000_000,
      modified: Date.now() - 7_200_000,
      where: 'downloads',
    },
    {
      path: '/home/maria/Benchboot/debian-12-generic-arm64.raw',
      name: 'debian-12-generic-arm64.raw',
      size: 2_147_483_648,
      modified: Date.now() - 86_400_000 * 3,
      where: 'library',
    },
  ],
  'images.inspect': ({ image }) => {
    if (image === IMAGE) return RASPIOS;
    if (image === IPXE_IMAGE) return IPXE;
    if (image.endsWith('.tar.xz'))
      throw new BenchError('IMAGE_UNSUPPORTED', {
        path: image,
        what: 'packed a tar archive',
        instead: 'Unpack it and give the image inside',
      });
    return { image, name: 'debian.raw', format: 'raw', fileSize: 2_147_483_648, size: 2_147_483_648 };
  },
  'eeprom.make': () => ({
    image: '/home/maria/Benchboot/raspberry-pi-4-bootloader.img',
    board: 'Raspberry Pi 4',
    config: '[all]\nBOOT_UART=1\nWAKE_ON_GPIO=1\nBOOT_ORDER=0xf12\n',
  }),
  'recipes.preview': ({ recipe, csv, as }) => previewRecipe(recipe, csv, as),
  'flash.history': () => RECORDS,
  'flash.start': () => {
    throw new BenchError('SAFETY_REFUSED', {
      rule: 'same-device',
      because: 'what is now at /dev/sdb is not the drive that was chosen',
      instead: 'Nothing was written. Look at the list of drives and choose again.',
      override: undefined,
    });
  },
  'flash.cancel': () => {},
  'flash.dismiss': () => {},
};

const rates = (length: number, at: number): number[] =>
  Array.from(
    { length },
    (_, index) => at * (0.85 + 0.15 * Math.sin(index / 3) * Math.cos(index / 11)) * (index < 3 ? 1.4 : 1),
  );

const target = (of: OfferedDrive, more: Partial<JobTarget>): JobTarget => ({
  device: of.path,
  title: of.title,
  size: of.size,
  state: 'waiting',
  writing: [],
  verifying: [],
  ...(of.busPath !== undefined && { slot: of.busPath }),
  ...(of.serial !== undefined && { serial: of.serial }),
  ...more,
});

const TRAY = ['sdb', 'sdc', 'sdd', 'sde'].map(name => drive(name, { partitions: PI_PARTS }));
const SIZE = RASPIOS.size!;

const job = (more: Partial<FlashJobView>): FlashJobView => ({
  id: 'j1',
  kind: 'flash',
  state: 'running',
  began: Date.now() - 62_000,
  image: IMAGE,
  verify: true,
  facts: { format: 'xz', size: SIZE, mapped: RASPIOS.bmap!.mapped, matched: 'file' },
  targets: [],
  notices: [],
  ...more,
});

const AT_WORK = job({
  targets: [
    target(TRAY[0]!, {
      name: 'rack7-a',
      state: 'running',
      writing: rates(100, 42e6),
      verifying: rates(38, 88e6),
      progress: { phase: 'verifying', bytes: SIZE * 0.38, total: SIZE, fraction: 0.38, rate: 88e6, eta: 19 },
    }),
    target(TRAY[1]!, {
      name: 'rack7-b',
      state: 'running',
      writing: rates(71, 24e6),
      progress: { phase: 'writing', bytes: SIZE * 0.71, total: SIZE, fraction: 0.71, rate: 23.4e6, eta: 34 },
    }),
    target(TRAY[2]!, {
      name: 'rack7-c',
      state: 'failed',
      writing: rates(31, 12e6),
      failure: {
        phase: 'writing',
        code: 'DRIVE_IO',
        state: 'unusable',
        message:
          'The drive "/dev/sdd" failed to write at byte 859832320: input/output error. Try another port or reader; a card that fails twice at the same place is worn out.',
      },
    }),
    target(TRAY[3]!, { name: 'rack7-d' }),
  ],
});

const QUEUE: QueueView = {
  rule: 'every USB stick or SD card of at most 64.0 GB that is plugged in from now on',
  state: 'waiting',
  written: 0,
  failed: 0,
  left: 12,
  passed: [],
};

const customised = (name: string): readonly string[] => [
  `Its host name will be ${name}.`,
  'Its user will be maria, with a password.',
  'SSH lets in the key SHA256:yh1gtWlpxSKcdr2NzSOAqHs6Cz0eA6sYCYwxCbTLTB4 (maria@laptop).',
];
const done = (name: string, seconds: number): Partial<JobTarget> => ({
  name,
  state: 'done',
  done: {
    bytes: SIZE,
    written: RASPIOS.bmap!.mapped,
    verified: true,
    seconds,
    sha256: 'a4ac3b2f'.repeat(8),
    customised: customised(name),
  },
});

const ENDED = job({
  state: 'ended',
  ended: Date.now() - 1_000,
  targets: [
    target(TRAY[0]!, done('rack7-a', 82)),
    target(TRAY[1]!, done('rack7-b', 141)),
    AT_WORK.targets[2]!,
    target(TRAY[3]!, {
      name: 'rack7-d',
      state: 'cancelled',
      failure: {
        phase: 'preparing',
        code: 'FLASH_CANCELLED',
        state: 'untouched',
        message: 'SanDisk Ultra, 32.0 GB (sde): stopped as you asked.',
      },
    }),
  ],
});

export function flashScenes(base: () => ScriptedViews) {
  const scene = (views: ScriptedViews, more: Partial<Scene> = {}): Scene => ({
    views: { ...base(), ...views },
    handlers: HANDLERS,
    hash: '#/flash',
    ...more,
  });
  const withImage: Scene['act'] = async page => {
    await page.getByText('raspios-bookworm').click();
    await page.getByText('when unpacked').waitFor();
  };
  const withTarget: Scene['act'] = async (page, engine) => {
    await withImage(page, engine);
    await page.getByRole('checkbox', { name: /SanDisk/ }).click();
    await page.getByRole('button', { name: /^Erase SanDisk/ }).waitFor();
  };
  const withRecipe: Scene['act'] = async (page, engine) => {
    await withTarget(page, engine);
    await page.getByText('Pi OS', { exact: true }).click();
    await page.getByLabel('Host name').fill('rack7-b');
    await page.getByLabel('User').fill('maria');
    await page.getByLabel('Password', { exact: true }).fill('correct horse');
    await page
      .getByLabel('SSH keys')
      .fill('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0kV1n7Uf5v0p1ZQK2m8o9x3l4c6d7e8f9g0h1i2j3k maria@laptop');
    await page.getByText('What the card will say').waitFor();
  };
  return {
    flash: () => scene({ drives: ALL }),
    'flash-no-drive': () => scene({ drives: drives(SYSTEM) }, { handlers: { ...HANDLERS, 'images.list': () => [] } }),
    'flash-ready': () => scene({ drives: ALL }, { act: withTarget }),
    'flash-recipe': () => scene({ drives: ALL }, { act: withRecipe }),
    'flash-mounted': () =>
      scene(
        { drives: drives(...TRAY, STICK, SYSTEM) },
        {
          act: async (page, engine) => {
            await withImage(page, engine);
            await page.getByRole('button', { name: 'Choose all' }).click();
          },
        },
      ),
    'flash-fixed': () =>
      scene(
        { drives: ALL },
        {
          act: async (page, engine) => {
            await withImage(page, engine);
            await page.getByRole('switch', { name: /Allow fixed/ }).press('Space');
            await page.getByRole('checkbox', { name: /Seagate/ }).click();
            await page.getByRole('button', { name: /^Erase Seagate/ }).click();
            await page.getByText('This is no everyday target').waitFor();
          },
        },
      ),
    'flash-refused': () =>
      scene(
        { drives: ALL },
        {
          act: async (page, engine) => {
            await withTarget(page, engine);
            await page.getByRole('button', { name: /^Erase SanDisk/ }).click();
            await page.getByText('same-device').waitFor();
          },
        },
      ),
    'flash-bad-image': () =>
      scene(
        { drives: ALL },
        {
          act: async page => {
            await page.getByLabel('Link or path of an image').fill('/home/maria/Downloads/rootfs.tar.xz');
            await page.getByRole('button', { name: 'Use' }).click();
            await page.getByText('a tar archive').waitFor();
          },
        },
      ),
    'flash-table': () =>
      scene(
        { drives: drives(...TRAY, SYSTEM) },
        {
          act: async (page, engine) => {
            await withImage(page, engine);
            await page.getByRole('button', { name: 'Choose all' }).click();
            await page.getByText('Pi OS', { exact: true }).click();
            await page
              .getByLabel('Table, a row for each card')
              .fill(
                'hostname,address\nrack7-a,10.32.0.61/24\nrack7-b,10.32.0.62/24\nrack7-c,10.32.0.63/24\nrack7-d,10.32.0.64/24',
              );
            await page.getByText('What the card will say').waitFor();
          },
        },
      ),
    'flash-eeprom': () =>
      scene(
        { drives: ALL },
        {
          act: async page => {
            await page.getByRole('button', { name: /Let a Raspberry Pi/ }).click();
            await page.getByLabel('Bootloader', { exact: true }).fill('/home/maria/rpi-eeprom/pieeprom-2025-11-05.bin');
          },
        },
      ),
    'flash-eeprom-made': () =>
      scene(
        { drives: ALL },
        {
          act: async page => {
            await page.getByRole('button', { name: /Let a Raspberry Pi/ }).click();
            await page.getByLabel('Bootloader', { exact: true }).fill('/home/maria/rpi-eeprom/pieeprom-2025-11-05.bin');
            await page.getByLabel('Recovery program', { exact: true }).fill('/home/maria/rpi-eeprom/recovery.bin');
            await page.getByRole('button', { name: 'Make the image' }).click();
            await page.getByText('BOOT_ORDER=0xf12').waitFor();
          },
        },
      ),
    'flash-queue': () =>
      scene(
        { drives: drives(...TRAY.slice(0, 2), SYSTEM) },
        {
          act: async (page, engine) => {
            await withImage(page, engine);
            await page.getByRole('checkbox', { name: /sdb/ }).click();
            await page.getByRole('switch', { name: /every card/ }).press('Space');
            await page.getByLabel('How many').fill('12');
            await page.getByLabel('None larger than').fill('64 GB');
          },
        },
      ),
    'flash-queue-sure': () =>
      scene(
        { drives: drives(...TRAY.slice(0, 2), SYSTEM) },
        {
          act: async (page, engine) => {
            await withImage(page, engine);
            await page.getByRole('checkbox', { name: /sdb/ }).click();
            await page.getByRole('switch', { name: /every card/ }).press('Space');
            await page.getByRole('button', { name: /^Erase and write every/ }).click();
            await page.getByText('Every card will be erased').waitFor();
          },
        },
      ),
    'flash-queue-first': () =>
      scene(
        {
          drives: drives(SYSTEM),
          flashJobs: new Map([['j1', (({ facts: _, ...rest }) => rest)(job({ queue: QUEUE }))]]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-queue-at-work': () =>
      scene(
        {
          drives: drives(...TRAY, SYSTEM),
          flashJobs: new Map([
            [
              'j1',
              job({
                queue: {
                  ...QUEUE,
                  state: 'writing',
                  written: 2,
                  failed: 1,
                  left: 9,
                  passed: [
                    {
                      device: '/dev/sdf',
                      title: 'Seagate Expansion, 4.0 TB (sdf)',
                      because: 'it is larger than 64.0 GB, the most that this queue takes',
                    },
                  ],
                },
                targets: [
                  target(TRAY[0]!, { ...done('rack7-a', 82), row: 1 }),
                  { ...AT_WORK.targets[2]!, row: 2 },
                  target(TRAY[3]!, { ...done('rack7-b', 90), row: 2 }),
                  { ...AT_WORK.targets[0]!, name: 'rack7-c', row: 3 },
                  { ...AT_WORK.targets[1]!, name: 'rack7-d', row: 4 },
                ],
              }),
            ],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-at-work': () =>
      scene({ drives: drives(...TRAY, SYSTEM), flashJobs: new Map([['j1', AT_WORK]]) }, { hash: '#/flash/job/j1' }),
    'flash-fetching': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            [
              'j1',
              (({ facts: _, ...rest }) => rest)(
                job({
                  image: 'https://downloads.example.org/raspios-lite-arm64.img.xz',
                  fetching: { phase: 'downloading', bytes: 120e6, total: 447e6, fraction: 0.27, rate: 11e6, eta: 30 },
                  targets: [target(PI_CARD, {})],
                }),
              ),
            ],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-beside': () => scene({ drives: drives(...TRAY, SYSTEM), flashJobs: new Map([['j1', AT_WORK]]) }),
    'flash-ended': () => scene({ drives: ALL, flashJobs: new Map([['j1', ENDED]]) }, { hash: '#/flash/job/j1' }),
    'flash-tray-done': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            [
              'j1',
              job({
                state: 'ended',
                ended: Date.now(),
                targets: Array.from({ length: 40 }, (_, at) => target(TRAY[at % 4]!, done(`rack7-${at + 1}`, 82))),
              }),
            ],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-done': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            ['j1', job({ state: 'ended', ended: Date.now(), targets: [target(PI_CARD, done('rack7-b', 82))] })],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-ipxe': () =>
      scene(
        { drives: ALL },
        {
          hash: `#/flash/image/${encodeURIComponent(IPXE_IMAGE)}`,
          act: async page => {
            await page.getByText('Its script is on it').waitFor();
            await page.getByRole('checkbox', { name: /SanDisk/ }).click();
          },
        },
      ),
    'flash-ipxe-done': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            [
              'j1',
              job({
                image: IPXE_IMAGE,
                state: 'ended',
                ended: Date.now(),
                facts: { format: 'raw', size: IPXE.size! },
                targets: [
                  target(PI_CARD, {
                    state: 'done',
                    done: {
                      bytes: IPXE.size!,
                      written: IPXE.size!,
                      verified: true,
                      seconds: 3,
                      sha256: '349403ac'.repeat(8),
                    },
                  }),
                ],
              }),
            ],
          ]),
        },
        { hash: '#/flash/job/j1', act: page => page.getByText('Now start a machine from it').waitFor() },
      ),
    'flash-wrong-sum': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            [
              'j1',
              (({ facts: _, ...rest }) => rest)(
                job({
                  state: 'ended',
                  ended: Date.now(),
                  targets: [target(PI_CARD, { state: 'cancelled' })],
                  error: {
                    code: 'IMAGE_CHECKSUM',
                    message: new BenchError('IMAGE_CHECKSUM', {
                      path: IMAGE,
                      expected: 'a4ac3b2f'.repeat(8),
                      file: '00ff1234'.repeat(8),
                      content: undefined,
                    }).message,
                  },
                }),
              ),
            ],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-counterfeit': () =>
      scene(
        {
          drives: ALL,
          flashJobs: new Map([
            [
              'j1',
              (({ facts: _, image: __, ...rest }) => rest)(
                job({
                  kind: 'probe',
                  state: 'ended',
                  ended: Date.now(),
                  targets: [target(STICK, { state: 'failed' })],
                  found: {
                    good: false,
                    sentences: [
                      'It claims 62.0 GB, but has 8.0 GB: what is written beyond that lands on what was written before. Give it back; files on it will be damaged.',
                    ],
                  },
                }),
              ),
            ],
          ]),
        },
        { hash: '#/flash/job/j1' },
      ),
    'flash-history': () => scene({ drives: ALL }, { hash: '#/flash/history' }),
  };
}
