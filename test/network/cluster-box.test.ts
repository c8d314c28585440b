/** A cluster box's control board: OpenSSH's server, a nodectl that prints what the real ones print, ptys behind picocom. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consoles, createConsoles } from '../../main/console/consoles.ts';
import { knownHosts } from '../../main/console/known-hosts.ts';
import type { Session } from '../../main/console/session.ts';
import { nodeClock } from '../../main/host/node/clock.ts';
import { nodeSerialPorts } from '../../main/host/node/serial-ports.ts';
import { type Box, openBox } from '../../main/oobm/box.ts';
import { ControlBoard } from '../lab/control-board.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchboot-box-'));
const path = (name: string): string => join(folder, name);

let board: ControlBoard;
let consoles: Consoles;
const user = userInfo().username;
const place = () => ({ host: '127.0.0.1', port: board.port, user });
const login = async () => ({ keys: [readFileSync(board.key)] });
const open = (file = 'known_hosts'): Promise<Box> =>
  openBox({ place: place(), login, knownHosts: knownHosts(path(file)), clock: nodeClock });

beforeAll(async () => {
  board = new ControlBoard({ folder, port: await freePort() });
  await board.on();
  consoles = createConsoles({
    host: { clock: nodeClock, serialPorts: nodeSerialPorts(process.platform) },
    stateFolder: folder,
  });
});
afterAll(async () => {
  await consoles?.close();
  await board?.off();
  rmSync(folder, { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server: Server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}

describe('a cluster box', () => {
  it('tells presence for what it is, switches several blades, and keeps every command with its output', async () => {
    const box = await open();
    try {
      expect(box.variant).toBe('maker');
      const presence = await box.presence();
      expect(presence.devices.map(device => device.address)).toEqual(['01:00.0', '02:00.0']);
      expect(presence.means).toContain('not power');

      const told: string[] = [];
      box.onRecord(record => told.push(record.command));
      const results = await box.power('poweroff', [1, 4, 2]);
      expect(results.map(({ blade, ok }) => [blade, ok])).toEqual([
        [1, true],
        [4, false],
        [2, true],
      ]);
      expect(results[1]!.record).toMatchObject({ exit: 1, failed: 'open gpio failed: No such file or directory' });
      expect(results[0]!.caveat).toContain('three pins');
      await box.rescan();
      expect(told).toEqual([
        'nodectl poweroff -n 1',
        'nodectl poweroff -n 4',
        'nodectl poweroff -n 2',
        'nodectl rescan',
      ]);
      expect(box.records.map(record => record.command).slice(0, 2)).toEqual(['nodectl --version', 'nodectl list']);
      expect(box.records[1]!.output).toContain('Mixtile Limited Blade 3');
      expect(board.calls).toContain('poweroff -n 2');
    } finally {
      await box.close();
    }
  });

  it('opens the consoles of four blades beside each other, and each answers on its own', async () => {
    const box = await open();
    try {
      const sessions = ([1, 2, 3, 4] as const).map(blade =>
        consoles.openDialer(box.console(blade), { name: `blade ${blade}` }),
      );
      await Promise.all(sessions.map(session => shows(session, 'U-Boot')));
      expect(sessions.map(session => /ttyCH343USB\d/.exec(text(session))?.[0])).toEqual([
        'ttyCH343USB1',
        'ttyCH343USB2',
        'ttyCH343USB3',
        'ttyCH343USB0',
      ]);
      await sessions[2]!.write(Buffer.from('hello\r'));
      await shows(sessions[2]!, 'hello');
      expect(text(sessions[1]!)).not.toContain('hello');
      // The connection that gives commands is another one.
      expect((await box.presence()).devices).toHaveLength(2);
    } finally {
      await box.close();
    }
  });

  it('works with the rewrite, connects again by itself, and says so when there is no nodectl', async () => {
    board.nodectl('rewrite');
    const box = await open();
    expect(box.variant).toBe('rewrite');
    expect((await box.presence()).devices).toEqual([]);
    await board.off();
    await board.on('host1');
    await expect.poll(async () => (await box.rescan().catch(() => undefined))?.exit).toBe(0);
    await box.close();
    rmSync(join(board.bin, 'nodectl'));
    await expect(open()).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    board.nodectl('maker');
  });

  it('stops at another host key than before', async () => {
    await board.off();
    await board.on('host2');
    await expect(open()).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
    await board.off();
    await board.on('host1');
    await (await open()).close();
  });

  it('knows a board whose SSH server drops everybody, one that is not there, and a login that is refused', async () => {
    const dropping = createServer(socket => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise(resolve => dropping.once('listening', resolve));
    const at = (other: number, who = user) =>
      openBox({
        place: { host: '127.0.0.1', port: other, user: who },
        login,
        knownHosts: knownHosts(path('other')),
        clock: nodeClock,
      });
    await expect(at((dropping.address() as { port: number }).port)).rejects.toMatchObject({ code: 'BOX_DROPS_SSH' });
    await new Promise(resolve => dropping.close(resolve));
    await expect(at(await freePort())).rejects.toMatchObject({ code: 'CONSOLE_UNREACHABLE' });
    await expect(at(board.port, 'nobody')).rejects.toMatchObject({ code: 'CONSOLE_LOGIN_REFUSED' });
  });
});

const text = (session: Session): string => Buffer.from(session.snapshot().bytes).toString();
const shows = (session: Session, what: string): Promise<void> => expect.poll(() => text(session)).toContain(what);
