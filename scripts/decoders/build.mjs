/**
 * Rewrites `resources/decoders/`: the decoders of liblzma and libbz2 as one WebAssembly module and the sums of xxHash as
 * another, built from Debian's unmodified sources, pinned by checksum. The same compiler gives the same bytes. Debian 12, as any user, with the
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
  {
    name: 'xxhash',
    version: '0.8.3',
    file: 'pool/main/x/xxhash/xxhash_0.8.3.orig.tar.gz',
    sha256: 'aae608dfe8213dfd05d909a57718ef82f30722c392344583d3f39050c7f29a80',
    licence: 'BSD-2-Clause',
    text: 'xxHash-0.8.3/LICENSE',
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

const COMMON = '-O3 -mbulk-memory -msimd128 -DNDEBUG -Wl,--no-entry -Wl,--strip-all'.split(' ');

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
  const build = (file, glue, flags, inputs = []) => {
    copyFileSync(join(here, glue), join(work, glue));
    run('clang-14', ['--target=wasm32-wasi', ...COMMON, ...flags.split(' '), glue, ...inputs, '-o', file]);
    const bytes = readFileSync(join(work, file));
    const source = { file: `scripts/decoders/${glue}`, sha256: sha256(readFileSync(join(here, glue))) };
    return { bytes, facts: { file, size: bytes.length, sha256: sha256(bytes), glue: source } };
  };
  const bzip2 = ['decompress', 'huffman', 'crctable', 'randtable', 'bzlib'].map(name => `bzip2-1.0.8/${name}.c`);
  const modules = [
    build(
      'decoders.wasm',
      'decoders.c',
      '-DBZ_NO_STDIO -nostartfiles -Wl,-z,stack-size=65536 -Wl,--initial-memory=3145728 -I xz-5.8.1/src/liblzma/api -I bzip2-1.0.8',
      [...bzip2, 'xz-5.8.1/src/liblzma/.libs/liblzma.a'],
    ),
    // All that it keeps lies in the first page of a memory that others bring.
    build(
      'block-sums.wasm',
      'block-sums.c',
      '-matomics -nostdlib -Wl,-z,stack-size=4096 -Wl,--import-memory -Wl,--shared-memory -Wl,--initial-memory=65536 -Wl,--max-memory=4294967296 -I xxHash-0.8.3',
    ),
  ];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { bytes, facts } of modules) writeFileSync(join(folder, facts.file), bytes);
  for (const { name, text } of SOURCES) copyFileSync(join(work, text), join(folder, `LICENSE-${name}`));
  const compiler = run('clang-14', ['--version']).toString().split('\n')[0];
  const manifest = {
    modules: modules.map(({ facts }) => facts),
    compiler,
    sources: SOURCES.map(({ text: _, ...source }) => source),
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const { facts } of modules) console.log(`${facts.size} bytes in resources/decoders/${facts.file}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
