/**
 * Flashing against dd and its decompressors, bmaptool and etcher's way of reading back, on loop devices, one after the
 * other in every round. Prints ratios, ours divided by theirs: absolute numbers say more about the machine. A loop device
 * is faster than any card, so this measures the software. Linux and root; peers that are missing are named.
 *
 *     node test/bench/flash.ts [ROUNDS] [MEGABYTES]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './tftp.ts';

const MB = 1 << 20;
const program = fileURLToPath(new URL('../../dist/benchboot.js', import.meta.url));

/** What one run took: seconds of wall and of CPU, and the largest resident memory of our process in MB. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}

const has = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** Runs a line of bash, with what it and its children took. */
function measure(line: string, env: NodeJS.ProcessEnv = process.env): Promise<Cost> {
  const child = spawn('bash', ['-c', `set -o pipefail; TIMEFORMAT='cost %R %U %S'; time { ${line}; }`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, largest(child.pid!));
  }, 50);
  return new Promise((resolve, reject) => {
    child.on('close', code => {
      clearInterval(watch);
      const [, wall, user, system] = /cost ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
      if (code !== 0) reject(new Error(`${line}: ${stderr}`));
      else resolve({ wall: Number(wall), cpu: Number(user) + Number(system), memory });
    });
  });
}

/** The peak of the largest process below `pid`, in MB. */
function largest(pid: number): number {
  try {
    const own = Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return Math.max(own, ...children.map(child => largest(Number(child))));
  } catch {
    return 0;
  }
}

/** Two thirds files of this system, one third holes: what cards hold. */
function makeImage(path: string, megabytes: number): void {
  const fd = openSync(path, 'w');
  const files = execFileSync('find', ['/usr/lib', '-type', 'f', '-size', '-40M'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
    .trim()
    .split('\n');
  let bytes = Buffer.alloc(0);
  const fill = (piece: Buffer): Buffer => {
    for (let filled = 0; filled < piece.length; ) {
      if (bytes.length === 0) bytes = readFileSync(files.shift()!);
      const copied = bytes.copy(piece, filled);
      filled += copied;
      bytes = bytes.subarray(copied);
    }
    return piece;
  };
  for (let at = 0; at < megabytes; at += 12) writeSync(fd, fill(Buffer.alloc(8 * MB)), 0, 8 * MB, at * MB);
  writeSync(fd, Buffer.from([0x55, 0xaa]), 0, 2, 510);
  closeSync(fd);
  execFileSync('truncate', ['-s', `${megabytes}M`, path]);
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export async function benchFlash(report: Report, rounds = 5, megabytes = 2064): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    report('Flash: skipped, needs Linux and root');
    return;
  }
  if (!existsSync(program)) {
    report('Flash: skipped, needs `npm run build`');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'flash-bench-'));
  const loops: string[] = [];
  const at = (name: string): string => join(folder, name);
  const run = (line: string): void => {
    execFileSync('bash', ['-c', line], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  try {
    report(
      `Flash: an image of ${megabytes} MiB, a third of it holes; ratio = ours / theirs, median of ${rounds} rounds`,
    );
    // A quarter is packed, and each file repeated: packing all of it would take longer than everything else.
    makeImage(at('quarter'), megabytes / 4);
    run('gzip -1c quarter >quarter.gz; zstd -qkf quarter -o quarter.zst; xz -1 -T1 -kc quarter >quarter.one');
    run('xz -1 -T2 --block-size=24MiB -kc quarter >quarter.many');
    for (const [from, to] of [
      ['quarter', 'card.img'],
      ['quarter.gz', 'card.gz'],
      ['quarter.zst', 'card.zst'],
      ['quarter.many', 'blocks.xz'],
      ['quarter.one', 'single.xz'],
    ])
      run(`cat ${from} ${from} ${from} ${from} >${to}; rm ${from}`);
    if (has('bmaptool')) run('cp --sparse=always card.img mapped.img; bmaptool create -o mapped.img.bmap mapped.img');
    for (let i = 0; i < 4; i++) {
      run(`dd if=/dev/zero of=target${i} bs=4M count=${Math.ceil(megabytes / 4) + 4} status=none`);
      loops.push(
        execFileSync('losetup', ['-f', '--show', '--direct-io=on', at(`target${i}`)], { encoding: 'utf8' }).trim(),
      );
    }
    const env = { ...process.env, BENCHBOOT_STATE: at('state') };
    const flash = (image: string, count: number, ...flags: string[]): string =>
      [
        process.execPath,
        program,
        'flash',
        at(image),
        ...loops.slice(0, count),
        '--yes',
        '--allow-fixed',
        ...flags,
      ].join(' ');
    const [device] = loops;
    const dd = `dd of=${device} bs=4M oflag=direct iflag=fullblock conv=fsync status=none`;
    const readBack = `dd if=${device} bs=4M iflag=direct status=none count=${megabytes / 4} | xxhsum -H2`;
    const unpacked = (tool: string, name: string): string | undefined =>
      has(tool.split(' ')[0]!) ? `${tool} ${at(name)} | ${dd}` : undefined;
    const share = has('bmaptool') ? mappedShare(at('mapped.img.bmap')) : 0;

    const cases: readonly (readonly [
      name: string,
      aim: number,
      what: 'wall' | 'cpu',
      ours: string,
      theirs: string | undefined,
    ])[] = [
      ['raw / dd', 0.6, 'wall', flash('card.img', 1, '--no-verify'), `${dd} if=${at('card.img')}`],
      [
        'raw, read back / dd + dd | xxhsum',
        0.65,
        'wall',
        flash('card.img', 1),
        has('xxhsum') ? `${dd} if=${at('card.img')}; ${readBack}` : undefined,
      ],
      ['.gz / zcat | dd', 0.5, 'wall', flash('card.gz', 1, '--no-verify'), unpacked('zcat', 'card.gz')],
      ['.zst / zstdcat | dd', 1, 'wall', flash('card.zst', 1, '--no-verify'), unpacked('zstdcat', 'card.zst')],
      [
        '.xz of many blocks / xz -T2 | dd',
        1.15,
        'wall',
        flash('blocks.xz', 1, '--no-verify'),
        unpacked('xz -dcT2', 'blocks.xz'),
      ],
      [
        '.xz of many blocks / xz -T2 | dd',
        1.15,
        'cpu',
        flash('blocks.xz', 1, '--no-verify'),
        unpacked('xz -dcT2', 'blocks.xz'),
      ],
      [
        '.xz of one block / xz | dd',
        1.25,
        'wall',
        flash('single.xz', 1, '--no-verify'),
        unpacked('xz -dc', 'single.xz'),
      ],
      ['block map / without', share + 0.05, 'wall', flash('mapped.img', 1), share ? flash('card.img', 1) : undefined],
      [
        'block map, read back / bmaptool',
        1.5,
        'wall',
        flash('mapped.img', 1),
        share ? `bmaptool -q copy ${at('mapped.img')} ${device}` : undefined,
      ],
      [
        'four targets / one (.xz of one block)',
        1.2,
        'wall',
        flash('single.xz', 4, '--no-verify'),
        flash('single.xz', 1, '--no-verify'),
      ],
    ];
    for (const [name, aim, what, ours, theirs] of cases) {
      if (theirs === undefined) {
        report(`  ${name}: left out, the peer is not installed`);
        continue;
      }
      const own: Cost[] = [];
      const peer: Cost[] = [];
      for (let round = 0; round < rounds; round++) {
        own.push(await measure(ours, env));
        peer.push(await measure(theirs, env));
      }
      const ratio = median(own.map((cost, i) => cost[what] / peer[i]![what]));
      const seconds = [own, peer].map(costs => median(costs.map(cost => cost[what])).toFixed(2)).join(' / ');
      const memory = Math.round(Math.max(...own.map(cost => cost.memory)));
      report(
        `  ${name.padEnd(38)} ${what.padEnd(4)} aim ${aim.toFixed(2)}  ${ratio.toFixed(2).padStart(6)} ${ratio <= aim ? '  ' : ' !'} (${seconds} s, ours ${memory} MB)`,
      );
    }
    for (const [name, limit] of [
      ['card.img', 200],
      ['card.gz', 200],
      ['card.zst', 200],
      ['blocks.xz', 400],
    ] as const) {
      const { memory } = await measure(flash(name, 4), env);
      report(
        `  memory, four targets read back, ${name.padEnd(10)} aim ${limit} MB  ${String(Math.round(memory)).padStart(4)} MB`,
      );
    }
    report('  etcher-sdk is not part of this repository: compare by hand where it is installed');
  } finally {
    for (const loop of loops) spawnSync('losetup', ['-d', loop]);
    rmSync(folder, { recursive: true });
  }
}

/** Blocks that a block map calls used, as a share of the image. */
function mappedShare(path: string): number {
  const text = readFileSync(path, 'utf8');
  const number = (name: string): number => Number(new RegExp(`<${name}>\\s*(\\d+)`).exec(text)?.[1]);
  return number('MappedBlocksCount') / number('BlocksCount');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await benchFlash(line => console.log(line), Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 2064));
