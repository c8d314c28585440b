/** The window under load: 500 devices and 1,000 events a second for a minute; how soon a click is answered, what memory does. */
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { runLoad } from '../e2e/load.ts';
import { CHROMIUM, openScene } from '../e2e/open-scene.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const EVENTS_PER_SECOND = 1_000;

export async function benchUi(say: (line: string) => void): Promise<void> {
  const browser = await chromium.launch(CHROMIUM);
  const { page, engine, complaints, close } = await openScene(browser, 'many-devices');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.getByRole('button', { name: /^Events/ }).click();
  await page.evaluate(WATCH_CLICKS);
  const stop = runLoad(engine, EVENTS_PER_SECOND);
  const heaps: number[] = [];
  const start = performance.now();
  for (let turn = 0; (performance.now() - start) / 1000 < SECONDS; turn++) {
    await use(page, turn);
    if (turn % 10 === 5) heaps.push(await heap(cdp));
  }
  const seconds = (performance.now() - start) / 1000;
  const events = stop();
  const latencies = ((await page.evaluate('window.latencies')) as number[]).sort((a, b) => a - b);
  const at = (share: number): string => `${(latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(0)} ms`;
  const seen = Number((await page.getByRole('button', { name: /^Events/ }).textContent())!.replace(/\D/g, ''));
  say(
    `ui: ${latencies.length} clicks in ${seconds.toFixed(0)} s at ${(events / seconds).toFixed(0)} events/s on 500 devices: ` +
      `answered in ${at(0.5)} (median), ${at(0.95)} (p95), ${at(1 - 1 / latencies.length)} (slowest)`,
  );
  const third = Math.ceil(heaps.length / 3);
  const mean = (list: readonly number[]): string =>
    `${(list.reduce((sum, each) => sum + each, 0) / list.length / 1e6).toFixed(1)} MB`;
  say(
    `ui: heap after collection ${mean(heaps.slice(0, third))} in the first third, ${mean(heaps.slice(-third))} in the last`,
  );
  say(`ui: shown ${seen} of event ${engine.views.events!.at(-1)!.n}; complaints: ${complaints.length}`);
  await close();
  await browser.close();
}

/** From the moment the browser got the click to the frame that shows what it did. */
const WATCH_CLICKS = `
  window.latencies = [];
  addEventListener('click', ({ timeStamp }) => {
    requestAnimationFrame(() => setTimeout(() => window.latencies.push(performance.now() - timeStamp)));
  }, true);
`;

/** What a person does: looks into devices, filters, scrolls. */
async function use(page: Page, turn: number): Promise<void> {
  const row = page
    .getByRole('grid', { name: 'Devices' })
    .getByRole('row')
    .nth(2 + (turn % 8));
  switch (turn % 4) {
    case 0:
      await row.click({ position: { x: 60, y: 20 } });
      break;
    case 1:
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      break;
    case 2:
      await page.locator('label', { hasText: turn % 8 === 2 ? /^With hints/ : /^All/ }).click();
      break;
    case 3:
      await page.getByRole('grid', { name: 'Events' }).hover();
      await page.mouse.wheel(0, turn % 8 === 3 ? -400 : 4_000);
      break;
  }
  await page.waitForTimeout(200);
}

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
}
