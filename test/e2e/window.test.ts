/** The window in a real browser, in every scene: nothing that keeps people out, no complaint, all of it by keyboard. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type OpenScene, openScene } from './open-scene.ts';
import { SCENE_NAMES, SCENES, type Scene } from './scenes.ts';
import { RENDERER } from './scripted-engine.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(CHROMIUM);
});
afterAll(() => browser?.close());

async function inScene(
  scene: Parameters<typeof openScene>[1],
  body: (opened: OpenScene) => Promise<void>,
  options?: Parameters<typeof openScene>[2],
): Promise<void> {
  const opened = await openScene(browser, scene, options);
  try {
    await body(opened);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.close();
  }
}

/** The scene, with calls that note what they were given. */
function watched(scene: Scene, ...names: readonly string[]): { scene: Scene; calls: [string, unknown][] } {
  const calls: [string, unknown][] = [];
  const handlers = Object.fromEntries(
    names.map(name => [
      name,
      (args: unknown) => {
        calls.push([name, args]);
      },
    ]),
  );
  return { scene: { ...scene, handlers: { ...scene.handlers, ...handlers } }, calls };
}

describe('every scene', () => {
  it.each(SCENE_NAMES)('%s: axe finds nothing serious in either scheme, nothing overflows', async name => {
    await inScene(
      name,
      async ({ page }) => {
        expect(await seriousOf(new AxeBuilder({ page }))).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
        expect(await seriousOf(new AxeBuilder({ page }).withRules(['color-contrast']))).toEqual([]);
      },
      { width: 1024, height: 700 },
    );
  });
});

async function seriousOf(axe: AxeBuilder): Promise<readonly string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}

describe('the first bench', () => {
  it('starts with one key press, without typing', async () => {
    const { scene, calls } = watched(SCENES['wire-heard'](), 'bench.start');
    await inScene(scene, async ({ page, engine }) => {
      await page.getByText('10.32.0.1/24').first().waitFor();
      await page.keyboard.press('Enter');
      await expect.poll(() => calls).toEqual([['bench.start', { nic: 'enx00e04c680001' }]]);
      engine.views.bench = SCENES['serving-empty']().views.bench!;
      engine.feed.changed('bench');
      await page.getByText('Switch a board on').waitFor();
      expect(await page.getByRole('button', { name: 'Stop' }).isEnabled()).toBe(true);
    });
  });

  it('offers boot files alone beside another server', async () => {
    const { scene, calls } = watched(SCENES['rival-on-wire'](), 'bench.start');
    await inScene(scene, async ({ page }) => {
      await page.getByRole('button', { name: 'Offer boot files only (proxy)' }).click();
      await expect.poll(() => calls).toEqual([['bench.start', { nic: 'enx00e04c680001', mode: 'proxy' }]]);
    });
  });

  it('refused for another server that nobody had heard, offers boot files alone, for this wire and not for the next', async () => {
    const plain = SCENES['wire-heard']();
    const because = '192.168.1.1 (02:00:00:00:0f:01) answers DHCP on enx00e04c680001 already';
    const error = {
      code: 'SAFETY_REFUSED',
      rule: 'no-second-dhcp',
      overridable: true,
      message: `Refused: ${because}.`,
    };
    const { scene, calls } = watched(
      { ...plain, views: { ...plain.views, bench: { state: 'idle', error } } },
      'bench.start',
      'settings.change',
    );
    await inScene(scene, async ({ page }) => {
      await page.getByText(because).waitFor();
      await page.getByRole('button', { name: 'Offer boot files only (proxy)' }).click();
      await expect
        .poll(() => calls)
        .toEqual([
          ['bench.start', { nic: 'enx00e04c680001', mode: 'proxy' }],
          ['settings.change', { wish: {} }],
        ]);
    });
  });

  it('takes what is typed, and says what is wrong with it beside the field', async () => {
    const plain = SCENES.empty();
    const wishes: unknown[] = [];
    const scene: Scene = {
      ...plain,
      handlers: {
        ...plain.handlers,
        'bench.plan': (wish, caller) => {
          wishes.push(wish);
          const which = wish.address ? SCENES['plan-form']() : plain;
          return which.handlers!['bench.plan']!(wish, caller);
        },
      },
    };
    await inScene(scene, async ({ page }) => {
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('textbox', { name: 'This laptop' }).fill('10.99.0.1/33');
      await page.getByText(/takes an address with its prefix/).waitFor();
      expect(wishes.at(-1)).toEqual({ nic: 'enx00e04c680001', address: '10.99.0.1/33' });
      expect(await page.getByRole('button', { name: 'Start serving' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Back to the defaults' }).click();
      await expect.poll(() => page.getByRole('button', { name: 'Start serving' }).isEnabled()).toBe(true);
    });
  });

  it('goes past a rule only after a person said so twice', async () => {
    const plain = SCENES.refused();
    const scene: Scene = {
      ...plain,
      handlers: {
        ...plain.handlers,
        'bench.plan': (wish, caller) => (wish.force ? SCENES.empty() : plain).handlers!['bench.plan']!(wish, caller),
      },
    };
    await inScene(scene, async ({ page }) => {
      const override = page.getByRole('button', { name: 'Override no-default-route' });
      expect(await override.isDisabled()).toBe(true);
      expect(await page.getByRole('button', { name: 'Start serving' }).isDisabled()).toBe(true);
      await page.getByRole('checkbox', { name: /Switch the rule/ }).check();
      await override.click();
      await expect.poll(() => page.getByRole('button', { name: 'Start serving' }).isEnabled()).toBe(true);
      // Another port and back: the override is forgotten.
      await page.getByRole('radio', { name: /^wlan0/ }).check({ force: true });
      await page.getByRole('radio', { name: /^eth0/ }).check({ force: true });
      await page.getByText('Refused by the rule no-default-route').waitFor();
    });
  });
});

describe('while serving', () => {
  it('opens a device, its packets and closes it again, by keyboard', async () => {
    await inScene('serving-three', async ({ page }) => {
      const row = (name: RegExp) => page.getByRole('row', { name });
      await row(/rack-01/).focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => page.locator(':focus').textContent()).toContain('blade3');
      await page.keyboard.press('Enter');
      const drawer = page.getByRole('complementary', { name: 'Device blade3' });
      await drawer.getByText(/DISCOVER from Raspberry Pi 4/).waitFor();
      await drawer.getByRole('tab', { name: 'Packets' }).focus();
      await page.keyboard.press('Enter');
      await drawer.getByText('giaddr').waitFor();
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
    });
  });

  it('keeps what the address says over a reload', async () => {
    await inScene('stuck-device', async ({ page }) => {
      const drawer = page.getByRole('complementary', { name: 'Device MixtileClusterBox' });
      await drawer
        .getByText(/It restarts every 41 s/)
        .first()
        .waitFor();
      await page.reload();
      await drawer
        .getByText(/It restarts every 41 s/)
        .first()
        .waitFor();
    });
  });

  it('filters the event log by kind and text', async () => {
    await inScene('serving-log', async ({ page }) => {
      const grid = page.getByRole('grid', { name: 'Events' });
      const log = page.getByRole('region', { name: 'Event log' });
      await log.locator('label', { hasText: 'HTTP' }).click();
      await grid.getByText('GET /boot.ipxe 200', { exact: false }).waitFor();
      expect(await grid.getByText(/^DISCOVER/).count()).toBe(0);
      await log.getByLabel('Search the events').fill('initrd');
      await expect.poll(() => grid.getByRole('row').count()).toBe(1);
    });
  });

  it('reaches views, devices and actions from the palette', async () => {
    const { scene, calls } = watched(SCENES['serving-three'](), 'bench.stop');
    await inScene(scene, async ({ page }) => {
      await page.getByRole('row', { name: /blade3/ }).waitFor();
      const find = async (text: string): Promise<void> => {
        await page.keyboard.press('Control+k');
        await page.getByPlaceholder('Find an action').fill(text);
        await page.keyboard.press('Enter');
      };
      await find('blade');
      await page.getByRole('complementary', { name: 'Device blade3' }).waitFor();
      await find('stop serving');
      await expect.poll(() => calls).toEqual([['bench.stop', {}]]);
      await find('settings');
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      await page.keyboard.press('Control+1');
      await page.getByRole('row', { name: /blade3/ }).waitFor();
    });
  });

  it('calls out what happens, politely and summed up', async () => {
    await inScene('serving-three', async ({ page, engine }) => {
      await page.getByRole('row', { name: /blade3/ }).waitFor();
      const last = engine.views.events!.at(-1)!;
      for (let n = 1; n <= 6; n++) {
        const seen = {
          n: last.n + n,
          t: last.t,
          type: 'device.seen',
          device: `d${n}`,
          mac: '02:00:00:00:00:01',
          name: `node-${n}`,
        };
        engine.views.events!.push(seen as never);
      }
      engine.feed.changed('events');
      const said = page.locator('output[aria-live=polite]');
      await expect.poll(() => said.textContent()).toContain('New device node-1.');
      expect(await said.textContent()).toContain('And 2 more.');
    });
  });

  it('moves no row under the pointer when devices come and change', async () => {
    await inScene('many-devices', async ({ page, engine }) => {
      const row = page.getByRole('row', { name: /node-005/ });
      const before = await row.boundingBox();
      const devices = engine.views.devices!;
      const [first] = devices.values();
      const newcomer = { ...first!, id: 'new', name: 'newcomer', firstSeen: Date.now(), stage: 'seen' as const };
      devices.set('new', newcomer);
      for (const [id, device] of devices) devices.set(id, { ...device, lastSeen: Date.now() });
      engine.feed.tableChanged('devices');
      await page.getByText('All 501').waitFor();
      expect(await row.boundingBox()).toEqual(before);
    });
  });

  it('draws what came from the wire as text', async () => {
    const scene = SCENES['serving-three']();
    const [id, device] = [...scene.views.devices!][0]!;
    const hostile = '<img src=x onerror=alert(1)>"><script>alert(2)</script>';
    scene.views.devices!.set(id, { ...device, name: hostile, client: hostile });
    await inScene(scene, async ({ page }) => {
      await page.getByRole('row', { name: /<img src=x/ }).click();
      await page.getByRole('heading', { name: hostile }).waitFor();
      expect(await page.locator('img[src=x], main script').count()).toBe(0);
    });
  });
});

describe('when the engine goes', () => {
  it('says so, keeps what was known, asks for it again, and follows the next one', async () => {
    await inScene('engine-gone', async ({ page, engine }) => {
      expect(await page.getByRole('row', { name: /blade3/ }).isVisible()).toBe(true);
      const asked = engine.heard('{"shell":{"restart":true}}');
      await page.getByRole('button', { name: 'Restart the engine' }).click();
      await asked;
      engine.views.bench = SCENES.interrupted().views.bench!;
      engine.tell({ engine: 'running', restarts: 2 });
      await page.getByRole('button', { name: 'Serve again' }).waitFor();
      await page.getByText('Engine ok').waitFor();
    });
  });

  it('comes back by itself when the line broke', async () => {
    await inScene('serving-three', async ({ page, engine }) => {
      await page.getByRole('row', { name: /blade3/ }).waitFor();
      engine.drop();
      await page.getByText('Not connected to the engine').waitFor();
      await page.getByText('Engine ok').waitFor();
    });
  });
});

it('keeps to its Content-Security-Policy: no style, script or connection slips in from markup', async () => {
  await inScene('serving-three', async ({ page, complaints }) => {
    await page.evaluate(`
      const div = document.createElement('div');
      div.innerHTML = '<style>body { display: none }</style><p style="color: red" onclick="window.bad = 1">x</p>';
      document.body.append(div);
      div.querySelector('p').click();
    `);
    expect(await page.evaluate('getComputedStyle(document.body).display')).not.toBe('none');
    expect(await page.evaluate('window.bad')).toBeUndefined();
    expect(await page.evaluate("fetch('https://example.org').then(() => 'came', () => 'refused')")).toBe('refused');
    // Each of them was reported; nothing of the window's own was.
    expect(complaints.length).toBeGreaterThanOrEqual(3);
    (complaints as string[]).length = 0;
  });
});

it('the first view is under 600 kB of gzip', async () => {
  await inScene('empty', async ({ page, engine }) => {
    const names = (await page.evaluate(
      "performance.getEntriesByType('resource').map(({ name }) => name)",
    )) as readonly string[];
    const files = names.filter(name => /\.(js|css)$/.test(name)).map(name => join(RENDERER, new URL(name).pathname));
    expect(files.some(name => name.includes('BenchPage'))).toBe(true);
    expect(names.every(name => name.startsWith(engine.url))).toBe(true);
    const sizes = files.map(name => gzipSync(readFileSync(name)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(600_000);
  });
});
