/**
 * DHCP against kea and dnsmasq: the same raw-frame clients on the same cable, one server after the other in every round.
 * Ours is the whole `benchboot serve` with its event lines. Prints ratios; Linux and root; missing peers are named.
 *
 *     node test/bench/dhcp.ts [ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './tftp.ts';
import { layWire, output, printed, type Wire } from './tftp-wire.ts';

const ADDRESS = '10.98.0.1';
const RANGE = ['10.98.1.0', '10.98.60.0'] as const;
const CLIENTS = 1000;
/** Exchanges of each client in the steady part: one to warm the load generator up, the others measured. */
const TIMES = 11;
/** Before anything is measured every server is busy for up to so long; a steady state is asked for. */
const WARM_UP_SECONDS = 5;

interface Contender {
  readonly name: string;
  readonly program: string;
  /** Program and arguments; the folder is empty. */
  command(folder: string, nic: string): string[];
  /** Beginning of the line after which it answers; undefined: it says nothing. */
  readonly ready?: string;
}

const CONTENDERS: readonly Contender[] = [
  {
    name: 'benchboot',
    program: fileURLToPath(new URL('../../dist/benchboot.js', import.meta.url)),
    command: (_, nic) => [
      process.execPath,
      CONTENDERS[0]!.program,
      ...['serve', '--json', '--nic', nic, '--address', `${ADDRESS}/16`, '--range', RANGE.join('-')],
    ],
    ready: '{"n"',
  },
  {
    name: 'kea',
    program: '/usr/sbin/kea-dhcp4',
    command(folder, nic) {
      const file = join(folder, 'kea.json');
      writeFileSync(file, JSON.stringify(keaConfiguration(folder, nic)));
      return [this.program, '-c', file];
    },
  },
  {
    name: 'dnsmasq',
    program: '/usr/sbin/dnsmasq',
    command: (folder, nic) => [
      ...[
        '/usr/sbin/dnsmasq',
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--port=0',
        '--user=root',
        '--pid-file=',
      ],
      ...[`--interface=${nic}`, '--bind-interfaces', '--no-ping', '--dhcp-lease-max=20000', '--log-facility=/dev/null'],
      ...[`--dhcp-range=${RANGE.join(',')},255.255.0.0,10m`, `--dhcp-leasefile=${join(folder, 'dnsmasq.leases')}`],
    ],
  },
];

const keaConfiguration = (folder: string, nic: string) => ({
  Dhcp4: {
    'interfaces-config': { interfaces: [nic], 'dhcp-socket-type': 'raw' },
    'lease-database': { type: 'memfile', persist: true, name: join(folder, 'kea.csv'), 'lfc-interval': 0 },
    'valid-lifetime': 600,
    subnet4: [{ id: 1, subnet: '10.98.0.0/16', pools: [{ pool: RANGE.join(' - ') }] }],
    loggers: [{ name: 'kea-dhcp4', severity: 'ERROR', output_options: [{ output: '/dev/null' }] }],
  },
});

interface Result {
  readonly bound: number;
  readonly seconds: number;
  readonly rate: number;
  readonly p99: number;
  readonly repeats: number;
}

interface Measured {
  readonly steady: Result;
  readonly storm: Result;
  readonly memory: number;
}

const load = fileURLToPath(new URL('dhcp-load.ts', import.meta.url));

async function measure(wire: Wire, contender: Contender): Promise<Measured> {
  // New every time: a pool full of the leases of earlier rounds would end the measuring.
  const folder = mkdtempSync(join(tmpdir(), 'dhcp-bench-'));
  const env = { BENCHBOOT_STATE: folder, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder };
  const server = wire.spawn(wire.server, contender.command(folder, wire.nic), env);
  server.stderr!.resume();
  if (contender.ready) await printed(server, contender.ready);
  else {
    server.stdout!.resume();
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
  const run = async (atOnce: number, times: number, seconds = 30): Promise<Result> => {
    const command = [process.execPath, load, wire.clientNic, ...[CLIENTS, atOnce, seconds, times].map(String)];
    return JSON.parse(await output(wire.spawn(wire.client, command))) as Result;
  };
  await run(16, TIMES, WARM_UP_SECONDS);
  const steady = await run(16, TIMES);
  const storm = await run(CLIENTS, 1);
  const memory = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1000;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
  return { steady, storm, memory };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export async function benchDhcp(report: Report, rounds = 3): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    report('DHCP: skipped, needs Linux and root');
    return;
  }
  const present = CONTENDERS.filter(each => existsSync(each.program));
  for (const each of CONTENDERS) if (!present.includes(each)) report(`DHCP: ${each.name} is not installed, left out`);
  mkdirSync('/run/kea', { recursive: true });
  const wire = layWire('dhcpbench', 1);
  try {
    // kea chooses the subnet by the first address of the port.
    execFileSync('ip', ['-n', wire.server, 'addr', 'flush', 'dev', wire.nic]);
    execFileSync('ip', ['-n', wire.server, 'addr', 'add', `${ADDRESS}/16`, 'brd', '+', 'dev', wire.nic]);
    const results = new Map<string, Measured[]>(present.map(each => [each.name, []]));
    for (let round = 0; round < rounds; round++)
      for (const each of present) results.get(each.name)!.push(await measure(wire, each));

    const ours = results.get('benchboot')!;
    report(`DHCP: ${CLIENTS} clients, 16 busy at a time, then all at once; ours / peer, median of ${rounds} rounds`);
    for (const [name, theirs] of results) {
      const of = (pick: (m: Measured) => number) => median(theirs.map(pick));
      const ratio = (pick: (m: Measured) => number) =>
        median(ours.map((m, i) => pick(m) / pick(theirs[i]!))).toFixed(2);
      const figures =
        `${of(m => m.steady.rate).toFixed(0)}/s, p99 ${of(m => m.steady.p99).toFixed(1)} ms; ` +
        `storm ${of(m => m.storm.seconds).toFixed(2)} s, ${of(m => m.storm.repeats)} repeats; ${of(m => m.memory).toFixed(0)} MB`;
      if (name === 'benchboot') report(`  ${name.padEnd(10)} ${figures}`);
      else
        report(
          `  ${name.padEnd(10)} ${figures}\n             exchanges/s ${ratio(m => m.steady.rate)} (aim 1.0), ` +
            `p99 ${ratio(m => m.steady.p99)} (aim 1.0 or less), storm time ${ratio(m => m.storm.seconds)}`,
        );
    }
  } finally {
    await wire.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchDhcp(console.log, Number(process.argv[2] ?? 3));
