/** A slow board before a person's eyes: how much it has of a file, how fast, and where it stopped. */
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';

const PATIENCE_MS = 30_000;

/** Waits until the element has shown so many different shares, and none after a larger one. */
async function countsOn(of: Locator, count: number): Promise<void> {
  const seen: number[] = [];
  await vi.waitFor(
    async () => {
      const share = /(\d+) %/.exec(await of.innerText())?.[1];
      if (share !== undefined && seen.at(-1) !== Number(share)) seen.push(Number(share));
      expect(seen.length).toBeGreaterThanOrEqual(count);
    },
    { timeout: PATIENCE_MS, interval: 50 },
  );
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
}

it('the row and the drawer of a slow board count on, by HTTP and by TFTP, and say where it stopped', async () => {
  await withLab({ address: 'none' }, async lab => {
    writeFileSync(join(lab.root, 'vmlinuz'), '');
    truncateSync(join(lab.root, 'vmlinuz'), 60_000_000);
    symlinkSync(lab.root, join(lab.state, 'Benchboot'));
    await withApp(lab, async ({ page, faults }) => {
      await page.getByRole('button', { name: 'Start serving' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      const udhcpc = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-s', lab.script('lease-script')];
      await lab.output('c1', [...udhcpc, '-x', 'hostname:blade3']);
      // The board's own buffer would take most of the file at once.
      await lab.output('c1', ['sysctl', '-qw', 'net.ipv4.tcp_rmem=4096 65536 131072']);
      const curl = (...args: string[]) => lab.start('c1', ['curl', '-s', '-o', '/dev/null', ...args]);

      const byHttp = curl('--limit-rate', '2M', 'http://10.32.0.1/vmlinuz');
      const row = page.getByRole('grid', { name: 'Devices' }).getByRole('row').filter({ hasText: 'blade3' });
      await row.getByText(/^vmlinuz \d+ % at [\d.]+ \w+\/s$/).waitFor({ timeout: PATIENCE_MS });
      await countsOn(row, 3);
      await row.click();
      const transfer = page.getByRole('complementary').getByRole('region', { name: 'Transfer' });
      await countsOn(transfer, 2);
      expect(await transfer.innerText()).toMatch(/of 60\.0 MB · [\d.]+ \w+\/s · .* left/);

      await byHttp.stop('SIGKILL');
      await row.getByText(/^Stopped in vmlinuz after [\d.]+ \w+ of 60\.0 MB$/).waitFor({ timeout: PATIENCE_MS });
      await transfer.getByText(/^Stopped after [\d.]+ \w+ of 60\.0 MB$/).waitFor();
      // It went on many times, and that is no event.
      expect(await page.getByRole('grid', { name: /^Events of/ }).innerText()).not.toMatch(/progress/i);

      // A limit of curl's does not slow its TFTP down; small blocks do.
      curl('--tftp-blksize', '64', 'tftp://10.32.0.1/vmlinuz');
      await countsOn(row, 2);
      expect(faults).toEqual([]);
    });
  });
});
