/** `npm run screenshots [scene…]`: every scene in both schemes and two sizes, as pictures to be looked at. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, openScene } from './open-scene.ts';
import { SCENE_NAMES, type SceneName } from './scenes.ts';

const folder = fileURLToPath(new URL('../../test-results/screens', import.meta.url));
const SIZES = [
  [1280, 800, ['light', 'dark']],
  [1024, 700, ['light', 'dark']],
  [2560, 1440, ['light']],
] as const;

const wanted = process.argv.slice(2) as SceneName[];
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(CHROMIUM);
let complaints = 0;
for (const name of wanted.length > 0 ? wanted : SCENE_NAMES) {
  for (const [width, height, schemes] of SIZES) {
    for (const scheme of schemes) {
      const scene = await openScene(browser, name, { width, height, scheme });
      await scene.page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) });
      for (const complaint of scene.complaints) console.log(`${name} ${width} ${scheme}: ${complaint}`);
      complaints += scene.complaints.length;
      await scene.close();
    }
  }
}
await browser.close();
console.log(`screenshots: ${folder}${complaints > 0 ? `, ${complaints} complaints` : ''}`);
process.exitCode = complaints > 0 ? 1 : 0;
