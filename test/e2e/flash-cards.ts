/** Cards for a window under test: loop devices of a lab, and the clicks that choose an image and erase them. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Lab } from '../lab/lab.ts';

export const KB = 1024;
export const MB = 1 << 20;

const loops: string[] = [];
export const detachAll = (): void => {
  for (const device of loops.splice(0)) execFileSync('losetup', ['-d', device]);
};

/** A loop device of its own; its short name. */
export function loop(lab: Lab, name: string, size: number): string {
  mkdirSync(lab.state, { recursive: true });
  const file = join(lab.state, `${name}.bin`);
  const fd = openSync(file, 'w');
  ftruncateSync(fd, size);
  writeSync(fd, 'old content');
  closeSync(fd);
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  loops.push(device);
  return device.replace('/dev/', '');
}

/** As a card that is taken out of its slot. */
export function unplug(name: string): void {
  execFileSync('losetup', ['-d', `/dev/${name}`]);
  loops.splice(loops.indexOf(`/dev/${name}`), 1);
}

/** An image that is different everywhere, with the mark of a partition table. */
export function image(lab: Lab, size: number): { readonly path: string; readonly bytes: Buffer } {
  mkdirSync(lab.state, { recursive: true });
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  bytes.writeUInt16BE(0x55aa, 510);
  const path = join(lab.state, 'board.img');
  writeFileSync(path, bytes);
  return { path, bytes };
}

export async function prepare(page: Page, path: string, ...names: readonly string[]): Promise<void> {
  await page.getByRole('link', { name: 'Flash' }).click();
  await page.getByLabel('Link or path of an image').fill(path);
  await page.getByRole('button', { name: 'Use' }).click();
  await page.getByText('a plain image').waitFor();
  const allow = page.getByRole('switch', { name: /Allow fixed/ });
  await allow.focus();
  await allow.press('Space');
  for (const name of names) await page.getByRole('checkbox', { name: new RegExp(`\\(${name}\\)`) }).click();
}

/** The button that erases, and the name of what is no everyday target, typed. */
export async function erase(page: Page, ...names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: /^(Erase|Write to) / }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(names.join(' '));
  await dialog.getByRole('button', { name: /^(Erase|Write to) / }).click();
}

export const contentOf = (lab: Lab, name: string, length: number): Buffer =>
  readFileSync(join(lab.state, `${name}.bin`)).subarray(0, length);
