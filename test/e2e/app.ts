/** The app as a person opens it: `benchboot web` on a lab's laptop, and a Chromium on that laptop that follows its link. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Lab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';

export const CHROMIUM = '/usr/bin/chromium';
export const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];

export interface OpenedApp {
  readonly program: Program;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and failed requests of all pages, as they come. */
  readonly faults: string[];
  readonly origin: string;
}

/** Everything is closed afterwards; a trace is kept beside the lab's logs, which stay when the test failed. */
export async function withApp(lab: Lab, body: (app: OpenedApp) => Promise<void>): Promise<void> {
  const program = lab.benchboot(['web', '--json'], 'web');
  const line = await program.until('link', () => program.stdout.find(text => text.includes('"type":"web"')), 20_000);
  const { url } = JSON.parse(line) as { url: string };
  const browser = await chromium.launch({ executablePath: chromiumOf(lab), args: CHROMIUM_FLAGS });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.tracing.start({ screenshots: true, snapshots: true });
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    watch(page, faults);
    await page.goto(url);
    await body({ program, context, page, faults, origin: new URL(url).origin });
  } finally {
    await context.tracing.stop({ path: join(lab.logs, 'trace.zip') });
    await browser.close();
    await program.stop('SIGINT');
  }
}

/** What a page complains about in its console. */
export function watch(page: Page, faults: string[]): void {
  page.on('console', message => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', error => faults.push(String(error)));
}

/** A program that starts Chromium inside the laptop's namespace, where 127.0.0.1 is the laptop. */
function chromiumOf(lab: Lab): string {
  const path = join(lab.state, 'chromium-on-the-laptop');
  mkdirSync(lab.state, { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${lab.name}-srv ${CHROMIUM} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
