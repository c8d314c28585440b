/** The self-test: can this laptop serve a bench, and if not, what is in the way. Leaves nothing behind. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startDhcpServer } from 'node-dhcpd-lite';
import { hostTransport } from '../bench/transport.ts';
import type { FoundBytes } from '../content/content.ts';
import { BenchError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { startHttp } from '../http/server.ts';
import { Disposables } from '../kit/disposables.ts';
import { rankNics } from '../nic/worthiness.ts';
import { startTftp } from '../tftp/server.ts';
import { dhcpInform, httpGet, tftpRead } from './clients.ts';
import { FIREWALL_CHECKS } from './firewall.ts';

export interface Finding {
  /** Stable name of the check. */
  readonly check: 'dhcp' | 'tftp' | 'http' | 'firewall' | 'ports' | 'programs' | 'state';
  /** `warning`: serving works, with something to know. */
  readonly result: 'ok' | 'warning' | 'failed' | 'no-right';
  /** What was seen, and what to do about it. */
  readonly message: string;
}

export interface DoctorParts {
  readonly host: Host;
  readonly programs: string;
  readonly stateFolder: string;
  /** Runs a command of the system; rejects when it is missing or fails. */
  readonly run: (command: readonly [string, ...string[]]) => Promise<string>;
}

/** Each check by itself: one that fails keeps no other from running. */
export async function examine(parts: DoctorParts): Promise<Finding[]> {
  return [
    ...(await roundTrips(parts.host)),
    await checkFirewall(parts),
    await checkPorts(parts.host),
    checkPrograms(parts.programs),
    checkState(parts.stateFolder),
  ];
}

/* Our own servers, on loopback, at their real ports ----------------------------------------------------------------- */

const SERVER = '127.0.0.1';
const CLIENT = '127.0.0.2';
const PROBE: FoundBytes = {
  kind: 'bytes',
  name: 'doctor.txt',
  bytes: Buffer.from('Benchboot reads what it serves.\n'),
};

async function roundTrips(host: Host): Promise<Finding[]> {
  const nic = (await host.nics.list()).find(each => each.kind === 'loopback')?.name;
  if (nic === undefined)
    return [{ check: 'dhcp', result: 'failed', message: 'This system has no loopback to test on.' }];
  const { sockets, clock } = host;
  const shared = { sockets, clock, nic, address: SERVER, macOf: () => undefined, emit: () => {} };
  const content = { find: async () => PROBE };
  const same = (bytes: Uint8Array) => {
    if (!Buffer.from(bytes).equals(PROBE.bytes)) throw new Error('what came back is not what was served');
  };

  const dhcp = async (open: Disposables) => {
    const server = await startDhcpServer(
      {
        transport: hostTransport({ sockets, link: undefined, nic, mac: undefined, address: SERVER, failed: () => {} }),
        config: {
          mode: 'lease',
          server: SERVER,
          subnet: { network: '127.0.0.0', prefix: 8 },
          range: ['127.0.0.10', '127.0.0.20'],
        },
        policy: () => ({}),
        now: () => clock.now(),
      },
      () => {},
    );
    open.add(() => server.close());
    const answer = await dhcpInform(sockets, nic, CLIENT, SERVER);
    if (answer !== 'ACK') throw new Error(`it answered ${answer} instead of ACK`);
  };
  const tftp = async (open: Disposables) => {
    const server = await startTftp({ ...shared, content });
    open.add(() => server.close());
    same(await tftpRead(sockets, nic, SERVER, server.local, PROBE.name));
  };
  const http = async (open: Disposables) => {
    const server = await startHttp({ ...shared, content, port: 80 });
    open.add(() => server.close());
    same(await httpGet(server.local, `/${PROBE.name}`));
  };
  const findings: Finding[] = [];
  const person = { refused: false };
  for (const [check, work] of [
    ['dhcp', dhcp],
    ['tftp', tftp],
    ['http', http],
  ] as const)
    findings.push(await attempt(check, work, person));
  return findings;
}

/** A person who refused to give the right is not asked for each check again. */
async function attempt(
  check: 'dhcp' | 'tftp' | 'http',
  work: (open: Disposables) => Promise<void>,
  person: { refused: boolean },
): Promise<Finding> {
  const open = new Disposables();
  const name = check.toUpperCase();
  if (person.refused)
    return { check, result: 'no-right', message: `${name} was not tried: it needs the rights of an administrator.` };
  try {
    await work(open);
    return {
      check,
      result: 'ok',
      message: `${name} answers on its own port; a round trip over loopback went through.`,
    };
  } catch (error) {
    person.refused = error instanceof BenchError && error.code === 'PERMISSION_REFUSED';
    if (person.refused || (error instanceof BenchError && error.code === 'PERMISSION_MISSING'))
      return { check, result: 'no-right', message: (error as BenchError).message };
    const why = error instanceof BenchError ? error.message : `${(error as Error).message}.`;
    return { check, result: 'failed', message: `${name} cannot be served: ${why}` };
  } finally {
    await open.close();
  }
}

/* The laptop ------------------------------------------------------------------------------------------------------- */

async function checkFirewall({ host, run }: DoctorParts): Promise<Finding> {
  const test = FIREWALL_CHECKS[host.platform];
  try {
    if (!test) throw new Error('no way to ask');
    const obstacle = test.read(await run(test.command));
    return obstacle === undefined
      ? { check: 'firewall', result: 'ok', message: 'No firewall rule is in the way.' }
      : { check: 'firewall', result: 'warning', message: `A firewall may be in the way: ${obstacle}.` };
  } catch {
    const message = 'Whether a firewall is in the way cannot be seen here. If boards get no answer, look there first.';
    return { check: 'firewall', result: 'warning', message };
  }
}

async function checkPorts(host: Host): Promise<Finding> {
  const [best] = rankNics(await host.nics.list());
  if (!best?.[1].worthy)
    return {
      check: 'ports',
      result: 'warning',
      message: 'No network port makes a bench now. Plug in a USB Ethernet adapter.',
    };
  const [nic, { reasons }] = best;
  return { check: 'ports', result: 'ok', message: `The best bench port is ${nic.name}. ${reasons[0]}` };
}

function checkPrograms(folder: string): Finding {
  try {
    const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      files: readonly { name: string; sha256: string }[];
    };
    const wrong = files.filter(
      ({ name, sha256 }) =>
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex') !== sha256,
    );
    if (wrong.length === 0)
      return {
        check: 'programs',
        result: 'ok',
        message: `All ${files.length} iPXE programs are as they were shipped.`,
      };
    const names = wrong.map(({ name }) => name).join(', ');
    return {
      check: 'programs',
      result: 'failed',
      message: `Changed since they were shipped: ${names}. Install Benchboot again.`,
    };
  } catch (error) {
    const message = `The iPXE programs cannot be read: ${(error as Error).message}. Install Benchboot again.`;
    return { check: 'programs', result: 'failed', message };
  }
}

function checkState(folder: string): Finding {
  try {
    // The nearest folder that is there decides; the test itself creates nothing.
    let place = folder;
    while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
    accessSync(place, constants.W_OK);
    return { check: 'state', result: 'ok', message: `Leases and the journal can be kept in ${folder}.` };
  } catch (error) {
    const message = `Leases and the journal cannot be kept in ${folder}: ${(error as Error).message}.`;
    return { check: 'state', result: 'failed', message };
  }
}
