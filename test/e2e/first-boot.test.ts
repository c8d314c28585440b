/** A person who never read anything: from the link to a board that is up, one click and no key; and what happens when the engine dies. */
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { addPayload, boot } from '../lab/boards.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { watch, withApp } from './app.ts';

const MAC = '52:54:00:be:00:01';
const UP_MS = 120_000;

const addressesOf = (lab: Lab): string =>
  execFileSync('ip', ['-n', `${lab.name}-srv`, '-o', '-4', 'addr', 'show', 'bench0'], { encoding: 'utf8' });

/** The engine's process: the only child of browser mode's. */
const engineOf = (pid: number): number =>
  Number(execFileSync('pgrep', ['-P', String(pid), '-f', 'engine.js'], { encoding: 'utf8' }).trim());

/** What the next engine would find, or nothing yet. */
const sessionOf = (lab: Lab): string => readFileSync(join(lab.state, 'benchboot/session.json'), 'utf8');

/** The row of the board, by whatever name it has. */
const rowOf = (page: Page) => page.getByRole('row').filter({ hasText: /52:54:00:be:00:01|no-name/ });

describe('the first boot', () => {
  it('one click serves; the board appears, comes up and tells its story; Stop leaves no trace', async () => {
    await withLab({ address: 'none' }, async lab => {
      addPayload(lab, 'amd64');
      symlinkSync(lab.root, join(lab.state, 'Benchboot'));
      await withApp(lab, async ({ page, faults }) => {
        const before = addressesOf(lab);
        await page.getByRole('button', { name: 'Start serving' }).click();
        await page.getByRole('button', { name: 'Stop' }).waitFor();
        expect(addressesOf(lab)).toMatch(/inet 10\.32\.0\.1\/24/);

        const [board] = await Promise.all([boot(lab, 'bios', { mac: MAC }), rowOf(page).waitFor({ timeout: UP_MS })]);
        await rowOf(page).getByText('Up', { exact: true }).waitFor({ timeout: UP_MS });
        expect(await rowOf(page).innerText()).toContain(board.ip);

        await rowOf(page).click();
        const drawer = page.getByRole('complementary', { name: /^Device / });
        await drawer.getByRole('tab', { name: 'Packets' }).click();
        const decoded = drawer.getByRole('region', { name: /decoded$/ });
        const packets = drawer.getByRole('grid', { name: /^Packets of / });
        // Newest first: the firmware's own DISCOVER, which says what it is, is at the end of the list.
        await vi.waitFor(
          async () => {
            await packets.hover();
            await page.mouse.wheel(0, 10_000);
            await packets.getByRole('row').filter({ hasText: 'DISCOVER' }).last().click();
            expect(await decoded.getByText('93 client-architecture').count()).toBe(1);
          },
          { timeout: 20_000, interval: 200 },
        );
        for (const text of ['chaddr', MAC, '53 message-type', 'DISCOVER'])
          await decoded.getByText(text).first().waitFor();
        const download = page.waitForEvent('download');
        await drawer.getByRole('button', { name: 'Save pcapng' }).click();
        expect(readFileSync(await (await download).path()).readUInt32BE(0)).toBe(0x0a0d0d0a);

        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByText('Not serving').waitFor();
        expect(addressesOf(lab)).toBe(before);
        // The opened story stays until it is left.
        await page.getByText('Back to the plan').click();
        await page.getByRole('button', { name: 'Start serving' }).waitFor();
        expect(faults).toEqual([]);
      });
    });
  });
});

describe('an engine that is killed', () => {
  it('is told in every window, and serving goes on with the same devices', async () => {
    await withLab({ address: 'none' }, async lab => {
      await withApp(lab, async ({ page, context, program, origin }) => {
        await page.getByRole('button', { name: 'Start serving' }).click();
        await page.getByRole('button', { name: 'Stop' }).waitFor();
        await lab.output('c1', [
          'busybox',
          'udhcpc',
          '-i',
          'eth0',
          '-n',
          '-q',
          '-s',
          '/bin/true',
          '-x',
          'hostname:blade3',
        ]);
        await page.getByText('blade3').first().waitFor();
        const other = await context.newPage();
        watch(other, []);
        await other.goto(origin);
        await other.getByText('blade3').first().waitFor();
        // A crash may lose the last second: this one loses nothing that was seen before it.
        await vi.waitFor(() => expect(sessionOf(lab)).toContain('blade3'), { timeout: 10_000, interval: 50 });

        process.kill(engineOf(program.pid), 'SIGKILL');
        for (const window of [page, other]) await window.getByRole('button', { name: 'Serve again' }).waitFor();
        expect(addressesOf(lab)).toBe('');
        await page.getByRole('button', { name: 'Serve again' }).click();
        for (const window of [page, other]) {
          await window.getByRole('button', { name: 'Stop' }).waitFor();
          await window.getByText('blade3').first().waitFor();
        }
        expect(addressesOf(lab)).toMatch(/inet 10\.32\.0\.1\/24/);

        // A second death is left to a person.
        process.kill(engineOf(program.pid), 'SIGKILL');
        await page.getByRole('button', { name: 'Restart the engine' }).click();
        await page.getByRole('button', { name: 'Serve again' }).click();
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByRole('button', { name: 'Start serving' }).waitFor();
        await other.getByRole('button', { name: 'Start serving' }).waitFor();
        expect(addressesOf(lab)).toBe('');
      });
    });
  });
});
