/**
 * HTTP against nginx with Debian's settings, one after the other in every round with the same load. Prints ratios, ours
 * divided by theirs: absolute numbers say more about the machine. Linux and root; needs nginx, wrk and curl.
 *
 *     node test/bench/http.ts [ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './tftp.ts';
import { layWire, output, printed, type Wire } from './tftp-wire.ts';

const NGINX = '/usr/sbin/nginx';
const NEEDED = { nginx: NGINX, wrk: '/usr/bin/wrk', curl: '/usr/bin/curl' };

interface Load {
  readonly name: string;
  readonly aim: string;
  readonly unit: string;
  command(address: string): string[];
  /** From what the command prints to its rate in `unit`. */
  rate(printed: string): number;
}

const requests = (connections: number, file: string, name: string): Load => ({
  name,
  aim: '0.6',
  unit: '1000/s',
  command: address => ['wrk', '-t1', `-c${connections}`, '-d2', `http://${address}/${file}`],
  rate: text => {
    if (/Non-2xx|Socket errors/.test(text)) throw new Error(text);
    return Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1]) / 1000;
  },
});

const download = (file: string, name: string): Load => ({
  name,
  aim: '0.9',
  unit: 'MB/s',
  command: address => ['curl', '-sSf', '-o', '/dev/null', '-w', '%{speed_download}', `http://${address}/${file}`],
  rate: text => Number(text) / 1e6,
});

const LOADS: readonly Load[] = [
  download('large', '1 GiB, 1 client'),
  requests(16, 'small', '4 KiB, 16 connections'),
  requests(64, 'small', '4 KiB, 64 connections'),
];

/** What Debian's /etc/nginx/nginx.conf sets, as far as it bears on static files. */
const configuration = (root: string, address: string, folder: string): string => `
worker_processes auto; daemon off; pid ${folder}/nginx.pid; user root; error_log ${folder}/error.log;
events { worker_connections 768; }
http {
  sendfile on; tcp_nopush on; types_hash_max_size 2048; default_type application/octet-stream;
  access_log ${folder}/access.log;
  server { listen ${address}:80; root ${root}; }
}`;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const measure = async (wire: Wire, address: string, load: Load): Promise<number> => {
  const rate = load.rate(await output(wire.spawn(wire.client, load.command(address))));
  if (!(rate > 0)) throw new Error(`${load.name}: no rate from ${address}`);
  return rate;
};

export async function benchHttp(report: Report, rounds = 5): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    report('HTTP: skipped, needs Linux and root');
    return;
  }
  const missing = Object.entries(NEEDED).flatMap(([name, path]) => (existsSync(path) ? [] : [name]));
  if (missing.length > 0) {
    report(`HTTP: skipped, ${missing.join(' and ')} not installed (apt-get install ${missing.join(' ')})`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'http-bench-'));
  const root = join(folder, 'root');
  execFileSync('mkdir', ['-m', '755', root]);
  writeFileSync(join(root, 'small'), randomBytes(4096), { mode: 0o644 });
  // Not written a moment ago, as no boot file is.
  utimesSync(join(root, 'small'), 1e9, 1e9);
  writeFileSync(join(root, 'large'), '', { mode: 0o644 });
  truncateSync(join(root, 'large'), 2 ** 30);
  const wire = layWire('httpbench', 3);
  try {
    const serve = fileURLToPath(new URL('http-serve.ts', import.meta.url));
    const start = (index: number, way: string) =>
      wire.spawn(wire.server, [process.execPath, serve, wire.nic, wire.serverAddress(index), root, way]);
    const ours = start(0, 'fast');
    const plain = start(1, 'plain');
    await Promise.all([printed(ours, 'ready'), printed(plain, 'ready')]);
    writeFileSync(join(folder, 'nginx.conf'), configuration(root, wire.serverAddress(2), folder));
    const nginx = wire.spawn(wire.server, [NGINX, '-c', join(folder, 'nginx.conf')]);
    nginx.stdout!.resume();
    nginx.stderr!.resume();
    const retry = ['curl', '-sSf', '--retry', '20', '--retry-connrefused', '--retry-delay', '1', '-o', '/dev/null'];
    // Brings the files into memory for everybody, too.
    for (const file of ['small', 'large']) {
      await output(wire.spawn(wire.client, [...retry, `http://${wire.serverAddress(2)}/${file}`]));
    }
    report(`HTTP: nginx with all its workers, ours in one process; ratio = ours / nginx, median of ${rounds} rounds`);
    for (const load of LOADS) {
      const rates: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round++) {
        for (const index of [0, 1, 2] as const) rates[index].push(await measure(wire, wire.serverAddress(index), load));
      }
      const ratio = (of: readonly number[]) => median(of.map((rate, round) => rate / rates[2][round]!)).toFixed(2);
      const speeds = rates.map(values => median(values).toFixed(1)).join(' / ');
      report(
        `  ${load.name.padEnd(36)} aim ${load.aim.padEnd(4)} ${ratio(rates[0]).padStart(6)}   ` +
          `without sendfile ${ratio(rates[1])}   (${load.unit}: ${speeds})`,
      );
    }
    const memory = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${ours.pid}/status`, 'utf8'))?.[1];
    report(`  resident memory of our server: ${Math.round(Number(memory) / 1000)} MB at most`);
  } finally {
    await wire.close();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await benchHttp(line => console.log(line), Number(process.argv[2] ?? 5));
}
