/** A person who never saw iPXE: from a template to a written stick, and a machine that starts from it and fetches the kickstart of its MAC. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { buildIpxe } from '../../main/ipxe/build.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { addLinuxAs, boot } from '../lab/boards.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { LoopLab } from '../lab/loop.ts';
import { withApp } from './app.ts';

const MAC = '52:54:00:be:06:01';
const KICKSTART = `kickstart-${MAC.replaceAll(':', '-')}.cfg`;
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0kV1n7Uf5v0p1ZQK2m8o9x3l4c6d7e8f9g0h1i2j3k maria@laptop';
const programs = new URL('../../resources/ipxe', import.meta.url).pathname;

/** What the person has of AlmaLinux: the lab's Linux under its names. */
function addAlmaLinux(lab: Lab): string {
  const library = join(lab.state, 'Benchboot');
  symlinkSync(lab.root, library);
  addLinuxAs(lab, 'almalinux/images/pxeboot', 'vmlinuz', 'initrd.img');
  writeFileSync(join(lab.root, 'almalinux/.treeinfo'), '[tree]\n');
  return library;
}

/** Counts from now on; a label's click comes once more from its field, without a place. */
async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(
    'window.clicks = 0; addEventListener("click", event => { if (event.isTrusted && event.detail > 0) clicks++; }, true)',
  );
  return () => page.evaluate<number>('window.clicks');
}

it('a stick for AlmaLinux without a hand, with a kickstart per MAC, in a few clicks; and it boots', async () => {
  const loops = new LoopLab();
  try {
    const stick = loops.file('stick', 64 << 20);
    const device = loops.attach(stick);
    const name = device.replace('/dev/', '');
    await withLab({ address: 'none' }, async lab => {
      const library = addAlmaLinux(lab);
      const built = join(lab.state, 'benchboot/built/almalinux disk.img');
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(20_000);
        const clicks = await countClicks(page);
        const start = performance.now();
        await page.getByRole('link', { name: 'iPXE' }).click();
        await page.getByRole('link', { name: /^AlmaLinux/ }).click();

        // The form, beside it what a machine would do.
        const dryRun = page.getByRole('region', { name: 'Dry run' });
        await page.getByText('Nobody can log in to what is installed').waitFor();
        await page.getByLabel('Kickstart', { exact: true }).fill('kickstart-{mac}.cfg');
        await page.getByLabel('Password', { exact: true }).fill('correct horse');
        await page.getByLabel('SSH public key').fill(KEY);
        await page.getByLabel('More kernel arguments').fill('console=ttyS0,115200');
        await page.getByText('Nobody can log in to what is installed').waitFor({ state: 'detached' });
        await dryRun.getByText('Comes').waitFor();
        await dryRun.getByText('Served').nth(2).waitFor();
        expect(await dryRun.getByText('Missing').count()).toBe(0);
        await page.getByRole('button', { name: 'Make this script' }).click();
        await dryRun.getByText('Served').nth(3).waitFor();
        const kickstart = readFileSync(join(library, 'kickstart-default.cfg'), 'utf8');
        expect(kickstart).toMatch(/^rootpw --iscrypted \$6\$\S{16}\$\S{86}$/m);
        expect(kickstart).toContain(`sshkey --username=root "${KEY}"`);

        // Which file do I need?
        await page.getByRole('button', { name: 'Build', exact: true }).click();
        await page.getByRole('complementary', { name: 'Which file do I need?' }).waitFor();
        await page.getByRole('button', { name: 'Build disk.img' }).click();
        await page.getByRole('button', { name: 'Write to a stick' }).click();

        // The flasher knows what it got. A loop device is no everyday stick: hence the switch, and its name typed.
        await page.getByText('iPXE with a script of its own').waitFor();
        const allow = page.getByRole('switch', { name: /Allow fixed/ });
        await allow.focus();
        await allow.press('Space');
        await page.getByRole('checkbox', { name: new RegExp(`\\(${name}\\)`) }).click();
        await page.getByRole('button', { name: /^Write to / }).click();
        await page.getByRole('dialog').getByRole('textbox').fill(name);
        await page
          .getByRole('dialog')
          .getByRole('button', { name: /^Write to / })
          .click();
        await page.getByText('The card is ready, read back and right.').waitFor({ timeout: 60_000 });
        const text = readFileSync(join(library, 'scripts/almalinux.ipxe'), 'utf8');
        const { bytes } = await buildIpxe(
          { target: 'disk.img', script: { name: 'almalinux', text } },
          await openPrograms(programs),
        );
        expect(readFileSync(stick).subarray(0, bytes.length).equals(bytes)).toBe(true);
        expect(existsSync(built)).toBe(true);

        // What is next is said there.
        await page.getByText('Now start a machine from it').waitFor();
        await page.getByRole('button', { name: 'Go to the bench' }).click();
        await page.getByRole('button', { name: 'Start serving' }).click();
        await page.getByRole('button', { name: 'Stop' }).waitFor();
        const seconds = (performance.now() - start) / 1000;
        console.log(`${await clicks()} clicks, ${seconds.toFixed(1)} s from the link to a bench that serves`);

        const board = await boot(lab, 'bios', { mac: MAC, more: ['--boot', 'disk', '--disk', device] });
        expect(board.console).toContain('BENCHBOOT-REPORT # Made by Benchboot.');
        await page
          .getByRole('row')
          .filter({ hasText: new RegExp(`${MAC}|no-name`) })
          .click();
        const story = page.getByRole('grid', { name: /^Events of / });
        for (const path of ['almalinux/images/pxeboot/vmlinuz', 'almalinux/images/pxeboot/initrd.img', KICKSTART])
          await story.getByText(`GET /${path} 200`).waitFor();
        // Nothing led it but the script on the stick.
        for (const other of ['boot.ipxe 200', 'Sent '])
          expect(await story.getByText(other, { exact: false }).count()).toBe(0);
        expect(faults).toEqual([]);
      });
      // What was kept for the flasher is not kept for ever.
      expect(existsSync(built)).toBe(false);
    });
  } finally {
    loops.close();
  }
});
