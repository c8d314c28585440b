/** Loop devices that a test makes and removes: files that act as drives. Touches no other block device. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const env = { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** What a tool prints; throws unless it exits with 0. */
export const tool = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export class LoopLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'benchboot-loop-'));
  /** What undoes what was done, the last one last. */
  readonly #undo: (readonly [string, ...string[]])[] = [];

  /** A file of zeros, sparse. */
  file(name: string, size: number): string {
    const path = join(this.folder, name);
    writeFileSync(path, '');
    truncateSync(path, size);
    return path;
  }

  /** A new device over `file`, e.g. `/dev/loop3`. */
  attach(file: string, ...flags: string[]): string {
    const device = tool('losetup', '--find', '--show', '--direct-io=on', ...flags, file);
    this.#undo.push(['losetup', '-d', device]);
    return device;
  }

  detach(device: string): void {
    this.#now('losetup', '-d', device);
  }

  mount(device: string, name: string, ...flags: string[]): string {
    const place = join(this.folder, name);
    mkdirSync(place, { recursive: true });
    tool('mount', ...flags, device, place);
    this.#undo.push(['umount', place]);
    return place;
  }

  swap(device: string): void {
    tool('mkswap', device);
    tool('swapon', device);
    this.#undo.push(['swapoff', device]);
  }

  unswap(device: string): void {
    this.#now('swapoff', device);
  }

  close(): void {
    for (const [file, ...args] of this.#undo.reverse()) {
      try {
        tool(file, ...args);
      } catch {
        // It was undone by what was tested.
      }
    }
    rmSync(this.folder, { recursive: true });
  }

  #now(...command: [string, ...string[]]): void {
    const [file, ...args] = command;
    tool(file, ...args);
    const at = this.#undo.findIndex(each => each.join(' ') === command.join(' '));
    this.#undo.splice(at, 1);
  }
}
