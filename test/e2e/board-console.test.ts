/** One board, one story: its serial console as a tab, netbooted by the same window, from its firmware to a command's answer. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { addPayload } from '../lab/boards.ts';
import { withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';

const MAC = '52:54:00:be:00:02';
/** Emulated, on a machine that has other things to do. */
const BOOT_MS = 180_000;

/** In the page: every state of the rail of stages, as the names that it showed. */
const WATCH_RAIL = `
  window.rails = [];
  const look = () => {
    const names = [...document.querySelectorAll('[aria-label="Boot stages"] li')].map(item => item.children[1].textContent);
    if (names.length > 0 && names.join() !== window.rails.at(-1)?.join()) window.rails.push(names);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

/** Waits until the text is on the screen, as a person at the keyboard finds it; the terminal has the keyboard again. */
async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  const field = page.getByLabel('Find in the scrollback');
  await expect
    .poll(
      async () => {
        await field.fill('');
        await field.fill(text);
        await page.waitForTimeout(200);
        return await page.getByRole('search').getByRole('status').innerText();
      },
      { timeout: 30_000 },
    )
    .toBe('1 of 1');
  await field.press('Escape');
}

it('a board boots from this window, its console shows each stage, and answers a command', {
  timeout: 300_000,
}, async () => {
  await withLab({ address: 'none' }, async lab => {
    addPayload(lab, 'amd64');
    const script = join(lab.root, 'boot.ipxe');
    writeFileSync(script, readFileSync(script, 'utf8').replace('loglevel=4', 'loglevel=7 bench.login'));
    symlinkSync(lab.root, join(lab.state, 'Benchboot'));
    const socket = join(lab.state, 'console');
    await withApp(lab, async ({ page, faults, origin }) => {
      await page.getByRole('button', { name: 'Start serving' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      const client = [lab.script('qemu-client'), 'bios', '--mac', MAC, '--timeout', '280', '--wait', 'never printed'];
      const board = lab.launch([...client, '--serial', `unix:${socket}`, '--attached'], 'board');
      await board.line(/serial console on/);

      await page.goto(`${origin}/#/consoles`);
      await page.evaluate(WATCH_RAIL);
      await page.getByRole('button', { name: 'Open a console' }).first().click();
      await page.getByText('Network or emulator').click();
      await page.getByLabel('Where', { exact: true }).fill(`unix:${socket}`);
      await page.keyboard.press('Enter');
      const rail = page.getByRole('complementary', { name: 'Boot stages' });
      for (const stage of ['Firmware', 'iPXE', 'Linux', 'Login'])
        await rail.getByText(stage, { exact: true }).first().waitFor({ timeout: BOOT_MS });
      const rails = await page.evaluate<string[][]>('window.rails');
      const whole = rails.at(-1)!;
      expect(whole.filter(name => name !== 'initramfs')).toEqual(['Firmware', 'iPXE', 'Linux', 'Login']);
      for (const names of rails) expect(names).toEqual(whole.slice(0, names.length));
      // One after the other: firmware and iPXE may come within a glance.
      expect(rails.map(names => names.at(-1))).toEqual(expect.arrayContaining(['iPXE', 'Login']));
      expect(rails.length).toBeGreaterThanOrEqual(3);

      const terminal = page.getByRole('region', { name: /^Terminal of/ });
      await terminal.click();
      await page.keyboard.type('root\n');
      await find(page, 'Password:');
      await page.keyboard.type('benchboot\n');
      await page.keyboard.type('echo kernel=$(uname -m) $(cat /sys/class/net/eth0/address)\n');
      await find(page, `kernel=x86_64 ${MAC}`);

      // The bench knows whose console it is, and tells the same story.
      await page.getByRole('link', { name: 'Bench' }).click();
      const row = page.getByRole('row').filter({ hasText: MAC });
      await row.getByText('Up', { exact: true }).waitFor();
      await row.click();
      const drawer = page.getByRole('complementary', { name: /^Device / });
      const story = drawer.getByRole('grid', { name: /^Events of/ });
      await story.getByText(/^Its console is unix:.*SeaBIOS.*iPXE/).waitFor();
      await story.getByText(/^Login .*: login prompt$/).waitFor();
      await drawer.getByRole('tab', { name: 'Console' }).click();
      await drawer.getByRole('region', { name: /^Terminal of/ }).waitFor();
      await drawer.getByRole('button', { name: 'Open in Consoles' }).click();
      await rail.getByText('Login', { exact: true }).waitFor();
      expect(faults).toEqual([]);
      await board.stop();
    });
  });
});
