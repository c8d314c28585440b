/** The flasher through the contract, on drives in memory: what a window sees, what it may do, and what no window may. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../../main/app/app.ts';
import type { CallArgs, CallName, CallResult } from '../../../main/contract/calls.ts';
import type { DrivesView, FlashJobView, OfferedDrive } from '../../../main/contract/flash-views.ts';
import type { MemoryDrives } from '../../../main/host/memory/memory-drives.ts';
import { image as bootloaderImage } from '../flash/customise/eeprom-image.ts';
import { type Machine, machine } from '../memory-bench.ts';
import { errorOf, type Window } from '../rpc/kit.ts';
import { attachWindow, openApp } from './opened-app.ts';

const MB = 1 << 20;

let m: Machine;
let app: App;
let window: Window;
let image: string;
let content: Buffer;

const drives = (): MemoryDrives => m.host.drives;
const folder = (): string => dirname(m.stateFolder);

beforeEach(async () => {
  m = machine();
  drives().plug({ name: 'sda', bus: 'nvme', removable: false, uses: [use('/', 'sda2')], vendor: undefined });
  drives().plug({ name: 'sdb', size: 8 * MB });
  drives().plug({ name: 'sdc', size: 8 * MB, vendor: 'Kingston' });
  content = Buffer.alloc(5 * MB, 'an image of five megabytes, more or less. ');
  content.writeUInt16BE(0x55aa, 510);
  image = join(folder(), 'small.img');
  mkdirSync(folder(), { recursive: true });
  writeFileSync(image, content);
  app = await openApp(m, { imageFolders: [{ path: folder(), where: 'library' }] });
  window = await opened();
});
afterEach(async () => {
  await app.close();
  await m.remove();
});

const use = (at: string, on: string) => ({ kind: 'mount', at, on, through: [] }) as const;

async function opened(): Promise<Window> {
  const fresh = attachWindow(app);
  await fresh.until(() => (fresh.values.get('drives') as DrivesView | undefined)?.listed === true);
  return fresh;
}
const call = <N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>> =>
  m.wound(window.connection.call(name, args));
const view = (of = window) => of.values.get('drives') as DrivesView;
const drive = (name: string, of = window): OfferedDrive => view(of).drives.find(each => each.name === name)!;
const chosen = (...names: string[]) =>
  names.map(name => ({ drive: drive(name).id, mounted: [...drive(name).mounted] }));
const job = (id: string, of = window) => of.row('flashJobs', id) as FlashJobView | undefined;

/** Winds the clock until the window sees the job's end. */
async function ended(id: string, of = window): Promise<FlashJobView> {
  await m.wound(of.until(() => job(id, of)?.state === 'ended'));
  return job(id, of)!;
}
const start = (more: Partial<CallArgs<'flash.start'>> = {}) =>
  call('flash.start', { image, targets: chosen('sdb'), ...more } as CallArgs<'flash.start'>);
/** Something that waits until it is let go. */
function held(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
const onDrive = (name: string): Buffer => Buffer.from(drives().content(name, 0, content.length));

describe('drives', () => {
  it('what may be written stands first; the system disk last, with its reason and no way round it', () => {
    expect(view().drives.map(({ name, offered }) => [name, offered])).toEqual([
      ['sdb', true],
      ['sdc', true],
      ['sda', false],
    ]);
    expect(drive('sda')).toMatchObject({ ifAllowed: false, refusal: { reason: 'never-the-system-disk' } });
  });

  it('a fixed drive is shown with the word that would allow it', async () => {
    drives().plug({ name: 'sdd', removable: false, bus: 'sata' });
    await window.until(() => drive('sdd') !== undefined);
    expect(drive('sdd')).toMatchObject({ offered: false, ifAllowed: true, refusal: { reason: 'removable-only' } });
  });

  it('one that is never to be touched stays so until it is released, for all windows', async () => {
    const other = await opened();
    await call('drives.protect', { drive: drive('sdb').id });
    await m.wound(other.until(() => drive('sdb', other).refusal?.reason === 'never-touch'));
    expect(view(other).neverTouch).toHaveLength(1);
    expect(await errorOf(start())).toMatchObject({ rule: 'never-touch' });
    await call('drives.release', { mark: view(other).neverTouch[0]!.mark });
    await m.wound(other.until(() => drive('sdb', other).offered));
  });
});

describe('images', () => {
  it('those at hand are listed, and what one is is told', async () => {
    writeFileSync(join(folder(), 'notes.txt'), 'no image');
    expect(await call('images.list', {})).toMatchObject([
      { name: 'small.img', size: content.length, where: 'library' },
    ]);
    expect(await call('images.inspect', { image })).toMatchObject({ format: 'raw', size: content.length });
  });

  it('a published checksum beside it is found', async () => {
    const sha256 = 'ab'.repeat(32);
    writeFileSync(join(folder(), 'SHA256SUMS'), `${'00'.repeat(32)}  other.img\n${sha256} *small.img\n`);
    expect((await call('images.inspect', { image })).published).toMatchObject({ sha256 });
  });

  it.each<[string, string, RegExp]>([
    ['a file that is not there', '/nowhere/at-all.img', /there is no such file/],
    ['a URL that is none', 'https://', /is no URL/],
  ])('%s is told in a sentence', async (_name, wrong, message) => {
    expect(await errorOf(call('images.inspect', { image: wrong }))).toMatchObject({
      message: expect.stringMatching(message),
    });
  });
});

describe('a flash', () => {
  it('writes, reads back and ends in every window, in the history and on the card', async () => {
    const other = await opened();
    const { job: id } = await start({ targets: chosen('sdb', 'sdc') });
    const end = await ended(id, other);
    expect(end.targets.map(({ device, state }) => [device, state])).toEqual([
      ['/dev/sdb', 'done'],
      ['/dev/sdc', 'done'],
    ]);
    expect(end.targets[0]!.done).toMatchObject({ bytes: content.length, verified: true });
    for (const name of ['sdb', 'sdc']) expect(onDrive(name).equals(content)).toBe(true);
    expect(await call('flash.history', { limit: 5 })).toMatchObject([{ result: 'done' }, { result: 'done' }]);
    await call('flash.dismiss', { job: id });
    await m.wound(window.until(() => job(id) === undefined));
  });

  it('a wrong checksum is refused before the first octet', async () => {
    const { job: id } = await start({ sha256: 'ff'.repeat(32) });
    const end = await ended(id);
    expect(end.error?.code).toBe('IMAGE_CHECKSUM');
    expect(end.targets[0]!.state).toBe('cancelled');
    expect(drives().changes).toEqual([]);
  });

  it('is stopped from another window, and says what became of the card', async () => {
    const other = await opened();
    const hold = held();
    drives().setFaults('sdb', { before: operation => (operation === 'write' ? hold.promise : undefined) });
    const { job: id } = await start();
    await m.wound(other.until(() => job(id, other)?.targets[0]?.state === 'running'));
    await m.wound(other.connection.call('flash.cancel', { job: id }));
    hold.resolve();
    const end = await ended(id);
    expect(end.targets[0]).toMatchObject({ state: 'cancelled', failure: { state: 'unusable' } });
    expect(onDrive('sdb').equals(content)).toBe(false);
  });

  it('one card that fails stops no other', async () => {
    drives().setFaults('sdb', { writeFailsAt: 3 * MB });
    const { job: id } = await start({ targets: chosen('sdb', 'sdc') });
    const end = await ended(id);
    expect(end.targets.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect(end.targets[0]!.failure).toMatchObject({ code: 'DRIVE_IO', state: 'unusable' });
    expect(onDrive('sdc').equals(content)).toBe(true);
  });

  it('a drive is worked on once at a time', async () => {
    const hold = held();
    drives().setFaults('sdb', { before: operation => (operation === 'write' ? hold.promise : undefined) });
    const { job: id } = await start();
    expect(await errorOf(start())).toMatchObject({ code: 'DRIVE_BUSY' });
    hold.resolve();
    await ended(id);
  });

  it('closing the app ends it and lets go of the card', async () => {
    const hold = held();
    drives().setFaults('sdb', { before: operation => (operation === 'write' ? hold.promise : undefined) });
    const { job: id } = await start();
    await m.wound(window.until(() => job(id)?.targets[0]?.state === 'running'));
    const closing = app.close();
    hold.resolve();
    await m.wound(closing);
    drives().setFaults('sdb', {});
    const [card] = await drives()
      .list()
      .then(all => all.filter(({ name }) => name === 'sdb'));
    await (await drives().open(card!, 'write')).close();
  });
});

describe('a queue', () => {
  const begin = (more: Partial<CallArgs<'flash.queue'>> = {}) =>
    call('flash.queue', { image, targets: [], ...more } as CallArgs<'flash.queue'>);
  const until = (id: string, has: (seen: FlashJobView) => boolean) =>
    m.wound(
      window.until(() => {
        const seen = job(id);
        return seen !== undefined && has(seen);
      }),
    );

  it('writes what is plugged in and the drive that was chosen, and ends with its count', async () => {
    const { job: id } = await begin({ targets: chosen('sdc'), count: 2 });
    await until(id, ({ queue }) => queue?.written === 1);
    drives().plug({ name: 'sdd', size: 8 * MB, serial: 'CARD-4', busPath: 'slot-4' });
    const end = await ended(id);
    expect(end.queue).toMatchObject({ written: 2, failed: 0, left: 0 });
    expect(end.targets.map(({ device, state, slot }) => [device, state, slot])).toEqual([
      ['/dev/sdc', 'done', 'usb-0000:00:14.0-3'],
      ['/dev/sdd', 'done', 'slot-4'],
    ]);
    for (const name of ['sdc', 'sdd']) expect(onDrive(name).equals(content)).toBe(true);
    expect(onDrive('sdb').equals(content)).toBe(false);
  });

  it('one slot has one card after the other, each with a row of its own from the first that was asked for', async () => {
    const recipe = { version: 1, files: [{ path: 'name.txt', text: '{{name}}' }] };
    const { job: id } = await begin({ recipe, csv: 'name\na\nb\nc\n', firstRow: 2 });
    await until(id, ({ queue }) => queue?.state === 'waiting' && queue.left === 2);
    drives().plug({ name: 'sdd', size: 8 * MB, serial: '1' });
    await until(id, ({ targets }) => targets[0]?.state === 'failed');
    // The image has no FAT to be customised: its row is free again.
    drives().plug({ name: 'sdd', size: 8 * MB, serial: '2' });
    await until(id, ({ targets }) => targets[1]?.state === 'failed');
    await call('flash.finish', { job: id });
    const end = await ended(id);
    expect(end.targets.map(({ serial, row }) => [serial, row])).toEqual([
      ['1', 2],
      ['2', 2],
    ]);
    expect(end.queue).toMatchObject({ state: 'ending', written: 0, failed: 2, left: 2 });
  });

  it('tells what it leaves alone and why', async () => {
    const { job: id } = await begin({ maxSize: 16 * MB });
    drives().plug({ name: 'sdd', size: 32 * MB });
    await until(id, ({ queue }) => queue!.passed.length === 1);
    expect(job(id)!.queue!.passed[0]).toMatchObject({ device: '/dev/sdd', because: /larger than/ });
    await call('flash.cancel', { job: id });
    expect((await ended(id)).targets).toEqual([]);
    expect(drives().changes).toEqual([]);
  });

  it('there is one at a time; what is no queue cannot be ended as one', async () => {
    const { job: id } = await begin();
    expect(await errorOf(begin())).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('already waiting'),
    });
    const other = await start();
    expect(await errorOf(call('flash.finish', { job: other.job }))).toMatchObject({ code: 'USAGE' });
    await ended(other.job);
    await call('flash.finish', { job: id });
    await ended(id);
  });

  it('a bad image, a swapped drive and an empty table are refused before it begins', async () => {
    const targets = chosen('sdb');
    drives().plug({ name: 'sdb', size: 8 * MB, serial: 'ANOTHER' });
    expect(await errorOf(begin({ targets }))).toMatchObject({ rule: 'same-device' });
    expect(await errorOf(begin({ image: join(folder(), 'none.img') }))).toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await errorOf(begin({ recipe: { version: 1 }, csv: 'hostname\na\n', firstRow: 2 }))).toMatchObject({
      message: expect.stringContaining('none from row 2 on'),
    });
    expect(await call('flash.history', { limit: 1 })).toEqual([]);
  });
});

describe('a recipe', () => {
  const recipe = { version: 1, hostname: '{{name}}', user: { name: 'maria', password: 'geheim' } };
  const csv = 'name\nrack-1\nrack-2\nrack-3\n';

  it('is previewed card by card, without a word of its secrets', async () => {
    const preview = await call('recipes.preview', { recipe, csv, as: 'pi' });
    expect(preview.problems).toEqual([]);
    expect(preview.cards.map(({ name }) => name)).toEqual(['rack-1', 'rack-2', 'rack-3']);
    expect(preview.cards[0]!.sentences).toEqual([
      'Its host name will be rack-1.',
      'Its user will be maria, with a password.',
    ]);
    expect(JSON.stringify(preview)).not.toContain('geheim');
  });

  it('what will not do is told with its field', async () => {
    const { problems } = await call('recipes.preview', {
      recipe: { version: 1, hostname: 'with space', wifi: { ssid: '' } },
      as: 'pi',
    });
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/hostname', '/wifi/ssid']);
  });

  it('is sealed for a file', async () => {
    const { text } = await call('recipes.seal', { recipe });
    expect(text).toContain('$6$');
    expect(text).not.toContain('geheim');
  });

  it('more cards than rows are refused before anything is touched', async () => {
    expect(await errorOf(start({ targets: chosen('sdb', 'sdc'), recipe, csv, firstRow: 3 }))).toMatchObject({
      message: expect.stringContaining('From row 3 on the table has 1 rows'),
    });
    expect(drives().changes).toEqual([]);
  });
});

describe('a card for a bootloader', () => {
  it('is made from the files of a release, into the library', async () => {
    const [bootloader, recovery] = [join(folder(), 'pieeprom.bin'), join(folder(), 'recovery.bin')];
    writeFileSync(bootloader, bootloaderImage());
    writeFileSync(recovery, 'the program that writes it');
    const made = await call('eeprom.make', { image: bootloader, recovery, settings: { BOOT_ORDER: '0xf2' } });
    expect(made).toMatchObject({
      board: 'Raspberry Pi 4',
      image: join(folder(), 'Benchboot', 'raspberry-pi-4-bootloader.img'),
      config: expect.stringContaining('BOOT_ORDER=0xf2\n'),
    });
    expect(await call('images.inspect', { image: made.image })).toMatchObject({ format: 'raw' });
  });

  it('what is no bootloader is told, and no device is read to its end', async () => {
    const settings = {};
    const wrong = await errorOf(call('eeprom.make', { image, recovery: image, settings }));
    expect(wrong).toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringContaining('no bootloader image') });
    for (const path of ['/dev/zero', folder()])
      expect(await errorOf(call('eeprom.make', { image: path, recovery: path, settings }))).toMatchObject({
        code: 'FILE_UNREADABLE',
      });
    for (const bad of [{ 'BOOT ORDER': '1' }, { BOOT_ORDER: '1\n[none]' }])
      expect(await errorOf(call('eeprom.make', { image, recovery: image, settings: bad }))).toBeDefined();
  });
});

describe('a card as an image, and its capacity', () => {
  it('is read into a file, and named in the history', async () => {
    const before = drive('sdb').id;
    drives().plug({ name: 'sdb', size: 8 * MB, content });
    await m.wound(window.until(() => drive('sdb').id !== before));
    const path = join(folder(), 'card.img');
    const { job: id } = await call('flash.read', { ...chosen('sdb')[0]!, path, whole: true });
    const end = await ended(id);
    expect(end.found).toMatchObject({ good: true });
    expect(readFileSync(path).subarray(0, content.length).equals(content)).toBe(true);
    expect(await errorOf(call('flash.read', { ...chosen('sdb')[0]!, path }))).toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
    expect(await call('flash.history', { limit: 1 })).toMatchObject([{ action: 'read', result: 'done' }]);
  });

  it('a counterfeit is found out', async () => {
    drives().plug({ name: 'sdb', size: 64 * MB, faults: { realSize: 16 * MB } });
    await window.until(() => drive('sdb').size === 64 * MB);
    const { job: id } = await call('flash.probe', chosen('sdb')[0]!);
    const end = await ended(id);
    expect(end.found).toMatchObject({ good: false });
    expect(end.targets[0]!.state).toBe('failed');
  });
});

describe('no window may', () => {
  it('write a drive that was swapped after it was shown', async () => {
    const targets = chosen('sdb');
    drives().plug({ name: 'sdb', size: 8 * MB, serial: 'ANOTHER' });
    expect(await errorOf(start({ targets }))).toMatchObject({ rule: 'same-device' });
    expect(drives().changes).toEqual([]);
  });

  it('unmount what it did not show', async () => {
    const targets = chosen('sdb');
    drives().set('sdb', { uses: [use('/media/maria/photos', 'sdb1')] });
    expect(await errorOf(start({ targets }))).toMatchObject({
      rule: 'same-device',
      message: expect.stringContaining('/media/maria/photos'),
    });
    expect(drives().changes).toEqual([]);
    await m.wound(window.until(() => drive('sdb').mounted.length === 1));
    await ended((await start()).job);
    expect(drives().changes).toEqual(['unmount sdb', 'open sdb for write']);
  });

  it('write the drive that holds the image', async () => {
    drives().files.set(image, ['sdb']);
    expect(await errorOf(start())).toMatchObject({ rule: 'never-the-source' });
  });

  it('write the system disk, swap, what is mounted on a fixed drive, or a part of an array, by any arguments', async () => {
    const kept: Parameters<MemoryDrives['plug']>[0][] = [
      { name: 'sda', bus: 'nvme', removable: false, uses: [use('/', 'sda2')] },
      { name: 'sde', removable: true, uses: [use('/home', 'sde1')] },
      { name: 'sdf', removable: false, bus: 'sata', uses: [use('/mnt/data', 'sdf1')] },
      { name: 'sdg', removable: true, uses: [{ kind: 'swap', at: 'swap', on: 'sdg2', through: ['dm-0'] }] },
      { name: 'sdh', removable: true, uses: [{ kind: 'member', at: 'md0', on: 'sdh1', through: ['md0'] }] },
    ];
    for (const script of kept) drives().plug(script);
    await m.wound(window.until(() => drive('sdh') !== undefined));
    const names = kept.map(({ name }) => name);
    const before = names.map(name => Buffer.from(drives().content(name, 0, MB)).toString('latin1'));
    const someone = fc.constantFrom(...names);
    const id = fc.oneof(
      someone.map(name => drive(name).id),
      someone,
      someone.map(name => `/dev/${name}`),
      someone.map(name => drive(name).serial ?? name),
      fc.string({ minLength: 1, maxLength: 30 }),
    );
    const mounted = fc.subarray(['/', '/home', '/mnt/data', 'swap', 'md0']);
    const targets = fc.array(fc.record({ drive: id, mounted }), { minLength: 1, maxLength: 3 });
    const flags = fc.record(
      {
        allowFixed: fc.boolean(),
        verify: fc.boolean(),
        bmap: fc.boolean(),
        recipe: fc.constant({ version: 1, hostname: 'x' }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(targets, flags, async (all, more) => {
        const args = { image, targets: all, ...more } as CallArgs<'flash.start'>;
        expect(await errorOf(call('flash.start', args))).toBeDefined();
        expect(await errorOf(call('flash.queue', args))).toBeDefined();
        const probe = { ...all[0]!, allowFixed: more.allowFixed ?? false };
        const probed = await call('flash.probe', probe).catch(() => undefined);
        if (probed) expect((await ended(probed.job)).error).toBeDefined();
      }),
      { numRuns: 150 },
    );
    expect(drives().changes).toEqual([]);
    expect(names.map(name => Buffer.from(drives().content(name, 0, MB)).toString('latin1'))).toEqual(before);
  });
});
