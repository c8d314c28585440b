/** Opens a scene in a browser and waits until it stands. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { SCENES, type Scene, type SceneName } from './scenes.ts';
import { type ScriptedEngine, startScriptedEngine } from './scripted-engine.ts';

export const CHROMIUM = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--headless'] };

export interface SceneOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export interface OpenScene {
  readonly page: Page;
  readonly engine: ScriptedEngine;
  /** What the page complained about: console errors, broken policies, thrown errors. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openScene(
  browser: Browser,
  which: SceneName | Scene,
  { width = 1280, height = 800, scheme = 'light' }: SceneOptions = {},
): Promise<OpenScene> {
  const scene: Scene = typeof which === 'string' ? SCENES[which]() : which;
  const engine = await startScriptedEngine(scene);
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(engine.url + (scene.hash ?? ''));
  await page.getByText('Engine ok').waitFor();
  await page
    .locator('main')
    .getByText(scene.shows ?? /\S/)
    .filter({ visible: true })
    .first()
    .waitFor();
  await scene.act?.(page, engine);
  await page.waitForLoadState('networkidle');
  return { page, engine, complaints, close: () => closeAll(context, engine) };
}

async function closeAll(context: BrowserContext, engine: ScriptedEngine): Promise<void> {
  await context.close();
  await engine.close();
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', message => {
    // What a graphics card made of software says about itself is not the page's.
    if (message.text().includes('GL Driver Message')) return;
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  return complaints;
}
