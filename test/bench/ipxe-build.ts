/**
 * How long a target of `ipxe build` takes, in memory and as the command that a person calls. The aim is 300 ms for any of
 * them; the command's time has the start of Node in it, which is printed beside it.
 *
 *     node test/bench/ipxe-build.ts
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIpxe } from '../../main/ipxe/build.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { BUILD_TARGETS } from '../../main/ipxe/targets.ts';
import type { Report } from './tftp.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const AIM = 300;
const ROUNDS = 5;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

export async function benchIpxeBuild(report: Report): Promise<void> {
  const programs = await openPrograms(join(project, 'resources/ipxe'));
  const cli = join(project, 'dist/benchboot.js');
  const folder = mkdtempSync(join(tmpdir(), 'bb-build-bench-'));
  const text = `#!ipxe\n${'# a script of 500 lines\n'.repeat(500)}shell\n`;
  const file = join(folder, 'script.ipxe');
  writeFileSync(file, text);
  const timed = (...args: string[]): number => {
    const start = performance.now();
    execFileSync(process.execPath, [cli, ...args], { stdio: 'ignore' });
    return performance.now() - start;
  };
  try {
    report(`ipxe build: any target in ${AIM} ms`);
    const idle = existsSync(cli) ? median(Array.from({ length: ROUNDS }, () => timed('--version'))) : undefined;
    for (const { name } of BUILD_TARGETS) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const start = performance.now();
        await buildIpxe({ target: name, script: { name: 'bench', text } }, programs);
        times.push(performance.now() - start);
      }
      const command =
        idle === undefined
          ? ''
          : `, command ${median(Array.from({ length: ROUNDS }, () => timed('ipxe', 'build', '--script', file, '--target', name, '--out', join(folder, name)))).toFixed(0)} ms`;
      report(
        `  ${name.padEnd(15)} ${median(times).toFixed(0).padStart(4)} ms, first ${times[0]!.toFixed(0)} ms${command}`,
      );
    }
    if (idle !== undefined) report(`  the command's start alone: ${idle.toFixed(0)} ms`);
    else report('  commands: nothing was measured, because dist/ is not built');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchIpxeBuild(console.log);
