/** Real TFTP clients fetch a file from the server on both paths, over a good cable and over one that loses packets. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layWire, output, printed, type Wire } from '../bench/tftp-wire.ts';

const SIZE = 40_000_000;
/** For the bad cable: a tenth of all lock-step exchanges costs 20 ms or, by the client's own fault, much more. */
const LOSSY_SIZE = 4_000_000;
const SERVE = fileURLToPath(new URL('../bench/tftp-serve.ts', import.meta.url));

/** Command lines that fetch `name` from `server` into `into`. */
const CLIENTS: Readonly<Record<string, (server: string, name: string, into: string) => string[]>> = {
  'tftp-hpa, blocks of 512': (server, name, into) => ['tftp', '-m', 'binary', server, '-c', 'get', name, into],
  'atftp with windows': (server, name, into) => [
    'atftp',
    '--option',
    'blksize 1468',
    '--option',
    'windowsize 16',
    '--get',
    '--remote-file',
    name,
    '--local-file',
    into,
    server,
  ],
  'curl with tsize': (server, name, into) => [
    'curl',
    '--silent',
    '--show-error',
    '--tftp-blksize',
    '1468',
    '--output',
    into,
    `tftp://${server}/${name}`,
  ],
  'atftp in lock-step': (server, name, into) => [
    'atftp',
    '--option',
    'blksize 1468',
    '--get',
    '--remote-file',
    name,
    '--local-file',
    into,
    server,
  ],
  busybox: (server, name, into) => ['busybox', 'tftp', '-g', '-b', '1468', '-r', name, '-l', into, server],
};

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.each(['fast', 'plain'] as const)('real TFTP clients, %s path', path => {
  let wire: Wire;
  let folder: string;
  let server: ChildProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tftp-clients-'));
    writeFileSync(join(folder, 'image'), randomBytes(SIZE));
    writeFileSync(join(folder, 'lossy'), randomBytes(LOSSY_SIZE));
    wire = layWire(`tftp-${path}`, 1);
    server = wire.spawn(wire.server, [process.execPath, SERVE, wire.nic, wire.serverAddress(0), folder, path]);
    expect(await printed(server, 'ready')).toBe(`ready ${path}`);
  });

  afterAll(async () => {
    await wire?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const fetchWith = async (client: string, name: string): Promise<string> => {
    const into = join(folder, `got-${client.replaceAll(/\W+/g, '-')}`);
    writeFileSync(into, '');
    await output(wire.spawn(wire.client, CLIENTS[client]!(wire.serverAddress(0), name, into)));
    return sha256(into);
  };

  it.each(Object.keys(CLIENTS))('%s', async client => {
    expect(await fetchWith(client, 'image')).toBe(sha256(join(folder, 'image')));
  });

  it('all of them at once while one packet in twenty is lost, each way', { timeout: 300_000 }, async () => {
    for (const namespace of [wire.server, wire.client]) {
      const nft = (rule: string) => execFileSync('ip', ['netns', 'exec', namespace, 'nft', rule]);
      nft('add table inet lossy');
      // On arrival, as on a bad cable: dropped while leaving, the sender would be told.
      nft('add chain inet lossy arrival { type filter hook input priority 0; }');
      // atftp gives up at a second OACK, so the ACK of the first one is let through.
      nft('add rule inet lossy arrival @th,64,32 0x00040000 accept');
      nft('add rule inet lossy arrival meta l4proto udp numgen random mod 100 < 5 counter drop');
    }
    const expected = sha256(join(folder, 'lossy'));
    const got = await Promise.all(Object.keys(CLIENTS).map(client => fetchWith(client, 'lossy')));
    expect(got).toEqual(got.map(() => expected));
  });
});
