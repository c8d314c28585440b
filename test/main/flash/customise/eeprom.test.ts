import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editEepromConfig, eepromConfig, withEepromConfig } from '../../../../main/flash/customise/eeprom.ts';
import { cardImage, eepromFiles, NETWORK_FIRST } from '../../../../main/flash/customise/eeprom-card.ts';
import { memoryStore } from '../../../../main/media/block-store.ts';
import { findFatVolumes } from '../../../../main/media/partitions.ts';
import { CONFIG, image } from './eeprom-image.ts';

const KB = 1024;

describe('the bootloader image of a Raspberry Pi', () => {
  it.each([
    ['of 512 KiB', { size: 512 * KB }],
    ['of 2 MiB', { size: 2048 * KB }],
    ['whose configuration is last', { behind: false }],
  ])('%s: its configuration is read and replaced, everything else stays', (_name, shape) => {
    const before = image(shape);
    expect(eepromConfig(before)).toBe(CONFIG);
    for (const config of ['', 'A=1\n', CONFIG, `[all]\n${'X'.repeat(3000)}\n`]) {
      const after = withEepromConfig(before, config);
      expect(eepromConfig(after)).toBe(config);
      expect(Buffer.compare(after.subarray(0, 64 * KB), before.subarray(0, 64 * KB))).toBe(0);
      expect(Buffer.compare(after.subarray(68 * KB), before.subarray(68 * KB))).toBe(0);
      expect(Buffer.compare(withEepromConfig(after, CONFIG), before)).toBe(0);
    }
    expect(() => withEepromConfig(before, 'X'.repeat(4096))).toThrow(/does not fit/);
  });

  it.each([
    [new Uint8Array(1000), /neither 512 KiB nor 2 MiB/],
    [new Uint8Array(512 * KB), /holds no bootconf/],
    [new Uint8Array(512 * KB).fill(0x55), /no section where one should begin/],
  ])('what is none says why', (bytes, message) => {
    expect(() => eepromConfig(bytes)).toThrow(message);
  });

  it('damaged ones are refused or read, never worse', () => {
    const good = image();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 69 * KB }), fc.nat(255), (at, octet) => {
        const bytes = good.slice();
        bytes[at] = octet;
        try {
          withEepromConfig(bytes, 'A=1\n');
        } catch (error) {
          expect((error as Error).constructor.name).toBe('EepromDamage');
        }
      }),
    );
  });
});

describe('its settings', () => {
  it.each([
    [
      CONFIG,
      { BOOT_ORDER: '0xf12' },
      '[all]\nBOOT_UART=0\nWAKE_ON_GPIO=1\nPOWER_OFF_ON_HALT=0\n\n[none]\nFREEZE_VERSION=0\n[all]\nBOOT_ORDER=0xf12\n',
    ],
    ['[all]\nBOOT_ORDER=0xf41\n', { BOOT_ORDER: '0xf12' }, '[all]\nBOOT_ORDER=0xf12\n'],
    ['BOOT_ORDER=1\n[gpio4=1]\nBOOT_ORDER=2\n', { BOOT_ORDER: '3' }, 'BOOT_ORDER=3\n[gpio4=1]\nBOOT_ORDER=2\n'],
    ['', { A: '1', B: '2' }, '\n[all]\nA=1\nB=2\n'],
  ])('%j with %j', (before, settings, after) => {
    expect(editEepromConfig(before, settings as Record<string, string>)).toBe(after);
  });
});

it('a card that makes it netboot', async () => {
  const recovery = new TextEncoder().encode('recovery');
  const made = eepromFiles({ image: image(), recovery, settings: { BOOT_ORDER: NETWORK_FIRST }, time: 1_800_000_000 });
  expect(made.board).toBe('Raspberry Pi 4');
  const [{ volume }] = (await findFatVolumes(memoryStore(await cardImage(made.files, 'EEPROM')))) as [
    Awaited<ReturnType<typeof findFatVolumes>>[0],
  ];
  expect(volume.type).toBe(32);
  const written = await volume.read('pieeprom.bin');
  expect(eepromConfig(written)).toContain('BOOT_ORDER=0xf12');
  const sum = createHash('sha256').update(written).digest('hex');
  expect(new TextDecoder().decode(await volume.read('pieeprom.sig'))).toBe(`${sum}\nts: 1800000000\n`);
});
