/** States of the iPXE view: scripts that are kept in memory, a bench that has some files, and builds that are real. */
import { createHash } from 'node:crypto';
import { IpxeFiles } from '../../main/app/ipxe-files.ts';
import type { Handlers } from '../../main/contract/calls.ts';
import type { IpxeView, Machine, ScriptView } from '../../main/contract/views.ts';
import { BenchError } from '../../main/errors.ts';
import { ALMALINUX_SCRIPT, BROKEN_SCRIPT, MENU_SCRIPT } from './ipxe-scripts.ts';
import type { Scene } from './scenes.ts';
import type { ScriptedViews } from './scripted-engine.ts';

const PROGRAMS = new URL('../../resources/ipxe', import.meta.url).pathname;

const BENCH: IpxeView['bench'] = {
  serving: true,
  server: '10.32.0.1',
  httpPort: 80,
  tftp: true,
  root: '/srv/bench',
  firstAddress: '10.32.0.50',
};
const IPXE: IpxeView = { bench: BENCH, folder: '/home/maria/Benchboot/scripts', choices: [] };

const MACHINES: readonly Machine[] = [
  {
    id: '52:54:00:12:34:01',
    name: 'rack-01',
    mac: '52:54:00:12:34:01',
    ip: '10.32.0.52',
    firmware: 'uefi-x64',
    serial: undefined,
    uuid: undefined,
  },
  {
    id: '7a:11:22:33:44:01',
    name: 'MixtileClusterBox',
    mac: '7a:11:22:33:44:01',
    ip: '10.32.0.50',
    firmware: 'bios',
    serial: undefined,
    uuid: undefined,
  },
];

/** Octets of what the bench has. */
const FILES: Readonly<Record<string, number>> = {
  '/almalinux/.treeinfo': 1_602,
  '/almalinux/images/pxeboot/vmlinuz': 14_213_112,
  '/almalinux/images/pxeboot/initrd.img': 111_422_804,
  '/kickstart/52-54-00-12-34-01.cfg': 912,
  '/alpine/boot/vmlinuz-lts': 11_630_592,
  '/alpine/boot/initramfs-lts': 25_871_231,
};
const FOLDERS = ['/alpine/apks'];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Kept {
  saved?: string;
  draft?: string;
}

function inMemory(kept: Map<string, Kept>): Partial<Handlers> {
  const files = new IpxeFiles(PROGRAMS, '/nowhere');
  const savedOf = (text: string) => ({ size: text.length, at: Date.now() - 90_000, sha256: sha256(text) });
  return {
    'ipxe.scripts': () => {},
    'ipxe.read'({ name }) {
      const { saved, draft } = kept.get(name) ?? {};
      return {
        ...(saved !== undefined && { saved: { ...savedOf(saved), text: saved } }),
        ...(draft !== undefined && { draft }),
      };
    },
    'ipxe.draft': () => {},
    'ipxe.save'({ name, text }) {
      kept.set(name, { saved: text });
      return savedOf(text);
    },
    'ipxe.machines': () => MACHINES,
    'ipxe.library': () => [],
    'ipxe.place': ({ path }) => ({ path: `/srv/bench/${path}` }),
    'ipxe.lookup': ({ urls }) =>
      urls.map(url => {
        const path = url.replace(/^\w+:\/\/[^/]*/, '').replace(/\/$/, '');
        if (!url.startsWith('http://10.32.0.1')) return { is: 'elsewhere' };
        if (FOLDERS.includes(path)) return { is: 'folder' };
        const size = FILES[path];
        return size === undefined
          ? { is: 'missing', why: `there is no such file under /srv/bench` }
          : { is: 'file', size };
      }),
    'ipxe.build': ({ target, script }, caller) => files.build({ target, script }, caller),
    'ipxe.upload': ({ offset, base64 }, caller) => files.upload(offset, base64, caller),
    'ipxe.inspect': ({ name, path }, caller) => files.inspect(name, path, caller),
    'ipxe.keep': ({ name }) => ({ path: `/home/maria/.local/state/benchboot/built/${name} disk.img` }),
    'ipxe.give': () => {},
  };
}

function scene(
  base: ScriptedViews,
  { scripts = {}, ipxe = IPXE, ...rest }: Omit<Scene, 'views'> & { scripts?: Record<string, Kept>; ipxe?: IpxeView },
): Scene {
  const kept = new Map(Object.entries(scripts));
  const rows = [...kept].map(([name, { saved, draft }]): [string, ScriptView] => [
    name,
    {
      name,
      ...(saved !== undefined && { saved: { size: saved.length, at: Date.now() - 4_000_000, sha256: sha256(saved) } }),
      ...(draft !== undefined && { draft: Date.now() - 60_000 }),
    },
  ]);
  return {
    ...rest,
    views: { ...base, ipxe, scripts: new Map(rows) },
    handlers: { ...inMemory(kept), ...rest.handlers },
  };
}

const SCRIPTS = {
  'almalinux rack': { saved: ALMALINUX_SCRIPT },
  'alpine menu': { saved: MENU_SCRIPT },
  'old lab': { saved: BROKEN_SCRIPT, draft: `${BROKEN_SCRIPT}# not done\n` },
};

/** `base`: the rest of the window. */
export const ipxeScenes = (idle: () => ScriptedViews, serving: () => ScriptedViews) =>
  ({
    'ipxe-empty': () => scene(idle(), { hash: '#/ipxe', ipxe: { ...IPXE, bench: { ...BENCH, serving: false } } }),
    'ipxe-error-code': () =>
      scene(idle(), {
        hash: '#/ipxe',
        act: async page => {
          await page.getByLabel('Error code of iPXE').fill('https://ipxe.org/2d0c6139');
          await page.getByText('ENOENT').waitFor();
        },
      }),
    'ipxe-gallery': () =>
      scene(serving(), {
        hash: '#/ipxe',
        scripts: SCRIPTS,
        ipxe: { ...IPXE, choices: [{ to: 'default', name: 'alpine menu', at: Date.now() - 300_000 }] },
      }),
    'ipxe-template': () =>
      scene(serving(), {
        hash: '#/ipxe/template/almalinux',
        act: page => page.getByText('It boots').waitFor(),
      }),
    // The bench has no AlmaLinux, and a kickstart that somebody else wrote.
    'ipxe-template-clash': () =>
      scene(idle(), {
        hash: '#/ipxe/template/almalinux',
        handlers: {
          'ipxe.lookup': ({ urls }) => urls.map(() => ({ is: 'missing' })),
          'ipxe.hash': () => ({ hash: '$6$salt$hash' }),
          'ipxe.place': ({ path }) => {
            throw new BenchError('FILE_EXISTS', { path: `/srv/bench/${path}` });
          },
        },
        act: async page => {
          await page.getByLabel('Password', { exact: true }).fill('correct horse');
          await page.getByRole('button', { name: 'Make this script' }).click();
          await page.getByRole('button', { name: 'Replace it' }).waitFor();
          await page.getByText('Before that, line').waitFor();
        },
      }),
    'ipxe-findings': () =>
      scene(serving(), {
        hash: '#/ipxe/script/old lab',
        scripts: SCRIPTS,
        act: page => page.getByRole('region', { name: 'Findings' }).waitFor(),
      }),
    'ipxe-completion': () =>
      scene(serving(), {
        hash: '#/ipxe/script/almalinux rack',
        scripts: SCRIPTS,
        act: async page => {
          await page.getByRole('textbox', { name: 'Script almalinux rack' }).click();
          await page.keyboard.press('Control+End');
          await page.keyboard.type('imgf');
          await page.locator('.cm-tooltip-autocomplete').waitFor();
        },
      }),
    'ipxe-menu': () =>
      scene(serving(), {
        hash: '#/ipxe/script/alpine menu',
        scripts: SCRIPTS,
        ipxe: { ...IPXE, choices: [{ to: 'default', name: 'alpine menu', at: Date.now() - 300_000 }] },
        act: async page => {
          await page.getByRole('button', { name: 'Alpine as it comes' }).click();
          await page.getByText('It boots').waitFor();
        },
      }),
    'ipxe-steps': () =>
      scene(serving(), {
        hash: '#/ipxe/script/almalinux rack',
        scripts: SCRIPTS,
        act: async page => {
          await page.getByRole('tab', { name: /^Steps/ }).click();
          await page.getByRole('grid', { name: 'Steps' }).waitFor();
        },
      }),
    'ipxe-build': () =>
      scene(serving(), {
        hash: '#/ipxe/script/almalinux rack/build',
        scripts: SCRIPTS,
        act: async page => {
          await page.getByRole('button', { name: /^Build disk.img/ }).click();
          await page.getByRole('button', { name: /^Download disk.img/ }).waitFor();
        },
      }),
    'ipxe-serve': () =>
      scene(serving(), {
        hash: '#/ipxe/script/almalinux rack/serve',
        scripts: SCRIPTS,
        ipxe: {
          ...IPXE,
          choices: [
            { to: 'default', name: 'alpine menu', at: Date.now() - 300_000 },
            { to: '52:54:00:12:34:01', name: 'almalinux rack', at: Date.now() - 60_000 },
          ],
        },
        act: page => page.getByText('rack-01').first().waitFor(),
      }),
    'ipxe-inspect': () =>
      scene(serving(), {
        hash: '#/ipxe',
        act: async page => {
          await page
            .getByLabel('File to open')
            .setInputFiles(new URL('../../resources/ipxe/ipxe.efi', import.meta.url).pathname);
          await page.getByText('There is no script in it').waitFor();
        },
      }),
  }) as const satisfies Record<string, () => Scene>;
