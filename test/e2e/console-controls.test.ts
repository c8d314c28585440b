/** What a person does with consoles all day, over TCP boards and a pty: tabs, search, paste, octets, several at once, a line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type Lab, withLab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';
import { withApp } from './app.ts';

const fake = fileURLToPath(new URL('tcp-board.mjs', import.meta.url));

async function power(lab: Lab, port: number): Promise<Program> {
  const board = lab.start('srv', [process.execPath, fake, String(port)], `board${port}`);
  await board.line(/listening/);
  return board;
}

async function open(page: Page, target: string): Promise<void> {
  await page.getByRole('button', { name: 'Open a console' }).first().click();
  await page.getByText('Network or emulator').click();
  await page.getByLabel('Where', { exact: true }).fill(target);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await state(page).getByText('Connected', { exact: true }).waitFor();
}

const state = (page: Page) => page.getByRole('region', { name: 'State of the console' });
const tabs = (page: Page) => page.getByRole('list', { name: 'Open consoles' });
const terminal = (page: Page) => page.getByRole('region', { name: /^Terminal of/ });
const names = (page: Page) => tabs(page).getByRole('link').allInnerTexts();

async function finds(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  const field = page.getByLabel('Find in the scrollback');
  await expect
    .poll(async () => {
      await field.fill('');
      await field.fill(text);
      return await page.getByRole('search').getByRole('status').innerText();
    })
    .toMatch(/of \d/);
  await field.press('Escape');
}

/** Pulls the scrollbar of the terminal up. */
async function toTop(page: Page): Promise<void> {
  const slider = terminal(page).locator('.scrollbar.vertical > .slider');
  const { x, y, width, height } = (await slider.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, 0, { steps: 4 });
  await page.mouse.up();
}

async function tool(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More for this console' }).click();
  await page.getByRole('menuitem', { name }).click();
}

it('tabs are named, ordered, coloured, shown side by side, typed to together, popped out and closed', async () => {
  await withLab({}, async lab => {
    const boards = await Promise.all([7001, 7002, 7003].map(port => power(lab, port)));
    await withApp(lab, async ({ page, context, faults, origin }) => {
      await page.goto(`${origin}/#/consoles`);
      for (const port of [7001, 7002, 7003]) await open(page, `tcp:127.0.0.1:${port}`);

      // By the keyboard, which stays on its tab.
      await tabs(page).getByRole('link').nth(0).focus();
      await page.keyboard.press('F2');
      await page.keyboard.type('alpha');
      await page.keyboard.press('Enter');
      await expect.poll(() => names(page)).toEqual(['alpha', '127.0.0.1:7002', '127.0.0.1:7003']);
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('alpha');
      await page.keyboard.press('Control+Shift+ArrowRight');
      await expect.poll(() => names(page)).toEqual(['127.0.0.1:7002', 'alpha', '127.0.0.1:7003']);

      // A tab that is being named by the mouse: nothing of it goes to the board.
      await tabs(page).getByRole('link').nth(0).dblclick();
      await page.getByLabel('Name of 127.0.0.1:7002').waitFor();
      await page.keyboard.type('beta');
      await page.keyboard.press('Enter');
      await expect.poll(() => names(page)).toEqual(['beta', 'alpha', '127.0.0.1:7003']);
      await tabs(page).getByRole('button', { name: 'More for the tab beta' }).click();
      await page.getByRole('menuitem', { name: 'Amber' }).click();
      await expect.poll(() => tabs(page).getByRole('listitem').nth(0).getAttribute('data-colour')).toBe('amber');

      await page.keyboard.press('Alt+0');
      await expect.poll(() => terminal(page).count()).toBe(3);
      await page.getByRole('checkbox', { name: '127.0.0.1:7003' }).uncheck();
      await expect.poll(() => terminal(page).count()).toBe(2);
      await page.getByRole('button', { name: 'Type to several' }).click();
      const chosen = page.getByRole('dialog');
      for (const name of ['alpha', 'beta']) await chosen.getByRole('checkbox', { name }).check();
      await page.keyboard.press('Escape');
      await page.getByText('Typing goes to 2 consoles').waitFor();
      await terminal(page).first().click();
      await page.keyboard.type('uname\r');
      for (const board of boards.slice(0, 2)) await board.line(/typed "uname"/);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      expect([...boards[1]!.stdout, ...boards[2]!.stdout].filter(line => /beta|typed/.test(line))).toEqual([
        'typed "uname"',
      ]);

      await page.keyboard.press('Alt+1');
      await page.getByRole('region', { name: 'Console beta' }).waitFor();
      const button = page.getByRole('button', { name: 'Open in a window of its own' });
      const [alone] = await Promise.all([context.waitForEvent('page'), button.click()]);
      await terminal(alone).click();
      await alone.keyboard.type('alone\r');
      await boards[1]!.line(/typed "alone"/);
      expect(await alone.title()).toBe('beta - Benchboot');
      await alone.close();

      await tabs(page).getByRole('button', { name: 'Close beta' }).click();
      await page.getByText(/Closed beta\. Its log stays: /).waitFor();
      await page.getByRole('region', { name: 'Console alpha' }).waitFor();
      const { stdout } = await lab.exec('srv', ['find', lab.state, '-name', '*7002.log']);
      expect(readFileSync(stdout.trim(), 'utf8')).toContain('Linux blade3');
      expect(faults).toEqual([]);
    });
  });
});

it('text is found, copied, pasted with a question, shown as octets and with times; an interruption is seen', async () => {
  await withLab({}, async lab => {
    let board = await power(lab, 7001);
    await withApp(lab, async ({ page, context, faults, origin }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
      await page.goto(`${origin}/#/consoles`);
      await open(page, 'tcp:127.0.0.1:7001');
      await page.getByRole('complementary', { name: 'Boot stages' }).getByText('Login').waitFor();

      const screen = (await page.locator('.xterm-screen').boundingBox())!;
      const rows = (await page.locator('.xterm-rows > div').count()) || 24;
      await page.mouse.dblclick(screen.x + 12, screen.y + (screen.height / rows) * 1.5);
      await page.keyboard.press('Control+Shift+C');
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('U-Boot');

      await page.evaluate("navigator.clipboard.writeText('one')");
      await page.keyboard.press('Control+Shift+V');
      await page.keyboard.press('Enter');
      await board.line(/typed "one"/);
      await page.evaluate("navigator.clipboard.writeText('two\\nthree\\n')");
      await page.keyboard.press('Control+Shift+V');
      await page.getByRole('button', { name: 'Paste line by line' }).click();
      await board.line(/typed "three"/);
      await page.getByText(/Pasted 2 lines/).waitFor();
      expect(board.stdout.filter(line => line.startsWith('typed'))).toEqual(
        ['one', 'two', 'three'].map(text => `typed "${text}"`),
      );

      await page.getByLabel(/^Line to send/).fill('uname');
      await page.keyboard.press('Enter');
      await board.line(/typed "uname"/);
      await page.getByRole('button', { name: 'Times of the lines' }).click();
      await expect.poll(() => page.locator('pre[aria-hidden]').innerText()).toMatch(/\d\d:\d\d:\d\d\.\d{3}/);
      await page.getByRole('button', { name: 'Show octets (hex)' }).click();
      await page.getByRole('row').filter({ hasText: '00000000' }).getByText('0d 0a 55 2d 42 6f 6f 74').waitFor();
      await page.getByRole('button', { name: 'Show the terminal' }).click();
      await expect.poll(() => page.locator('pre[aria-hidden]').innerText()).toMatch(/\d\d:\d\d:\d\d\.\d{3}/);

      await page
        .getByRole('toolbar', { name: 'Macros' })
        .getByRole('button', { name: /^Log in/ })
        .click();
      await page.getByRole('dialog').getByLabel('User').fill('root');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await tool(page, 'Write a mark into the log');
      await page.getByLabel('What happened').fill('swapped the card');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await terminal(page).click();
      await finds(page, 'swapped the card');

      await tool(page, 'Let another program use the port');
      await page.getByRole('button', { name: 'Take it back' }).click();
      await state(page).getByText('Connected', { exact: true }).waitFor();
      await board.stop();
      await state(page)
        .getByText(/^Waiting/)
        .waitFor();
      board = await power(lab, 7001);
      await state(page).getByText('Connected', { exact: true }).waitFor();
      await state(page).getByText('connected 3 times').waitFor();
      await terminal(page).click();
      await finds(page, 'is connected again after');
      expect(faults.filter(fault => !fault.includes('ERR_'))).toEqual([]);
    });
  });
});

it('a long output is shown from its end at once, and to its beginning when somebody looks for that', async () => {
  await withLab({}, async lab => {
    const boards = await Promise.all([7001, 7002].map(port => power(lab, port)));
    await withApp(lab, async ({ page, faults, origin }) => {
      await page.goto(`${origin}/#/consoles`);
      for (const port of [7001, 7002]) await open(page, `tcp:127.0.0.1:${port}`);
      const lines = terminal(page).locator('.xterm-rows');
      await page.getByLabel(/^Line to send/).fill('count');
      await page.keyboard.press('Enter');
      await boards[1]!.line(/typed "count"/);
      await lines.getByText('counted 60000 ').waitFor();
      // The same terminal shows another console, and nothing of the last one.
      await tabs(page).getByRole('link').nth(0).click();
      await lines.getByText('blade3 login:').waitFor();
      expect(await lines.innerText()).not.toContain('counted');
      await tabs(page).getByRole('link').nth(1).click();
      await lines.getByText('counted 60000 ').waitFor();

      // As far up as the recent output goes is not the beginning: the rest comes, with the same lines still in sight.
      const first = async (): Promise<number> => Number(/counted (\d+)/.exec(await lines.innerText())?.[1] ?? 0);
      await toTop(page);
      await expect.poll(async () => Math.abs((await first()) - 41_300)).toBeLessThan(250);
      await expect.poll(() => page.locator('[data-reading]').count()).toBe(0);
      expect(Math.abs((await first()) - 41_300)).toBeLessThan(250);
      await toTop(page);
      await lines.getByText('U-Boot 2026.01').waitFor();

      await tabs(page).getByRole('link').nth(0).click();
      await lines.getByText('blade3 login:').waitFor();
      await tabs(page).getByRole('link').nth(1).click();
      await lines.getByText('counted 60000 ').waitFor();
      await terminal(page).click();
      await finds(page, 'counted 7 ');
      await lines.getByText('counted 7 ').waitFor();
      expect(faults).toEqual([]);
    });
  });
});

it('a serial line is changed while it is open, and its test is broken off', async () => {
  await withLab({}, async lab => {
    const [near, far] = ['near', 'far'].map(name => join(lab.state, name)) as [string, string];
    const joined = lab.launch(
      ['socat', '-d', '-d', `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`],
      'wire',
    );
    await joined.line(/starting data transfer/);
    await withApp(lab, async ({ page, faults, origin }) => {
      await page.goto(`${origin}/#/consoles`);
      await open(page, near);
      await state(page).getByRole('button', { name: '115200 8N1' }).click();
      await page.getByRole('dialog').getByLabel('Rate').fill('1500000');
      await page.keyboard.press('Enter');
      await state(page).getByRole('button', { name: '1500000 8N1' }).waitFor();

      await tool(page, 'Test the adapter (TX on RX)');
      await page.getByText('Testing the adapter').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Testing the adapter').waitFor({ state: 'detached' });
      expect(faults).toEqual([]);
    });
  });
});
