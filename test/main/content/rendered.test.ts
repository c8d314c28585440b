import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { createContent } from '../../../main/content/chain.ts';
import { type DeviceFacts, deviceValue, macInName } from '../../../main/content/device-values.ts';
import { createFolder } from '../../../main/content/folder.ts';
import { type RenderedOptions, renderedRoute } from '../../../main/content/rendered.ts';
import { render } from '../../../main/content/template.ts';
import { ask, makeTree, type Tree, textOf, wallClock } from './tree.ts';

const MAC = '52:54:00:be:00:01';
const server = { server: '10.32.0.1', http: 'http://10.32.0.1' };
const known: DeviceFacts = { mac: MAC, ip: '10.32.0.77', hostname: 'node-1', vars: { disk: '/dev/nvme0n1' } };

let tree: Tree;
let events: BenchEvent[];
beforeEach(() => {
  tree = makeTree();
  events = [];
});
afterEach(() => tree.remove());

function content(more: Partial<RenderedOptions> = {}) {
  const root = createFolder({ root: tree.root, clock: wallClock, platform: process.platform });
  const device: RenderedOptions['device'] = ({ mac, ip }) => (mac === MAC || ip === known.ip ? known : { mac, ip });
  const emit = (event: BenchEvent) => void events.push(event);
  return createContent([root, renderedRoute({ root, server, device, generators: [], emit, ...more })]);
}
const get = async (name: string, more: Partial<RenderedOptions> = {}) =>
  textOf(await content(more).find(ask(name, { mac: MAC })));

describe('text made per device', () => {
  const cases: [what: string, files: Record<string, string>, asked: string, gives: string][] = [
    ['a template', { 'kickstart/default.cfg': 'host={{hostname}}' }, `kickstart/${MAC}.cfg`, 'host=node-1'],
    ['a MAC with dashes', { 'kickstart/default.cfg': '{{mac}}' }, 'kickstart/52-54-00-BE-00-01.cfg', MAC],
    ['the MAC in the name of the file', { 'kickstart-default.cfg': '{{mac}}' }, 'kickstart-52-54-00-be-00-01.cfg', MAC],
    ['a preseed file', { 'preseed/default.cfg': '{{mac}}' }, `preseed/${MAC}.cfg`, MAC],
    [
      'a MAC behind 01-',
      { 'boot/default.ipxe': '{{mac-dashes}}' },
      'boot/01-52-54-00-be-00-01.ipxe',
      '52-54-00-be-00-01',
    ],
    ['a variable of the bench file', { 'boot/default.ipxe': 'd={{ disk }}' }, `boot/${MAC}.ipxe`, 'd=/dev/nvme0n1'],
    [
      'addresses',
      { 'boot/default.ipxe': '{{ip}} {{server}} {{http}}/x' },
      `/boot/${MAC}.ipxe`,
      '10.32.0.77 10.32.0.1 http://10.32.0.1/x',
    ],
    [
      'its own file wins',
      { 'boot/default.ipxe': 'all', [`boot/${MAC}.ipxe`]: 'own {{mac}}' },
      `boot/${MAC}.ipxe`,
      'own {{mac}}',
    ],
    [
      'its own file in another spelling wins',
      { 'boot/default.ipxe': 'all', 'boot/52-54-00-BE-00-01.ipxe': 'own' },
      `boot/${MAC}.ipxe`,
      'own',
    ],
    [
      'cloud-init user-data',
      { 'cloud-init/default/user-data': '#cloud-config\nhostname: {{hostname}}\n' },
      `cloud-init/${MAC}/user-data`,
      '#cloud-config\nhostname: node-1\n',
    ],
    [
      'cloud-init meta-data by itself',
      {},
      `cloud-init/${MAC}/meta-data`,
      'instance-id: benchboot-52-54-00-be-00-01\nlocal-hostname: node-1\n',
    ],
    [
      'cloud-init meta-data of an unknown device',
      {},
      'cloud-init/52:54:00:be:00:99/meta-data',
      'instance-id: benchboot-52-54-00-be-00-99\nlocal-hostname: bench-be0099\n',
    ],
    ['cloud-init network-config is missing without a template', {}, `cloud-init/${MAC}/network-config`, '<missing>'],
    ['no template', {}, `kickstart/${MAC}.cfg`, '<missing>'],
    ['no MAC in the name', { 'kickstart/default.cfg': 'x' }, 'kickstart/someone.cfg', '<missing>'],
  ];
  it.each(cases)('%s', async (_what, files, asked, gives) => {
    for (const [name, text] of Object.entries(files))
      if (!(process.platform === 'win32' && name.includes(':'))) tree.write(name, text);
    expect(await get(asked)).toBe(gives);
  });

  it('a variable without a value fails the text and says so, instead of a wrong kickstart', async () => {
    tree.write('kickstart/default.cfg', 'lang en\nrootpw {{password}}\n');
    const found = await content().find(ask(`kickstart/${MAC}.cfg`));
    expect(found).toEqual({
      kind: 'none',
      why: 'unreadable',
      detail: `the template "kickstart/default.cfg" uses {{password}} in line 2, which has no value for ${MAC}`,
    });
    expect(events).toMatchObject([{ type: 'notice', code: 'template-value-missing' }]);
  });

  it('a template that is no text, or too large, is unreadable', async () => {
    tree.write('boot/default.ipxe', '');
    writeFileSync(join(tree.root, 'boot/default.ipxe'), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(await get(`boot/${MAC}.ipxe`)).toBe('<unreadable>');
    tree.write('boot/default.ipxe', ' '.repeat(1024 * 1024 + 1));
    expect(await get(`boot/${MAC}.ipxe`)).toBe('<unreadable>');
  });

  it('untrusted-text: a host name that is a script is no value', async () => {
    tree.write('kickstart/default.cfg', 'hostname {{hostname}}');
    for (const hostname of ['a\nreboot', '$(reboot)', 'a;b', '-a', 'x'.repeat(64), '']) {
      const device = () => ({ ...known, hostname });
      expect(await get(`kickstart/${MAC}.cfg`, { device }), hostname).toBe('<unreadable>');
    }
  });

  it('generators answer what no file and no template does', async () => {
    const generators: RenderedOptions['generators'] = [
      (name, device) => (name === 'boot.ipxe' ? `#!ipxe\n# ${device.mac}` : undefined),
      (name, device) => (name.startsWith('pxelinux.cfg/') ? `label ${device.mac}` : undefined),
    ];
    expect(await get('/boot.ipxe', { generators })).toBe(`#!ipxe\n# ${MAC}`);
    expect(await get('pxelinux.cfg/01-52-54-00-be-00-02', { generators })).toBe('label 52:54:00:be:00:02');
    expect(await get('pxelinux.cfg/default', { generators })).toBe(`label ${MAC}`);
    tree.write('boot.ipxe', 'mine');
    expect(await get('/boot.ipxe', { generators })).toBe('mine');
  });

  it('a Pi reads the root through its serial number, unless it has a folder', async () => {
    const alias = (name: string) => (name.startsWith('9ffefdef/') ? name.slice(9) : undefined);
    tree.write('start4.elf', 'shared');
    tree.write('config.txt', 'shared config');
    expect(await get('9ffefdef/start4.elf', { alias })).toBe('shared');
    expect(await get('9ffefdef/recovery.elf', { alias })).toBe('<missing>');
    expect(await get('9ffefdef/../../secret.txt', { alias })).toBe('<outside-root>');
    tree.write('9ffefdef/config.txt', 'own config');
    expect(await get('9ffefdef/config.txt', { alias })).toBe('own config');
    expect(await get('9ffefdef/start4.elf', { alias })).toBe('<missing>');
  });

  it('works without a root', async () => {
    expect(await get(`cloud-init/${MAC}/meta-data`, { root: undefined })).toContain('instance-id');
    expect(await get(`boot/${MAC}.ipxe`, { root: undefined })).toBe('<missing>');
  });

  it('explains what a MAC would get', async () => {
    tree.write('boot/default.ipxe', '{{mac}}');
    const explanation = await content().explain(ask(`boot/${MAC}.ipxe`));
    expect(explanation).toMatchObject({ route: 'text made per device', found: 'bytes', size: 17 });
    expect(explanation.tried[1]?.names).toContain('boot/52-54-00-be-00-01.ipxe');
    expect(explanation.tried[1]?.names.at(-1)).toBe('boot/default.ipxe');
  });
});

describe('templates', () => {
  const values = new Map([['mac', MAC]]);
  const done = (text: string) => render(text, name => values.get(name));
  it.each<[string, string, ReturnType<typeof done>]>([
    ['no placeholder', 'a {b} $(c)', { ok: true, text: 'a {b} $(c)' }],
    ['two of them', '{{mac}}{{ mac }}', { ok: true, text: MAC + MAC }],
    ['escaped for another template language', '\\{{ds.meta}} {{mac}}', { ok: true, text: `{{ds.meta}} ${MAC}` }],
    ['the first unknown one is named', '\n{{mac}} {{a}} {{b}}', { ok: false, unknown: 'a', line: 2 }],
    ['an expression is unknown too', '{{ mac | upper }}', { ok: false, unknown: 'mac | upper', line: 1 }],
    ['nothing between the braces', '{{}}', { ok: false, unknown: '', line: 1 }],
    ['braces that never close', '{{mac', { ok: true, text: '{{mac' }],
  ])('%s', (_what, text, gives) => expect(done(text)).toEqual(gives));

  it('does not read values again', () => {
    expect(render('{{a}}', () => '{{b}} $& $1')).toEqual({ ok: true, text: '{{b}} $& $1' });
  });

  it('never throws (fuzz)', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('{{', '}}', '\\', '\n', 'mac', '{{mac}}'));
    fc.assert(
      fc.property(fc.array(piece), parts => void done(parts.join(''))),
      { numRuns: 5_000 },
    );
  });
});

describe('values', () => {
  it("the bench file's own variables win, but nothing inherited counts", () => {
    expect(deviceValue('hostname', { ...known, vars: { hostname: 'other' } }, server)).toBe('other');
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(deviceValue(name, known, server)).toBeUndefined();
  });
  it.each([
    ['52:54:00:be:00:01', MAC],
    ['52-54-00-BE-00-01', MAC],
    ['01-52-54-00-be-00-01', MAC],
    ['525400be0001', MAC],
    ['5254.00be.0001', MAC],
    ['default', undefined],
    ['52-54-00-be-00', undefined],
    ['02-52-54-00-be-00-01', undefined],
  ])('%s as a MAC', (name, mac) => expect(macInName(name)).toBe(mac));
});
