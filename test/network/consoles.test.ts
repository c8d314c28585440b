/** Consoles against what is really at the other end: ptys that flood and vanish, ser2net, telnetd, sshd. Linux and root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleSpec, type Consoles, createConsoles } from '../../main/console/consoles.ts';
import type { Session, SessionState } from '../../main/console/session.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { PATIENCE_MS } from '../lab/changes.ts';
import { PtyFeed } from '../lab/pty-feed.ts';

let folder: string;
let consoles: Consoles;
let cleanups: (() => unknown)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bb-consoles-'));
  consoles = createConsoles({ host: nodeHost(), stateFolder: folder });
  cleanups = [];
});
afterEach(async () => {
  await consoles.close();
  for (const cleanup of cleanups.reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout!.resume();
  child.stderr!.resume();
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  });
  return child;
}

/** Two terminals joined like by a null modem cable. */
async function nullModem(name: string): Promise<readonly [string, string]> {
  const [a, b] = [join(folder, `${name}-a`), join(folder, `${name}-b`)];
  start('socat', [`PTY,raw,echo=0,link=${a}`, `PTY,raw,echo=0,link=${b}`]);
  await until(() => existsSync(a) && existsSync(b));
  // socat goes when nobody has one of its ends open.
  const ends = [a, b].map(end => openSync(end, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  cleanups.push(() => {
    for (const end of ends) closeSync(end);
  });
  return [a, b];
}

async function until(true_: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!true_()) {
    if (Date.now() > end) throw new Error('it never became true');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

function phase(session: Session, wanted: SessionState['phase']): Promise<SessionState> {
  return new Promise(resolve => {
    const look = (): void => {
      if (session.state.phase !== wanted) return;
      stop();
      resolve(session.state);
    };
    const stop = session.onState(look);
    look();
  });
}

async function open(spec: ConsoleSpec): Promise<Session> {
  const session = consoles.open(spec);
  await phase(session, 'open');
  return session;
}

const textOf = (session: Session): string => Buffer.from(session.snapshot().bytes).toString();

/** Resolves when the output matches. */
function says(session: Session, pattern: RegExp): Promise<string> {
  return new Promise(resolve => {
    const look = (): void => {
      const text = textOf(session);
      if (!pattern.test(text)) return;
      stop();
      resolve(text);
    };
    const stop = session.onBytes(look);
    look();
  });
}

const send = (session: Session, text: string) => session.write(Buffer.from(text, 'latin1'));

/** SHA-256 of everything a session logged, rotated parts included. */
async function logged(session: Session): Promise<string> {
  const { raw } = consoles.logOf(session.id)!;
  await session.close();
  const hash = createHash('sha256');
  const parts = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(n => `${raw}.${n}`).filter(existsSync);
  for (const part of [...parts, raw]) hash.update(readFileSync(part));
  return hash.digest('hex');
}

async function listen(server: Server, where: number): Promise<number> {
  server.listen(where, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => new Promise(resolve => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

describe('serial ports', () => {
  it.each([
    ['at 150 kB/s', 150_000, 450_000],
    ['as fast as they go', 0, 12_000_000],
  ])('eight boards %s: every byte is in the logs, though a view never shows anything', async (_name, rate, bytes) => {
    const feeds = await Promise.all(
      Array.from({ length: 8 }, (_, i) => PtyFeed.at(join(folder, `board${i}`), bytes, rate)),
    );
    cleanups.push(() => Promise.all(feeds.map(feed => feed.hangUp())));
    const sessions = await Promise.all(feeds.map(feed => open({ target: feed.link })));
    let given = 0;
    sessions[0]!.attach(item => {
      if (item.type === 'bytes') given += item.bytes.length;
    });
    const sums = await Promise.all(feeds.map(feed => feed.send()));
    await until(() => sessions.every(session => session.counters.received === bytes));
    expect(given).toBeLessThan(400_000);
    expect(await Promise.all(sessions.map(logged))).toEqual(sums);
  });

  it('any rate and framing, changed on the open handle and read back', async () => {
    const [a, b] = await nullModem('rates');
    const session = await open({ target: a, line: { baudRate: 1_500_000 } });
    const stty = () => execFileSync('stty', ['-F', realpathSync(a), '-a'], { encoding: 'utf8' });
    expect(session.line!.appliedBaudRate).toBe(1_500_000);
    expect(stty()).toMatch(/speed 1500000 baud/);
    expect(stty()).toMatch(/cs8 -hupcl -cstopb cread clocal -crtscts/);
    await session.line!.set({ baudRate: 1_234_567, dataBits: 7, parity: 'mark', stopBits: 2, flowControl: 'rts-cts' });
    expect(session.line!.appliedBaudRate).toBe(1_234_567);
    // A pty has no parity bit and always eight data bits; the rest of the word is as asked.
    expect(stty()).toMatch(/ parodd cmspar cs8 -hupcl cstopb cread clocal crtscts/);
    expect(await session.line!.modemLines()).toBeUndefined();
    await expect(session.line!.setModemLines({ dtr: false })).rejects.toMatchObject({ code: 'LINE_REFUSED' });

    const device = await open({ target: b });
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await session.line!.set({ dataBits: 8, parity: 'none', flowControl: 'none' });
    await session.write(every);
    await session.line!.drain();
    await until(() => device.counters.received === 256);
    expect(Buffer.from(device.snapshot().bytes)).toEqual(every);
  });

  it('a second one is refused while we have the port', async () => {
    const [a] = await nullModem('busy');
    await open({ target: a });
    const other = createConsoles({ host: nodeHost(), stateFolder: join(folder, 'other') });
    cleanups.push(() => other.close());
    const state = await phase(other.open({ target: a }), 'waiting');
    expect(state).toMatchObject({ reason: expect.stringContaining('is in use by') });
  });

  it('gone in the middle of a line and back under the same name: goes on by itself, with a marker in the log', async () => {
    const link = join(folder, 'adapter');
    const session = consoles.open({ target: link, line: { baudRate: 1_500_000 } });
    expect((await phase(session, 'waiting')).phase).toBe('waiting');
    const sums: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const feed = await PtyFeed.at(link, 100_001);
      await phase(session, 'open');
      sums.push(await feed.send());
      await until(() => session.counters.received === (turn + 1) * 100_001);
      await feed.hangUp();
      rmSync(link);
      await phase(session, 'waiting');
    }
    const { text, raw } = consoles.logOf(session.id)!;
    await session.close();
    const bytes = readFileSync(raw);
    const sum = (from: number) =>
      createHash('sha256')
        .update(bytes.subarray(from, from + 100_001))
        .digest('hex');
    expect([sum(0), sum(100_001), sum(200_002)]).toEqual(sums);
    const notes = readFileSync(text, 'utf8').match(/----- .* -----/g)!;
    expect(notes.filter(note => note.includes('connected again'))).toHaveLength(2);
    expect(
      notes.filter(note => note.includes('its other end was closed')),
      notes.join('\n'),
    ).toHaveLength(3);
  });
});

describe('hostile output', () => {
  it('50 MB of noise, endless sequences and 10 MB without a line end: logged, shown harmlessly, in bounded memory', async () => {
    const server = createServer();
    const port = await listen(server, 0);
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const session = await open({ target: `tcp:127.0.0.1:${port}` });
    const [board] = await arrived;
    const noise = randomBytes(1_000_000);
    const parts = [
      ...Array<Buffer>(50).fill(noise),
      Buffer.from('\x1b]0;'),
      ...Array<Buffer>(10).fill(Buffer.alloc(1_000_000, 'x')),
      Buffer.from('\x1b['),
      ...Array<Buffer>(4).fill(Buffer.alloc(1_000_000, '1;')),
      Buffer.from('\x1b]52;c;aGFjaw==\x07\x1b[21t\r\nlast'),
    ];
    const hash = createHash('sha256');
    let most = 0;
    for (const part of parts) {
      hash.update(part);
      if (!board.write(part)) await once(board, 'drain');
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    await says(session, /last$/);
    expect(most).toBeLessThan(120e6);
    const { text } = consoles.logOf(session.id)!;
    expect(await logged(session)).toBe(hash.digest('hex'));
    const tail = readFileSync(text, 'latin1').slice(-500);
    expect(tail).toMatch(/Z last\n/);
    expect(tail).not.toMatch(/\x1b\]|\x1b\[21t/);
    board.destroy();
  });
});

describe('sockets', () => {
  it('the Unix socket of an emulator, which starts later and anew', async () => {
    const path = join(folder, 'emulator.sock');
    const session = consoles.open({ target: `unix:${path}` });
    await phase(session, 'waiting');
    for (const turn of ['first', 'second']) {
      const server = createServer();
      server.on('connection', socket => socket.on('data', typed => socket.end(`${turn} got ${typed}\n`)));
      server.listen(path);
      await once(server, 'listening');
      session.resume();
      await phase(session, 'open');
      await send(session, 'hi');
      await says(session, new RegExp(`${turn} got hi`));
      await phase(session, 'waiting');
      await new Promise(resolve => server.close(resolve));
    }
  });
});

describe('telnet and RFC 2217', () => {
  async function ser2net(accepter: string, device: string): Promise<number> {
    const port = await freePort();
    const config = join(folder, 'ser2net.yaml');
    writeFileSync(
      config,
      `connection: &one\n  accepter: ${accepter},tcp,127.0.0.1,${port}\n  connector: serialdev,${device},9600n81,local\n`,
    );
    start('ser2net', ['-n', '-c', config, '-P', join(folder, 'ser2net.pid')]);
    return port;
  }

  it('RFC 2217 to ser2net: rate and framing reach the far port, every byte passes', async () => {
    const [far, board] = await nullModem('far');
    const port = await ser2net('telnet(rfc2217)', far);
    const session = await open({ target: `rfc2217:127.0.0.1:${port}`, line: { baudRate: 115_200 } });
    const device = await open({ target: board });
    const stty = () => execFileSync('stty', ['-F', realpathSync(far), '-a'], { encoding: 'utf8' });
    expect(session.line!.appliedBaudRate).toBe(115_200);
    expect(stty()).toContain('speed 115200 baud');
    await session.line!.set({ baudRate: 1_500_000, parity: 'odd', stopBits: 2 });
    expect(session.line!.appliedBaudRate).toBe(1_500_000);
    expect(stty()).toMatch(/speed 1500000 baud/);
    expect(stty()).toMatch(/ parodd .* cstopb /);
    await session.line!.set({ parity: 'none', stopBits: 1 });

    const every = Buffer.from(Array.from({ length: 1024 }, (_, i) => i));
    await session.write(every);
    await until(() => device.counters.received === 1024);
    expect(Buffer.from(device.snapshot().bytes)).toEqual(every);
    await device.write(every);
    await until(() => session.counters.received === 1024);
    expect(Buffer.from(session.snapshot().bytes)).toEqual(every);
    await session.sendBreak(20);
  });

  it('a server without RFC 2217 is told apart, and stops for a person', async () => {
    const [far] = await nullModem('plain');
    const port = await ser2net('telnet', far);
    const session = consoles.open({ target: `rfc2217:127.0.0.1:${port}` });
    const state = await phase(session, 'stopped');
    expect(state).toMatchObject({ error: { code: 'LINE_REFUSED', message: expect.stringContaining('RFC 2217') } });
  });

  it('telnet to a login server: options come to rest, the terminal’s size arrives', async () => {
    const port = await freePort();
    const shell = join(folder, 'shell');
    writeFileSync(shell, '#!/bin/sh\necho ready; read line; echo "size $(stty size) $TERM"; read line; exit\n', {
      mode: 0o755,
    });
    start('socat', [`TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`, `EXEC:/usr/sbin/in.telnetd -L ${shell}`]);
    const session = consoles.open({ target: `telnet:127.0.0.1:${port}` });
    session.resize(132, 43);
    await phase(session, 'open');
    await says(session, /ready/);
    await send(session, '\r');
    expect(await says(session, /size .*xterm/)).toContain('size 43 132 xterm');
  });
});

describe('SSH', () => {
  /** An sshd with one host key and one user key. */
  async function sshd(port: number, name: string) {
    const home = join(folder, name);
    mkdirSync(home);
    const keygen = (file: string) =>
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, file)]);
    keygen('host');
    keygen('user');
    mkdirSync('/run/sshd', { recursive: true });
    writeFileSync(
      join(home, 'config'),
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${join(home, 'host')}`,
        `AuthorizedKeysFile ${join(home, 'user.pub')}`,
        `PidFile ${join(home, 'pid')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin yes',
        'ForceCommand echo "hello $(stty size)"; exec sh -i',
      ].join('\n'),
    );
    const child = start('/usr/sbin/sshd', ['-D', '-e', '-f', join(home, 'config')]);
    return { child, key: readFileSync(join(home, 'user')) };
  }

  it('logs in by key, pins the host key, and stops when it changes', async () => {
    const port = await freePort();
    const target = `ssh:root@127.0.0.1:${port}`;
    const first = await sshd(port, 'one');
    let keys = [first.key];
    const session = consoles.open({ target, login: async () => ({ keys }) });
    session.resize(100, 30);
    await phase(session, 'open');
    await says(session, /hello/);
    await send(session, 'echo sum $((40+2)); stty size\n');
    expect(await says(session, /sum 42\s+30 100/)).toContain('sum 42');
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toMatch(`[127.0.0.1]:${port} ssh-ed25519 `);
    await session.close();

    const gone = once(first.child, 'exit');
    first.child.kill();
    await gone;
    const second = await sshd(port, 'two');
    keys = [second.key];
    const again = consoles.open({ target, login: async () => ({ keys }) });
    const state = await phase(again, 'stopped');
    expect(state).toMatchObject({ error: { code: 'HOST_KEY_CHANGED', exitCode: 4 } });
    await again.close();
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('a refused login stops for a person; a password is asked for last, and only where it would be taken', async () => {
    const port = await freePort();
    await sshd(port, 'one');
    let asked = 0;
    const session = consoles.open({
      target: `ssh:root@127.0.0.1:${port}`,
      login: async () => ({
        askPassword: async () => {
          asked++;
          return 'x';
        },
      }),
    });
    const state = await phase(session, 'stopped');
    expect(state).toMatchObject({ error: { code: 'CONSOLE_LOGIN_REFUSED' } });
    expect(asked).toBe(0);
  });
});

describe('the command line', () => {
  const program = fileURLToPath(new URL('../../dist/benchboot.js', import.meta.url));

  /** Runs it to its end, with state of its own. */
  async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const env = { ...process.env, BENCHBOOT_STATE: join(folder, 'cli') };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', text => {
      stdout += text;
    });
    child.stderr.on('data', text => {
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  /** A board that answers each line with `got LINE`, after a clipboard attack. */
  async function answering(): Promise<string> {
    const [port, board] = await nullModem('cli');
    const device = await open({ target: board, log: false });
    let line = '';
    device.onBytes(bytes => {
      line += Buffer.from(bytes).toString('latin1');
      if (!line.endsWith('\r')) return;
      void send(device, `\x1b]52;c;aGFjaw==\x07got ${line.trim()}\r\n=> `);
      line = '';
    });
    return port;
  }

  it('sends, waits, logs, and tells by its exit code what it saw', async () => {
    const port = await answering();
    const log = join(folder, 'boot.log');
    const seen = await run(
      'console',
      port,
      '--baud',
      '1500000',
      '--log',
      log,
      '--send',
      'hello\\r',
      '--wait',
      'got (\\w+)',
    );
    expect(seen.stderr).toBe('');
    expect(seen.code).toBe(0);
    expect(seen.stdout).toContain('got hello');
    expect(readFileSync(join(folder, 'boot.raw'), 'latin1')).toContain('\x1b]52;');
    expect(readFileSync(log, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z got hello$/m);
    const missed = await run('console', port, '--no-log', '--send', 'x\\r', '--wait', 'never', '--within', '1s');
    expect([missed.code, missed.stderr]).toEqual([1, expect.stringContaining('did not see it')]);
  });

  it('runs a script, with records for programs', async () => {
    const port = await answering();
    const script = join(folder, 'script.json');
    const steps = [
      { send: 'one\r', wait: 'got one' },
      { send: '{{word}}\r', wait: { regex: 'got t\\w+' } },
    ];
    writeFileSync(script, JSON.stringify({ name: 'two words', values: { word: { label: 'word' } }, steps }));
    const { code, stdout } = await run('console', port, '--json', '--expect', script, '--set', 'word=two');
    const records = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(records[0]).toMatchObject({ type: 'console.open', target: port });
    expect(records.find(record => record.type === 'console.script')).toMatchObject({ script: 'two words', ok: true });
  });

  it('lists ports as records, and refuses what is no console', async () => {
    const listed = await run('ports', '--json');
    expect(listed.code).toBe(0);
    for (const line of listed.stdout.split('\n').filter(Boolean))
      expect(JSON.parse(line)).toMatchObject({ type: 'port' });
    expect(await run('console', 'nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no console'),
    });
  });
});
