/** The DHCP package as others install it: packed, installed into an empty folder, its README's example run by plain Node. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withLab } from '../lab/lab.ts';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../..', import.meta.url));
const source = join(project, 'main/node-dhcpd-lite');

let folder: string;
let installed: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-package-'));
  await run(process.execPath, [join(source, 'tarball.mjs'), folder]);
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  // What it depends on lies in npm's cache since this project was installed.
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...quiet, './node-dhcpd-lite-0.1.0.tgz'], { cwd: folder });
  installed = join(folder, 'node_modules/node-dhcpd-lite');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const example = (): string => {
  const code = /```ts\n(.*?)```/s.exec(readFileSync(join(installed, 'README.md'), 'utf8'))?.[1];
  if (code === undefined) throw new Error('the README has no example');
  return code;
};

it('says what it is, and holds no source', async () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).toMatchObject({
    name: 'node-dhcpd-lite',
    license: 'Apache-2.0',
    engines: { node: '>=20.11' },
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './socket': { types: './socket/index.d.ts', default: './socket/index.js' },
    },
  });
  expect(manifest.scripts).toBeUndefined();
  const { stdout } = await run('find', [installed, '-type', 'f', '-printf', '%P\n']);
  const files = stdout.trim().split('\n');
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts', 'socket/index.js']));
  expect(files.filter(name => !/(\.js|\.d\.ts|^LICENSE|^README\.md|^package\.json)$/.test(name))).toEqual([]);
});

it('has the same names as its source', async () => {
  for (const name of ['node-dhcpd-lite', 'node-dhcpd-lite/socket']) {
    const print = `console.log(Object.keys(await import('${name}')).sort().join())`;
    const names = (cwd: string) => run(process.execPath, ['--input-type=module', '-e', print], { cwd });
    expect((await names(folder)).stdout).toBe((await names(project)).stdout);
  }
});

it('brings its types: the example is checked strictly, declarations included, and a slip in it is found', async () => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['node', 'undici-types'])
    symlinkSync(
      join(project, 'node_modules', name === 'node' ? '@types/node' : name),
      join(folder, 'node_modules', name === 'node' ? '@types/node' : name),
    );
  const check = (name: string) =>
    run(
      process.execPath,
      [
        join(project, 'node_modules/typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--types', 'node'],
        ...['--target', 'es2023', name],
      ],
      { cwd: folder },
    );
  writeFileSync(join(folder, 'right.mts'), example());
  await check('right.mts');
  writeFileSync(join(folder, 'wrong.mts'), example().replace('leaseSeconds: 600', "leaseSeconds: '10m'"));
  await expect(check('wrong.mts')).rejects.toMatchObject({
    stdout: expect.stringContaining("'string' is not assignable to type 'number'"),
  });
});

it('runs the example of its README, and gives a board an address', async () => {
  writeFileSync(join(folder, 'serve.mjs'), example());
  await withLab({ address: '10.32.0.1/24' }, async lab => {
    const program = lab.start(
      'srv',
      ['sh', '-c', `cd ${folder} && exec ${process.execPath} serve.mjs bench0`],
      'serve',
    );
    await program.line(/^serving bench0 as 10\.32\.0\.1$/, 20_000);
    const udhcpc = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-s', lab.script('lease-script')];
    expect(await lab.output('c1', udhcpc)).toMatch(/10\.32\.0\.1\d\d/);
    await program.line(/^ACK \S+ 10\.32\.0\.1\d\d/);
    expect((await program.stop('SIGINT')).code).toBe(0);
  });
});
