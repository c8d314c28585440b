import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Consoles, createConsoles } from '../../../main/console/consoles.ts';
import type { Link } from '../../../main/console/link.ts';
import { LinkEvents } from '../../../main/console/links/link-events.ts';
import { LiveSession } from '../../../main/console/live-session.ts';
import type { SessionState } from '../../../main/console/session.ts';
import { BenchError } from '../../../main/errors.ts';
import { settled } from '../../../main/host/memory/memory-clock.ts';
import { type MemoryHost, memoryHost } from '../../../main/host/memory/memory-host.ts';

const ADAPTER = { vendorId: '1a86', productId: '55d3', serialNumber: '5435', interfaceNumber: 0 };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

let host: MemoryHost;
let stateFolder: string;
let consoles: Consoles;
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'console-session-'));
  host = memoryHost({ nics: [] });
  consoles = createConsoles({ host, stateFolder });
  onTestFinished(async () => {
    await consoles.close();
    rmSync(stateFolder, { recursive: true });
  });
});

describe('a session on a serial port', () => {
  it('reads and logs whether or not anybody looks, and gives what was to who comes late', async () => {
    const board = host.serialPorts.plug({ path: '/dev/ttyUSB0', ...ADAPTER });
    const session = consoles.open({ target: '/dev/ttyUSB0' });
    await settled();
    expect(session.state.phase).toBe('open');
    board.send(Buffer.from('U-Boot\r\n=> '));
    const seen: string[] = [];
    session.attach(item => seen.push(item.type === 'bytes' ? text(item.bytes) : item.type));
    board.send(Buffer.from('go'));
    expect(seen).toEqual(['marker', 'U-Boot\r\n=> ', 'go']);
    expect(session.counters).toEqual({ received: 13, sent: 0, lines: 1, connections: 1 });
    const { raw } = consoles.logOf(session.id)!;
    await session.close();
    expect(readFileSync(raw, 'utf8')).toBe('U-Boot\r\n=> go');
    expect(consoles.sessions()).toEqual([]);
  });

  it('waits for an adapter that is not there, and takes the same one up again under another name', async () => {
    const session = consoles.open({ target: '/dev/ttyUSB0', line: { baudRate: 1_500_000 } });
    const phases: string[] = [];
    session.onState(state => phases.push(state.phase));
    await settled();
    const board = host.serialPorts.plug({ path: '/dev/ttyUSB0', ...ADAPTER });
    await host.clock.run(300);
    await session.line!.set({ parity: 'even' });
    await session.line!.setModemLines({ rts: false });
    board.send(Buffer.from('half a li'));

    host.serialPorts.unplug('/dev/ttyUSB0');
    expect(session.state).toMatchObject({ phase: 'waiting', reason: 'the adapter was unplugged' });
    await expect(session.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'CONSOLE_CLOSED' });
    // Another adapter takes its name: it is not ours.
    host.serialPorts.plug({ path: '/dev/ttyUSB0', ...ADAPTER, serialNumber: 'other' });
    await host.clock.run(1000);
    expect(session.state.phase).toBe('waiting');
    host.serialPorts.plug({ path: '/dev/ttyUSB3', ...ADAPTER }, board);
    await host.clock.run(300);
    expect(session.state.phase).toBe('open');
    expect(board.settings).toMatchObject({ baudRate: 1_500_000, parity: 'even' });
    expect(board.lines).toMatchObject({ dtr: true, rts: false });
    board.send(Buffer.from('ne\n'));
    expect(text(session.snapshot().bytes)).toBe('half a line\n');
    expect(phases).toEqual(['waiting', 'open', 'waiting', 'waiting', 'open']);
    expect(session.markers.map(marker => [marker.offset, marker.text])).toEqual([
      [0, '/dev/ttyUSB0 is connected'],
      [9, '/dev/ttyUSB0: the adapter was unplugged'],
      [9, '/dev/ttyUSB0 is connected again after 1.3 s'],
    ]);
  });

  it('knows an adapter without serial number by its place on the bus', async () => {
    const place = { vendorId: '1a86', productId: '7523', busPath: 'usb-0000:00:14.0-2' };
    const board = host.serialPorts.plug({ path: '/dev/ttyUSB0', ...place });
    const session = consoles.open({ target: '/dev/ttyUSB0' });
    await settled();
    host.serialPorts.unplug('/dev/ttyUSB0');
    host.serialPorts.plug({ path: '/dev/ttyUSB0', ...place, busPath: 'usb-0000:00:14.0-3' });
    await host.clock.run(600);
    expect(session.state.phase).toBe('waiting');
    host.serialPorts.plug({ path: '/dev/ttyUSB1', ...place }, board);
    await host.clock.run(600);
    expect(session.state.phase).toBe('open');
  });

  it('lets another program have the port, and takes it back with everything it knew', async () => {
    const board = host.serialPorts.plug({ path: '/dev/ttyUSB0', ...ADAPTER });
    const session = consoles.open({ target: '/dev/ttyUSB0' });
    await settled();
    board.send(Buffer.from('before '));
    await session.release();
    const other = await host.serialPorts.open('/dev/ttyUSB0', session.line?.settings ?? board.settings!);
    await host.clock.run(1000);
    expect(session.state.phase).toBe('released');
    await other.close();
    session.resume();
    await settled();
    board.send(Buffer.from('after'));
    expect(text(session.snapshot().bytes)).toBe('before after');
  });

  it('one writes alone while it has the right to', async () => {
    const board = host.serialPorts.plug({ path: '/dev/ttyUSB0', ...ADAPTER });
    const session = consoles.open({ target: '/dev/ttyUSB0' });
    await settled();
    const claim = session.claim('sending a file');
    await expect(session.write(Buffer.from('typed'))).rejects.toThrow('sending a file');
    expect(() => session.claim('a script')).toThrow('sending a file');
    await claim.write(Buffer.from('block'));
    claim.release();
    await session.write(Buffer.from(' typed'));
    expect(text(board.received())).toBe('block typed');
    await expect(claim.write(Buffer.from('late'))).rejects.toMatchObject({ code: 'CONSOLE_CLOSED' });
  });

  it('opens a target once, and says what is none', () => {
    expect(consoles.open({ target: 'ttyUSB7' })).toBe(consoles.open({ target: '/dev/ttyUSB7' }));
    expect(() => consoles.open({ target: 'tcp:nowhere' })).toThrow('is no console');
  });
});

describe('a session over any link', () => {
  const fakeLink = (more: Partial<Link> = {}) => {
    const events = new LinkEvents();
    const link: Link = {
      onData: events.onData,
      onClose: events.onClose,
      write: async () => {},
      close: async () => events.end({ reason: 'closed', wanted: true }),
      ...more,
    };
    return { events, link };
  };

  it('stops for good where a person must decide, and tries again when told to', async () => {
    let tries = 0;
    const { link } = fakeLink();
    const states: SessionState[] = [];
    const session = new LiveSession({
      id: 'x',
      clock: host.clock,
      dialer: {
        target: 'ssh:a@b',
        retryAfter: () => 100,
        open: async () => {
          if (++tries > 1) return link;
          throw new BenchError('CONSOLE_LOGIN_REFUSED', { target: 'ssh:a@b', reason: 'no' });
        },
      },
    });
    session.onState(state => states.push(state));
    await host.clock.run(5000);
    expect([tries, session.state.phase]).toEqual([1, 'stopped']);
    session.resume();
    await settled();
    expect(session.state.phase).toBe('open');
    await session.close();
    expect(states.map(state => state.phase)).toEqual(['stopped', 'connecting', 'open', 'closed']);
  });

  it('a link that comes after the session was closed is closed too', async () => {
    let give!: (link: Link) => void;
    const { link, events } = fakeLink();
    const session = new LiveSession({
      id: 'x',
      clock: host.clock,
      dialer: { target: 't', retryAfter: () => 1, open: () => new Promise(resolve => (give = resolve)) },
    });
    await session.close();
    give(link);
    await settled();
    expect(events.ended).toBe(true);
  });
});
