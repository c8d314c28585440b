import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type BuildRequest, buildIpxe } from '../../../main/ipxe/build.ts';
import { editScript } from '../../../main/ipxe/edit.ts';
import { inspect, type MediumInspection, type ProgramInspection } from '../../../main/ipxe/inspect.ts';
import { openPrograms } from '../../../main/ipxe/programs.ts';
import { BUILD_TARGETS, type TargetName, targetsFor } from '../../../main/ipxe/targets.ts';
import { memoryStore } from '../../../main/media/block-store.ts';
import { findFatVolumes, readPartitions } from '../../../main/media/partitions.ts';
import { RESOURCES, sha256, shipped } from './shipped.ts';

const programs = await openPrograms(RESOURCES);
const folder = mkdtempSync(join(tmpdir(), 'bb-build-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = { name: 'test.ipxe', text: '#!ipxe\ndhcp && chain http://10.32.0.1/boot.ipxe || shell\n' };
const OTHER = { name: 'other.ipxe', text: '#!ipxe\necho another one, and a longer one\nshell\n' };

const build = async (request: Partial<BuildRequest> & { target: TargetName }): Promise<Uint8Array> =>
  (await buildIpxe({ script: SCRIPT, ...request }, programs)).bytes;

const inspectMedium = async (bytes: Uint8Array): Promise<MediumInspection> => {
  const inspection = await inspect(memoryStore(bytes), 'image', programs);
  if (inspection.what !== 'medium') throw new Error('it is no medium');
  return inspection.medium;
};
const inspectProgram = async (bytes: Uint8Array): Promise<ProgramInspection> => {
  const inspection = await inspect(memoryStore(bytes), 'program', programs);
  if (inspection.what !== 'program') throw new Error('it is no program');
  return inspection.program;
};

describe('the same script gives the same file', () => {
  it.each<[TargetName, string, Partial<BuildRequest>?]>([
    ['ipxe.efi', '1bb3ed0e3d0eb04f31cab7fceb2c28b78962c3ec24a709088f92e47e0e13bc83'],
    ['snponly.efi', 'bdfce25a2c9c3d2720354fd9e695de995b69573b5e595b0a0396096e00c8d2ec'],
    ['ipxe-arm64.efi', 'b3769016ce0b9518c770adb64202b9e0cfa83cbec22d69ba9cb8e0032fb1c2d2'],
    ['undionly.kpxe', 'ac93b09976397671f06d8d5ad49ec97354704f0410f9424f36dcc6d23079691a'],
    ['undionly.kkpxe', '3a3707bbe12516da766941d68955898ecfc65c1093f5a61286bc7fb0de10ffdf'],
    ['ipxe.pxe', '46eef8b573ab56d2e1dbb942f2d09b25418822850bc86815752f6255f0299529'],
    ['ipxe.lkrn', '8c758ab1be079884f3e0f42dcee9c3443c0abd76d8a87191192cb3f470a68425'],
    ['disk.img', '3eaf901817c7069764af14fff60ad48a1e27f72a795c52aa1b657a781f734374'],
    ['disk.img', '2ace8c2aba9e9f9ea30e261e9c5123eebfaf713fea983e31f26b27350194b0a8', { table: 'gpt' }],
    ['disk.img', '7a1818945335297eeb6b9baa32396e956dac4746fb1fcd873304356a35e4b651', { size: 512 }],
    ['usb.iso', '6de1da93759cda92c58c9d74e5735141b38629d8775f1dfd579a6396ec9bcb04'],
    ['ipxe.efi', '9e790571fc7a46468a58ccafe92e83656dfc763854eec18c8aef780200c40109', { autoexec: true }],
  ])('%s %s', async (target, sum, wishes = {}) => {
    expect(sha256(await build({ target, ...wishes }))).toBe(sum);
    expect((await buildIpxe({ target, script: SCRIPT, ...wishes }, programs)).sha256).toBe(sum);
  });
});

describe('programs', () => {
  it.each(BUILD_TARGETS.filter(({ ownBuild }) => ownBuild).map(({ name }) => name))('%s reads back', async target => {
    const steps: string[] = [];
    const { bytes } = await buildIpxe({ target, script: SCRIPT }, programs, ({ part, parts }) =>
      steps.push(`${part}/${parts}`),
    );
    expect(steps).toEqual(['1/3', '2/3', '3/3']);
    const found = await inspectProgram(bytes);
    expect(found).toMatchObject({ version: programs.version, script: SCRIPT.text, autoexec: false });
    expect(found.shipped?.name).toBe(target);
  });

  it('an own build is taken for its own kind of target alone', async () => {
    const own = shipped('snponly.efi');
    own.bytes[0x30000]! ^= 1;
    const base = { name: 'own.efi', bytes: own.bytes };
    const found = await inspectProgram(await build({ target: 'ipxe.efi', base }));
    expect(found).toMatchObject({ shipped: undefined, arch: 'x64', script: SCRIPT.text });
    for (const target of ['ipxe-arm64.efi', 'undionly.kpxe', 'ipxe.lkrn'] as const)
      await expect(build({ target, base })).rejects.toThrow(
        /"own.efi" cannot be used: it is a program of the kind efi for x64/,
      );
    await expect(build({ target: 'disk.img', base })).rejects.toThrow(/made of three programs/);
  });

  it('a shipped program that was changed is not used', async () => {
    copyFileSync(join(RESOURCES, 'manifest.json'), join(folder, 'manifest.json'));
    writeFileSync(join(folder, 'ipxe.pxe'), 'x');
    const wrong = await openPrograms(folder);
    await expect(buildIpxe({ target: 'ipxe.pxe', script: SCRIPT }, wrong)).rejects.toThrow(/install Benchboot again/);
    await expect(buildIpxe({ target: 'ipxe.lkrn', script: SCRIPT }, wrong)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    await expect(openPrograms(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it.each<[string, Partial<BuildRequest> & { target: TargetName }, RegExp]>([
    ['a table for a program', { target: 'ipxe.efi', table: 'gpt' }, /chosen for disk.img/],
    ['a size for a CD', { target: 'usb.iso', size: 64 }, /chosen for disk.img/],
    ['a size too small', { target: 'disk.img', size: 2 }, /8 to 512 MiB; 2 is not/],
    ['autoexec for BIOS', { target: 'ipxe.pxe', autoexec: true }, /is for UEFI programs/],
    [
      'a certificate for BIOS',
      { target: 'undionly.kpxe', ca: { name: 'x', bytes: new Uint8Array(1) } },
      /UEFI programs can/,
    ],
    ['a script too long', { target: 'ipxe.lkrn', script: { name: 'x', text: `#!ipxe\n${'#'.repeat(21_000)}` } }, /fit/],
  ])('%s is refused', async (_what, request, why) => {
    await expect(build(request)).rejects.toThrow(why);
  });
});

describe('media', () => {
  it.each<[TargetName, Partial<BuildRequest>, Partial<MediumInspection>]>([
    ['disk.img', {}, { scheme: 'mbr', cd: false }],
    ['disk.img', { table: 'gpt' }, { scheme: 'gpt', cd: false }],
    ['disk.img', { size: 8 }, { scheme: 'mbr', cd: false }],
    ['usb.iso', {}, { scheme: 'mbr', cd: true }],
  ])('%s %o holds programs and scripts, and another script in place', async (target, wishes, facts) => {
    const bytes = await build({ target, ...wishes });
    const found = await inspectMedium(bytes);
    expect(found).toMatchObject({ ...facts, autoexec: SCRIPT.text, biosScript: SCRIPT.text });
    expect(found.programs.map(({ path, arch, shipped }) => `${path} ${arch} ${shipped?.name}`)).toEqual([
      'EFI/BOOT/BOOTX64.EFI x64 ipxe.efi',
      'EFI/BOOT/BOOTAA64.EFI arm64 ipxe-arm64.efi',
    ]);
    const path = join(folder, 'medium');
    writeFileSync(path, bytes);
    expect(await editScript(path, OTHER)).toEqual({ kind: 'medium' });
    expect(await inspectMedium(readFileSync(path))).toMatchObject({ autoexec: OTHER.text, biosScript: OTHER.text });
    const longest = { name: 'longest', text: `#!ipxe\n${'#'.repeat(64 * 1024 - 7)}` };
    await editScript(path, longest);
    expect((await inspectMedium(readFileSync(path))).biosScript).toBe(longest.text);
    await editScript(path, SCRIPT);
    expect(await inspectMedium(readFileSync(path))).toMatchObject({
      ...facts,
      autoexec: SCRIPT.text,
      biosScript: SCRIPT.text,
    });
  });

  it('the partitions of a GPT are found in its second copy too', async () => {
    const bytes = await build({ target: 'disk.img', table: 'gpt' });
    const whole = await readPartitions(memoryStore(bytes));
    expect(whole).toMatchObject({
      scheme: 'gpt',
      partitions: [
        { number: 1, name: 'BIOS boot', start: 34 * 512 },
        { number: 2, name: 'BENCHBOOT', start: 1024 * 1024, guid: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b' },
      ],
    });
    for (const damage of [512 + 100, 1024 + 5]) {
      const damaged = new Uint8Array(bytes);
      damaged[damage]! ^= 0xff;
      expect(await readPartitions(memoryStore(damaged))).toEqual(whole);
    }
    expect((await findFatVolumes(memoryStore(bytes))).map(({ partition }) => partition?.number)).toEqual([2]);
  });

  it('a UEFI machine alone trusts an authority of one’s own, and the note says so', async () => {
    const ca = { name: 'ca.pem', bytes: readFileSync(new URL('ca.pem', import.meta.url)) };
    const { bytes, notes } = await buildIpxe({ target: 'disk.img', script: SCRIPT, ca }, programs);
    expect(notes.join(' ')).toMatch(/BIOS part keeps iPXE's own root certificate/);
    const efi = await build({ target: 'ipxe.efi', ca });
    const { trusts } = await inspectProgram(efi);
    expect(trusts).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(bytes).includes(Buffer.from(trusts!, 'hex'))).toBe(true);
    const path = join(folder, 'trusting.efi');
    writeFileSync(path, efi);
    await editScript(path, OTHER);
    expect(await inspectProgram(readFileSync(path))).toMatchObject({
      trusts,
      script: OTHER.text,
      shipped: { name: 'ipxe.efi' },
    });
    const pem = ca.bytes.toString();
    for (const [name, text, why] of [
      ['two', `${pem}${pem}`, /several certificates/],
      ['key', `${pem}-----BEGIN PRIVATE KEY-----`, /private key/],
      ['none', 'hello', /no certificate/],
    ] as const)
      await expect(build({ target: 'ipxe.efi', ca: { name, bytes: Buffer.from(text) } })).rejects.toThrow(why);
  });
});

describe('what is no medium and no program', () => {
  it('is refused in a sentence, and not changed', async () => {
    const disk = await build({ target: 'disk.img' });
    const withoutScript = new Uint8Array(disk);
    for (
      let at = Buffer.from(withoutScript.buffer).indexOf('AUTOEX~1');
      at >= 0;
      at = Buffer.from(withoutScript.buffer).indexOf('AUTOEX~1')
    )
      withoutScript[at] = 0xe5;
    const iso = new Uint8Array(await build({ target: 'usb.iso' }));
    iso.fill(0, 0, 512);
    const cases: [string, Uint8Array, RegExp][] = [
      ['zeros', new Uint8Array(100_000), /no iPXE program/],
      ['a medium of someone else', withoutScript, /holds no autoexec.ipxe/],
      ['a CD image without a UEFI part', iso, /a CD image, not an iPXE program|no FAT volume/],
      ['half a medium', disk.subarray(0, 4 * 1024 * 1024), /no FAT volume|cut off/],
      ['a stock program', shipped('ipxe.efi').bytes, /no script inside/],
    ];
    for (const [name, bytes, why] of cases) {
      const path = join(folder, 'other');
      writeFileSync(path, bytes);
      await expect(editScript(path, SCRIPT), name).rejects.toThrow(why);
      expect(readFileSync(path).equals(bytes), name).toBe(true);
    }
    await expect(editScript(join(folder, 'nowhere'), SCRIPT)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(editScript(folder, SCRIPT)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('a damaged medium', () => {
  it.each(['disk.img', 'usb.iso'] as const)('%s is shown, or refused in a sentence', async target => {
    const bytes = await build({ target, size: target === 'disk.img' ? 8 : undefined });
    const volumeAt = (await readPartitions(memoryStore(bytes))).partitions[0]!.start;
    const place = fc.oneof(
      fc.nat(511),
      fc.nat(0x9000),
      fc.nat(0x9000).map(at => volumeAt + at),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 }), async damage => {
        const before = damage.map(([at]) => bytes[at]!);
        for (const [at, value] of damage) bytes[at] = value;
        try {
          await inspect(memoryStore(bytes), 'damaged', programs);
        } catch (error) {
          expect((error as { code?: string }).code, String(error)).toMatch(/^(IPXE|FAT)_/);
        } finally {
          for (const [i, [at]] of damage.entries()) bytes[at] = before[i]!;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('which file a machine needs', () => {
  it.each([
    ['bios', 'network', 'undionly.kpxe undionly.kkpxe ipxe.pxe'],
    ['uefi-x64', 'network', 'ipxe.efi snponly.efi'],
    ['uefi-arm64', 'network', 'ipxe-arm64.efi'],
    ['bios', 'loader', 'ipxe.lkrn'],
    [undefined, 'stick', 'disk.img usb.iso'],
    ['uefi-x64', 'cd', 'usb.iso'],
  ] as const)('%s from %s: %s', (firmware, way, names) => {
    expect(
      targetsFor({ firmware, way })
        .map(({ name }) => name)
        .join(' '),
    ).toBe(names);
  });
});
