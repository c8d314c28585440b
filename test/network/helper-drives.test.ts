/** Drives through the helper on a real kernel: an engine of an ordinary user writes and reads them, and gets none that is in use. */
import { chownSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireSameDrive } from '../../main/host/drive-identity.ts';
import { systemUse } from '../../main/host/drive-use.ts';
import type { Drive } from '../../main/host/host.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { CARD_SIZE, cardImage } from '../images/card.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { LoopLab, tool } from '../lab/loop.ts';
import { ensureBuilt } from '../main/cli/built.ts';
import { makeHome, USER, UserEngine } from './user-engine.ts';

const MB = 1 << 20;
const { drives } = nodeHost();
const SYSTEM = { code: 'SAFETY_REFUSED', message: expect.stringContaining('never-the-system-disk') };
const OTHER = { code: 'SAFETY_REFUSED', message: expect.stringContaining('same-device') };

let loops: LoopLab;
beforeAll(ensureBuilt);
beforeEach(() => {
  loops = new LoopLab();
});
afterEach(() => loops.close());

/** Without stations: only the laptop is used. */
const onLaptop = (test: (lab: Lab) => Promise<void>): Promise<void> => withLab({ address: 'none' }, test);

const target = (name = 'a.img', size = 8 * MB): string => loops.attach(loops.file(name, size));

/** As root sees it. */
async function drive(device: string): Promise<Drive> {
  const found = (await drives.list()).find(({ path }) => path === device);
  if (!found) throw new Error(`no drive ${device}`);
  return found;
}

/** Nobody holds it: it can be opened alone. */
async function isFree(device: string): Promise<boolean> {
  try {
    await (await drives.open(await drive(device), 'write')).close();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'DRIVE_BUSY' });
    return false;
  }
}

describe('an engine of an ordinary user', () => {
  it('sees the drives as the administrator does, writes several of them, and reads one', () =>
    onLaptop(async lab => {
      const home = makeHome();
      const image = join(home.root, 'card.img');
      writeFileSync(image, cardImage());
      const devices = [target('a.img'), target('b.img')];
      // The helper as it ships.
      const engine = await UserEngine.start(lab, home, join(dirname(lab.cli), 'helper.js'));
      for (const device of devices) requireSameDrive(await drive(device), await engine.call('drive', device));
      expect(engine.dialogs).toBe(0);

      const ends = await engine.call('flash', image, devices);
      expect(ends).toEqual(Object.fromEntries(devices.map(device => [device, 'done'])));
      for (const name of ['a.img', 'b.img'])
        expect(readFileSync(join(loops.folder, name)).subarray(0, CARD_SIZE).equals(cardImage())).toBe(true);
      const out = join(home.root, 'copy.img');
      await engine.call('read', devices[0]!, out);
      expect(readFileSync(out).subarray(0, CARD_SIZE).equals(cardImage())).toBe(true);
      expect(engine.dialogs).toBe(1);
      for (const device of devices) expect(await isFree(device)).toBe(true);
    }));

  it('writes nothing when the dialog is closed', () =>
    onLaptop(async lab => {
      const home = makeHome();
      const image = join(home.root, 'card.img');
      writeFileSync(image, cardImage());
      const device = target();
      const engine = await UserEngine.start(lab, home);
      engine.administrator = 'cancels';
      const ends = await engine.call('flash', image, [device]);
      expect(ends[device]).toMatch(/^Opening .* to write it needs .* the password dialog was closed/);
      expect(readFileSync(join(loops.folder, 'a.img')).every(octet => octet === 0)).toBe(true);
    }));

  it('that dies leaves nobody who holds the drive', () =>
    onLaptop(async lab => {
      const device = target();
      const engine = await UserEngine.start(lab);
      await engine.call('open', await drive(device), 'write');
      expect(await isFree(device)).toBe(false);
      await engine.kill();
      expect(await engine.helpers[0]!.ended).toEqual({ code: 0, signal: null });
      expect(await isFree(device)).toBe(true);
    }));

  it('keeps what it has when the helper dies, and gets no second hold of it', () =>
    onLaptop(async lab => {
      const device = target();
      const engine = await UserEngine.start(lab);
      await engine.call('open', await drive(device), 'write');
      engine.helpers[0]!.kill('SIGKILL');
      await engine.until(told => (told.event === 'lost' ? true : undefined));
      expect(await isFree(device)).toBe(false);
      await expect(engine.call('open', await drive(device), 'write')).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
      expect(engine.dialogs).toBe(2);
    }));
});

describe('the helper, whatever it is asked for', () => {
  it('opens no drive of the system, nor one that is mounted or swap, and unmounts none of them', () =>
    onLaptop(async lab => {
      const mounted = target('mounted.img', 16 * MB);
      tool('mkfs.ext4', '-q', mounted);
      const place = loops.mount(mounted, 'mnt');
      const swap = target('swap.img', 16 * MB);
      loops.swap(swap);
      const engine = await UserEngine.start(lab);
      // With the disk that this machine runs from.
      const own = (await drives.list()).filter(
        each => [mounted, swap].includes(each.path) || (each.bus !== 'loop' && systemUse(each) !== undefined),
      );
      expect(own.length).toBeGreaterThanOrEqual(2);
      for (const each of own) {
        for (const access of ['write', 'read'] as const)
          await expect(engine.call('open', each, access)).rejects.toMatchObject(SYSTEM);
      }
      await expect(engine.call('unmount', await drive(mounted))).rejects.toMatchObject(SYSTEM);
      expect(tool('findmnt', '--noheadings', '--output', 'SOURCE', place)).toBe(mounted);
      await expect(engine.call('flash', '/etc/hostname', [mounted])).rejects.toMatchObject(SYSTEM);
    }));

  it('opens no drive that carries another, and none that is write-protected', () =>
    onLaptop(async lab => {
      const carrier = target('carrier.img');
      const upper = loops.attach(carrier);
      const engine = await UserEngine.start(lab);
      for (const access of ['write', 'read'] as const)
        await expect(engine.call('open', await drive(carrier), access)).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
      const sealed = loops.attach(loops.file('sealed.img', MB), '--read-only');
      await expect(engine.call('open', await drive(sealed), 'write')).rejects.toMatchObject({
        code: 'DRIVE_READ_ONLY',
      });
      expect(await isFree(upper)).toBe(true);
    }));

  it('opens only the drive that was chosen, in the same plugging-in, by no other name', () =>
    onLaptop(async lab => {
      const device = target();
      const chosen = await drive(device);
      const engine = await UserEngine.start(lab);
      await expect(engine.call('open', { ...chosen, size: 16 * MB }, 'write')).rejects.toMatchObject(OTHER);
      await expect(engine.call('open', { ...chosen, model: '/etc/shadow' }, 'read')).rejects.toMatchObject(OTHER);
      await expect(engine.call('open', { ...chosen, path: '/dev/shm/x' }, 'read')).rejects.toMatchObject({
        code: 'DRIVE_GONE',
      });
      const partition = { ...chosen, path: `${device}p1` };
      await expect(engine.call('open', partition, 'write')).rejects.toMatchObject({ code: 'DRIVE_GONE' });

      const other = join(loops.folder, 'other.img');
      copyFileSync(join(loops.folder, 'a.img'), other);
      chownSync(other, USER, USER);
      tool('losetup', '-d', device);
      tool('losetup', '--direct-io=on', device, other);
      await expect(engine.call('open', chosen, 'write')).rejects.toMatchObject(OTHER);
      // What is there now may be chosen anew.
      await engine.call('open', await drive(device), 'write');
      await engine.kill();
    }));
});
