import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, readArchitecture } from '../../../main/boot/architectures.ts';
import { type BootClient, dhcpFacts, readUserClasses, recogniseClient } from '../../../main/boot/client.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], part => Number.parseInt(part, 16));

type Given = Partial<Record<number, string | Uint8Array>>;
function client(mac: string, given: Given, before?: BootClient): BootClient {
  const options = new Map(
    Object.entries(given).map(([code, value]) => [Number(code), typeof value === 'string' ? text(value) : value!]),
  );
  return recogniseClient({ mac, options }, before);
}

const PXE = 'PXEClient:Arch:00000:UNDI:002001';
const VM = '52:54:00:be:00:01';
const PI3 = 'b8:27:eb:f9:92:f7';
const GUID = bytes('0033221100554477668899aabbccddeeff');
const PI4_GUID = bytes('00525069341131c000320136c2effdfe9f');

describe('recognising a client', () => {
  const uboot = client(VM, { 60: 'U-Boot.armv8', 93: bytes('0016') });
  const cases: Record<string, { given: Given; mac?: string; before?: BootClient; firmware: string; label: string }> = {
    'BIOS ROM': { given: { 60: PXE, 93: bytes('0000') }, firmware: 'bios-pxe', label: 'BIOS PXE' },
    'UEFI x64 by 7': {
      given: { 60: 'PXEClient:Arch:00007:UNDI:003000', 93: bytes('0007') },
      firmware: 'uefi-pxe',
      label: 'UEFI x64',
    },
    'UEFI x64 by 9, as RFC 4578 prints it': {
      given: { 60: 'PXEClient', 93: bytes('0009') },
      firmware: 'uefi-pxe',
      label: 'UEFI x64',
    },
    'a list of architectures: the first known one': {
      given: { 60: 'PXEClient', 93: bytes('7777000b0007') },
      firmware: 'uefi-pxe',
      label: 'UEFI ARM64',
    },
    'number in 60 contradicts 93': {
      given: { 60: 'PXEClient:Arch:00000:UNDI:003000', 93: bytes('000b') },
      firmware: 'uefi-pxe',
      label: 'UEFI ARM64',
    },
    'other vendor class with option 93': {
      given: { 60: 'HW-Client', 93: bytes('0007') },
      firmware: 'uefi-pxe',
      label: 'UEFI x64',
    },
    'UEFI HTTP Boot': {
      given: { 60: 'HTTPClient:Arch:00016:UNDI:003000', 93: bytes('0010') },
      firmware: 'uefi-http',
      label: 'UEFI x64 HTTP Boot',
    },
    'iPXE by bare user class': {
      given: { 60: PXE, 77: 'iPXE', 93: bytes('0000') },
      firmware: 'ipxe',
      label: 'iPXE (BIOS)',
    },
    'iPXE by RFC 3004 user class': {
      given: { 60: 'PXEClient', 77: bytes('0469505845'), 93: bytes('0007') },
      firmware: 'ipxe',
      label: 'iPXE (UEFI x64)',
    },
    'FlexBoot: iPXE by option 175 alone': {
      given: { 60: PXE, 175: bytes('b00101'), 93: bytes('0000') },
      firmware: 'ipxe',
      label: 'iPXE (BIOS)',
    },
    'iPXE on a Pi is iPXE': {
      given: { 60: PXE, 77: 'iPXE', 93: bytes('000b'), 97: PI4_GUID },
      mac: PI3,
      firmware: 'ipxe',
      label: 'iPXE (UEFI ARM64)',
    },
    'U-Boot by architecture': {
      given: { 60: 'U-Boot.armv8', 93: bytes('0016') },
      firmware: 'uboot',
      label: 'U-Boot (ARM64)',
    },
    'U-Boot x86 says architecture 0': {
      given: { 60: 'U-Boot.x86', 93: bytes('0000') },
      firmware: 'uboot',
      label: 'U-Boot',
    },
    'U-Boot that sends no architecture (0xff)': { given: { 60: 'U-Boot.armv7' }, firmware: 'uboot', label: 'U-Boot' },
    'U-Boot on a Pi 3': {
      given: { 60: 'U-Boot.armv8', 93: bytes('0016') },
      mac: PI3,
      firmware: 'uboot',
      label: 'U-Boot (ARM64)',
    },
    'U-Boot EFI step, hex in 60': {
      given: { 60: 'PXEClient:Arch:0000b:UNDI:003000', 93: bytes('000b') },
      before: uboot,
      firmware: 'uboot-efi',
      label: 'U-Boot EFI (ARM64)',
    },
    'the same packet from a MAC never seen': {
      given: { 60: 'PXEClient:Arch:0000b:UNDI:003000', 93: bytes('000b') },
      firmware: 'uefi-pxe',
      label: 'UEFI ARM64',
    },
    'Pi 3 ROM by its prefix': {
      given: { 60: PXE, 93: bytes('0000'), 97: bytes(`00${'44'.repeat(16)}`) },
      mac: PI3,
      firmware: 'pi3',
      label: 'Raspberry Pi 3',
    },
    'Pi 4 by option 97, any MAC': {
      given: { 60: PXE, 93: bytes('0000'), 97: PI4_GUID },
      firmware: 'pi4',
      label: 'Raspberry Pi 4',
    },
    "Pi 4's REQUEST without option 60": {
      given: { 93: bytes('0000'), 97: PI4_GUID },
      mac: 'dc:a6:32:01:36:c2',
      firmware: 'pi4',
      label: 'Raspberry Pi 4',
    },
    'Pi 5 by prefix 2c:cf:67': {
      given: { 60: PXE, 93: bytes('0000') },
      mac: '2c:cf:67:84:a1:44',
      firmware: 'pi5',
      label: 'Raspberry Pi 5',
    },
    'Linux on a Pi': { given: { 60: 'dhcpcd-9.4.1:Linux' }, mac: PI3, firmware: 'plain', label: 'Linux (dhcpcd)' },
    udhcpc: { given: { 60: 'udhcp 1.35.0' }, firmware: 'plain', label: 'Linux (udhcpc)' },
    'a board with a host name only': { given: { 12: 'MixtileClusterBox' }, firmware: 'plain', label: 'DHCP client' },
    'PXE without option 93': { given: { 60: PXE }, firmware: 'pxe-other', label: 'PXE client' },
    'an architecture nobody knows': {
      given: { 60: 'PXEClient', 93: bytes('0777') },
      firmware: 'pxe-other',
      label: 'PXE client',
    },
    'RISC-V UEFI': { given: { 60: 'PXEClient', 93: bytes('001b') }, firmware: 'uefi-pxe', label: 'UEFI RISC-V 64' },
    'empty options': { given: { 60: '', 77: '', 93: '', 97: '' }, firmware: 'plain', label: 'DHCP client' },
  };
  it.each(Object.entries(cases))('%s', (_, { given, mac, before, firmware, label }) => {
    const got = client(mac ?? VM, given, before);
    expect({ firmware: got.firmware, label: got.label }).toEqual({ firmware, label });
  });

  it('remembers a Pi with an unknown prefix from its DISCOVER to its REQUEST', () => {
    const discover = client('02:00:00:00:00:09', { 60: PXE, 93: bytes('0000'), 97: PI4_GUID });
    const request = client('02:00:00:00:00:09', { 93: bytes('0000') }, discover);
    expect([request.firmware, request.serial]).toEqual(['pi4', '9ffefdef']);
  });

  it('keeps knowing U-Boot through the Linux it started', () => {
    const uboot = client(VM, { 60: 'U-Boot.armv8', 93: bytes('0016') });
    const linux = client(VM, { 60: 'udhcp 1.35.0' }, uboot);
    expect(linux.firmware).toBe('plain');
    expect(client(VM, { 60: 'PXEClient', 93: bytes('000b') }, linux).firmware).toBe('uboot-efi');
  });

  it('sees that a U-Boot board got UEFI firmware: that one sends its GUID', () => {
    const uefi = { 60: 'PXEClient:Arch:00011:UNDI:003000', 93: bytes('000b'), 97: GUID };
    const first = client(VM, uefi, uboot);
    expect([first.firmware, client(VM, uefi, first).firmware]).toEqual(['uefi-pxe', 'uefi-pxe']);
  });

  it('recognises our own iPXE by its user class, in both forms', () => {
    expect(client(VM, { 77: 'Benchboot' }).ours).toBe(true);
    expect(client(VM, { 77: bytes('0942656e6368626f6f740469505845') }).ours).toBe(true);
    expect(client(VM, { 77: 'iPXE' }).ours).toBe(false);
  });
});

describe('what option 97 says', () => {
  it('a Pi 4 serial', () => expect(client(VM, { 93: bytes('0000'), 97: PI4_GUID }).serial).toBe('9ffefdef'));
  it('a Pi 3 serial, four times', () => {
    const pi = client(PI3, { 60: PXE, 93: bytes('0000'), 97: bytes('0008daffe108daffe108daffe108daffe1') });
    expect([pi.serial, pi.uuid]).toEqual(['e1ffda08', undefined]);
  });
  it('a UUID, first three groups little endian', () =>
    expect(client(VM, { 93: bytes('0007'), 97: GUID }).uuid).toBe('00112233-4455-6677-8899-aabbccddeeff'));
  it.each([['44'], ['00'], ['ff']])('sixteen times 0x%s identifies nobody', octet =>
    expect(client(VM, { 93: bytes('0007'), 97: bytes(`00${octet.repeat(16)}`) }).uuid).toBeUndefined(),
  );
  it('a wrong length or type is not a UUID', () => {
    expect(client(VM, { 97: bytes('0033221100') }).uuid).toBeUndefined();
    expect(client(VM, { 97: bytes('0133221100554477668899aabbccddeeff') }).uuid).toBeUndefined();
  });
});

describe('option 77', () => {
  it.each([
    ['bare', text('iPXE'), ['iPXE']],
    ['RFC 3004, one class', bytes('0469505845'), ['iPXE']],
    ['RFC 3004, two classes', bytes('02616204 69505845'.replace(' ', '')), ['ab', 'iPXE']],
    ['empty', new Uint8Array(), []],
    ['a length that runs over the end', bytes('05616263'), ['\u0005abc']],
  ] as const)('%s', (_, value, classes) => expect(readUserClasses(value)).toEqual(classes));
});

describe('architectures', () => {
  it('name each code once', () =>
    expect(new Set(ARCHITECTURES.map(each => each.code)).size).toBe(ARCHITECTURES.length));
  it('a half number is ignored', () => expect(readArchitecture(bytes('00'))).toBeUndefined());
});

describe('facts for events', () => {
  it('leave out what the client did not send', () =>
    expect(dhcpFacts(client(VM, { 60: 'udhcp 1.35.0' }), '01020304')).toEqual({
      mac: VM,
      xid: '01020304',
      vendorClass: 'udhcp 1.35.0',
      firmware: 'plain',
      client: 'Linux (udhcpc)',
    }));
});
