/** Option 93 as data: the IANA "Processor Architecture Types" and what each means for a boot program. Knows no packet. */

/** How a machine runs the program it is given. */
export type Platform = 'bios' | 'uefi' | 'uefi-http' | 'u-boot' | 'other';

/** What one boot program is built for; the key under which a bench file names a program. */
export const BOOT_TARGETS = [
  'bios',
  'uefi-ia32',
  'uefi-x64',
  'uefi-arm32',
  'uefi-arm64',
  'uefi-riscv32',
  'uefi-riscv64',
  'uefi-loong64',
] as const;
export type BootTarget = (typeof BOOT_TARGETS)[number];

export type Cpu = 'x86' | 'x64' | 'arm32' | 'arm64' | 'other';

export interface Architecture {
  /** The number in option 93. */
  readonly code: number;
  /** What a person calls it. */
  readonly name: string;
  readonly platform: Platform;
  readonly cpu: Cpu;
  /** The kind of program it runs; undefined for machines nobody netboots here. */
  readonly target: BootTarget | undefined;
}

const row = (code: number, name: string, platform: Platform, cpu: Cpu, target?: BootTarget): Architecture => ({
  code,
  name,
  platform,
  cpu,
  target,
});

/** IANA "Processor Architecture Types" (RFC 4578 section 2.1, erratum 4624). */
export const ARCHITECTURES: readonly Architecture[] = [
  // Raspberry Pis send 0 as well; `client.ts` tells them apart.
  row(0x00, 'BIOS', 'bios', 'x86', 'bios'),
  row(0x01, 'NEC PC-98', 'other', 'x86'),
  row(0x02, 'Itanium UEFI', 'uefi', 'other'),
  row(0x03, 'DEC Alpha', 'other', 'other'),
  row(0x04, 'Arc x86', 'other', 'x86'),
  row(0x05, 'Intel Lean Client', 'other', 'x86'),
  row(0x06, 'UEFI IA32', 'uefi', 'x86', 'uefi-ia32'),
  row(0x07, 'UEFI x64', 'uefi', 'x64', 'uefi-x64'),
  row(0x08, 'Xscale UEFI', 'uefi', 'other'),
  // RFC 4578 prints 7 = EBC and 9 = x64; erratum 4624 swaps them, and firmware of both readings exists.
  row(0x09, 'UEFI x64', 'uefi', 'x64', 'uefi-x64'),
  row(0x0a, 'UEFI ARM32', 'uefi', 'arm32', 'uefi-arm32'),
  row(0x0b, 'UEFI ARM64', 'uefi', 'arm64', 'uefi-arm64'),
  row(0x0c, 'PowerPC Open Firmware', 'other', 'other'),
  row(0x0d, 'PowerPC ePAPR', 'other', 'other'),
  row(0x0e, 'PowerPC OPAL', 'other', 'other'),
  row(0x0f, 'UEFI IA32', 'uefi-http', 'x86', 'uefi-ia32'),
  row(0x10, 'UEFI x64', 'uefi-http', 'x64', 'uefi-x64'),
  row(0x11, 'UEFI byte code', 'uefi-http', 'other'),
  row(0x12, 'UEFI ARM32', 'uefi-http', 'arm32', 'uefi-arm32'),
  row(0x13, 'UEFI ARM64', 'uefi-http', 'arm64', 'uefi-arm64'),
  row(0x14, 'BIOS HTTP', 'other', 'x86'),
  row(0x15, 'ARM32', 'u-boot', 'arm32'),
  row(0x16, 'ARM64', 'u-boot', 'arm64'),
  row(0x17, 'ARM32', 'u-boot', 'arm32'),
  row(0x18, 'ARM64', 'u-boot', 'arm64'),
  row(0x19, 'UEFI RISC-V 32', 'uefi', 'other', 'uefi-riscv32'),
  row(0x1a, 'UEFI RISC-V 32', 'uefi-http', 'other', 'uefi-riscv32'),
  row(0x1b, 'UEFI RISC-V 64', 'uefi', 'other', 'uefi-riscv64'),
  row(0x1c, 'UEFI RISC-V 64', 'uefi-http', 'other', 'uefi-riscv64'),
  row(0x1d, 'UEFI RISC-V 128', 'uefi', 'other'),
  row(0x1e, 'UEFI RISC-V 128', 'uefi-http', 'other'),
  row(0x1f, 's390 Basic', 'other', 'other'),
  row(0x20, 's390 Extended', 'other', 'other'),
  row(0x21, 'MIPS 32 UEFI', 'uefi', 'other'),
  row(0x22, 'MIPS 64 UEFI', 'uefi', 'other'),
  row(0x23, 'Sunway 32 UEFI', 'uefi', 'other'),
  row(0x24, 'Sunway 64 UEFI', 'uefi', 'other'),
  row(0x25, 'UEFI LoongArch 32', 'uefi', 'other'),
  row(0x26, 'UEFI LoongArch 32', 'uefi-http', 'other'),
  row(0x27, 'UEFI LoongArch 64', 'uefi', 'other', 'uefi-loong64'),
  row(0x28, 'UEFI LoongArch 64', 'uefi-http', 'other', 'uefi-loong64'),
  row(0x29, 'ARM rpiboot', 'other', 'other'),
];

const BY_CODE: ReadonlyMap<number, Architecture> = new Map(ARCHITECTURES.map(each => [each.code, each]));

export function architecture(code: number): Architecture | undefined {
  return BY_CODE.get(code);
}

/** Option 93 is a list of 16-bit numbers (RFC 4578 section 2.1): the first known one, else the first one. */
export function readArchitecture(option93: Uint8Array): { code: number; known: Architecture | undefined } | undefined {
  const codes: number[] = [];
  for (let at = 0; at + 1 < option93.length; at += 2) codes.push(option93[at]! * 256 + option93[at + 1]!);
  const first = codes[0];
  if (first === undefined) return undefined;
  const code = codes.find(each => BY_CODE.has(each)) ?? first;
  return { code, known: BY_CODE.get(code) };
}
