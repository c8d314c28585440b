/** Runs a command as administrator in the way of this system, which asks the person at it. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Command } from '../node/run.ts';
import { ELEVATIONS } from './elevation.ts';

/** How a command that ran as administrator, or was to, ended. */
export interface ElevatedEnd {
  /** Why it was never started, as the end of a sentence: the person, or the system, said no. */
  readonly refused?: string | undefined;
  /** What it printed on standard error. */
  readonly output: string;
}

/** Resolves when the command has ended. Never rejects. */
export type Elevate = (command: Command) => Promise<ElevatedEnd>;

/** Undefined where there is no way to ask. */
export function systemElevation(platform: NodeJS.Platform = process.platform): Elevate | undefined {
  const elevation = ELEVATIONS[platform];
  if (!elevation || (platform !== 'win32' && !isThere(elevation.program))) return undefined;
  return async command => {
    const { code, output } = await runToEnd(elevation.command(command));
    return { refused: elevation.refusal({ code, output }), output };
  };
}

function runToEnd([file, ...args]: Command): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise(resolve => {
    let output = '';
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4096);
    });
    child.once('error', error => resolve({ code: null, output: error.message }));
    child.once('close', code => resolve({ code, output }));
    // It lives as long as the helper, and the helper as long as this process: nobody waits for the other.
    child.unref();
    (child.stderr as unknown as { unref?: () => void }).unref?.();
  });
}

function isThere(program: string): boolean {
  const places = isAbsolute(program)
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map(at => join(at, program));
  return places.some(place => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
