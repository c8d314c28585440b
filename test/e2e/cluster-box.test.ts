/** A cluster box as a person uses it: logged in, its blades switched and talked to, each command shown; another host key stops. */
import { cpSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ControlBoard } from '../lab/control-board.ts';
import { withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';

const PORT = 2222;

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Address of the control board').fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(String(PORT));
  await page.getByLabel('User', { exact: true }).fill(userInfo().username);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

it('its blades are switched together, a console is a tab, and a changed host key is a full stop', async () => {
  await withLab({}, async lab => {
    const folder = join(lab.state, 'board');
    mkdirSync(folder);
    const through = ['ip', 'netns', 'exec', `${lab.name}-srv`];
    const board = new ControlBoard({ folder, port: PORT, through });
    // Nothing is typed: the laptop's own key opens.
    mkdirSync(join(lab.state, '.ssh'));
    cpSync(board.key, join(lab.state, '.ssh/id_ed25519'));
    await board.on();
    try {
      await withApp(lab, async ({ page, faults, origin }) => {
        await page.goto(`${origin}/#/consoles/box`);
        await logIn(page);
        const box = page.getByRole('region', { name: /^Cluster box / });
        await box.getByText('the maker’s nodectl').waitFor();

        await box.getByRole('button', { name: 'Look', exact: true }).click();
        await box.getByText('01:00.0').first().waitFor();
        await box.getByText(/not power/).waitFor();

        for (const blade of [1, 2, 4]) await box.getByRole('checkbox', { name: `Blade ${blade}` }).check();
        await box.getByRole('button', { name: 'Power on' }).click();
        await expect.poll(() => box.getByText('nodectl poweron -n 2 was taken').count()).toBe(1);
        await box
          .getByRole('listitem')
          .filter({ hasText: 'Blade 4' })
          .getByText(/open gpio failed/)
          .waitFor();
        for (const [action, sure] of [
          ['Power off', 'Power off blade 1, blade 2, blade 4'],
          ['Reboot', 'Reboot blade 1, blade 2, blade 4'],
        ] as const) {
          await box.getByRole('button', { name: action, exact: true }).click();
          await box.getByRole('button', { name: sure }).click();
          await box.getByText(`nodectl ${action.replace(' ', '').toLowerCase()} -n 1 was taken`).waitFor();
        }
        expect(board.calls.split('\n').filter(line => / -n /.test(line))).toEqual(
          ['poweron', 'poweroff', 'reboot'].flatMap(action => [1, 2, 4].map(blade => `${action} -n ${blade}`)),
        );
        // Each command with what it printed, the newest first.
        const shown = box.getByRole('listitem').filter({ hasText: 'nodectl reboot -n 4' });
        await shown.getByText('open gpio failed: No such file or directory').first().waitFor();

        await box.getByRole('listitem').filter({ hasText: 'Blade 2' }).getByRole('button', { name: 'Console' }).click();
        await page.getByRole('link', { name: 'blade 2' }).waitFor();
        await page.getByRole('complementary', { name: 'Boot stages' }).getByText('U-Boot').waitFor();
        await page.getByRole('region', { name: 'State of the console' }).getByText('Connected').waitFor();

        await page.getByRole('button', { name: 'Cluster box' }).click();
        await box.getByRole('button', { name: 'Log out' }).click();
        await board.off();
        await board.on('host2');
        await logIn(page);
        await page.getByRole('alert').getByText(/key/).first().waitFor();
        expect(await box.count()).toBe(0);
        expect(faults).toEqual([]);
      });
    } finally {
      await board.off();
    }
  });
});
