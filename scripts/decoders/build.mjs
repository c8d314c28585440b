/**
 * Rewrites `resources/decoders/`: the decoders of liblzma and libbz2 as one WebAssembly module, built from Debian's
 * unmodified sources, pinned by checksum. The same compiler gives the same bytes. Debian 12, as any user, with the
 * packages `clang-14 lld-14 llvm-14 wasi-libc libclang-rt-14-dev-wasm32 make`; the archive is the one that apt uses.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = [
  {
    name: 'liblzma',
    version: '5.8.1',
    file: 'pool/main/x/xz-utils/xz-utils_5.8.1.orig.tar.xz',
    sha256: '0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e',
    licence: '0BSD',
    text: 'xz-5.8.1/COPYING.0BSD',
  },
  {
    name: 'libbz2',
    version: '1.0.8',
    file: 'pool/main/b/bzip2/bzip2_1.0.8.orig.tar.gz',
    sha256: 'ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269',
    licence: 'bzip2-1.0.6',
    text: 'bzip2-1.0.8/LICENSE',
  },
];

/** Everything that only packs, or that a thread would need, stays out. */
const CONFIGURE = [
  '--host=wasm32-unknown-wasi',
  'CC=clang-14 --target=wasm32-wasi',
  'AR=llvm-ar-14',
  'RANLIB=llvm-ranlib-14',
  'CFLAGS=-O3 -mbulk-memory -msimd128 -DNDEBUG',
  '--enable-unaligned-access',
  ...'encoders threads shared nls xz xzdec lzmadec lzmainfo scripts doc microlzma lzip-decoder assembler clmul-crc'
    .split(' ')
    .map(part => `--disable-${part}`),
];

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = fileURLToPath(new URL('../../resources/decoders/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'decoders-'));
const run = (program, args, cwd = work) => execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

try {
  const archive = run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])
    .toString()
    .split('\n')
    .find(address => address.endsWith('/debian/'));
  for (const source of SOURCES) {
    const response = await fetch(new URL(source.file, archive));
    const bytes = Buffer.from(await response.arrayBuffer());
    if (sha256(bytes) !== source.sha256) throw new Error(`${source.file} is not the file that is pinned here`);
    writeFileSync(join(work, source.name), bytes);
    run('tar', ['xf', source.name]);
  }
  run('./configure', CONFIGURE, join(work, 'xz-5.8.1'));
  run('make', ['-C', 'src/liblzma'], join(work, 'xz-5.8.1'));
  const bzip2 = ['decompress', 'huffman', 'crctable', 'randtable', 'bzlib'].map(name => `bzip2-1.0.8/${name}.c`);
  copyFileSync(join(here, 'decoders.c'), join(work, 'decoders.c'));
  run('clang-14', [
    '--target=wasm32-wasi',
    ...'-O3 -mbulk-memory -msimd128 -DNDEBUG -DBZ_NO_STDIO -nostartfiles'.split(' '),
    ...'-Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=65536 -Wl,--initial-memory=3145728'.split(' '),
    ...'-I xz-5.8.1/src/liblzma/api -I bzip2-1.0.8'.split(' '),
    'decoders.c',
    ...bzip2,
    'xz-5.8.1/src/liblzma/.libs/liblzma.a',
    '-o',
    'decoders.wasm',
  ]);
  const bytes = readFileSync(join(work, 'decoders.wasm'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'decoders.wasm'), bytes);
  for (const { name, text } of SOURCES) copyFileSync(join(work, text), join(folder, `LICENSE-${name}`));
  const compiler = run('clang-14', ['--version']).toString().split('\n')[0];
  const manifest = {
    file: 'decoders.wasm',
    size: bytes.length,
    sha256: sha256(bytes),
    glue: { file: 'scripts/decoders/decoders.c', sha256: sha256(readFileSync(join(here, 'decoders.c'))) },
    compiler,
    sources: SOURCES.map(({ text: _, ...source }) => source),
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  console.log(`${bytes.length} bytes of decoders in resources/decoders`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
