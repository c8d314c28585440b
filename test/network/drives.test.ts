/** Drives on a real kernel: loop devices as targets, what holds them, and the rules before real mounts and swap. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customiseCard } from '../../main/flash/customise/customise.ts';
import { sha512Crypt } from '../../main/flash/customise/seal.ts';
import { claimDrive } from '../../main/flash/drive/claim.ts';
import { findDrive } from '../../main/flash/drive/find.ts';
import { DEFAULT_POLICY, type DrivePolicy, offerOf } from '../../main/flash/drive/offer.ts';
import { driveStore } from '../../main/flash/drive/sector-store.ts';
import { identityOf } from '../../main/host/drive-identity.ts';
import type { Drive } from '../../main/host/host.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { alignedMemory } from '../../main/kit/aligned-memory.ts';
import { LoopLab, tool } from '../lab/loop.ts';
import { benchboot, ensureBuilt } from '../main/cli/built.ts';
import { EVERYTHING, IMAGES } from '../main/flash/customise/cards.ts';

const MB = 1024 * 1024;
const { drives } = nodeHost();
const EVERY_SWITCH: DrivePolicy = { ...DEFAULT_POLICY, allowFixed: true };

let lab: LoopLab;
beforeEach(() => {
  lab = new LoopLab();
});
afterEach(() => lab.close());

const found = async (device: string): Promise<Drive> => findDrive(await drives.list(), device);
const claim = async (device: string) => claimDrive(drives, identityOf(await found(device)), { policy: EVERY_SWITCH });

/** One partition of type FAT from 1 MiB to the end, formatted. */
function boot(file: string, size: number, files: Readonly<Record<string, string>> = {}): string {
  execFileSync('sfdisk', ['-q', file], { input: 'label: dos\nstart=2048, type=c, bootable\n' });
  const part = join(lab.folder, 'part.img');
  tool('truncate', '-s', String(size - MB), part);
  tool('mkfs.vfat', '-F', '16', '-n', 'BOOTFS', part);
  for (const [name, text] of Object.entries(files)) {
    const path = join(lab.folder, 'source', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    tool('mcopy', '-o', '-i', part, path, `::${name}`);
  }
  tool('dd', `if=${part}`, `of=${file}`, 'bs=1M', 'seek=1', 'conv=notrunc', 'status=none');
  return part;
}

describe('a loop device', () => {
  it('is a drive, offered to nobody who did not ask for such', async () => {
    const device = lab.attach(lab.file('a.img', 64 * MB));
    const drive = await found(device);
    expect(drive).toMatchObject({ bus: 'loop', size: 64 * MB, sectorSize: 512, uses: [], partitions: [] });
    expect(offerOf(drive, DEFAULT_POLICY).refusal).toMatchObject({
      reason: 'removable-only',
      override: '--allow-fixed',
    });
    expect(offerOf(drive, EVERY_SWITCH).offered).toBe(true);
  });

  it('gives back what was written to it, past every cache', async () => {
    const file = lab.file('a.img', 8 * MB);
    const { handle } = await claim(lab.attach(file));
    const memory = alignedMemory(MB).fill(0xa5);
    await handle.write(3 * MB, memory);
    await handle.sync();
    expect(
      readFileSync(file)
        .subarray(3 * MB, 4 * MB)
        .every(octet => octet === 0xa5),
    ).toBe(true);
    expect(await handle.read(3 * MB, memory.fill(0))).toBe(MB);
    expect(memory.every(octet => octet === 0xa5)).toBe(true);
    expect(await handle.discard(3 * MB, MB)).toBe(true);
    await handle.read(3 * MB, memory);
    expect(memory.every(octet => octet === 0)).toBe(true);
    expect(await handle.read(7 * MB + 512 * 1024, memory)).toBe(512 * 1024);
    await expect(handle.write(8 * MB, memory)).rejects.toMatchObject({
      code: 'DRIVE_IO',
      data: { operation: 'write', offset: 8 * MB },
    });
    await handle.close();
    await handle.close();
  });

  it('is looked at again after a partition table was written, where the kernel may', async () => {
    const { handle } = await claim(lab.attach(lab.file('a.img', 8 * MB), '--partscan'));
    expect(await handle.rereadPartitions()).toBe(true);
    await handle.close();
    const { handle: other } = await claim(lab.attach(lab.file('b.img', 8 * MB)));
    expect(await other.rereadPartitions()).toBe(false);
    await other.close();
  });

  it('is held by one alone: nobody mounts it or opens it so meanwhile', async () => {
    const file = lab.file('a.img', 16 * MB);
    tool('mkfs.ext4', '-q', file);
    const device = lab.attach(file);
    const { handle } = await claim(device);
    await expect(claim(device)).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
    expect(() => lab.mount(device, 'mnt')).toThrow();
    await handle.close();
    lab.mount(device, 'mnt');
  });

  it('that another card took the place of is refused', async () => {
    const device = lab.attach(lab.file('a.img', 8 * MB));
    const chosen = identityOf(await found(device));
    lab.detach(device);
    tool('losetup', '--direct-io=on', device, lab.file('b.img', 8 * MB));
    try {
      await expect(drives.open(chosen, 'write')).rejects.toMatchObject({
        code: 'SAFETY_REFUSED',
        data: { rule: 'same-device' },
      });
      await expect(claimDrive(drives, chosen, { policy: EVERY_SWITCH })).rejects.toMatchObject({
        code: 'SAFETY_REFUSED',
      });
    } finally {
      tool('losetup', '-d', device);
    }
    await expect(drives.open(chosen, 'write')).rejects.toMatchObject({
      code: expect.stringMatching(/DRIVE_GONE|SAFETY_REFUSED/),
    });
  });

  it('that is write-protected says so', async () => {
    const device = lab.attach(lab.file('a.img', 8 * MB), '--read-only');
    await expect(claim(device)).rejects.toMatchObject({ code: 'DRIVE_READ_ONLY' });
    // The kernel itself opens it without a word: the host looks for itself.
    await expect(drives.open(await found(device), 'write')).rejects.toMatchObject({ code: 'DRIVE_READ_ONLY' });
  });
});

describe('never the system disk', () => {
  it('what this machine runs from is found in its own tables, and not opened whatever the policy', async () => {
    const [root] = await drives.holding('/');
    expect(root).toBeDefined();
    const drive = await found(root!);
    expect(offerOf(drive, EVERY_SWITCH).refusal?.reason).toBe('never-the-system-disk');
    const opened: string[] = [];
    const watched = { ...drives, open: async () => Promise.reject(new Error(`opened ${opened.push('x')}`)) };
    await expect(
      claimDrive(watched, identityOf(drive), { policy: EVERY_SWITCH, unmount: () => true }),
    ).rejects.toMatchObject({
      code: 'SAFETY_REFUSED',
    });
    expect(opened).toEqual([]);
  });

  it('a mounted drive, one with swap, one behind another loop device', async () => {
    const file = lab.file('a.img', 32 * MB);
    tool('mkfs.ext4', '-q', file);
    const mounted = lab.attach(file);
    lab.mount(mounted, 'mnt');
    const swap = lab.attach(lab.file('b.img', 32 * MB));
    lab.swap(swap);
    const over = lab.attach(mounted);
    for (const device of [mounted, swap, over]) {
      expect(offerOf(await found(device), EVERY_SWITCH).refusal?.reason, device).toBe('never-the-system-disk');
      await expect(
        claimDrive(drives, identityOf(await found(device)), { policy: EVERY_SWITCH, unmount: () => true }),
      ).rejects.toMatchObject({ code: 'SAFETY_REFUSED' });
    }
    // The kernel is the second fence.
    for (const device of [mounted, swap])
      await expect(drives.open(await found(device), 'write')).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
    lab.unswap(swap);
    expect(offerOf(await found(swap), EVERY_SWITCH).offered).toBe(true);
  });

  it('the drive below a file, and a loop device whose file lies on another', async () => {
    const file = lab.file('a.img', 32 * MB);
    tool('mkfs.ext4', '-q', file);
    const below = lab.attach(file);
    const place = lab.mount(below, 'mnt');
    writeFileSync(join(place, 'image.img'), Buffer.alloc(MB));
    expect(await drives.holding(join(place, 'image.img'))).toContain(below.slice(5));
    const above = lab.attach(join(place, 'image.img'));
    expect((await found(below)).uses).toContainEqual(
      expect.objectContaining({ kind: 'backing', at: join(place, 'image.img') }),
    );
    expect((await found(above)).uses).toEqual([]);
  });

  it('what is mounted is unmounted on request, unless somebody works there', async () => {
    const file = lab.file('a.img', 32 * MB);
    tool('mkfs.ext4', '-q', file);
    const device = lab.attach(file);
    const place = lab.mount(device, 'mnt');
    const busy = execFileSync('sh', ['-c', `cd ${place} && sleep 60 >/dev/null 2>&1 & echo $!`], {
      encoding: 'utf8',
    }).trim();
    try {
      await expect(drives.unmount(await found(device))).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
    } finally {
      process.kill(Number(busy));
    }
    await expect
      .poll(async () =>
        drives.unmount(await found(device)).then(
          () => 'gone',
          () => 'busy',
        ),
      )
      .toBe('gone');
    expect((await found(device)).uses).toEqual([]);
  });
});

describe('customised cards before the tools of others', () => {
  it.each(['bullseye', 'bookworm', 'trixie'] as const)(
    '%s: mtools reads every file, fsck.vfat finds nothing',
    async image => {
      const file = lab.file('card.img', 32 * MB);
      boot(file, 32 * MB, IMAGES[image]);
      const { handle } = await claim(lab.attach(file));
      const done = await customiseCard(driveStore(handle), EVERYTHING);
      await handle.sync();
      await handle.close();

      const part = join(lab.folder, 'after.img');
      tool('dd', `if=${file}`, `of=${part}`, 'bs=1M', 'skip=1', 'status=none');
      tool('fsck.vfat', '-n', part);
      const type = (path: string): string => tool('mtype', '-i', part, `::${path}`);
      for (const path of done.files) type(path);
      expect(type('site/Grüße.txt')).toBe('hello');
      if (image === 'bullseye') {
        writeFileSync(join(lab.folder, 'firstrun.sh'), `${type('firstrun.sh')}\n`);
        tool('bash', '-n', join(lab.folder, 'firstrun.sh'));
        const printed = execFileSync(
          'bash',
          [
            '-c',
            `set -e; eval "$(sed -n '/^HOST_NAME=/,/^NET_KEYFILE=/p' firstrun.sh | head -n -1)"; printf '%s\\n' "$HOST_NAME" "$WIFI_SSID" "$PASSWORD_HASH"`,
          ],
          { cwd: lab.folder, encoding: 'utf8' },
        );
        expect(printed.split('\n')).toEqual([
          EVERYTHING.hostname,
          EVERYTHING.wifi!.ssid,
          EVERYTHING.user!.passwordHash,
          '',
        ]);
      }
      const python = (script: string, text: string): string =>
        execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }).trim();
      if (image === 'bookworm') {
        const script =
          'import sys,tomllib; c=tomllib.loads(sys.stdin.read()); print(c["system"]["hostname"], c["wlan"]["ssid"], len(c["ssh"]["authorized_keys"]))';
        expect(python(script, type('custom.toml'))).toBe(`rack7-b ${EVERYTHING.wifi!.ssid} 2`);
      }
      if (image === 'trixie') {
        const script =
          'import sys,yaml; c=yaml.safe_load(sys.stdin.read()); print(c["hostname"], c["user"]["name"], len(c["user"]["ssh_authorized_keys"]))';
        expect(python(script, type('user-data'))).toBe('rack7-b ansible 2');
        const network =
          'import sys,yaml; print(list(yaml.safe_load(sys.stdin.read())["network"]["wifis"]["wlan0"]["access-points"])[0])';
        expect(python(network, type('network-config'))).toBe(EVERYTHING.wifi!.ssid);
      }
    },
  );

  it('passwords are hashed as openssl does, whatever the length', () => {
    const openssl = (password: string, salt: string): string =>
      execFileSync('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], {
        input: `${password}\n`,
        encoding: 'utf8',
      }).trim();
    const password = fc.string({ unit: fc.constantFrom(...'aZ0 ß€"\'\\$`%'), minLength: 1, maxLength: 80 });
    const salt = fc.string({ unit: fc.constantFrom(...'./aZ09'), minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(password, salt, (text, seed) => {
        expect(sha512Crypt(text, seed)).toBe(openssl(text, seed));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the command line on loop devices', () => {
  ensureBuilt();

  it('drives says of each why it is not offered', async () => {
    const device = lab.attach(lab.file('a.img', 64 * MB));
    const shown = (await benchboot(lab.folder, 'drives', '--json')).json();
    expect(shown.find(drive => drive.path === device)).toMatchObject({
      offered: false,
      refusal: { reason: 'removable-only' },
    });
    expect(shown.filter(drive => drive.offered === true && drive.path === device)).toEqual([]);
    const people = await benchboot(lab.folder, 'drives', '--allow-fixed');
    expect(people.code).toBe(0);
    expect(people.stdout).toMatch(new RegExp(`\\* ${device} `));
  });

  it('probe refuses without the switch, then finds nothing wrong and changes nothing', async () => {
    const file = lab.file('a.img', 64 * MB);
    writeFileSync(file, Buffer.alloc(64 * MB, 'something'));
    const device = lab.attach(file);
    const refused = await benchboot(lab.folder, 'probe', device, '--yes');
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('--allow-fixed') });
    const done = await benchboot(lab.folder, 'probe', device, '--yes', '--allow-fixed', '--json');
    expect(done.code).toBe(0);
    expect(done.json().at(-1)).toMatchObject({ type: 'probe.done', verdict: 'genuine', notRestored: [] });
    expect(readFileSync(file).equals(Buffer.alloc(64 * MB, 'something'))).toBe(true);
  });

  it('read leaves out what is free of FAT and ext4, and both file systems are sound and whole', async () => {
    const size = 96 * MB;
    const file = lab.file('card.img', size);
    const fat = boot(lab.file('boot.img', 32 * MB), 32 * MB, { 'config.txt': 'a=1\n' });
    const tree = join(lab.folder, 'tree');
    cpSync('main/flash', tree, { recursive: true });
    const root = lab.file('root.img', 48 * MB);
    writeFileSync(root, Buffer.alloc(48 * MB, 'old '));
    // Without discarding: what was there before stays in the free blocks.
    tool('mkfs.ext4', '-q', '-F', '-E', 'nodiscard', '-d', tree, '-L', 'rootfs', root);
    writeFileSync(file, Buffer.alloc(size, 'garbage '));
    execFileSync('sfdisk', ['-q', '--wipe', 'always', file], {
      input: 'label: dos\nstart=2048, size=63488, type=c\nstart=65536, size=98304, type=83\n',
    });
    tool('dd', `if=${fat}`, `of=${file}`, 'bs=1M', 'seek=1', 'conv=notrunc', 'status=none');
    tool('dd', `if=${root}`, `of=${file}`, 'bs=1M', 'seek=32', 'conv=notrunc', 'status=none');
    const device = lab.attach(file);

    const out = join(lab.folder, 'out.img.gz');
    const done = await benchboot(lab.folder, 'read', device, out, '--json');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const result = done.json().at(-1) as { size: number; mapped: number };
    expect(result).toMatchObject({ type: 'read.done', size: 80 * MB });
    expect(result.mapped).toBeLessThan(20 * MB);

    tool('gunzip', '-k', out);
    const image = join(lab.folder, 'out.img');
    // By offset: not every kernel reads partition tables of loop devices.
    const part = (start: number, length: number): string =>
      lab.attach(image, '--read-only', '--offset', String(start), '--sizelimit', String(length));
    tool('fsck.vfat', '-n', part(MB, 31 * MB));
    const ext = part(32 * MB, 48 * MB);
    tool('e2fsck', '-fn', ext);
    const place = lab.mount(ext, 'mnt', '-o', 'ro');
    tool('diff', '-r', '--exclude=lost+found', tree, place);

    const again = await benchboot(lab.folder, 'read', device, out);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody said to replace it') });
    const busy = await benchboot(lab.folder, 'read', ext, join(lab.folder, 'x.img'), '--yes');
    expect(busy).toMatchObject({ code: 1, stderr: expect.stringContaining('is mounted at') });
  });

  it('a drive without a number of its own cannot be protected, and what is no EEPROM says so', async () => {
    const device = lab.attach(lab.file('a.img', 8 * MB));
    expect(await benchboot(lab.folder, 'drives', '--protect', device)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no serial number'),
    });
    expect(await benchboot(lab.folder, 'drives', '--protect', '/dev/nonsense')).toMatchObject({ code: 2 });
    const eeprom = await benchboot(lab.folder, 'pi', 'eeprom', 'a.img', 'a.img', 'out.img');
    expect(eeprom).toMatchObject({ code: 1, stderr: expect.stringContaining('no bootloader image of a Raspberry Pi') });
  });

  it('recipes are checked, and sealed', async () => {
    const path = join(lab.folder, 'r.json');
    writeFileSync(path, '{"version": 1, "user": {"name": "pi", "password": "geheim"}}');
    const refused = await benchboot(lab.folder, 'recipe', 'check', path);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/r\.json:1:\d+: error: user\.password: a password stands here in clear/);
    expect((await benchboot(lab.folder, 'recipe', 'seal', path)).stdout).toMatch(/the password is hashed now/);
    expect(readFileSync(path, 'utf8')).not.toContain('geheim');
    expect((await benchboot(lab.folder, 'recipe', 'check', path)).code).toBe(0);
  });
});
