// `npm run tarball [-- FOLDER]`: the package as others install it, plain JavaScript with types, as a tarball in FOLDER.
// In its repository the package is its source, which Node runs as it is; below `node_modules` Node strips no types.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const here = import.meta.dirname;
const target = resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? '.');
const read = path => JSON.parse(readFileSync(path, 'utf8'));
const inherit = { stdio: 'inherit', shell: process.platform === 'win32' };

const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
const tsc = join(dirname(typescript), read(typescript).bin.tsc);
const built = source => {
  const path = source.replace('./src/', './').replace(/\.ts$/, '');
  return { types: `${path}.d.ts`, default: `${path}.js` };
};

const folder = mkdtempSync(join(tmpdir(), 'node-dhcpd-lite-'));
try {
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', folder], inherit);
  const { scripts: _, ...manifest } = read(join(here, 'package.json'));
  manifest.exports = Object.fromEntries(Object.entries(manifest.exports).map(([name, path]) => [name, built(path)]));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(here, name), join(folder, name));
  execFileSync('npm', ['pack', folder, '--pack-destination', target], inherit);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
