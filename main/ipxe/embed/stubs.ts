/** The machine code that hands iPXE its script, as the sources beside this file assemble to. Octets only. */

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], octet => Number.parseInt(octet, 16));

export interface EfiStub {
  readonly code: Uint8Array;
  /** Where the jump to iPXE's own entry is written. */
  readonly entry: number;
  /** Where the text's octets are written. */
  readonly length: number;
}

/** `efi-x64.S` */
export const EFI_X64: EfiStub = {
  code: fromHex(
    '51524883ec38488b4260488d15370000004c8d442428ff90980000004885c07519488b442428488d' +
      '0d33000000488948388b0d210000008948304883c4385a59e9000000000f1f00a1311b5b6295d211' +
      '8e3f00a0c969723b0000000000000000',
  ),
  entry: 0x41,
  length: 0x58,
};

/** `efi-arm64.S` */
export const EFI_ARM64: EfiStub = {
  code: fromHex(
    'fd7bbda9e00701a9293040f9a1010010e2830091294d40f920013fd6c00000b5e91340f9aa010010' +
      '2a1d00f92a0100182a3100b9e00741a9fd7bc3a800000014a1311b5b6295d2118e3f00a0c969723b' +
      '0000000000000000',
  ),
  entry: 0x3c,
  length: 0x50,
};

/** `lkrn.S`: `offset` holds where the text is, `entry` the jump to iPXE's setup code. */
export const LKRN = {
  code: fromHex('66833e1c020075136631c08cd866c1e00466050000000066a32802e90000'),
  offset: 0x13,
  entry: 0x1c,
} as const;
