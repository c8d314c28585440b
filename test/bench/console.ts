/**
 * Consoles against `cat` and `tio` on the same kind of pty: processor time for what comes as fast as it goes and at the
 * rate of a real board, ours with both logs. Prints ratios, ours divided by theirs; then eight boards for a minute, where
 * every byte must be in the logs. Linux; needs python3 and tio.
 *
 *     node test/bench/console.ts [ROUNDS]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PtyFeed } from '../lab/pty-feed.ts';
import type { Report } from './tftp.ts';
import { printed } from './tftp-wire.ts';

interface Load {
  readonly name: string;
  readonly bytes: number;
  readonly rate: number;
}

/** A real board at 1,500,000 baud sends 150 kB each second. */
export const BOARD_RATE = 150_000;
const LOADS: readonly Load[] = [
  { name: 'as fast as it goes, 64 MB', bytes: 64_000_000, rate: 0 },
  { name: 'at 150 kB/s, 6 s', bytes: 6 * BOARD_RATE, rate: BOARD_RATE },
];

type Way = 'ours' | 'cat' | 'tio';

/** Clock ticks of proc(5), the same on every Linux that Node knows. */
const TICKS = 100;

function processorSeconds(process: ChildProcess): number {
  const fields = readFileSync(`/proc/${process.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function residentMegabytes(pid: number): number {
  return Math.round(Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000);
}

const READER = fileURLToPath(new URL('console-read.ts', import.meta.url));

/** Standard input stays open: ours ends with it, and so would tio. */
function start(way: Way, folder: string, links: readonly string[]): ChildProcess {
  const [link] = links;
  const command = {
    ours: [process.execPath, READER, folder, ...links],
    cat: ['sh', '-c', `exec cat ${link} > ${folder}/cat.out`],
    tio: [
      'sh',
      '-c',
      `exec tio --no-autoconnect --timestamp --log --log-file ${folder}/tio.out ${link} > ${folder}/tio.screen`,
    ],
  }[way];
  return spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Resolves when the program has the terminal open. */
async function opened(child: ChildProcess, link: string): Promise<void> {
  const real = realpathSync(link);
  const folder = `/proc/${child.pid}/fd`;
  for (let tries = 0; tries < 500; tries++) {
    if (readdirSync(folder).some(fd => linkOf(`${folder}/${fd}`) === real)) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`nobody opened ${link}`);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}

interface Measured {
  /** Processor seconds for each megabyte. */
  readonly cpu: number;
  /** Megabytes per second. */
  readonly speed: number;
}

async function measure(way: Way, { bytes, rate }: Load, folder: string): Promise<Measured> {
  const feed = await PtyFeed.at(join(folder, 'board'), bytes, rate);
  const child = start(way, folder, [feed.link]);
  try {
    await (way === 'ours' ? printed(child, 'open') : opened(child, feed.link));
    const before = processorSeconds(child);
    const began = performance.now();
    const sum = await feed.send();
    const seconds = (performance.now() - began) / 1000;
    const cpu = (processorSeconds(child) - before) / (bytes / 1e6);
    if (way === 'ours') {
      await ended(child);
      expectSum(folder, 'board', sum);
    }
    return { cpu, speed: bytes / 1e6 / seconds };
  } finally {
    child.kill();
    await feed.hangUp();
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  }
}

/** Ends our reader in the proper way: its logs are complete then. */
async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.stdin!.write('end\n');
  await exit;
}

/** Throws when the raw log, its older parts included, is not what was sent. */
export function expectSum(folder: string, name: string, sum: string): void {
  const logs = join(folder, 'consoles');
  const parts = readdirSync(logs).filter(file => file.endsWith(`-${name}.raw`) || file.includes(`-${name}.raw.`));
  const age = (file: string): number => Number(/\.raw\.(\d+)$/.exec(file)?.[1] ?? 0);
  const hash = createHash('sha256');
  for (const part of parts.sort((a, b) => age(b) - age(a))) hash.update(readFileSync(join(logs, part)));
  if (hash.digest('hex') !== sum) throw new Error(`the log of ${name} is not what was sent`);
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

async function eightBoards(report: Report, folder: string, rate: number, bytes: number): Promise<void> {
  const names = Array.from({ length: 8 }, (_, i) => `board${i}`);
  const feeds = await Promise.all(names.map(name => PtyFeed.at(join(folder, name), bytes, rate)));
  const child = start(
    'ours',
    folder,
    feeds.map(feed => feed.link),
  );
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, residentMegabytes(child.pid!));
  }, 250);
  try {
    await printed(child, 'open');
    const before = processorSeconds(child);
    const idle = residentMegabytes(child.pid!);
    const began = performance.now();
    const sums = await Promise.all(feeds.map(feed => feed.send()));
    const seconds = (performance.now() - began) / 1000;
    const cpu = processorSeconds(child) - before;
    clearInterval(watching);
    await ended(child);
    for (const [i, sum] of sums.entries()) expectSum(folder, names[i]!, sum);
    report(
      `  8 boards, ${rate ? `${rate / 1000} kB/s each` : 'as fast as they go'}: ${((8 * bytes) / 1e6).toFixed(0)} MB in ` +
        `${seconds.toFixed(0)} s, all in the logs; ${((100 * cpu) / seconds).toFixed(1)} % of a processor, ` +
        `memory ${idle} MB before, ${most} MB at most`,
    );
  } finally {
    clearInterval(watching);
    child.kill();
    await Promise.all(feeds.map(feed => feed.hangUp()));
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  }
}

export async function benchConsole(report: Report, rounds = 5): Promise<void> {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/tio')) {
    report('Consoles: skipped, needs Linux and tio (apt-get install tio)');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'console-bench-'));
  try {
    report(
      `Consoles: ours with a raw and a text log; tio with timestamps and its log; ratio = ours / theirs, median of ${rounds}`,
    );
    for (const load of LOADS) {
      const found: Record<Way, Measured[]> = { ours: [], cat: [], tio: [] };
      for (let round = 0; round < rounds; round++)
        for (const way of ['ours', 'cat', 'tio'] as const) found[way].push(await measure(way, load, folder));
      const ratio = (of: keyof Measured, way: Way) =>
        median(found.ours.map((ours, round) => ours[of] / found[way][round]![of])).toFixed(2);
      const all = (of: keyof Measured, factor: number) =>
        (['ours', 'cat', 'tio'] as const)
          .map(way => (median(found[way].map(one => one[of])) * factor).toFixed(1))
          .join(' / ');
      report(
        `  ${load.name.padEnd(28)} CPU per MB: ${ratio('cpu', 'tio')} of tio (aim 2), ${ratio('cpu', 'cat')} of cat ` +
          `(ms: ${all('cpu', 1000)})   speed: ${ratio('speed', 'tio')} of tio, ${ratio('speed', 'cat')} of cat (MB/s: ${all('speed', 1)})`,
      );
    }
    await eightBoards(report, folder, BOARD_RATE, 60 * BOARD_RATE);
    await eightBoards(report, folder, 0, 48_000_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await benchConsole(line => console.log(line), Number(process.argv[2] ?? 5));
}
