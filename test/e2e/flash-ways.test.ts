/** Every way to an image in a real window, and what else a card can be used for: reading it, probing it, its history. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { type Lab, withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';
import { contentOf, detachAll, erase, image, KB, loop, MB } from './flash-cards.ts';

afterEach(detachAll);

/** A download site on the laptop itself. */
async function site(lab: Lab, bytes: Buffer): Promise<string> {
  const path = join(lab.state, 'served.bin');
  writeFileSync(path, bytes);
  const program = lab.start('srv', [
    process.execPath,
    '-e',
    `const { readFileSync } = require('node:fs');
     const body = readFileSync(${JSON.stringify(path)});
     require('node:http').createServer((_, answer) => answer.end(body))
       .listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port); });`,
  ]);
  const line = await program.line(/^port \d+/);
  return `http://127.0.0.1:${/\d+/.exec(line)![0]}/board.img`;
}

/** What a page has and Node has not. */
interface PageGlobals {
  readonly DataTransfer: new () => {
    readonly items: { add(file: File): void };
    setData(kind: string, text: string): void;
  };
  readonly DragEvent: new (name: string, init: object) => Event;
}

/** Drops a file, or the text that a file manager or another window would. */
const drop = (page: Page, type: string, text: string): Promise<void> =>
  page.getByText('Drop an image here').evaluate(
    (element, [kind, value]) => {
      const { DataTransfer, DragEvent } = globalThis as unknown as PageGlobals;
      const dataTransfer = new DataTransfer();
      if (kind === 'file') dataTransfer.items.add(new File(['x'], value!));
      else dataTransfer.setData(kind!, value!);
      for (const name of ['dragover', 'drop'])
        element.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer }));
    },
    [type, text],
  );

async function allowLoops(page: Page): Promise<void> {
  const allow = page.getByRole('switch', { name: /Allow fixed/ });
  await allow.focus();
  await allow.press('Space');
}

/** Something of the menu of one drive. */
async function more(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('an image', () => {
  it('is found at hand, by the file chooser, dropped, and behind a link; the history keeps each', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { path, bytes } = image(lab, 2 * MB);
      const library = join(lab.state, 'Benchboot');
      mkdirSync(library, { recursive: true });
      writeFileSync(join(library, 'at-hand.img'), bytes);
      const url = await site(lab, bytes);
      const slot = loop(lab, 'a', 4 * MB);
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await page.getByRole('link', { name: 'Flash' }).click();
        const again = (): Promise<void> => page.getByRole('button', { name: 'Choose another' }).click();

        await page.getByRole('button', { name: /^at-hand\.img/ }).click();
        await page.getByText('a plain image, 2.1 MB').waitFor();
        await again();

        await page.getByRole('button', { name: 'Choose a file' }).click();
        await page.getByRole('textbox', { name: 'Path', exact: true }).fill(lab.state);
        await page.getByRole('textbox', { name: 'Path', exact: true }).press('Enter');
        await page.getByRole('dialog').getByText('board.img', { exact: true }).click();
        await page.getByText('a plain image, 2.1 MB').waitFor();
        await again();

        await drop(page, 'file', 'from-the-desktop.img');
        await page.getByText('A browser does not tell where “from-the-desktop.img” is').waitFor();
        await drop(page, 'text/uri-list', `file://${path}\r\n`);
        await page.getByText('a plain image, 2.1 MB').waitFor();
        await again();

        await drop(page, 'text/plain', url);
        await page.getByText('a link: fetched first, and looked at then').waitFor();
        await allowLoops(page);
        await page.getByRole('checkbox', { name: new RegExp(`\\(${slot}\\)`) }).click();
        await erase(page, slot);
        await page.getByText('The card is ready, read back and right.', { exact: true }).waitFor();
        expect(contentOf(lab, 'a', bytes.length).equals(bytes)).toBe(true);

        await page.getByRole('link', { name: 'History' }).click();
        await page.getByRole('grid', { name: 'History of cards' }).getByText('board.img').click();
        await page.getByRole('dialog').getByText('Written', { exact: true }).waitFor();
        expect(faults).toEqual([]);
      });
    });
  });
});

describe('a card', () => {
  it('is read into an image, not over another one, and half an image is taken away again', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { bytes } = image(lab, 200 * KB);
      const [small, large] = [loop(lab, 'small', 2 * MB), loop(lab, 'large', 2048 * MB)];
      writeFileSync(join(lab.state, 'small.bin'), bytes, { flag: 'r+' });
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await page.getByRole('link', { name: 'Flash' }).click();
        await allowLoops(page);
        const read = async (name: string, file: string): Promise<void> => {
          await more(page, name, 'Read it into an image');
          const dialog = page.getByRole('dialog');
          await dialog.getByLabel('Folder').fill(lab.state);
          await dialog.getByLabel('Name').fill(file);
          await dialog.getByLabel('Free space too').click();
          await dialog.getByRole('button', { name: 'Read', exact: true }).click();
        };
        await read(small, 'card.img');
        await page
          .getByText(/card\.img is an image of 2\.1 MB/)
          .first()
          .waitFor();
        const made = readFileSync(join(lab.state, 'card.img'));
        expect(made.length).toBe(2 * MB);
        expect(made.subarray(0, bytes.length).equals(bytes)).toBe(true);

        await page.getByRole('button', { name: 'Write more' }).click();
        await read(small, 'card.img');
        await page
          .getByRole('dialog')
          .getByText(/card\.img/)
          .getByText(/already|exists/)
          .waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

        await read(large, 'large.img.gz');
        await page.getByRole('button', { name: 'Stop', exact: true }).click();
        await page.getByText('Stopped as you asked.', { exact: true }).waitFor();
        expect(existsSync(join(lab.state, 'large.img.gz'))).toBe(false);
        expect(faults).toEqual([]);
      });
    });
  });

  it('is probed, and holds afterwards what it held before', async () => {
    await withLab({ address: 'none' }, async lab => {
      const name = loop(lab, 'a', 64 * MB);
      const before = contentOf(lab, 'a', 64 * MB);
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await page.getByRole('link', { name: 'Flash' }).click();
        await allowLoops(page);
        await more(page, name, 'Probe its capacity');
        await page
          .getByText(/It gave back what was written/)
          .first()
          .waitFor();
        expect(contentOf(lab, 'a', 64 * MB).equals(before)).toBe(true);
        await page.getByRole('link', { name: 'History' }).click();
        await page.getByRole('grid', { name: 'History of cards' }).getByText('Genuine').waitFor();
        expect(faults).toEqual([]);
      });
    });
  });
});
