/**
 * TFTP against dnsmasq, tftpd-hpa and atftpd, one after the other in every round with the same load. Prints ratios, ours
 * divided by theirs: absolute numbers say more about the machine. Linux and root; peers that are missing are named.
 *
 *     node test/bench/tftp.ts [ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layWire, output, printed, type Wire } from './tftp-wire.ts';

/** One line for the table. */
export type Report = (line: string) => void;

interface Peer {
  readonly name: string;
  /** Its program, or undefined when it is not installed. */
  readonly program: string | undefined;
  command(program: string, address: string, root: string): string[];
}

const found = (name: string): string | undefined => {
  const places = [
    process.env[`BENCH_${name.replace(/\W/g, '_').toUpperCase()}`],
    `/usr/sbin/${name}`,
    `/usr/bin/${name}`,
  ];
  return places.find(place => place !== undefined && existsSync(place));
};

const PEERS: readonly Peer[] = [
  {
    name: 'dnsmasq',
    program: found('dnsmasq'),
    command: (program, address, root) => [
      program,
      '--no-daemon',
      '--conf-file=/dev/null',
      '--port=0',
      '--bind-interfaces',
      `--listen-address=${address}`,
      '--enable-tftp',
      `--tftp-root=${root}`,
      '--tftp-max=200',
      '--user=root',
      '--pid-file=',
      '--log-facility=/dev/null',
    ],
  },
  {
    name: 'tftpd-hpa',
    program: found('in.tftpd'),
    command: (program, address, root) => [
      program,
      '--foreground',
      '--ipv4',
      '--address',
      `${address}:69`,
      '--secure',
      '--user',
      'root',
      root,
    ],
  },
  {
    name: 'atftpd',
    program: found('atftpd'),
    command: (program, address, root) => [
      program,
      '--daemon',
      '--no-fork',
      '--bind-address',
      address,
      '--port',
      '69',
      '--maxthread',
      '200',
      '--user',
      'root.root',
      '--logfile',
      '/dev/null',
      '--verbose=0',
      root,
    ],
  },
];

interface Load {
  readonly name: string;
  readonly aim: string;
  readonly clients: number;
  readonly windowsize: number;
  readonly loss: number;
  readonly file: string;
  readonly repeat: number;
}

const LOADS: readonly Load[] = [
  { name: 'windowsize 16, 1 client', aim: '2.5', clients: 1, windowsize: 16, loss: 0, file: 'large', repeat: 2 },
  { name: 'windowsize 16, 16 clients', aim: '2.5', clients: 16, windowsize: 16, loss: 0, file: 'middle', repeat: 1 },
  { name: 'windowsize 1, 1 client', aim: '0.8', clients: 1, windowsize: 1, loss: 0, file: 'middle', repeat: 4 },
  { name: 'windowsize 1, 16 clients', aim: '1.0', clients: 16, windowsize: 1, loss: 0, file: 'middle', repeat: 1 },
  {
    name: 'windowsize 1, 16 clients, 1 % lost',
    aim: '10',
    clients: 16,
    windowsize: 1,
    loss: 0.01,
    file: 'small',
    repeat: 1,
  },
  {
    name: 'windowsize 1, 16 clients, 5 % lost',
    aim: '10',
    clients: 16,
    windowsize: 1,
    loss: 0.05,
    file: 'small',
    repeat: 1,
  },
];

const FILES = { large: 40_000_000, middle: 8_000_000, small: 60_000 };
const here = fileURLToPath(new URL('.', import.meta.url));

/** Bytes per second of one run. */
async function measure(wire: Wire, address: string, load: Load): Promise<{ rate: number; cpu: number }> {
  const { file, clients, repeat, windowsize, loss } = load;
  const child = wire.spawn(
    wire.client,
    [
      process.execPath,
      join(here, 'tftp-load.ts'),
      address,
      wire.clientAddress,
      file,
      String(clients),
      String(repeat),
      '1468',
      String(windowsize),
      String(loss),
    ],
    { TFTP_LOAD_NIC: wire.clientNic },
  );
  const { bytes, seconds, cpu } = JSON.parse(await output(child)) as { bytes: number; seconds: number; cpu: number };
  return { rate: bytes / seconds, cpu: cpu / seconds };
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export async function benchTftp(report: Report, rounds = 5): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    report('TFTP: skipped, needs Linux and root');
    return;
  }
  const peers = PEERS.filter(({ program }) => program !== undefined);
  for (const { name, program } of PEERS) if (program === undefined) report(`TFTP: ${name} is not installed, left out`);
  const root = mkdtempSync(join(tmpdir(), 'tftp-bench-'));
  for (const [name, size] of Object.entries(FILES)) writeFileSync(join(root, name), randomBytes(size), { mode: 0o644 });
  execFileSync('chmod', ['755', root]);
  const wire = layWire('tftpbench', peers.length + 1);
  try {
    const ours = wire.spawn(wire.server, [
      process.execPath,
      join(here, 'tftp-serve.ts'),
      wire.nic,
      wire.serverAddress(0),
      root,
    ]);
    const path = await printed(ours, 'ready');
    report(
      `TFTP: blksize 1468, ours over the ${path.slice(6)} path; ratio = ours / theirs, median of ${rounds} rounds`,
    );
    for (const [index, peer] of peers.entries()) {
      const child = wire.spawn(wire.server, peer.command(peer.program!, wire.serverAddress(index + 1), root));
      child.stdout!.resume();
      child.stderr!.resume();
    }
    for (let index = 0; index <= peers.length; index++) await answers(wire, wire.serverAddress(index));
    for (const load of LOADS) {
      const ratios = peers.map((): number[] => []);
      const rates = [0, ...peers].map((): number[] => []);
      // A lossy round waits a second per loss at every peer: fewer of them say the same.
      for (let round = 0; round < (load.loss > 0 ? Math.min(rounds, 2) : rounds); round++) {
        const own = (await measure(wire, wire.serverAddress(0), load)).rate;
        rates[0]!.push(own);
        for (const index of peers.keys()) {
          const { rate } = await measure(wire, wire.serverAddress(index + 1), load);
          rates[index + 1]!.push(rate);
          ratios[index]!.push(own / rate);
        }
      }
      const cells = peers.map(({ name }, index) => `${name} ${median(ratios[index]!).toFixed(2)}`);
      const worst = Math.min(...ratios.map(median));
      const speeds = rates.map(values => (median(values) / 1e6).toFixed(1)).join(' / ');
      report(
        `  ${load.name.padEnd(36)} aim ${load.aim.padEnd(4)} least ${worst.toFixed(2).padStart(6)}   ${cells.join('  ')}   (MB/s: ${speeds})`,
      );
    }
    const memory = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${ours.pid}/status`, 'utf8'))?.[1];
    report(`  resident memory of our server: ${Math.round(Number(memory) / 1000)} MB at most`);
  } finally {
    await wire.close();
    rmSync(root, { recursive: true });
  }
}

/** Waits until a server gives the small file. */
async function answers(wire: Wire, address: string): Promise<void> {
  const load: Load = { name: '', aim: '', clients: 1, windowsize: 1, loss: 0, file: 'small', repeat: 1 };
  await measure(wire, address, load);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await benchTftp(line => console.log(line), Number(process.argv[2] ?? 5));
