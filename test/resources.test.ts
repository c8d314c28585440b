/** `resources/` holds exactly what its manifests say: a changed, missing or extra program is found here. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly package: { readonly name: string; readonly version: string; readonly sha256: string };
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
}

const folder = fileURLToPath(new URL('../resources/ipxe/', import.meta.url));
const read = (name: string): Buffer => readFileSync(`${folder}${name}`);
const manifest = JSON.parse(read('manifest.json').toString()) as Manifest;

describe('resources/ipxe', () => {
  it('holds the seven programs that scripts are put into, the manifest and what the licence asks for', () => {
    const programs = [
      'ipxe-arm64.efi',
      'ipxe.efi',
      'ipxe.lkrn',
      'ipxe.pxe',
      'snponly.efi',
      'undionly.kkpxe',
      'undionly.kpxe',
    ];
    expect(manifest.files.map(file => file.name).sort()).toEqual(programs);
    expect(readdirSync(folder).sort()).toEqual([...programs, 'manifest.json', 'copyright', 'GPL-2', 'SOURCES'].sort());
  });

  it.each(manifest.files)('$name is the file of the manifest, byte for byte', ({ name, size, sha256 }) => {
    const bytes = read(name);
    expect(bytes.length).toBe(size);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  it('names the version of the package in every program and in SOURCES', () => {
    for (const name of ['ipxe.efi', 'ipxe-arm64.efi', 'snponly.efi'])
      expect(read(name).includes(manifest.package.version)).toBe(true);
    expect(read('SOURCES').toString()).toContain(`${manifest.package.name} ${manifest.package.version}`);
    expect(read('SOURCES').toString()).toContain(manifest.package.sha256);
  });

  it('carries the licence text and the notices of the authors', () => {
    expect(read('GPL-2').toString()).toContain('GNU GENERAL PUBLIC LICENSE');
    expect(read('GPL-2').toString()).toContain('Version 2, June 1991');
    expect(read('copyright').toString()).toContain('Upstream-Name: ipxe');
  });
});

describe('resources/decoders', () => {
  const decoders = fileURLToPath(new URL('../resources/decoders/', import.meta.url));
  const built = JSON.parse(readFileSync(`${decoders}manifest.json`, 'utf8')) as {
    readonly modules: readonly {
      readonly file: string;
      readonly size: number;
      readonly sha256: string;
      readonly glue: { readonly file: string; readonly sha256: string };
    }[];
    readonly sources: readonly { readonly name: string }[];
  };
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

  it('holds the modules of the manifest, and the licence of each of its sources', () => {
    const licences = built.sources.map(({ name }) => `LICENSE-${name}`);
    const files = built.modules.map(({ file }) => file);
    expect(readdirSync(decoders).sort()).toEqual([...files, 'manifest.json', ...licences].sort());
    for (const module of built.modules) {
      expect(readFileSync(`${decoders}${module.file}`).length).toBe(module.size);
      expect(sha256(`${decoders}${module.file}`)).toBe(module.sha256);
    }
  });

  it('was built from the glue that is here', () => {
    for (const { glue } of built.modules)
      expect(sha256(fileURLToPath(new URL(`../${glue.file}`, import.meta.url)))).toBe(glue.sha256);
  });
});
