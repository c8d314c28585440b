/** The directory index in a real browser: hostile names stay text, links lead to what they name, both colour schemes hold. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContent } from '../../main/content/chain.ts';
import { createFolder } from '../../main/content/folder.ts';
import { type Bench, HandClock, startBench } from '../main/http/loopback.ts';

const executablePath = '/usr/bin/chromium';

const hostile = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)<∕script>',
  '"><svg onload=alert(1)>',
  "'onmouseover='alert(1)",
  '<style>*{display:none}<∕style>',
  'javascript:alert(1)',
  'a?b#c & 100%.txt',
  'invoice\u202egpj.exe',
  'line\nbreak',
  '\u001b[31mred',
  '..hidden',
];
const ordinary: [name: string, size: number][] = [
  ['boot.ipxe', 412],
  ['ipxe.efi', 1_093_632],
  ['initrd-amd64.gz', 27_340_112],
  ['vmlinuz-amd64', 8_127_424],
  ['debian-13.2.0-amd64-netinst.iso', 0],
  ['Ünïcödé ☕.txt', 7],
  ['v9', 1],
  ['v10', 1],
];

describe('the directory index in Chromium', () => {
  let root: string;
  let bench: Bench;
  let browser: Browser;
  const text = (name: string) => `this is ${name}`;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'benchboot-index-'));
    for (const folder of ['kickstart', 'pxelinux.cfg', 'cloud-init', 'hostile names', 'empty', '<b>bold<∕b>']) {
      mkdirSync(join(root, folder));
    }
    for (const [name, size] of ordinary) writeFileSync(join(root, name), Buffer.alloc(size));
    for (const name of hostile) writeFileSync(join(root, 'hostile names', name), text(name));
    for (const [name] of ordinary) utimesSync(join(root, name), 1_795_000_000, 1_795_000_000);
    const clock = new HandClock();
    bench = await startBench(createContent([createFolder({ root, clock, platform: process.platform })]));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--headless'] });
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.server.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function open(path: string, colorScheme: 'light' | 'dark' = 'light'): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
    const said: string[] = [];
    page.on('dialog', dialog => {
      said.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', message => said.push(`console: ${message.text()}`));
    page.on('pageerror', error => said.push(`error: ${error.message}`));
    page.on('request', request => {
      if (request.resourceType() !== 'document' && !request.url().endsWith('/favicon.ico'))
        said.push(`loads ${request.url()}`);
    });
    await page.goto(`http://127.0.0.1:${bench.port}${path}`);
    if (process.env.SCREENSHOTS) {
      const name = `index${path.replaceAll(/[^a-z]+/gi, '-')}${colorScheme}.png`;
      await page.screenshot({ path: join(process.env.SCREENSHOTS, name) });
    }
    return { page, said };
  }

  it.each(['light', 'dark'] as const)('is styled in the %s scheme, by its own style only', async scheme => {
    const { page, said } = await open('/', scheme);
    expect(said).toEqual([]);
    const [background, color] = (await page.evaluate(
      'const style = getComputedStyle(document.body); [style.backgroundColor, style.color]',
    )) as [string, string];
    const light = (rgb: string) =>
      rgb
        .match(/\d+/g)!
        .map(Number)
        .reduce((sum, value) => sum + value, 0) > 382;
    expect([light(background), light(color)]).toEqual(scheme === 'light' ? [true, false] : [false, true]);
    await page.close();
  });

  it('shows hostile names as they are and runs none', async () => {
    const { page, said } = await open('/hostile names/');
    const shown = await page.locator('tbody a span').allTextContents();
    for (const name of hostile) {
      expect(shown).toContain(name.replace(/[\u0000-\u001f\u202e]/g, '·'));
    }
    for (const link of await page.locator('tbody a').all()) await link.hover();
    expect(await page.locator('img, script, iframe, [onload], [onmouseover]').count()).toBe(0);
    expect(said).toEqual([]);
    await page.close();
  });

  it('leads to the very file from every name, with and without a slash at the folder’s end', async () => {
    for (const path of ['/hostile names', '/hostile names/']) {
      const { page } = await open(path);
      const links = (await page.evaluate('[...document.querySelectorAll("tbody a")].map(link => link.href)')) as [
        string,
        ...string[],
      ];
      const bodies = await Promise.all(links.slice(1).map(async link => (await fetch(link)).text()));
      expect(bodies.sort()).toEqual(hostile.map(text).sort());
      expect((await fetch(links[0])).url).toBe(`http://127.0.0.1:${bench.port}/`);
      await page.close();
    }
  });

  it('walks into a folder and back by keyboard', async () => {
    const { page, said } = await open('/');
    await page.locator('tbody a', { hasText: 'kickstart' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/kickstart/');
    expect(await page.locator('p').textContent()).toBe('This folder is empty.');
    await page.locator('h1 a').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`http://127.0.0.1:${bench.port}/`);
    expect(said).toEqual([]);
    await page.close();
  });
});
