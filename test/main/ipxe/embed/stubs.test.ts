/** The machine code is what its source beside it assembles to, where there is an assembler for it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EFI_ARM64, EFI_X64, LKRN } from '../../../../main/ipxe/embed/stubs.ts';
import { encodeBootLoader } from '../../../../main/media/boot-loader.ts';

const works = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, [...args, '-o', '/dev/null', '/dev/null'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Octets of its code, and where each of its labels is. */
function assemble(prefix: string, flags: readonly string[], source: string): { code: Buffer; at: Map<string, number> } {
  const folder = mkdtempSync(join(tmpdir(), 'bb-as-'));
  const object = join(folder, 'o');
  const binary = join(folder, 'b');
  try {
    execFileSync(`${prefix}as`, [
      ...flags,
      '-o',
      object,
      fileURLToPath(new URL(`../../../../main/${source}`, import.meta.url)),
    ]);
    execFileSync(`${prefix}objcopy`, ['-O', 'binary', '-j', '.text', object, binary]);
    const names = execFileSync(`${prefix}nm`, [object], { encoding: 'utf8' }).matchAll(/^([0-9a-f]+) \w (\S+)$/gm);
    return {
      code: readFileSync(binary),
      at: new Map([...names].map(([, value, name]) => [name!, Number.parseInt(value!, 16)])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!works('as', '--64'))('machine code for x86', () => {
  it('the UEFI stub', () => {
    const { code, at } = assemble('', ['--64'], 'ipxe/embed/efi-x64.S');
    expect(code.equals(EFI_X64.code)).toBe(true);
    expect({ entry: at.get('entry'), length: at.get('length') }).toEqual({
      entry: EFI_X64.entry,
      length: EFI_X64.length,
    });
  });

  it('the stub of ipxe.lkrn', () => {
    const { code, at } = assemble('', ['--32'], 'ipxe/embed/lkrn.S');
    expect(code.equals(LKRN.code)).toBe(true);
    expect({ offset: at.get('offset'), entry: at.get('entry') }).toEqual({ offset: LKRN.offset, entry: LKRN.entry });
  });

  it('the BIOS boot code, with its numbers where they are read', () => {
    const { code, at } = assemble('', ['--32'], 'media/boot-loader.S');
    const made = Buffer.from(encodeBootLoader({ lba: 0x12345678, length: 3 * 1024, medium: 'disk' }));
    expect(made.readUInt32LE(at.get('lba')!)).toBe(0x12345678);
    expect(made.readUInt16LE(at.get('sectors')!)).toBe(2);
    expect(made.readUInt16LE(at.get('chunk')!)).toBe(2);
    expect(made.readUInt16LE(at.get('step')!)).toBe(64);
    expect(made.readUInt16LE(at.get('count')!)).toBe(3);
    made.fill(0, at.get('lba')!, at.get('lba')! + 4);
    for (const name of ['sectors', 'chunk', 'step', 'count']) made.writeUInt16LE(0, at.get(name)!);
    expect(code.equals(made)).toBe(true);
    expect(code.length).toBeLessThanOrEqual(440);
  });
});

describe.skipIf(!works('aarch64-linux-gnu-as'))('machine code for arm64', () => {
  it('the UEFI stub', () => {
    const { code, at } = assemble('aarch64-linux-gnu-', [], 'ipxe/embed/efi-arm64.S');
    expect(code.equals(EFI_ARM64.code)).toBe(true);
    expect({ entry: at.get('entry'), length: at.get('length') }).toEqual({
      entry: EFI_ARM64.entry,
      length: EFI_ARM64.length,
    });
  });
});
