/** The chain of names as a bench has it: the root first, then our programs, then what is written per device. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type ContentParts, createContentService } from '../../../main/bench/content-service.ts';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { ask, CANARY, makeTree, type Tree, textOf, wallClock } from '../content/tree.ts';

const MAC = '52:54:00:be:00:01';
const DASHES = '52-54-00-be-00-01';
const programs = fileURLToPath(new URL('../../../resources/ipxe', import.meta.url));

let tree: Tree | undefined;
afterEach(() => {
  tree?.remove();
  tree = undefined;
});

/** `files` undefined: a bench without `--root`. */
function service(files: Record<string, string> | undefined = {}, more: Partial<ContentParts> = {}) {
  tree = makeTree(files);
  const events: BenchEvent[] = [];
  const content = createContentService({
    root: tree.root,
    programs,
    clock: wallClock,
    platform: 'linux',
    boot: { server: '10.32.0.1', httpPort: 80, tftp: true },
    device: ({ mac, ip }) => ({ mac, ip, hostname: 'pc-1', vars: { release: '13', append: 'console=ttyS0' } }),
    cpu: mac => (mac === MAC ? 'arm64' : undefined),
    emit: event => events.push(event),
    ...more,
  });
  const get = async (name: string, mac?: string) => textOf(await content.find(ask(name, { mac })));
  return { content, get, events };
}

describe('the names of a bench', () => {
  it('a file of the root wins over everything of the same name', async () => {
    const files = {
      'boot.ipxe': 'own boot',
      'autoexec.ipxe': 'own autoexec',
      'IPXE.EFI': 'own ipxe',
      [`pxelinux.cfg/01-${DASHES}`]: 'own pxelinux',
      [`boot/${DASHES}.ipxe`]: 'own script',
      'boot/default.ipxe': 'template',
    };
    const { get } = service(files);
    expect(await get('boot.ipxe')).toBe('own boot');
    expect(await get('autoexec.ipxe')).toBe('own autoexec');
    expect(await get('ipxe.efi')).toBe('own ipxe');
    expect(await get(`pxelinux.cfg/01-${DASHES}`, MAC)).toBe('own pxelinux');
    expect(await get(`boot/${DASHES}.ipxe`)).toBe('own script');
  });

  it('without a root there are our programs and our scripts, and nothing else', async () => {
    const { content, get } = service({}, { root: undefined });
    for (const name of ['ipxe.efi', 'snponly.efi', 'ipxe-arm64.efi', 'undionly.kpxe', 'UNDIONLY.KPXE'])
      expect(Buffer.from(await get(name))).toEqual(
        Buffer.from(readFileSync(join(programs, name.toLowerCase())).toString()),
      );
    expect(await get('boot.ipxe')).toMatch(/^#!ipxe\n/);
    expect(await get('manifest.json')).toBe('<missing>');
    expect(await get('boot/ipxe.efi')).toBe('<missing>');
    expect(content.has('ipxe.efi')).toBe(false);
  });

  it('has: regular files under the root alone', () => {
    const { content } = service({ 'a/b.txt': 'x' });
    expect(['a/b.txt', 'A/B.TXT', 'a', '../secret.txt', 'c'].map(name => content.has(name))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('inside-root: what lies beside the root is never given', async () => {
    const { get } = service({ 'a.txt': 'a' });
    for (const name of [
      '../secret.txt',
      '/../secret.txt',
      '..\\secret.txt',
      'x/../../secret.txt',
      '../root-beside/secret.txt',
    ])
      expect(await get(name)).not.toContain(CANARY);
  });

  it('explains which part answers', async () => {
    const { content } = service({ 'a.txt': 'a' });
    const routes = await Promise.all(
      ['a.txt', 'ipxe.efi', 'boot.ipxe', 'pieeprom.upd', 'none'].map(
        async name => (await content.explain(ask(name))).route,
      ),
    );
    expect(routes).toEqual([expect.any(String), 'iPXE programs', 'text made per device', 'EEPROM guard', undefined]);
  });
});

describe('scripts that are written', () => {
  it('boot.ipxe looks for the device’s own script, and starts a kernel of the root', async () => {
    const { get } = service({ 'vmlinuz-arm64': 'k', 'initrd-arm64.img': 'i', [`boot/${DASHES}.ipxe`]: 'own' });
    const script = await get('boot.ipxe', MAC);
    expect(script).toMatch(/^#!ipxe\n/);
    expect(script).toContain('set base http://10.32.0.1\n');
    expect(script).toContain(`chain --autofree \${base}/boot/${DASHES}.ipxe && exit ||`);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
    expect(script).toContain('kernel ${base}/vmlinuz-arm64 initrd=initrd-arm64.img');
    expect(await get('BOOT.IPXE', MAC)).toBe(script);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
    expect(await get('boot.ipxe', '02:00:00:00:00:09')).toContain('boot/${netX/mac:hexhyp}.ipxe');
  });

  it('a root that changes is seen at the next request', async () => {
    const { get } = service({});
    expect(await get('boot.ipxe')).not.toContain('vmlinuz');
    tree!.write('vmlinuz');
    tree!.write('initrd.img');
    expect(await get('boot.ipxe')).toContain('vmlinuz');
  });

  it('another HTTP port, and no HTTP at all', async () => {
    const boot = { server: '10.32.0.1', tftp: true };
    expect(await service({}, { boot: { ...boot, httpPort: 8080 } }).get('boot.ipxe')).toContain(
      'http://10.32.0.1:8080',
    );
    tree?.remove();
    expect(await service({}, { boot: { ...boot, httpPort: undefined } }).get('autoexec.ipxe')).toContain(
      'tftp://10.32.0.1',
    );
  });

  it('pxelinux.cfg is written for a board whose processor is known and whose kernel is there', async () => {
    const files = { 'Image-arm64': 'k', 'initrd-arm64.img': 'i', 'dtb/a.dtb': 'd' };
    const { get } = service(files);
    const name = `pxelinux.cfg/01-${DASHES}`;
    const config = await get(name, MAC);
    expect(config).toContain('  kernel Image-arm64\n  initrd initrd-arm64.img\n  fdtdir dtb\n  append console=ttyS0\n');
    expect(await get('pxelinux.cfg/01-02-00-00-00-00-09', '02:00:00:00:00:09')).toBe('<missing>');
    expect(await get('pxelinux.cfg/default', MAC)).toBe('<missing>');
    tree!.write('pxelinux.cfg/default', 'own');
    expect(await get(name, MAC)).toBe('<missing>');
  });
});

describe('Raspberry Pis', () => {
  it('ask below their serial number and get the files of the root', async () => {
    const { get } = service({ 'start4.elf': 'elf', 'overlays/a.dtbo': 'dtbo' });
    expect(await get('9ffefdef/start4.elf')).toBe('elf');
    expect(await get('9FFEFDEF/overlays/a.dtbo')).toBe('dtbo');
    expect(await get('dc-a6-32-01-36-c2/start4.elf')).toBe('elf');
    expect(await get('9ffefdef/none.elf')).toBe('<missing>');
  });

  it('one with a folder of its own gets that one alone', async () => {
    const { get } = service({ 'start4.elf': 'all', 'config.txt': 'all', '9ffefdef/start4.elf': 'own' });
    expect(await get('9ffefdef/start4.elf')).toBe('own');
    expect(await get('9ffefdef/config.txt')).toBe('<missing>');
    expect(await get('11111111/config.txt')).toBe('all');
  });

  it.each([
    'pieeprom.upd',
    'recovery.bin',
    'VL805.BIN',
    'sub/pieeprom.sig',
    '.\\pieeprom.upd',
    '11111111/pieeprom.upd',
  ])('an EEPROM update is never given by accident: %s', async name => {
    const { get } = service({ 'pieeprom.upd': 'u', 'recovery.bin': 'u', 'VL805.BIN': 'u', 'sub/pieeprom.sig': 'u' });
    expect(await get(name)).toBe('<missing>');
  });

  it('it is given from the folder of that one Pi', async () => {
    expect(await service({ '9ffefdef/pieeprom.upd': 'update' }).get('9ffefdef/pieeprom.upd')).toBe('update');
  });
});

describe('templates', () => {
  it('are rendered for the MAC in the name', async () => {
    const { get } = service({
      'boot/default.ipxe': '#!ipxe\necho {{mac}} {{hostname}} {{server}} {{http}} {{release}}\n',
      'kickstart/default.cfg': 'network --hostname={{hostname}}',
      'cloud-init/default/user-data': '# {{mac-dashes}}',
    });
    expect(await get(`boot/${DASHES}.ipxe`)).toBe(`#!ipxe\necho ${MAC} pc-1 10.32.0.1 http://10.32.0.1 13\n`);
    expect(await get('kickstart/525400be0001.cfg')).toBe('network --hostname=pc-1');
    expect(await get(`cloud-init/${MAC}/user-data`)).toBe(`# ${DASHES}`);
    expect(await get(`cloud-init/${MAC}/meta-data`)).toBe(`instance-id: benchboot-${DASHES}\nlocal-hostname: pc-1\n`);
  });

  it('one with a value that is missing is not served half, and told', async () => {
    const { get, events } = service({ 'kickstart/default.cfg': 'a\n{{disk}}' });
    expect(await get(`kickstart/${DASHES}.cfg`)).toBe('<unreadable>');
    expect(events).toMatchObject([
      { type: 'notice', code: 'template-value-missing', message: expect.stringContaining('{{disk}} in line 2') },
    ]);
  });
});

describe('scripts chosen while it serves', () => {
  const OTHER = '52:54:00:be:00:02';
  const ONE = '#!ipxe\necho one\n';
  const ALL = '#!ipxe\necho all\n';

  it('a device gets its own, before a file of that name, under every spelling of its MAC', async () => {
    const { content, get, events } = service({ [`boot/${DASHES}.ipxe`]: 'a file', 'autoexec.ipxe': 'a file' });
    content.scripts.set(MAC, ONE);
    for (const name of [`boot/${DASHES}.ipxe`, `/boot/${MAC}.ipxe`, 'BOOT/525400be0001.IPXE'])
      expect(await get(name, OTHER), name).toBe(ONE);
    expect(await get(`boot/${OTHER}.ipxe`)).toBe('<missing>');
    for (const name of ['autoexec.ipxe', '/efi/boot/AUTOEXEC.IPXE'])
      expect(await get(name, MAC), name).toContain(`chain --autofree http://10.32.0.1/boot/${DASHES}.ipxe`);
    expect(await get('autoexec.ipxe', OTHER)).toBe('a file');
    expect(events[0]).toEqual({ type: 'script.set', for: MAC, bytes: ONE.length });
    expect(events[1]).toMatchObject({
      type: 'script.served',
      mac: OTHER,
      file: `boot/${DASHES}.ipxe`,
      bytes: ONE.length,
    });
    expect(events.filter(event => event.type === 'script.served')).toHaveLength(5);
  });

  it('takes effect with the next request, and goes with the choice', async () => {
    const { content, get, events } = service({ [`boot/${DASHES}.ipxe`]: 'a file' });
    content.scripts.set(MAC, ONE);
    expect(await get(`boot/${DASHES}.ipxe`)).toBe(ONE);
    content.scripts.set(MAC, ALL);
    expect(await get(`boot/${DASHES}.ipxe`)).toBe(ALL);
    content.scripts.set(MAC, undefined);
    expect(await get(`boot/${DASHES}.ipxe`)).toBe('a file');
    expect(events.at(-1)).toEqual({ type: 'script.set', for: MAC });
  });

  it('the one for all is boot.ipxe, for devices without their own too', async () => {
    const { content, get } = service({ 'boot.ipxe': 'a file' });
    content.scripts.set('default', ALL);
    expect(await get('boot.ipxe', OTHER)).toBe(ALL);
    expect(await get('autoexec.ipxe', OTHER)).toContain('chain --autofree http://10.32.0.1/boot.ipxe');
    expect(await get(`boot/${DASHES}.ipxe`)).toBe('<missing>');
    content.scripts.set(MAC, ONE);
    expect(await get('autoexec.ipxe', MAC)).toContain(`boot/${DASHES}.ipxe`);
    expect(await get('boot.ipxe', MAC)).toBe(ALL);
  });

  it('the menu of a bench leads to it', async () => {
    const { content, get } = service({});
    content.scripts.set(MAC, ONE);
    expect(await get('boot.ipxe', MAC)).toContain(`chain --autofree \${base}/boot/${DASHES}.ipxe`);
  });
});
