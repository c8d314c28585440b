/** A console as a person uses it: opened, read, typed into, flooded by the board; the log has it all and the laptop nothing. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';

const TARGET = 'tcp:127.0.0.1:7000';

it('a board is opened as a tab, its stages are seen, a command is answered, and its tricks do nothing', async () => {
  await withLab({}, async lab => {
    const board = lab.start(
      'srv',
      [process.execPath, fileURLToPath(new URL('tcp-board.mjs', import.meta.url))],
      'board',
    );
    await board.line(/listening/);
    await withApp(lab, async ({ page, context, faults, origin }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
      await page.evaluate("navigator.clipboard.writeText('mine')");
      const title = await page.title();
      await page.goto(`${origin}/#/consoles`);
      await page.getByRole('button', { name: 'Open a console' }).first().click();
      await page.getByText('Network or emulator').click();
      await page.getByLabel('Where', { exact: true }).fill(TARGET);
      await page.keyboard.press('Enter');

      const state = page.getByRole('region', { name: 'State of the console' });
      await state.getByText('Connected').waitFor();
      for (const stage of ['U-Boot', 'Login']) await page.getByText(stage, { exact: true }).first().waitFor();

      await page.locator('.xterm').first().click();
      await page.keyboard.type('root\runame\r');
      await board.line(/typed "uname"/);
      await page.keyboard.type('flood\r');
      await board.line(/typed "flood"/);
      await state.getByText(/2[.,]\d MB$/).waitFor();

      expect(await page.title()).toBe(title);
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('mine');
      expect(context.pages()).toHaveLength(1);
      // It still answers: another view opens, and the board is typed to again.
      await page
        .getByRole('link', { name: 'Settings' })
        .or(page.getByRole('button', { name: 'Settings' }))
        .first()
        .click();
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      expect(faults).toEqual([]);

      const { stdout } = await lab.exec('srv', ['find', lab.state, '-name', '*7000.raw']);
      const raw = readFileSync(stdout.trim());
      expect(raw.includes('Linux blade3')).toBe(true);
      expect(raw.length).toBeGreaterThan(2_000_000);
    });
  });
});
