import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import { embedScript, embedTrust, type NamedFile, readProgram } from '../../../../main/ipxe/embed/embed.ts';
import { PROGRAM_NAMES, sha256, shipped } from '../shipped.ts';

const SCRIPT = { name: 'test.ipxe', text: '#!ipxe\nkernel vmlinuz initrd=initrd.img\necho ünï ☃\nboot\n' };

/** The message of what `work` throws; anything but a BenchError is a fault. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(BenchError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

describe.each(PROGRAM_NAMES)('%s', name => {
  it('takes a script and gives it back, and the program as it was', () => {
    const program = shipped(name);
    const before = sha256(program.bytes);
    const made = embedScript(program, SCRIPT);
    expect(sha256(program.bytes), 'the program given is not changed').toBe(before);
    const facts = readProgram({ name: 'made', bytes: made });
    expect(facts.script).toBe(SCRIPT.text);
    expect(facts.trusts).toBeUndefined();
    expect(sha256(facts.base.subarray(0, program.bytes.length))).toBe(before);
    expect(facts.base.subarray(program.bytes.length).every(octet => octet === 0)).toBe(true);
    expect(sha256(embedScript({ name, bytes: facts.base }, SCRIPT)), 'once more from that').toBe(sha256(made));
  });

  it('has none as it is shipped', () => {
    const facts = readProgram(shipped(name));
    expect(facts.script).toBeUndefined();
    expect(facts.arch).toBe(name === 'ipxe-arm64.efi' ? 'arm64' : name.endsWith('.efi') ? 'x64' : 'x86');
    // PXE programs have their version in the compressed part alone.
    expect(facts.version).toBe(facts.kind === 'pxe' ? undefined : '1.21.1+git20250501.dad20602+dfsg-1');
  });

  it('takes no second script, and none that is no script', () => {
    const made = { name: 'made', bytes: embedScript(shipped(name), SCRIPT) };
    expect(refusal(() => embedScript(made, SCRIPT))).toMatch(/^"made" cannot be used: it has a script inside already/);
    const text = `#!ipxe\n${'#'.repeat(65 * 1024)}`;
    expect(refusal(() => embedScript(shipped(name), { name: 'long.ipxe', text }))).toMatch(
      /"long.ipxe".* fit; shorten it/,
    );
    expect(refusal(() => embedScript(shipped(name), { name: 'x', text: 'echo hello\n' }))).toMatch(/must be #!ipxe/);
  });

  it('any script of the limits comes back', () => {
    const program = shipped(name);
    const text = fc
      .string({ unit: 'grapheme', maxLength: 600 })
      .filter(value => !/[\0\r]/.test(value) && (!name.endsWith('.efi') || !/[\ud800-\udfff]/.test(value)))
      .map(value => `#!ipxe\n${value}\n`);
    fc.assert(
      fc.property(text, value => {
        const made = embedScript(program, { name: 'any', text: value });
        expect(readProgram({ name: 'made', bytes: made }).script).toBe(value);
      }),
      { numRuns: 25 },
    );
  });

  it('damaged or cut short anywhere it is refused in a sentence, or read', () => {
    const made = embedScript(shipped(name), SCRIPT);
    const early = fc.nat(0x1000);
    const late = fc.nat(0x400).map(back => made.length - 1 - back);
    const damage = fc.array(fc.tuple(fc.oneof(early, late), fc.nat(255)), { minLength: 1, maxLength: 10 });
    const cut = fc.option(fc.oneof(fc.nat(0x800), fc.nat(made.length)), { freq: 3 });
    fc.assert(
      fc.property(damage, cut, (changes, length) => {
        const copy = new Uint8Array(made);
        for (const [at, value] of changes) copy[at] = value;
        const file: NamedFile = { name: 'damaged', bytes: copy.subarray(0, length ?? made.length) };
        for (const work of [() => readProgram(file), () => embedScript(file, SCRIPT)])
          try {
            work();
          } catch (error) {
            expect((error as BenchError).code, String(error)).toMatch(/^IPXE_/);
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe('UEFI programs', () => {
  it('run the script inside before an autoexec.ipxe beside them, unless the other way is wished', () => {
    const has = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes('autoexec.ipxe');
    expect(has(embedScript(shipped('ipxe.efi'), SCRIPT))).toBe(false);
    const other = embedScript(shipped('ipxe.efi'), SCRIPT, { autoexec: true });
    expect(has(other)).toBe(true);
    expect(readProgram({ name: 'other', bytes: other }).autoexec).toBe(true);
  });

  it.each(['ipxe.efi', 'snponly.efi', 'ipxe-arm64.efi'])('%s has one section more, where the loader begins', name => {
    const stock = Buffer.from(shipped(name).bytes);
    const made = Buffer.from(embedScript(shipped(name), SCRIPT));
    const pe = made.readUInt32LE(0x3c);
    const sections = stock.readUInt16LE(pe + 6);
    expect(made.readUInt16LE(pe + 6)).toBe(sections + 1);
    const header = pe + 24 + made.readUInt16LE(pe + 20) + 40 * sections;
    expect(made.toString('latin1', header, header + 8)).toBe('.bbscr\0\0');
    const address = made.readUInt32LE(header + 12);
    expect(made.readUInt32LE(pe + 24 + 16)).toBe(address);
    expect(address).toBe(stock.readUInt32LE(pe + 24 + 56));
    expect(address % made.readUInt32LE(pe + 24 + 32)).toBe(0);
    expect(made.readUInt32LE(header + 20) + made.readUInt32LE(header + 16)).toBe(made.length);
    expect(made.readUInt32LE(header + 36)).toBe(0x60000020);
  });

  it('trust another root certificate, which can be read back and taken out', () => {
    const trust = new Uint8Array(32).fill(0xab);
    const program = shipped('ipxe.efi');
    const made = embedScript(program, SCRIPT, { trust });
    const facts = readProgram({ name: 'made', bytes: made });
    expect(facts.trusts).toBe('ab'.repeat(32));
    expect(sha256(facts.base)).toBe(sha256(program.bytes));
    const alone = embedTrust(program, trust);
    expect(Buffer.from(alone).includes(Buffer.from(trust))).toBe(true);
    expect(refusal(() => embedTrust({ name: 'again', bytes: alone }, trust))).toContain('is not in it');
    expect(refusal(() => embedTrust(shipped('ipxe.pxe'), trust))).toContain('only UEFI programs');
    expect(refusal(() => embedScript(shipped('ipxe.lkrn'), SCRIPT, { trust }))).toContain('only UEFI programs');
  });

  it('carry no character beyond U+FFFF', () => {
    expect(refusal(() => embedScript(shipped('ipxe.efi'), { name: 'x', text: '#!ipxe\necho 🚀\n' }))).toContain(
      'U+FFFF',
    );
  });
});

/** A shipped program with some octets changed. */
function changed(name: string, changes: readonly [at: number, ...octets: number[]][]): NamedFile {
  const { bytes } = shipped(name);
  for (const [at, ...octets] of changes) bytes.set(octets, at);
  return { name: 'own', bytes };
}

const peOf = (): number => Buffer.from(shipped('ipxe.efi').bytes).readUInt32LE(0x3c);

describe('what is refused, and why', () => {
  const foreign = shipped('ipxe.efi');
  for (let at = Buffer.from(foreign.bytes).indexOf('iPXE'); at >= 0; at = Buffer.from(foreign.bytes).indexOf('iPXE'))
    foreign.bytes[at] = 0x4f;
  const old = shipped('ipxe.efi');
  old.bytes[Buffer.from(old.bytes).indexOf('<CMDLINE>')] = 0;
  const kernel = shipped('ipxe.lkrn');
  kernel.bytes[Buffer.from(kernel.bytes).indexOf('Installation failed')] = 0;
  const rom = shipped('undionly.kpxe');
  rom.bytes[Buffer.from(rom.bytes).indexOf('No PXE stack')] = 0;

  it.each<[string, NamedFile, RegExp]>([
    ['nothing', { name: 'own', bytes: new Uint8Array(0) }, /it is empty, not an iPXE program/],
    ['an ELF program', { name: 'own', bytes: Buffer.from('\x7fELF\x02\x01\x01') }, /an ELF program \(Linux\)/],
    ['a script', { name: 'own', bytes: Buffer.from('#!ipxe\n') }, /it is a script/],
    ['text', { name: 'own', bytes: Buffer.from('hello') }, /a file of another kind/],
    ['a gzip file', { name: 'own', bytes: Buffer.from([0x1f, 0x8b, 8]) }, /a gzip file/],
    [
      'half of a UEFI program',
      { name: 'own', bytes: shipped('ipxe.efi').bytes.subarray(0, 500_000) },
      /it is cut short/,
    ],
    ['the first octets of one', { name: 'own', bytes: shipped('ipxe.efi').bytes.subarray(0, 100) }, /it is cut short/],
    ['a DOS program', changed('ipxe.efi', [[peOf(), 0x4e]]), /a DOS program/],
    ['a loong64 program', changed('ipxe.efi', [[peOf() + 4, 0x64, 0x62]]), /for loong64/],
    ['an unknown machine', changed('ipxe.efi', [[peOf() + 4, 0x34, 0x12]]), /for machine 0x1234/],
    ['a UEFI driver', changed('ipxe.efi', [[peOf() + 24 + 68, 11]]), /a UEFI driver/],
    ['a signed program', changed('ipxe.efi', [[peOf() + 24 + 144, 1]]), /signed for Secure Boot/],
    ['another UEFI program', foreign, /but not iPXE/],
    ['an iPXE from before 2023', old, /from before 2023/],
    ['a Linux kernel', kernel, /a Linux kernel, but not iPXE/],
    ['another PXE program', rom, /not like one of iPXE/],
    [
      'a PXE program with octets behind',
      { name: 'own', bytes: Buffer.concat([shipped('ipxe.pxe').bytes, Buffer.alloc(99)]) },
      /not as long as it says/,
    ],
    ['half of ipxe.lkrn', { name: 'own', bytes: shipped('ipxe.lkrn').bytes.subarray(0, 1000) }, /not iPXE|cut short/],
  ])('%s', (_what, file, why) => {
    const message = refusal(() => embedScript({ ...file, name: 'own' }, SCRIPT));
    expect(message).toMatch(why);
    expect(message).toMatch(/^"own" cannot be used: [^\n]+\.$/);
  });

  it('a script too long for ipxe.lkrn alone', () => {
    const text = `#!ipxe\n${`# ${'x'.repeat(98)}\n`.repeat(210)}`;
    expect(text.length).toBeGreaterThan(20 * 1024);
    expect(refusal(() => embedScript(shipped('ipxe.lkrn'), { name: 'x', text }))).toContain('and 20480 fit');
    expect(embedScript(shipped('ipxe.pxe'), { name: 'x', text }).length).toBeGreaterThan(text.length);
  });

  it('an own build is taken when it has the places that are written to', () => {
    const own = shipped('undionly.kpxe');
    own.bytes[own.bytes.length - 1]! ^= 1;
    expect(readProgram({ name: 'own', bytes: embedScript(own, SCRIPT) }).script).toBe(SCRIPT.text);
  });
});
