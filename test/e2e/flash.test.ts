/** Cards written from a real window: loop devices under `benchboot web`, byte for byte, stopped half way, and refused. */
import { afterEach, describe, expect, it } from 'vitest';
import { withLab } from '../lab/lab.ts';
import { watch, withApp } from './app.ts';
import { contentOf, detachAll, erase, image, KB, loop, MB, prepare, unplug } from './flash-cards.ts';

/** Any loop device may appear while a queue waits, and must not be taken: so small as ours is no other one. */
const QUEUE_CARD = 236 * KB;

afterEach(detachAll);

describe('a flash from a window', () => {
  it('two cards at once, read back, byte for byte; a second window sees the same; the history keeps it', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { path, bytes } = image(lab, 24 * MB);
      const [a, b] = [loop(lab, 'a', 32 * MB), loop(lab, 'b', 32 * MB)];
      await withApp(lab, async ({ page, context, faults }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path, a, b);
        const second = await context.newPage();
        watch(second, faults);
        await second.goto(page.url().replace(/#.*/, '#/flash'));
        await erase(page, a, b);
        await page
          .getByText('All 2 cards are ready, read back and right.', { exact: true })
          .waitFor({ timeout: 60_000 });
        await second.getByRole('link', { name: '2 cards' }).click();
        await second.getByText('All 2 cards are ready, read back and right.', { exact: true }).waitFor();
        for (const name of ['a', 'b']) expect(contentOf(lab, name, bytes.length).equals(bytes)).toBe(true);
        await page.getByRole('link', { name: 'History' }).click();
        await page.getByRole('grid', { name: 'History of cards' }).getByText('Written').first().waitFor();
        expect(faults).toEqual([]);
      });
    });
  });

  it('a wrong checksum is told before anything is written', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { path } = image(lab, 8 * MB);
      const name = loop(lab, 'a', 16 * MB);
      const before = contentOf(lab, 'a', 16 * MB);
      await withApp(lab, async ({ page }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path, name);
        await page.getByLabel('Published SHA-256').fill('ab'.repeat(32));
        await erase(page, name);
        await page.getByText('is not the image you expect').waitFor();
        await page.getByText('Not begun: nothing on it was touched.').waitFor();
        expect(contentOf(lab, 'a', 16 * MB).equals(before)).toBe(true);
      });
    });
  });

  it('is stopped half way, and the card boots nowhere; leaving the view changes nothing', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { path } = image(lab, 512 * MB);
      const name = loop(lab, 'a', 520 * MB);
      await withApp(lab, async ({ page }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path, name);
        await erase(page, name);
        await page.getByRole('link', { name: 'Bench' }).click();
        await page.getByRole('link', { name: 'Flash' }).click();
        await page.getByRole('link', { name: /%/ }).click();
        await page.getByRole('button', { name: 'Stop', exact: true }).click();
        await page.getByText('It is not usable now and boots nowhere: write it again.').waitFor({ timeout: 60_000 });
        expect(contentOf(lab, 'a', MB).every(octet => octet === 0)).toBe(true);
      });
    });
  });

  it('a queue writes each card that is plugged in, and no other; it ends when it is told', async () => {
    await withLab({ address: 'none' }, async lab => {
      const { path, bytes } = image(lab, 200 * KB);
      const there = loop(lab, 'there', QUEUE_CARD);
      await withApp(lab, async ({ page, faults }) => {
        page.setDefaultTimeout(60_000);
        await prepare(page, path);
        await page.getByRole('switch', { name: /every card that I plug in/ }).press('Space');
        await page.getByLabel('None larger than').fill(`${QUEUE_CARD}`);
        await erase(page, 'every drive');
        await page.getByText('Plug in the first card').waitFor();
        const first = loop(lab, 'first', QUEUE_CARD);
        await page.getByRole('link', { name: 'Queue 1 written' }).waitFor();
        const large = loop(lab, 'large', QUEUE_CARD + 4 * KB);
        await page.getByRole('list', { name: 'Left alone' }).getByText(`/dev/${large}`).waitFor();
        unplug(first);
        loop(lab, 'second', QUEUE_CARD);
        await page.getByRole('link', { name: 'Queue 2 written' }).waitFor();
        await page.getByRole('button', { name: 'End the queue' }).click();
        await page.getByText('2 cards are ready.').waitFor();
        expect(await page.getByRole('list', { name: 'Cards' }).getByText('Ready', { exact: true }).count()).toBe(2);
        for (const name of ['first', 'second']) expect(contentOf(lab, name, bytes.length).equals(bytes)).toBe(true);
        for (const name of ['there', 'large'])
          expect(contentOf(lab, name, 11).toString('latin1'), `${name} (${there})`).toBe('old content');
        expect(faults).toEqual([]);
      });
    });
  });

  it('the disk that this machine runs from stands there with its reason, and no way to choose it', async () => {
    await withLab({ address: 'none' }, async lab => {
      loop(lab, 'a', 16 * MB);
      await withApp(lab, async ({ page }) => {
        page.setDefaultTimeout(60_000);
        await page.getByRole('link', { name: 'Flash' }).click();
        const allow = page.getByRole('switch', { name: /Allow fixed/ });
        await allow.focus();
        await allow.press('Space');
        await page.getByText('Nothing overrides this.').first().waitFor({ state: 'attached' });
        const refused = page.locator('[data-refused]').filter({ hasText: 'Nothing overrides this.' });
        expect(await refused.getByRole('checkbox').count()).toBe(0);
      });
    });
  });
});
