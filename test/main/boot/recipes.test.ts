import { readFileSync } from 'node:fs';
import { decodePacket } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../main/boot/architectures.ts';
import { type BootClient, recogniseClient } from '../../../main/boot/client.ts';
import { type BootPlan, DEFAULT_PROGRAMS } from '../../../main/boot/plan.ts';
import {
  BOOT_SERVER_RECIPES,
  type BootChoice,
  chooseBoot,
  LEASE_RECIPES,
  PROXY_RECIPES,
} from '../../../main/boot/recipes.ts';

const PLAN: BootPlan = { mode: 'dhcp', server: '10.32.0.1', httpPort: 80, tftp: true, programs: DEFAULT_PROGRAMS };
const PROXY: BootPlan = { ...PLAN, mode: 'proxy' };
const MAC = '52:54:00:be:00:01';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], part => Number.parseInt(part, 16));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);

function client(given: Record<number, Uint8Array | string>, mac = MAC, before?: BootClient): BootClient {
  const options = Object.entries(given).map(
    ([code, value]) => [Number(code), typeof value === 'string' ? text(value) : value] as const,
  );
  return recogniseClient({ mac, options: new Map(options) }, before);
}

const GUID = bytes('0033221100554477668899aabbccddeeff');
const PXE = 'PXEClient:Arch:00000:UNDI:002001';
const BIOS = client({ 60: PXE, 93: u16(0), 97: GUID });
const UEFI = client({ 60: 'PXEClient:Arch:00007:UNDI:003000', 93: u16(7), 97: GUID });
const HTTP = client({ 60: 'HTTPClient:Arch:00016:UNDI:003000', 93: u16(16) });
const IPXE = client({ 60: 'PXEClient', 77: 'iPXE', 93: u16(7), 175: bytes('b00101') });
const OURS = client({ 77: 'Benchboot', 93: u16(7), 175: bytes('b00101') });
const UBOOT = client({ 60: 'U-Boot.armv8', 93: u16(0x16) });
const UBOOT_EFI = client({ 60: 'PXEClient:Arch:0000b:UNDI:003000', 93: u16(0x0b) }, MAC, UBOOT);
const PI3 = client({ 60: PXE, 93: u16(0), 97: bytes(`00${'44'.repeat(16)}`) }, 'b8:27:eb:f9:92:f7');
const PI4 = client({ 60: PXE, 93: u16(0), 97: bytes('00525069341131c000320136c2effdfe9f') }, 'dc:a6:32:01:36:c2');
const PLAIN = client({ 12: 'MixtileClusterBox' });

/** Numbers to readable values: text where it is text, hex otherwise. */
function readable(choice: BootChoice): Record<string, unknown> {
  const show = (value: Uint8Array): string => {
    const shown = new TextDecoder().decode(value);
    return /^[\x20-\x7e]+$/.test(shown) ? shown : `0x${Buffer.from(value).toString('hex')}`;
  };
  const { recipe, siaddr, file, sticky, delivery, why, options } = choice;
  const optional = { siaddr, file, why, ...(sticky && { sticky }), ...(delivery !== 'auto' && { delivery }) };
  return {
    recipe,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(options.map(([code, value]) => [code, show(value)])),
  };
}

const MENU = '0x0601030a0400505845091400001152617370626572727920506920426f6f74ff';
const MENU_PADDED = '0x0601030a0400505845091700001452617370626572727920506920426f6f74202020ff';

describe('lease mode', () => {
  const rows: Record<string, [BootClient, Partial<BootPlan>, Record<string, unknown>]> = {
    'S0: a box that only wants an address': [PLAIN, {}, { recipe: 'address-only' }],
    'BIOS: the program in `file` and 67': [
      BIOS,
      {},
      { recipe: 'bios-program', siaddr: '10.32.0.1', file: 'undionly.kpxe', 67: 'undionly.kpxe' },
    ],
    'BIOS that passed over two offers: called PXEClient, discovery skipped': [
      BIOS,
      { ignoredOffers: () => 2 },
      {
        recipe: 'bios-stubborn',
        siaddr: '10.32.0.1',
        file: 'undionly.kpxe',
        43: '0x060108ff',
        60: 'PXEClient',
        67: 'undionly.kpxe',
        97: '0x0033221100554477668899aabbccddeeff',
      },
    ],
    'UEFI x64: 67 alone': [UEFI, {}, { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'ipxe.efi' }],
    'UEFI x64 with snponly chosen': [
      UEFI,
      { programs: { 'uefi-x64': 'snponly.efi' } },
      { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'snponly.efi' },
    ],
    'UEFI x64 with a program of its own in the root': [
      UEFI,
      { has: name => name === 'boot/52-54-00-be-00-01.efi' },
      { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'boot/52-54-00-be-00-01.efi' },
    ],
    'UEFI x64 with a program wished by the bench file': [
      UEFI,
      { wish: () => 'grubx64.efi', has: () => true },
      { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'grubx64.efi' },
    ],
    'a wished script does not replace the program before it': [
      UEFI,
      { wish: () => 'install.ipxe' },
      { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'ipxe.efi' },
    ],
    'no boot wished': [UEFI, { wish: () => false }, { recipe: 'no-boot', why: 'the bench file says so' }],
    'TFTP off': [UEFI, { tftp: false }, { recipe: 'no-program', why: 'TFTP is switched off (--no-tftp)' }],
    'UEFI HTTP Boot: a URL': [
      HTTP,
      {},
      { recipe: 'uefi-http-boot', siaddr: '10.32.0.1', 60: 'HTTPClient', 67: 'http://10.32.0.1/ipxe.efi' },
    ],
    'UEFI HTTP Boot on another port': [
      HTTP,
      { httpPort: 8080 },
      { recipe: 'uefi-http-boot', siaddr: '10.32.0.1', 60: 'HTTPClient', 67: 'http://10.32.0.1:8080/ipxe.efi' },
    ],
    'UEFI HTTP Boot without HTTP': [
      HTTP,
      { httpPort: undefined },
      { recipe: 'no-program', why: 'HTTP is switched off (--no-http)' },
    ],
    'iPXE: its script, no proxy wait, no program': [
      IPXE,
      {},
      {
        recipe: 'ipxe-script',
        siaddr: '10.32.0.1',
        67: 'http://10.32.0.1/boot.ipxe?mac=52-54-00-be-00-01',
        175: '0xb00101',
      },
    ],
    'iPXE without HTTP: by TFTP': [
      IPXE,
      { httpPort: undefined },
      { recipe: 'ipxe-script', siaddr: '10.32.0.1', 67: 'tftp://10.32.0.1/boot.ipxe', 175: '0xb00101' },
    ],
    'iPXE whose device has a wished script': [
      IPXE,
      { wish: () => 'install.ipxe' },
      {
        recipe: 'ipxe-script',
        siaddr: '10.32.0.1',
        67: 'http://10.32.0.1/install.ipxe?mac=52-54-00-be-00-01',
        175: '0xb00101',
      },
    ],
    'iPXE is not given a wished program': [
      IPXE,
      { wish: () => 'ipxe.efi' },
      {
        recipe: 'ipxe-script',
        siaddr: '10.32.0.1',
        67: 'http://10.32.0.1/boot.ipxe?mac=52-54-00-be-00-01',
        175: '0xb00101',
      },
    ],
    'our own iPXE: the final script': [
      OURS,
      { has: name => name === 'boot/52-54-00-be-00-01.ipxe' },
      {
        recipe: 'ipxe-final',
        siaddr: '10.32.0.1',
        67: 'http://10.32.0.1/boot/52-54-00-be-00-01.ipxe',
        175: '0xb00101',
      },
    ],
    'iPXE with a syslog service': [
      IPXE,
      { syslog: '10.32.0.1' },
      {
        recipe: 'ipxe-script',
        siaddr: '10.32.0.1',
        7: '0x0a200001',
        67: 'http://10.32.0.1/boot.ipxe?mac=52-54-00-be-00-01',
        175: '0xb00101',
      },
    ],
    'U-Boot: the server and nothing else': [UBOOT, {}, { recipe: 'u-boot', siaddr: '10.32.0.1' }],
    'U-Boot with one config file': [
      UBOOT,
      { wish: () => 'pxelinux.cfg/rack7' },
      { recipe: 'u-boot', siaddr: '10.32.0.1', 209: 'pxelinux.cfg/rack7' },
    ],
    'U-Boot EFI step: no program, it would hang': [
      UBOOT_EFI,
      {},
      {
        recipe: 'no-program',
        siaddr: '10.32.0.1',
        why: 'U-Boot boots by pxelinux.cfg; its EFI step hangs in iPXE, so it gets no program unless the bench file names one',
      },
    ],
    'U-Boot EFI step with a program wished: `file`, since it never asks for 67': [
      UBOOT_EFI,
      { wish: () => 'grubaa64.efi' },
      { recipe: 'u-boot-efi', siaddr: '10.32.0.1', file: 'grubaa64.efi', 67: 'grubaa64.efi' },
    ],
    'Pi 3: padded menu, its offer is the lease, to its own MAC': [
      PI3,
      {},
      {
        recipe: 'pi3-menu',
        siaddr: '10.32.0.1',
        sticky: true,
        delivery: 'unicast',
        43: MENU_PADDED,
        60: 'PXEClient',
        66: '10.32.0.1',
        97: `0x00${'44'.repeat(16)}`,
      },
    ],
    'Pi 4: menu': [
      PI4,
      {},
      {
        recipe: 'pi-menu',
        siaddr: '10.32.0.1',
        43: MENU,
        60: 'PXEClient',
        66: '10.32.0.1',
        97: '0x00525069341131c000320136c2effdfe9f',
      },
    ],
    'IA32 UEFI: an address and the reason': [
      client({ 60: 'PXEClient', 93: u16(6) }),
      {},
      { recipe: 'no-program', why: 'there is no boot program for UEFI IA32' },
    ],
    'RISC-V with a program from the bench file': [
      client({ 60: 'PXEClient', 93: u16(0x1b) }),
      { programs: { 'uefi-riscv64': 'ipxe-riscv64.efi' } },
      { recipe: 'uefi-program', siaddr: '10.32.0.1', 67: 'ipxe-riscv64.efi' },
    ],
    'an architecture nobody knows': [
      client({ 60: 'PXEClient', 93: u16(0x777) }),
      {},
      { recipe: 'no-program', why: 'there is no boot program for architecture 1911' },
    ],
  };
  it.each(Object.entries(rows))('%s', (_, [who, plan, reply]) => {
    expect(readable(chooseBoot(who, { ...PLAN, ...plan }))).toEqual(reply);
  });
});

describe('proxy mode', () => {
  const rows: Record<string, [BootClient, 67 | 4011, Record<string, unknown>]> = {
    'a plain client is left alone': [PLAIN, 67, { recipe: 'proxy-silent' }],
    'BIOS: file and discovery control 8': [
      BIOS,
      67,
      {
        recipe: 'proxy-bios',
        siaddr: '10.32.0.1',
        file: 'undionly.kpxe',
        43: '0x060108ff',
        60: 'PXEClient',
        67: 'undionly.kpxe',
        97: '0x0033221100554477668899aabbccddeeff',
      },
    ],
    'UEFI on 67: sent to 4011': [
      UEFI,
      67,
      {
        recipe: 'proxy-uefi-redirect',
        siaddr: '10.32.0.1',
        60: 'PXEClient',
        97: '0x0033221100554477668899aabbccddeeff',
      },
    ],
    'UEFI on 4011: the file': [
      UEFI,
      4011,
      {
        recipe: 'boot-server-uefi',
        siaddr: '10.32.0.1',
        file: 'ipxe.efi',
        60: 'PXEClient',
        67: 'ipxe.efi',
        97: '0x0033221100554477668899aabbccddeeff',
      },
    ],
    'UEFI HTTP Boot': [
      HTTP,
      67,
      { recipe: 'proxy-uefi-http', siaddr: '10.32.0.1', 60: 'HTTPClient', 67: 'http://10.32.0.1/ipxe.efi' },
    ],
    'iPXE: complete only with 60': [
      IPXE,
      67,
      {
        recipe: 'proxy-ipxe',
        siaddr: '10.32.0.1',
        60: 'PXEClient',
        67: 'http://10.32.0.1/boot.ipxe?mac=52-54-00-be-00-01',
      },
    ],
    'Pi 4: the menu': [
      PI4,
      67,
      {
        recipe: 'proxy-pi',
        siaddr: '10.32.0.1',
        43: MENU,
        60: 'PXEClient',
        66: '10.32.0.1',
        97: '0x00525069341131c000320136c2effdfe9f',
      },
    ],
    'U-Boot does not listen to a proxy': [
      UBOOT,
      67,
      { recipe: 'proxy-silent', why: 'U-Boot takes no proxyDHCP answer; set serverip there, or use lease mode' },
    ],
  };
  it.each(Object.entries(rows))('%s', (_, [who, port, reply]) => {
    expect(readable(chooseBoot(who, PROXY, port))).toEqual(reply);
  });
});

describe('what no reply may do', () => {
  const everyone = ARCHITECTURES.flatMap(each => [
    client({ 60: 'PXEClient', 93: u16(each.code) }),
    client({ 60: 'HTTPClient', 93: u16(each.code) }),
    client({ 60: 'PXEClient', 77: 'iPXE', 93: u16(each.code) }),
  ]).concat(BIOS, UEFI, HTTP, IPXE, OURS, UBOOT, UBOOT_EFI, PI3, PI4, PLAIN);
  const replies = everyone.flatMap(who =>
    [PLAN, PROXY, { ...PLAN, httpPort: undefined }, { ...PLAN, tftp: false }].flatMap(plan =>
      ([67, 4011] as const).map(port => ({ who, choice: chooseBoot(who, plan, port) })),
    ),
  );

  it('a boot menu (43) for architectures from 6 on', () => {
    const wrong = replies.filter(
      ({ who, choice }) => (who.arch ?? 0) >= 6 && choice.options.some(([code]) => code === 43),
    );
    expect(wrong).toEqual([]);
  });
  it('option overload', () =>
    expect(replies.filter(each => each.choice.options.some(([code]) => code === 52))).toEqual([]));
  it('an iPXE program for iPXE', () => {
    const wrong = replies.filter(
      ({ who, choice }) => who.firmware === 'ipxe' && /\.(efi|kpxe)$/.test(choice.bootfile ?? ''),
    );
    expect(wrong).toEqual([]);
  });
  it('an option that its row leaves out', () =>
    expect(replies.filter(({ choice }) => choice.options.some(([code]) => choice.omit.includes(code)))).toEqual([]));
  it('boot fields for a client that only wants an address', () =>
    expect(readable(chooseBoot(PLAIN, PLAN))).toEqual({ recipe: 'address-only' }));
  it('a name of 128 octets in `file`', () => {
    const long = `${'x'.repeat(124)}.efi`;
    const choice = chooseBoot(UBOOT_EFI, { ...PLAN, wish: () => long });
    expect([choice.file, choice.bootfile]).toEqual([undefined, long]);
  });
  it('a row without a reason', () => {
    for (const row of [...LEASE_RECIPES, ...PROXY_RECIPES, ...BOOT_SERVER_RECIPES]) expect(row.because).not.toBe('');
  });
});

interface Capture {
  readonly client: string;
  readonly step: string;
  readonly hex: string;
}
const CAPTURES: readonly Capture[] = JSON.parse(
  readFileSync(new URL('../../../main/node-dhcpd-lite/test/captures/dhcp.json', import.meta.url), 'utf8'),
);

describe('captured clients', () => {
  const before = new Map<string, BootClient>();
  const story = CAPTURES.flatMap(({ client: name, step, hex }) => {
    const decoded = decodePacket(bytes(hex));
    if (!decoded.ok || decoded.packet.op !== 1) return [];
    const who = recogniseClient(decoded.packet, before.get(decoded.packet.mac));
    before.set(who.mac, who);
    return [
      {
        packet: `${name}: ${step}`,
        client: who.label,
        lease: readable(chooseBoot(who, PLAN)),
        proxy: chooseBoot(who, PROXY).recipe,
      },
    ];
  });
  it('each get their recipe', async () =>
    expect(`${JSON.stringify(story, null, 2)}\n`).toMatchFileSnapshot('captures.recipes.json'));
});
