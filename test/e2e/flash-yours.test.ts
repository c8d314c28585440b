/** Cards made somebody's own from a real window: what the form asked for stands on the card, and the window read it from there. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { eepromConfig } from '../../main/flash/customise/eeprom.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { ANNA, ANNA_FINGERPRINT, card, IMAGES } from '../main/flash/customise/cards.ts';
import { image as bootloader } from '../main/flash/customise/eeprom-image.ts';
import { withApp } from './app.ts';
import { contentOf, detachAll, erase, loop, MB, prepare } from './flash-cards.ts';

afterEach(detachAll);

/** An image of Raspberry Pi OS as far as its boot partition tells. */
async function piImage(lab: Lab, name: keyof typeof IMAGES): Promise<string> {
  const { bytes } = await card(IMAGES[name]);
  mkdirSync(lab.state, { recursive: true });
  const path = join(lab.state, `${name}.img`);
  writeFileSync(path, bytes);
  return path;
}

/** A file of the card's boot partition, as another program reads it. */
const onCard = (lab: Lab, slot: string, path: string): Buffer =>
  execFileSync('mtype', ['-i', `${join(lab.state, `${slot}.bin`)}@@1M`, `::${path}`]);

/** Throws when the partition is not sound. */
function checkPartition(lab: Lab, slot: string): void {
  const part = join(lab.state, `${slot}.fat`);
  writeFileSync(part, contentOf(lab, slot, 16 * MB).subarray(MB));
  execFileSync('/usr/sbin/fsck.vfat', ['-n', part], { stdio: 'pipe' });
}

async function another(page: Page, path: string, ...names: readonly string[]): Promise<void> {
  await page.getByRole('link', { name: 'Write', exact: true }).click();
  await page.getByRole('button', { name: 'Choose another' }).click();
  await prepare(page, path, ...names);
}

describe('a card of one’s own', () => {
  it('all three ways of Raspberry Pi OS: asked for once, put where each looks, read back and shown', async () => {
    await withLab({ address: 'none' }, async lab => {
      const ways = [
        { image: 'bullseye', file: 'firstrun.sh', says: /\brack7-b\b/ },
        { image: 'bookworm', file: 'custom.toml', says: /hostname = "rack7-b"/ },
        { image: 'trixie', file: 'user-data', says: /"hostname": "rack7-b"/ },
      ] as const;
      const paths = await Promise.all(ways.map(({ image }) => piImage(lab, image)));
      const slots = ways.map(({ image }) => loop(lab, image, 16 * MB));
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, paths[0]!, slots[0]!);
        await page.getByText('Pi OS', { exact: true }).click();
        await page.getByLabel('Host name').fill('rack7-b');
        await page.getByLabel('User').fill('ansible');
        await page.getByLabel('Password', { exact: true }).fill('correct horse');
        await page.getByLabel('SSH keys').fill(ANNA);
        await page.getByText('What the card will say').waitFor();
        for (const [index, { image, file, says }] of ways.entries()) {
          if (index > 0) await another(page, paths[index]!, slots[index]!);
          await erase(page, slots[index]!);
          await page.getByText('The card is ready, read back and right.', { exact: true }).waitFor({ timeout: 60_000 });
          const told = await page.getByRole('list', { name: 'Cards' }).getByRole('listitem').allInnerTexts();
          expect(told, image).toEqual(
            expect.arrayContaining([
              'Its host name will be rack7-b.',
              'Its user will be ansible, with a password.',
              `SSH lets in the key ${ANNA_FINGERPRINT} (anna@bench).`,
            ]),
          );
          const text = onCard(lab, image, file).toString('utf8');
          expect(text, image).toMatch(says);
          expect(text, image).toContain(ANNA.split(' ')[1]);
          expect(contentOf(lab, image, 16 * MB).includes('correct horse'), image).toBe(false);
          const passport = onCard(lab, image, 'BENCHBOOT.TXT').toString('utf8');
          expect(passport).toContain(`image: ${image}.img`);
          expect(passport).toContain('* Its host name will be rack7-b.');
          checkPartition(lab, image);
        }
        expect(faults).toEqual([]);
      });
    });
  });

  it('a row of a table for each card of a tray', async () => {
    await withLab({ address: 'none' }, async lab => {
      const path = await piImage(lab, 'bookworm');
      const [a, b] = [loop(lab, 'a', 16 * MB), loop(lab, 'b', 16 * MB)];
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path, a, b);
        await page.getByText('Pi OS', { exact: true }).click();
        await page.getByLabel('User').fill('ansible');
        await page.getByLabel('Password', { exact: true }).fill('correct horse');
        await page.getByLabel('Table, a row for each card').fill('hostname\nrack7-a\nrack7-b\nrack7-c\n');
        await page.getByText('Row 2: rack7-b').waitFor();
        await page.getByText('Gets row 2 of the table').waitFor();
        await erase(page, a, b);
        await page.getByText('All 2 cards are ready, read back and right.').waitFor({ timeout: 60_000 });
        for (const [slot, name] of [
          ['a', 'rack7-a'],
          ['b', 'rack7-b'],
        ] as const) {
          await page.getByRole('list', { name: 'Cards' }).getByText(`Its host name will be ${name}.`).waitFor();
          expect(onCard(lab, slot, 'custom.toml').toString('utf8')).toContain(`hostname = "${name}"`);
          expect(onCard(lab, slot, 'BENCHBOOT.TXT').toString('utf8')).toContain(`host name will be ${name}`);
        }
        // On paper there are their labels, and nothing else.
        await page.emulateMedia({ media: 'print' });
        expect(await page.locator('#root').isVisible()).toBe(false);
        for (const name of ['rack7-a', 'rack7-b'])
          expect(await page.getByText(name, { exact: true }).filter({ visible: true }).count(), name).toBe(1);
        await page.emulateMedia({ media: null });
        // The next card gets the next row.
        await page.getByRole('link', { name: 'Write', exact: true }).click();
        expect(await page.getByLabel('Next row').inputValue()).toBe('3');
        expect(faults).toEqual([]);
      });
    });
  });

  it('a queue that ended early: its table goes on with the row after its last card', async () => {
    await withLab({ address: 'none' }, async lab => {
      const path = await piImage(lab, 'bookworm');
      loop(lab, 'there', 16 * MB);
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path);
        await page.getByText('Pi OS', { exact: true }).click();
        await page.getByLabel('Table, a row for each card').fill('hostname\nrack7-a\nrack7-b\nrack7-c\n');
        await page.getByLabel('Next row').fill('2');
        await page.getByRole('switch', { name: /every card that I plug in/ }).press('Space');
        await page.getByLabel('None larger than').fill(`${16 * MB}`);
        await erase(page, 'every drive');
        await page.getByText('Plug in the first card').waitFor();
        loop(lab, 'a', 16 * MB);
        await page.getByText('1 written, 1 to go').waitFor();
        expect(onCard(lab, 'a', 'custom.toml').toString('utf8')).toContain('hostname = "rack7-b"');
        await page.getByRole('button', { name: 'End the queue' }).click();
        await page.getByText('1 card is ready').waitFor();
        await page.getByRole('link', { name: 'Write', exact: true }).click();
        await expect.poll(() => page.getByLabel('Next row').inputValue()).toBe('3');
        expect(faults).toEqual([]);
      });
    });
  });

  it('a card that lets a Raspberry Pi start from the network, from the files of its bootloader', async () => {
    await withLab({ address: 'none' }, async lab => {
      const release = join(lab.state, 'release');
      mkdirSync(release, { recursive: true });
      writeFileSync(join(release, 'pieeprom-2026-01-01.bin'), bootloader());
      writeFileSync(join(release, 'recovery.bin'), 'the program that writes it');
      const slot = loop(lab, 'a', 72 * MB);
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await page.getByRole('link', { name: 'Flash' }).click();
        await page.getByRole('button', { name: /Let a Raspberry Pi start from the network/ }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Bootloader', { exact: true }).fill(join(release, 'pieeprom-2026-01-01.bin'));
        await dialog.getByLabel('Recovery program', { exact: true }).fill(join(release, 'recovery.bin'));
        await dialog.getByRole('button', { name: 'Make the image' }).click();
        await page.getByText('BOOT_ORDER=0xf12').waitFor();
        const allow = page.getByRole('switch', { name: /Allow fixed/ });
        await allow.press('Space');
        await page.getByRole('checkbox', { name: new RegExp(`\\(${slot}\\)`) }).click();
        await erase(page, slot);
        await page.getByText('The card is ready, read back and right.', { exact: true }).waitFor({ timeout: 60_000 });
        const written = onCard(lab, 'a', 'pieeprom.bin');
        expect(eepromConfig(written)).toContain('BOOT_ORDER=0xf12\n');
        expect(eepromConfig(written)).toContain('BOOT_UART=1\n');
        const sum = createHash('sha256').update(written).digest('hex');
        expect(onCard(lab, 'a', 'pieeprom.sig').toString('latin1').split('\n')[0]).toBe(sum);
        expect(onCard(lab, 'a', 'recovery.bin').toString('latin1')).toBe('the program that writes it');
        expect(faults).toEqual([]);
      });
    });
  });
});
