/** The processor architecture types of option 93 (IANA registry of RFC 4578 and its erratum 4624). */
const ARCHITECTURES: Readonly<Record<number, string>> = {
  0: 'x86 BIOS',
  1: 'NEC PC98',
  2: 'Itanium',
  3: 'DEC Alpha',
  4: 'Arc x86',
  5: 'Intel Lean Client',
  6: 'x86 UEFI',
  7: 'x64 UEFI',
  8: 'Xscale UEFI',
  9: 'x64 UEFI (EBC)',
  10: 'ARM 32-bit UEFI',
  11: 'ARM 64-bit UEFI',
  12: 'PowerPC Open Firmware',
  13: 'PowerPC ePAPR',
  14: 'PowerPC OPAL',
  15: 'x86 UEFI HTTP',
  16: 'x64 UEFI HTTP',
  17: 'EBC UEFI HTTP',
  18: 'ARM 32-bit UEFI HTTP',
  19: 'ARM 64-bit UEFI HTTP',
  20: 'x86 BIOS HTTP',
  21: 'ARM 32-bit U-Boot',
  22: 'ARM 64-bit U-Boot',
  23: 'ARM 32-bit U-Boot HTTP',
  24: 'ARM 64-bit U-Boot HTTP',
  25: 'RISC-V 32-bit UEFI',
  26: 'RISC-V 32-bit UEFI HTTP',
  27: 'RISC-V 64-bit UEFI',
  28: 'RISC-V 64-bit UEFI HTTP',
  29: 'RISC-V 128-bit UEFI',
  30: 'RISC-V 128-bit UEFI HTTP',
  31: 's390 Basic',
  32: 's390 Extended',
  33: 'MIPS 32-bit UEFI',
  34: 'MIPS 64-bit UEFI',
  35: 'Sunway 32-bit UEFI',
  36: 'Sunway 64-bit UEFI',
  37: 'LoongArch 32-bit UEFI',
  38: 'LoongArch 32-bit UEFI HTTP',
  39: 'LoongArch 64-bit UEFI',
  40: 'LoongArch 64-bit UEFI HTTP',
  41: 'ARM rpiboot',
};

/** The UEFI firmwares that boot by TFTP and, in a network with another DHCP server, ask port 4011 for the file. */
const UEFI_PXE = new Set([0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x19, 0x1b, 0x1d, 0x21, 0x22, 0x23, 0x24, 0x25, 0x27]);

export function architectureName(arch: number): string {
  return ARCHITECTURES[arch] ?? `architecture ${arch}`;
}

export function isUefiPxe(arch: number): boolean {
  return UEFI_PXE.has(arch);
}
