/**
 * How soon the window answers while eight boards talk: `benchboot web`, a real Chromium, eight ptys open as tabs, at a
 * board's rate for a minute and then as fast as they go. A click is answered when what it opened is painted; the aim is
 * 100 ms. Every byte must be in the logs, and neither the engine nor the page may grow. Linux; python3, a built product.
 *
 *     node test/bench/console-window.ts
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/app.ts';
import { PtyFeed } from '../lab/pty-feed.ts';
import { BOARD_RATE, expectSum, residentMegabytes } from './console.ts';
import { linkOf } from './flash-window.ts';
import type { Report } from './tftp.ts';

const cli = fileURLToPath(new URL('../../dist/benchboot.js', import.meta.url));
const BOARDS = 8;
const AIM = 100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const PAUSE_MS = 250;

interface Phase {
  readonly says: string;
  readonly rate: number;
  readonly seconds: number;
}
const PHASES: readonly Phase[] = [
  { says: `${BOARD_RATE / 1000} kB/s each`, rate: BOARD_RATE, seconds: SECONDS },
  { says: 'as fast as they go', rate: 0, seconds: SECONDS / 3 },
];

export async function benchConsoleWindow(report: Report): Promise<void> {
  if (process.platform !== 'linux') return report('Consoles in a window: skipped, needs Linux');
  const folder = mkdtempSync(join(tmpdir(), 'console-window-bench-'));
  const env = { ...process.env, BENCHBOOT_STATE: folder, BENCHBOOT_SETTINGS: folder };
  const web = spawn(process.execPath, [cli, 'web', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  try {
    const url = await linkOf(web.stdout);
    const engine = Number(execFileSync('pgrep', ['-P', String(web.pid), '-f', 'engine.js'], { encoding: 'utf8' }));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(60_000);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    await page.goto(url);
    for (const phase of PHASES) await measure(report, phase, { folder, engine, page, cdp });
  } finally {
    await browser.close();
    web.kill('SIGTERM');
    await new Promise(resolve => web.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly folder: string;
  readonly engine: number;
  readonly page: Page;
  readonly cdp: CDPSession;
}

async function measure(report: Report, { says, rate, seconds }: Phase, parts: Parts): Promise<void> {
  const { folder, engine, page, cdp } = parts;
  const names = Array.from({ length: BOARDS }, (_, n) => `board${n}-${rate}`);
  const feeds = await Promise.all(
    names.map(name => PtyFeed.at(join(folder, name), rate ? rate * seconds : 2 ** 40, rate, seconds)),
  );
  try {
    for (const feed of feeds) await openConsole(page, feed.link);
    let isOver = false;
    const sending = Promise.all(feeds.map(feed => feed.sendAll())).finally(() => {
      isOver = true;
    });
    sending.catch(() => {}); // awaited below
    const heaps: number[] = [];
    const residents: number[] = [];
    const times: Times = new Map();
    for (let turn = 0; !isOver; turn++) {
      await use(page, turn, times);
      if (turn % 8 === 4) heaps.push(await heap(cdp));
      residents.push(residentMegabytes(engine));
      await page.waitForTimeout(PAUSE_MS);
    }
    const sent = await sending;
    const megabytes = sent.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    report(`Consoles in a window: ${BOARDS} boards as tabs, ${says}, ${megabytes.toFixed(0)} MB; aim ${AIM} ms`);
    for (const [what, each] of [['every click', [...times.values()].flat()] as const, ...times])
      report(`  ${what.padEnd(18)} ${told(each)}`);
    report(
      `  by quarters: heap of the page ${course(heaps)} after collection, memory of the engine ${course(residents)}`,
    );
    for (const feed of feeds) await closeConsole(page, feed.link);
    for (const [n, { sha256 }] of sent.entries()) expectSum(folder, names[n]!, sha256);
    report('  every byte is in the logs');
  } finally {
    await Promise.all(feeds.map(feed => feed.hangUp()));
  }
}

const tabOf = (page: Page, link: string) =>
  page
    .getByRole('list', { name: 'Open consoles' })
    .getByRole('listitem')
    .filter({ hasText: link.split('/').at(-1)! });

async function openConsole(page: Page, link: string): Promise<void> {
  await page.evaluate("location.hash = '#/consoles/open'");
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Network or emulator').click();
  await dialog.getByLabel('Where', { exact: true }).fill(link);
  await page.keyboard.press('Enter');
  await tabOf(page, link).getByLabel('Connected').waitFor();
}

/** Its log is complete then. */
async function closeConsole(page: Page, link: string): Promise<void> {
  const tab = tabOf(page, link);
  await tab.hover();
  await tab.getByRole('button', { name: /^Close/ }).click();
  await tab.waitFor({ state: 'detached' });
}

/** In the page: milliseconds from the next click, as the browser got it, to the frame in which `awaited` holds. */
const watch = (awaited: string): string => `window.answer = new Promise((resolve, reject) => {
  setTimeout(reject, 20_000, new Error('no answer to the click'));
  const look = at => {
    if (${awaited}) setTimeout(() => resolve(performance.now() - at));
    else requestAnimationFrame(() => look(at));
  };
  addEventListener('click', ({ timeStamp }) => requestAnimationFrame(() => look(timeStamp)), { capture: true, once: true });
}), undefined`;

type Times = Map<string, number[]>;

/** What a person does: looks at one console after the other, at four at once, into a menu, at the stages. */
async function use(page: Page, turn: number, times: Times): Promise<void> {
  const tabs = page.getByRole('list', { name: 'Open consoles' }).getByRole('link');
  const click = async (what: string, at: ReturnType<Page['locator']>, awaited: string): Promise<void> => {
    const box = (await at.boundingBox())!;
    await page.evaluate(watch(awaited));
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const answer = await page.evaluate<number>('window.answer');
    times.set(what, [...(times.get(what) ?? []), answer]);
  };
  switch (turn % 8) {
    case 1:
      return click(
        'four in a grid',
        page.getByRole('button', { name: 'Grid' }),
        "document.querySelectorAll('[data-terminal] .xterm').length === 4",
      );
    case 3:
      await click(
        'the menu',
        page.getByRole('button', { name: 'More for this console' }),
        "document.querySelector('[role=menu]') !== null",
      );
      return page.keyboard.press('Escape');
    case 5: {
      const stages = page.getByRole('button', { name: 'Boot stages' });
      const next = (await stages.getAttribute('aria-pressed')) === 'true' ? 'null' : 'object';
      return click(
        'the stages',
        stages,
        `(document.querySelector('aside[aria-label="Boot stages"]') === null) === ${next === 'null'}`,
      );
    }
    default: {
      const tab = tabs.nth((turn * 3) % BOARDS);
      const href = await tab.getAttribute('href');
      return click(
        'another tab',
        tab,
        `document.querySelector('[data-terminal="${href!.split('/').at(-1)}"] .xterm') !== null && document.querySelectorAll('[data-terminal]').length === 1`,
      );
    }
  }
}

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 1e6;
}

const mean = (list: readonly number[]): string => (list.reduce((sum, each) => sum + each, 0) / list.length).toFixed(0);

/** By quarters: the engine's grows by 4 MB for each board until what it keeps in memory is full, after 28 s at a board's rate. */
function course(megabytes: readonly number[]): string {
  const quarter = Math.ceil(megabytes.length / 4);
  const quarters = [0, 1, 2, 3].map(n => megabytes.slice(n * quarter, (n + 1) * quarter));
  return `${quarters
    .filter(({ length }) => length > 0)
    .map(mean)
    .join(', ')} MB`;
}

function told(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(0);
  const over = sorted.filter(time => time > AIM).length;
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms, over ${AIM} ms: ${over} of ${sorted.length}`;
}

if (import.meta.main) await benchConsoleWindow(console.log);
