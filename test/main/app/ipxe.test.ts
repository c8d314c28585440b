/** The iPXE view's half of the contract on a machine made of nothing: scripts and drafts, who gets what, builds, look-ups. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../../main/app/app.ts';
import type { CallArgs, CallName, CallResult } from '../../../main/contract/calls.ts';
import { PIECE } from '../../../main/contract/ipxe-calls.ts';
import type { BenchView, IpxeView } from '../../../main/contract/views.ts';
import { sha512Crypt } from '../../../main/flash/customise/seal.ts';
import { buildIpxe } from '../../../main/ipxe/build.ts';
import { openPrograms } from '../../../main/ipxe/programs.ts';
import { board, type Machine, machine, NIC, SERVER } from '../memory-bench.ts';
import { errorOf, type Window } from '../rpc/kit.ts';
import { libraryOf, openApp, openWindow } from './opened-app.ts';

const MAC = '52:54:00:be:00:01';
const SCRIPT = '#!ipxe\ndhcp || shell\nchain http://${next-server}/next.ipxe || shell\n';
const OTHER = '#!ipxe\nshell\n';

let m: Machine;
let app: App;
let window: Window;

const library = () => libraryOf(m);
const fileOf = (name: string) => join(library(), 'scripts', `${name}.ipxe`);

beforeEach(async () => {
  m = machine();
  app = await openApp(m);
  window = await openWindow(app);
});
afterEach(async () => {
  await app.close();
  await m.remove();
});

const call = <N extends CallName>(name: N, args: CallArgs<N>, of = window): Promise<CallResult<N>> =>
  m.wound(of.connection.call(name, args));
const view = (of = window) => of.values.get('ipxe') as IpxeView;
const row = (name: string, of = window) => of.row('scripts', name);
const serve = async (): Promise<void> => {
  await call('bench.start', { nic: NIC });
  await window.until(() => (window.values.get('bench') as BenchView).state === 'serving');
};

describe('scripts', () => {
  it('are files that anybody can find; what is typed is kept apart until it is saved', async () => {
    const { sha256 } = await call('ipxe.save', { name: 'alma', text: SCRIPT });
    expect(readFileSync(fileOf('alma'), 'utf8')).toBe(SCRIPT);
    await window.until(() => row('alma')?.saved?.sha256 === sha256);
    await call('ipxe.draft', { name: 'alma', text: OTHER });
    await window.until(() => row('alma')?.draft !== undefined);
    expect(readFileSync(fileOf('alma'), 'utf8')).toBe(SCRIPT);
    expect(await call('ipxe.read', { name: 'alma' })).toMatchObject({ saved: { text: SCRIPT }, draft: OTHER });

    await call('ipxe.save', { name: 'alma', text: OTHER, knows: sha256 });
    await window.until(() => row('alma')?.draft === undefined);
    expect(readFileSync(fileOf('alma'), 'utf8')).toBe(OTHER);
  });

  it('typed text outlives window and program; the scripts are there again', async () => {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await call('ipxe.draft', { name: 'alma', text: OTHER });
    await call('ipxe.draft', { name: 'half', text: '#!ip' });
    await app.close();
    app = await openApp(m, { engine: m.restart() });
    window = await openWindow(app);
    await window.until(() => row('half') !== undefined);
    expect(await call('ipxe.read', { name: 'half' })).toEqual({ draft: '#!ip' });
    expect(await call('ipxe.read', { name: 'alma' })).toMatchObject({ saved: { text: SCRIPT }, draft: OTHER });
  });

  it('a file that another program changed is not written over unasked', async () => {
    const { sha256 } = await call('ipxe.save', { name: 'alma', text: SCRIPT });
    writeFileSync(fileOf('alma'), '#!ipxe\n# edited elsewhere\n');
    expect(await errorOf(call('ipxe.save', { name: 'alma', text: OTHER, knows: sha256 }))).toMatchObject({
      code: 'SCRIPT_CHANGED',
    });
    expect(readFileSync(fileOf('alma'), 'utf8')).toContain('edited elsewhere');
    const { saved } = await call('ipxe.read', { name: 'alma' });
    await call('ipxe.save', { name: 'alma', text: OTHER, knows: saved!.sha256 });
    expect(readFileSync(fileOf('alma'), 'utf8')).toBe(OTHER);
  });

  it('a new script never takes the place of one that is there', async () => {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    expect(await errorOf(call('ipxe.save', { name: 'alma', text: OTHER }))).toMatchObject({ code: 'SCRIPT_CHANGED' });
    await call('ipxe.save', { name: 'debian', text: OTHER });
    expect(await errorOf(call('ipxe.rename', { from: 'debian', to: 'alma' }))).toMatchObject({ code: 'FILE_EXISTS' });
    expect(readFileSync(fileOf('alma'), 'utf8')).toBe(SCRIPT);
  });

  it('what other programs put into the folder or take out shows when it is looked at', async () => {
    mkdirSync(dirname(fileOf('x')), { recursive: true });
    writeFileSync(fileOf('from outside'), SCRIPT);
    writeFileSync(join(library(), 'scripts', 'notes.txt'), 'no script');
    await call('ipxe.scripts', {});
    await window.until(() => row('from outside') !== undefined);
    expect([...window.tables.get('scripts')!.keys()]).toEqual(['from outside']);
  });

  it('are renamed and deleted with their drafts', async () => {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await call('ipxe.draft', { name: 'alma', text: OTHER });
    await call('ipxe.rename', { from: 'alma', to: 'rack 1' });
    expect([existsSync(fileOf('alma')), existsSync(fileOf('rack 1'))]).toEqual([false, true]);
    await window.until(() => row('alma') === undefined && row('rack 1')?.draft !== undefined);
    await call('ipxe.delete', { name: 'rack 1' });
    await window.until(() => row('rack 1') === undefined);
    expect(existsSync(fileOf('rack 1'))).toBe(false);
    expect(await call('ipxe.read', { name: 'rack 1' })).toEqual({});
  });

  it('octets that are no UTF-8 come back as they were', async () => {
    mkdirSync(dirname(fileOf('x')), { recursive: true });
    writeFileSync(fileOf('latin'), Buffer.from('#!ipxe\necho Gr\xfc\xdfe\n', 'latin1'));
    const { saved } = await call('ipxe.read', { name: 'latin' });
    await call('ipxe.save', { name: 'latin', text: `${saved!.text}shell\n`, knows: saved!.sha256 });
    expect(readFileSync(fileOf('latin')).toString('latin1')).toBe('#!ipxe\necho Gr\xfc\xdfe\nshell\n');
  });

  it.each(['../alma', 'a/b', '.hidden', '', 'con', 'nul.txt', 'ends with.', '__proto__'])(
    '%j is no name',
    async name => {
      expect(await errorOf(call('ipxe.save', { name, text: SCRIPT }))).toMatchObject({ code: 'BAD_CALL' });
    },
  );
});

describe('who gets which script', () => {
  it('a script given while serving is given from the next boot on, and saving it changes what they get', async () => {
    const { sha256 } = await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await serve();
    await call('ipxe.give', { to: MAC, name: 'alma' });
    expect((await m.told('script.set')).for).toBe(MAC);
    await window.until(() => view().choices.length === 1);
    expect(view()).toMatchObject({ bench: { serving: true, server: SERVER }, choices: [{ to: MAC, name: 'alma' }] });
    await call('ipxe.save', { name: 'alma', text: OTHER, knows: sha256 });
    expect((await m.told('script.set')).bytes).toBe(OTHER.length);
    await call('ipxe.give', { to: MAC });
    expect(await m.told('script.set')).not.toHaveProperty('bytes');
    await window.until(() => view().choices.length === 0);
  });

  it('chosen before the bench serves, it is given as soon as it does, and again after a stop', async () => {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await call('ipxe.give', { to: 'default', name: 'alma' });
    await serve();
    expect(m.events.filter(({ type }) => type === 'script.set')).toMatchObject([{ for: 'default' }]);
    await call('bench.stop', {});
    await serve();
    expect(m.events.filter(({ type }) => type === 'script.set')).toHaveLength(2);
  });

  /** Serves with a script that is given to all, and dies; another engine follows. */
  async function crashed(): Promise<void> {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await call('ipxe.give', { to: 'default', name: 'alma' });
    await serve();
    const left = ['session.json', 'chosen-scripts.json'].map(name => join(m.stateFolder, name));
    const texts = left.map(path => readFileSync(path));
    await app.close();
    for (const [index, path] of left.entries()) writeFileSync(path, texts[index]!);
    app = await openApp(m, { engine: m.restart() });
    window = await openWindow(app);
  }

  it('end with a bench that is let go after a crash', async () => {
    await crashed();
    expect(view().choices).toHaveLength(1);
    await call('bench.dismiss', {});
    await window.until(() => view().choices.length === 0);
    expect(existsSync(join(m.stateFolder, 'chosen-scripts.json'))).toBe(false);
  });

  it('a new day begins without them, a crash does not', async () => {
    await crashed();
    expect(view().choices).toMatchObject([{ to: 'default', name: 'alma' }]);
    await m.wound(window.connection.call('bench.resume', {}));
    expect(await m.told('script.set')).toMatchObject({ for: 'default' });
    await app.close();
    app = await openApp(m, { engine: m.restart() });
    window = await openWindow(app);
    expect(view().choices).toEqual([]);
  });

  it('follow a rename, and end with the script', async () => {
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await serve();
    await call('ipxe.give', { to: 'default', name: 'alma' });
    await call('ipxe.rename', { from: 'alma', to: 'rack' });
    await window.until(() => view().choices[0]?.name === 'rack');
    await call('ipxe.delete', { name: 'rack' });
    await window.until(() => view().choices.length === 0);
    expect(await m.told('script.set')).not.toHaveProperty('bytes');
  });

  it('what is not saved, or no machine would take, is refused in a sentence', async () => {
    await serve();
    expect(await errorOf(call('ipxe.give', { to: MAC, name: 'nothing' }))).toMatchObject({
      message: 'The script "nothing" is not saved. Save it, then serve it.',
    });
    await call('ipxe.save', { name: 'bare', text: 'shell\n' });
    expect(await errorOf(call('ipxe.give', { to: MAC, name: 'bare' }))).toMatchObject({ code: 'IPXE_SCRIPT' });
    expect(view().choices).toEqual([]);
  });
});

describe('dry runs', () => {
  const url = (path: string) => `http://${SERVER}/${path}`;

  it('ask what the bench would answer: files under the root, scripts that are given, what is missing, what is elsewhere', async () => {
    mkdirSync(library());
    writeFileSync(join(library(), 'vmlinuz'), Buffer.alloc(4096));
    await call('ipxe.save', { name: 'alma', text: SCRIPT });
    await call('ipxe.give', { to: 'default', name: 'alma' });
    const urls = ['vmlinuz', 'boot.ipxe', 'initrd.img'].map(url);
    expect(await call('ipxe.lookup', { mac: MAC, urls: [...urls, 'http://example.org/x'] })).toEqual([
      { is: 'file', size: 4096 },
      { is: 'file', size: SCRIPT.length, text: SCRIPT },
      { is: 'missing', why: expect.any(String) },
      { is: 'elsewhere' },
    ]);
    expect(m.events.filter(({ type }) => type === 'script.served')).toEqual([]);
  });

  it('know the machines on the bench by what they said', async () => {
    await serve();
    const ip = await board(m.host, MAC).boot({
      named: { hostname: 'pc-1', 'vendor-class': 'PXEClient:Arch:00007:UNDI:003016', 'client-architecture': [7] },
    });
    await window.until(() => (window.tables.get('devices')?.size ?? 0) > 0);
    expect(await call('ipxe.machines', {})).toMatchObject([{ name: 'pc-1', mac: MAC, ip, firmware: 'uefi-x64' }]);
  });

  it('have the kernels of the library for a menu', async () => {
    mkdirSync(library());
    for (const name of ['vmlinuz-arm64', 'initrd-arm64.img']) writeFileSync(join(library(), name), '');
    expect(await call('ipxe.library', {})).toEqual([
      { id: 'arm64', title: 'vmlinuz-arm64 (arm64)', kernel: 'vmlinuz-arm64', initrd: 'initrd-arm64.img' },
    ]);
  });
});

describe('files that belong to a script', () => {
  it('are put under the folder that is served, and never over one that is there', async () => {
    const { path } = await call('ipxe.place', { path: 'kickstart/default.cfg', text: 'text\n' });
    expect(path).toBe(join(library(), 'kickstart', 'default.cfg'));
    expect(readFileSync(path, 'utf8')).toBe('text\n');
    expect(await errorOf(call('ipxe.place', { path: 'kickstart/default.cfg', text: 'x' }))).toMatchObject({
      code: 'FILE_EXISTS',
    });
    // One that says the same is no clash.
    expect(await call('ipxe.place', { path: 'kickstart/default.cfg', text: 'text\n' })).toEqual({ path });
    await call('ipxe.place', { path: 'kickstart/default.cfg', text: 'other\n', replace: true });
    expect(readFileSync(path, 'utf8')).toBe('other\n');
  });

  it.each(['../out.cfg', 'a/../../out.cfg', '', '/'])('%j leads out of it, and nothing is written', async path => {
    expect(await errorOf(call('ipxe.place', { path, text: 'x' }))).toMatchObject({ code: 'USAGE' });
    expect(existsSync(join(dirname(library()), 'out.cfg'))).toBe(false);
  });

  it('go through no link that leads out of it', async () => {
    mkdirSync(library());
    symlinkSync(dirname(library()), join(library(), 'link'));
    expect(await errorOf(call('ipxe.place', { path: 'link/out.cfg', text: 'x' }))).toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
    expect(existsSync(join(dirname(library()), 'out.cfg'))).toBe(false);
  });
});

describe('a password', () => {
  it('becomes a hash that crypt(3) takes, another one each time', async () => {
    const hashes = await Promise.all([1, 2].map(() => call('ipxe.hash', { password: 'correct horse' })));
    for (const { hash } of hashes) {
      const [, , salt = ''] = hash.split('$');
      expect(hash).toBe(sha512Crypt('correct horse', salt));
    }
    expect(hashes[0]!.hash).not.toBe(hashes[1]!.hash);
    expect(await errorOf(call('ipxe.hash', { password: '' }))).toMatchObject({ code: 'BAD_CALL' });
  });
});

describe('builds', () => {
  async function octets(size: number, sha256: string): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let offset = 0; offset < size; offset += PIECE)
      pieces.push(Buffer.from(await call('ipxe.octets', { sha256, offset }), 'base64'));
    return Buffer.concat(pieces);
  }
  const script = { name: 'alma', text: SCRIPT };

  it.each(['ipxe.efi', 'undionly.kpxe', 'usb.iso'] as const)(
    '%s comes piece by piece, octet for octet',
    async target => {
      const built = await call('ipxe.build', { target, script });
      const expected = await buildIpxe({ target, script }, await openPrograms(m.engine.settings.programs));
      expect(built).toMatchObject({ target, size: expected.bytes.length, sha256: expected.sha256 });
      const bytes = await octets(built.size, built.sha256);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.sha256);
    },
  );

  it('belong to the window that asked, and say so when they are gone', async () => {
    const { sha256 } = await call('ipxe.build', { target: 'undionly.kpxe', script });
    const other = await openWindow(app);
    expect(await errorOf(call('ipxe.octets', { sha256, offset: 0 }, other))).toMatchObject({
      message: 'This file is not kept any more. Build it once more.',
    });
  });

  it.each([
    ['a target that is none', { target: 'floppy.img' as never, script }, 'USAGE'],
    ['a script that is none', { target: 'ipxe.efi', script: { name: 'x', text: 'shell\n' } }, 'IPXE_SCRIPT'],
    ['a certificate that is none', { target: 'ipxe.efi', script, ca: { name: 'ca.pem', base64: 'AAAA' } }, 'IPXE_FILE'],
  ] as const)('%s is refused', async (_name, request, code) => {
    expect(await errorOf(call('ipxe.build', request))).toMatchObject({ code });
  });

  it('come back in: what is uploaded is told, with the script in it', async () => {
    const built = await call('ipxe.build', { target: 'usb.iso', script });
    const bytes = await octets(built.size, built.sha256);
    for (let offset = 0; offset < bytes.length; offset += PIECE)
      await call('ipxe.upload', { offset, base64: bytes.subarray(offset, offset + PIECE).toString('base64') });
    expect(await call('ipxe.inspect', { name: 'usb.iso' })).toMatchObject({
      what: 'medium',
      medium: { cd: true, autoexec: SCRIPT, biosScript: SCRIPT },
    });
    expect(await errorOf(call('ipxe.upload', { offset: 4, base64: 'AAAA' }))).toMatchObject({ code: 'USAGE' });
  });

  it('are kept as a file for the flasher', async () => {
    const { sha256 } = await call('ipxe.build', { target: 'usb.iso', script });
    const { path } = await call('ipxe.keep', { sha256, name: 'alma' });
    expect(path).toBe(join(m.stateFolder, 'built', 'alma usb.iso'));
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    expect(await call('images.inspect', { image: path })).toMatchObject({
      name: 'alma usb.iso',
      setUp: { kind: 'ipxe' },
    });
  });

  it('go with the program, and at the next start at the latest', async () => {
    const { sha256 } = await call('ipxe.build', { target: 'disk.img', script });
    const { path } = await call('ipxe.keep', { sha256, name: 'alma' });
    await app.close();
    expect(existsSync(path)).toBe(false);
    // What a crash left behind.
    mkdirSync(dirname(path));
    writeFileSync(path, 'left');
    app = await openApp(m, { engine: m.restart() });
    expect(existsSync(path)).toBe(false);
  });

  it('a file of this laptop is looked into where it is', async () => {
    const path = join(m.engine.settings.programs, 'ipxe-arm64.efi');
    expect(await call('ipxe.inspect', { name: 'ipxe-arm64.efi', path })).toMatchObject({
      what: 'program',
      program: { kind: 'efi', arch: 'arm64', shipped: { name: 'ipxe-arm64.efi' } },
    });
    expect(await errorOf(call('ipxe.inspect', { name: 'x', path: '/nowhere/x' }))).toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});
