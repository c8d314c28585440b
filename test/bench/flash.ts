/**
 * Flashing against dd and its decompressors, bmaptool and etcher-sdk, on loop devices, one after the other in every round.
 * Prints ratios, ours divided by theirs: absolute numbers say more about the machine. A loop device is faster than any
 * card, so this measures the software. Linux and root; peers that are missing are named. etcher-sdk is no part of this
 * repository: ETCHER_SDK names a folder where it is installed.
 *
 *     node test/bench/flash.ts [ROUNDS] [MEGABYTES] [PATTERN OF NAMES]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './tftp.ts';

const MB = 1 << 20;
/** What a good stick takes, in octets per second: for what only matters where the drive is the limit. */
const SLOW = 200_000_000;
const etcherProgram = fileURLToPath(new URL('./flash-etcher.mjs', import.meta.url));
const program = fileURLToPath(new URL('../../dist/benchboot.js', import.meta.url));

/** What one run took: seconds of wall and of CPU, and the largest resident memory of our process in MB. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}

/** Lines of bash; `wall` and `cpu` are aims for ours divided by theirs. */
interface Case {
  readonly name: string;
  readonly image: string;
  readonly wall: number;
  readonly cpu?: number;
  readonly ours: string;
  readonly theirs: string | undefined;
}

const WIDTHS = [38, 4, 5, 6, 11, 7, 8, 7, 5];
const row = (...cells: readonly string[]): string =>
  `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!))).join(' ')}`;

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

export async function benchFlash(report: Report, rounds = 5, megabytes = 2064, only = /./): Promise<void> {
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
  let removeSlow: (() => void) | undefined;
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
      // Past the page cache: pages of it that a first write has to throw away would be that writer's cost.
      run(`dd if=/dev/zero of=target${i} bs=4M count=${Math.ceil(megabytes / 4) + 4} oflag=direct status=none`);
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
    const slow = slowDrive(device!, SLOW);
    removeSlow = slow?.remove;
    const etcher = process.env.ETCHER_SDK;
    const bmaptool = share ? `bmaptool -q copy ${at('mapped.img')} ${device}` : undefined;
    const cases: readonly Case[] = [
      {
        name: 'raw / dd',
        image: 'card.img',
        wall: 0.6,
        ours: flash('card.img', 1, '--no-verify'),
        theirs: `${dd} if=${at('card.img')}`,
      },
      {
        name: 'raw, read back / dd + dd | xxhsum',
        image: 'card.img',
        wall: 0.65,
        ours: flash('card.img', 1),
        theirs: has('xxhsum') ? `${dd} if=${at('card.img')}; ${readBack}` : undefined,
      },
      {
        name: 'raw, read back / etcher-sdk',
        image: 'card.img',
        wall: 0.6,
        ours: flash('card.img', 1),
        theirs: etcher && `${process.execPath} ${etcherProgram} ${etcher} ${at('card.img')} ${device}`,
      },
      {
        name: '.gz / zcat | dd',
        image: 'card.gz',
        wall: 0.5,
        ours: flash('card.gz', 1, '--no-verify'),
        theirs: unpacked('zcat', 'card.gz'),
      },
      {
        name: '.zst / zstdcat | dd',
        image: 'card.zst',
        wall: 1,
        ours: flash('card.zst', 1, '--no-verify'),
        theirs: unpacked('zstdcat', 'card.zst'),
      },
      {
        name: '.xz of many blocks / xz -T2 | dd',
        image: 'blocks.xz',
        wall: 1.15,
        cpu: 1.15,
        ours: flash('blocks.xz', 1, '--no-verify'),
        theirs: unpacked('xz -dcT2', 'blocks.xz'),
      },
      {
        name: '.xz of one block / xz | dd',
        image: 'single.xz',
        wall: 1.25,
        ours: flash('single.xz', 1, '--no-verify'),
        theirs: unpacked('xz -dc', 'single.xz'),
      },
      {
        name: 'block map, read back / bmaptool',
        image: 'mapped.img',
        wall: share + 0.05,
        ours: flash('mapped.img', 1),
        theirs: bmaptool,
      },
      {
        name: `block map / without, at ${SLOW / 1e6} MB/s`,
        image: 'mapped.img',
        wall: share + 0.05,
        ours: `${slow?.enter}; ${flash('mapped.img', 1)}`,
        theirs: slow && share ? `${slow.enter}; ${flash('card.img', 1)}` : undefined,
      },
      {
        name: 'four targets / one, .xz of one block',
        image: 'single.xz',
        wall: 1.2,
        ours: flash('single.xz', 4, '--no-verify'),
        theirs: flash('single.xz', 1, '--no-verify'),
      },
    ];
    report(row('', 'of', 'aim', 'ratio', 'range', 'ours s', 'theirs s', 'ours MB', 'load'));
    for (const { name, image, ours, theirs, ...aims } of cases) {
      if (!only.test(name)) continue;
      if (!theirs) {
        report(row(name, '', '', 'left out: the peer is not here'));
        continue;
      }
      const own: Cost[] = [];
      const peer: Cost[] = [];
      for (let round = 0; round < rounds; round++) {
        // Images are read from the cache by both, and none is always the first.
        const turns = [
          () => measure(ours, env).then(cost => own.push(cost)),
          () => measure(theirs).then(cost => peer.push(cost)),
        ];
        for (const turn of round % 2 ? turns.reverse() : turns) {
          run(`cat ${image} >/dev/null`);
          await turn();
        }
      }
      for (const what of ['wall', 'cpu'] as const) {
        const aim = aims[what];
        if (aim === undefined) continue;
        const ratios = own.map((cost, i) => cost[what] / peer[i]![what]);
        const seconds = [own, peer].map(costs => median(costs.map(cost => cost[what])).toFixed(2));
        const [ratio, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map(r => r.toFixed(2));
        const memory = Math.round(Math.max(...own.map(cost => cost.memory)));
        const mark = `${ratio}${median(ratios) <= aim ? ' ' : '!'}`;
        report(
          row(name, what, aim.toFixed(2), mark, `${least}-${most}`, ...seconds, `${memory}`, loadavg()[0]!.toFixed(1)),
        );
      }
    }
    for (const [name, limit] of [
      ['card.img', 200],
      ['card.gz', 200],
      ['card.zst', 200],
      ['blocks.xz', 400],
      ['single.xz', 400],
    ] as const) {
      if (!only.test(`memory ${name}`)) continue;
      const { memory } = await measure(flash(name, 4), env);
      const mark = `${Math.round(memory)}${memory <= limit ? ' ' : '!'}`;
      report(row(`memory, four targets read back, ${name}`, 'MB', `${limit}`, mark));
    }
  } finally {
    removeSlow?.();
    for (const loop of loops) spawnSync('losetup', ['-d', loop]);
    rmSync(folder, { recursive: true });
  }
}

/** A control group whose writes to that device are held to `rate`; `enter` is what bash says to be in it. */
function slowDrive(device: string, rate: number): { readonly enter: string; remove(): void } | undefined {
  const { rdev } = statSync(device);
  const number = `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
  const kinds = [
    ['/sys/fs/cgroup/blkio', 'blkio.throttle.write_bps_device', `${number} ${rate}`],
    ['/sys/fs/cgroup', 'io.max', `${number} wbps=${rate}`],
  ] as const;
  for (const [root, file, text] of kinds) {
    const group = join(root, 'benchboot-bench');
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, file), text);
      return { enter: `echo $$ >${group}/cgroup.procs`, remove: () => rmdirSync(group) };
    } catch {
      rmdirSync(group);
    }
  }
  return undefined;
}

/** Blocks that a block map calls used, as a share of the image. */
function mappedShare(path: string): number {
  const text = readFileSync(path, 'utf8');
  const number = (name: string): number => Number(new RegExp(`<${name}>\\s*(\\d+)`).exec(text)?.[1]);
  return number('MappedBlocksCount') / number('BlocksCount');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await benchFlash(
    line => console.log(line),
    Number(process.argv[2] ?? 5),
    Number(process.argv[3] ?? 2064),
    new RegExp(process.argv[4] ?? '.'),
  );
