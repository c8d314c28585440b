/** Consoles as a window uses them: a real TCP line behind the session, everything else made of nothing. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../../main/app/app.ts';
import type { CallArgs, CallName, CallResult } from '../../../main/contract/calls.ts';
import { type Machine, machine } from '../memory-bench.ts';
import { errorOf, type Window } from '../rpc/kit.ts';
import { attachWindow, openApp } from './opened-app.ts';

let m: Machine;
let app: App;
let window: Window;
let server: Server;
let board: Socket;
let target: string;
let accepted: Promise<Socket>;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  target = `tcp:127.0.0.1:${(server.address() as { port: number }).port}`;
  m = machine();
  app = await openApp(m);
  window = attachWindow(app);
});
afterEach(async () => {
  board?.destroy();
  await app.close();
  await m.remove();
  server.close();
});

const call = <N extends CallName>(name: N, args: CallArgs<N>, of = window): Promise<CallResult<N>> =>
  m.wound(of.connection.call(name, args));

async function opened(): Promise<string> {
  const { id } = await call('console.open', { target });
  board = await accepted;
  board.setNoDelay(true);
  await window.until(() => window.row('consoles', id)?.state.phase === 'open');
  return id;
}

/** What a window is given of a console, as text. */
async function attach(id: string, of = window, as: 'terminal' | 'octets' = 'terminal') {
  const { stream } = await call('console.attach', { id, from: 'oldest', as }, of);
  let text = '';
  const arrived: (() => void)[] = [];
  of.connection.onStream(stream, {
    data(bytes) {
      text += Buffer.from(bytes).toString('latin1');
      for (const wake of arrived.splice(0)) wake();
    },
  });
  return {
    stream,
    get text() {
      return text;
    },
    async until(part: string) {
      while (!text.includes(part)) await new Promise<void>(resolve => arrived.push(resolve));
    },
  };
}

describe('a console', () => {
  it('shows what the board says, also what it said before the window looked; what is typed arrives', async () => {
    const id = await opened();
    board.write('U-Boot 2026.01\r\n');
    await window.until(() => (window.row('consoleCounters', id)?.received ?? 0) >= 16);
    const seen = await attach(id);
    await seen.until('U-Boot 2026.01');
    const typed = once(board, 'data');
    await call('console.write', { id, base64: Buffer.from('help\r').toString('base64') });
    expect(String((await typed)[0])).toBe('help\r');
    await window.until(() => (window.row('consoles', id)?.story?.stages.length ?? 0) > 0);
    expect(window.row('consoles', id)).toMatchObject({
      name: target,
      target,
      story: { stages: [{ stage: 'uboot' }] },
    });
  });

  it('is filtered for a terminal; a view of octets gets each one as it came', async () => {
    const id = await opened();
    const octets = Buffer.from([
      0, 1, 0x1b, 0x5d, 0x35, 0x32, 0x3b, 0x63, 0x3b, 0x61, 7, 5, 0x80, 0xff, 0x9b, 0x63, 0x2e,
    ]);
    const views = [await attach(id), await attach(id, window, 'octets')];
    board.write(octets);
    for (const view of views) await view.until('.');
    expect(Buffer.from(views[1]!.text, 'latin1')).toEqual(octets);
    expect(views[0]!.text).not.toMatch(/\x1b|\x05|52;c/);
    // All of them once, also for a view that comes later and for more than one goes without being asked.
    const many = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i * 7));
    board.write(many);
    await window.until(() => (window.row('consoleCounters', id)?.received ?? 0) >= octets.length + many.length);
    const late = await attach(id, window, 'octets');
    await expect.poll(() => late.text.length, { timeout: 20_000 }).toBe(octets.length + many.length);
    expect(Buffer.from(late.text, 'latin1')).toEqual(Buffer.concat([octets, many]));
  });

  it('shows its recent output first, and says how much more is kept', async () => {
    const id = await opened();
    const line = (n: number): string => `line ${String(n).padStart(6, '0')} ${'.'.repeat(50)}\r\n`;
    const all = Array.from({ length: 30_000 }, (_, n) => line(n)).join('');
    board.write(all);
    await window.until(() => window.row('consoleCounters', id)?.received === all.length);
    const recent = await call('console.attach', { id, from: 'recent', as: 'octets' });
    expect(recent).toMatchObject({ held: 1 << 20, older: all.length - (1 << 20) });
    const oldest = await call('console.attach', { id, from: 'oldest', as: 'octets' });
    expect(oldest).toMatchObject({ held: all.length, older: 0 });
    expect(await call('console.attach', { id, from: 'now', as: 'octets' })).toMatchObject({
      held: 0,
      older: all.length,
    });
    let text = '';
    window.connection.onStream(recent.stream, {
      data(bytes) {
        text += Buffer.from(bytes).toString('latin1');
      },
    });
    await expect.poll(() => text.length).toBe(1 << 20);
    expect(text).toBe(all.slice(-(1 << 20)));
  });

  it('says in its terminal where it was interrupted and what a person noted, and nothing of it in its octets', async () => {
    const id = await opened();
    const views = [await attach(id), await attach(id, window, 'octets')];
    board.write('one\r\n');
    for (const view of views) await view.until('one');
    await call('console.mark', { id, text: 'swapped the \x1b[31mcard' });
    accepted = once(server, 'connection').then(([socket]) => socket as Socket);
    board.destroy();
    await m.wound(accepted.then(socket => socket.write('two\r\n')));
    for (const view of views) await view.until('two');
    expect(views[1]!.text).toBe('one\r\ntwo\r\n');
    const text = Buffer.from(views[0]!.text, 'latin1').toString();
    expect(text).toMatch(/one.*── swapped the .*card ──.*── tcp:.*closed.* ──.*── tcp:.*connected again.*──.*two/s);
  });

  it('is one for all windows; each has a stream of its own', async () => {
    const id = await opened();
    const second = attachWindow(app);
    expect(await call('console.open', { target }, second)).toEqual({ id });
    const views = [await attach(id), await attach(id, second)];
    board.write('login: ');
    for (const view of views) await view.until('login: ');
    await call('console.detach', { stream: views[0]!.stream });
    board.write('root\r\n');
    await views[1]!.until('root');
    expect(views[0]!.text).toBe('login: ');
  });

  it('is renamed, marked, and closed for good', async () => {
    const id = await opened();
    await call('console.rename', { id, name: 'blade3' });
    await call('console.mark', { id, text: 'swapped the card' });
    await window.until(() => window.row('consoles', id)?.name === 'blade3');
    await window.until(
      () => window.row('consoles', id)?.markers.some(({ text }) => text === 'swapped the card') === true,
    );
    await call('console.close', { id });
    await window.until(() => window.row('consoles', id) === undefined);
    expect(await errorOf(call('console.write', { id, base64: '' }))).toMatchObject({ code: 'USAGE' });
  });

  it('runs one script at a time, which a person may stop', async () => {
    const id = await opened();
    const script = { name: 'wait', steps: [{ wait: 'never', within: 3600 }] };
    const running = call('console.script', { id, script });
    await window.until(() => window.row('consoles', id)?.job !== undefined);
    expect(window.row('consoles', id)?.job).toMatchObject({ kind: 'script', says: 'Running wait' });
    expect(await errorOf(window.connection.call('console.paste', { id, text: 'x' }))).toMatchObject({ code: 'USAGE' });
    await window.connection.call('console.cancel', { id });
    expect((await running).ok).toBe(false);
    await window.until(() => window.row('consoles', id)?.job === undefined);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a target that is none', () => call('console.open', { target: 'carrier pigeon' }), 'USAGE'],
    [
      'a script that is none',
      async () => call('console.script', { id: await opened(), script: { steps: [] } }),
      'USAGE',
    ],
    ['a script nobody wrote', async () => call('console.script', { id: await opened(), script: 'fly' }), 'USAGE'],
    [
      'a line where there is none',
      async () => call('console.line', { id: await opened(), settings: { baudRate: 9600 } }),
      'LINE_REFUSED',
    ],
    ['a box nobody logged in to', () => call('box.presence', { id: 'x' }), 'USAGE'],
    ['octets that are none', async () => call('console.write', { id: await opened(), base64: '%' }), 'BAD_CALL'],
  ])('%s is refused in a sentence', async (_name, refused, code) => {
    expect(await errorOf(refused())).toMatchObject({ code });
  });
});
