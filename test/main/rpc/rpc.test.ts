/** The contract over every transport: calls, errors as data, views that follow, streams, and what hostile texts do. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { OctetStream } from '../../../main/contract/calls.ts';
import { BenchError } from '../../../main/errors.ts';
import type { Channel } from '../../../main/rpc/channel.ts';
import { memoryChannels } from '../../../main/rpc/memory-channel.ts';
import { readToEngine, readToWindow } from '../../../main/rpc/message.ts';
import { type Pipe, type PipeMessage, pipeChannels } from '../../../main/rpc/pipe-channel.ts';
import { type DomPort, type EmitterPort, portChannel } from '../../../main/rpc/port-channel.ts';
import { type SocketLike, socketChannel } from '../../../main/rpc/socket-channel.ts';
import { errorOf, Stage, Window } from './kit.ts';

type Ends = readonly [engine: Channel, window: Channel];

function nodePorts(): Ends {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return [portChannel(port1 as unknown as EmitterPort), portChannel(port2 as unknown as DomPort)];
}

async function sockets(): Promise<Ends> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ server: http });
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const window = socketChannel(client as unknown as SocketLike);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  onTestFinished(() => {
    client.terminate();
    server.close();
    http.close();
  });
  return [socketChannel(socket as unknown as SocketLike), window];
}

/** Two pipes in one process that behave like two processes: whole messages, later, as copies. */
function pipes(): { near: Pipe; far: Pipe; cut: () => void } {
  const ends = [0, 1].map(() => ({ take: (_: unknown) => {}, gone: () => {} }));
  let cut = false;
  const pipe = (own: number): Pipe => ({
    post: (message: PipeMessage) => {
      const copy = structuredClone(message);
      if (!cut) setImmediate(() => cut || ends[1 - own]!.take(copy));
    },
    onMessage: listener => {
      ends[own]!.take = listener;
    },
    onGone: listener => {
      ends[own]!.gone = listener;
    },
  });
  return {
    near: pipe(0),
    far: pipe(1),
    cut: () => {
      cut = true;
      for (const end of ends) end.gone();
    },
  };
}

async function piped(): Promise<Ends> {
  const { near, far } = pipes();
  const opened = new Promise<Channel>(resolve => pipeChannels(far).onOpened(resolve));
  const window = pipeChannels(near).open();
  return [await opened, window];
}

const TRANSPORTS: readonly (readonly [string, () => Ends | Promise<Ends>])[] = [
  ['memory', memoryChannels],
  ['message port', nodePorts],
  ['WebSocket', sockets],
  ['pipe', piped],
];

describe.each(TRANSPORTS)('over %s', (_name, open) => {
  it('a call gets its result, or its error as data', async () => {
    const [engine, channel] = await open();
    new Stage().serve(engine, {
      'folders.list': ({ path }) => ({ path: path ?? '/home', parent: '/', folders: ['a'], files: [] }),
      'bench.start': async () => {
        throw new BenchError('SAFETY_REFUSED', {
          rule: 'no-default-route',
          because: 'eth0 carries the default route',
          instead: 'Choose another port.',
          override: '--force no-default-route',
        });
      },
    });
    const { connection } = new Window(channel);
    expect(await connection.call('folders.list', { path: '/srv' })).toEqual({
      path: '/srv',
      parent: '/',
      folders: ['a'],
      files: [],
    });
    expect(await errorOf(connection.call('bench.start', { nic: 'eth0' }))).toEqual({
      code: 'SAFETY_REFUSED',
      rule: 'no-default-route',
      overridable: true,
      message: 'eth0 carries the default route. Choose another port.',
    });
  });

  it('a window that comes late gets everything, then what changes', async () => {
    const [engine, channel] = await open();
    const stage = new Stage();
    stage.note('a', 'before');
    stage.log('one');
    stage.serve(engine);
    const window = new Window(channel);
    await window.until(() => window.row('notes', 'a')?.text === 'before');
    expect(window.logs.get('events')).toHaveLength(1);
    await window.connection.call('bench.stop', {}); // what the window has seen has arrived now
    stage.note('b', 'after');
    stage.note('a', '');
    stage.log('two');
    stage.tick();
    await window.until(() => window.row('notes', 'b') !== undefined);
    expect([...window.tables.get('notes')!.keys()]).toEqual(['b']);
    expect(window.logs.get('events')).toMatchObject([{ message: 'one' }, { message: 'two' }]);
    expect(window.messages[1]!.values).toEqual({});
  });

  it('a channel that closes fails the calls that wait for an answer', async () => {
    const [engine, channel] = await open();
    new Stage().serve(engine, { 'bench.stop': () => new Promise(() => {}) });
    const window = new Window(channel);
    const call = errorOf(window.connection.call('bench.stop', {}));
    await window.until(() => window.messages.length > 0);
    engine.close();
    expect(await call).toMatchObject({ code: 'GONE' });
    expect(window.closed).toBe(true);
  });
});

describe('views', () => {
  function room(): { stage: Stage; window: Window; ends: Ends } {
    const ends = memoryChannels();
    const stage = new Stage();
    stage.serve(ends[0]);
    return { stage, window: new Window(ends[1]), ends };
  }
  const settled = () => new Promise<void>(resolve => setImmediate(resolve));

  it('a window that has not shown the last change gets no other one, and then the newest in one piece', async () => {
    const { stage, window } = room();
    let done = () => {};
    window.paint = given => {
      done = given;
    };
    await settled();
    for (let i = 1; i <= 500; i++) stage.note('a', `text ${i}`);
    stage.tick();
    await settled();
    expect(window.messages).toHaveLength(1);
    done();
    await settled();
    stage.tick();
    await settled();
    expect(window.messages).toHaveLength(2);
    expect(window.messages[1]!.tables).toEqual({
      notes: { all: false, rows: { a: { text: 'text 500', at: 1 } }, gone: [] },
    });
  });

  it('what does not follow is asked for anew', async () => {
    const { stage, window, ends } = room();
    await settled();
    ends[0].send(JSON.stringify({ kind: 'views', from: 77, n: 78, values: {}, tables: {}, logs: {} }));
    stage.note('a', 'x');
    await settled();
    stage.tick();
    await settled();
    expect(window.messages.map(({ from }) => from)).toEqual([0, 0]);
    expect(window.row('notes', 'a')?.text).toBe('x');
  });

  it('a log that ran ahead of what is sent at once begins anew in the window', async () => {
    const { stage, window } = room();
    await settled();
    for (let i = 1; i <= 3_000; i++) stage.log(`line ${i}`);
    stage.tick();
    await settled();
    const events = window.logs.get('events') as { n: number }[];
    expect(events).toHaveLength(2_000);
    expect(events.at(0)!.n).toBe(1_001);
    expect(events.at(-1)!.n).toBe(3_000);
  });

  it('two windows agree', async () => {
    const stage = new Stage();
    const windows = [memoryChannels(), memoryChannels()].map(([engine, channel]) => {
      stage.serve(engine);
      return new Window(channel);
    });
    await settled();
    stage.note('a', 'same');
    stage.tick();
    await settled();
    expect(windows.map(window => window.row('notes', 'a')?.text)).toEqual(['same', 'same']);
  });

  it('a window that is gone is forgotten: changes cost nothing for it', async () => {
    const { stage, ends } = room();
    await settled();
    ends[1].close();
    await settled();
    stage.note('a', 'x');
    expect(stage.waiting).toEqual([]);
  });
});

describe('what a window sends', () => {
  async function answersTo(...texts: string[]) {
    const [engine, window] = memoryChannels();
    new Stage().serve(engine, { 'folders.list': () => ({ path: '/', parent: undefined, folders: [], files: [] }) });
    const answers: Record<string, unknown>[] = [];
    let closed = false;
    window.onText(text => void answers.push(JSON.parse(text)));
    window.onClose(() => {
      closed = true;
    });
    for (const text of texts) window.send(text);
    await new Promise<void>(resolve => setTimeout(resolve, 5));
    return { answers: answers.filter(({ kind }) => kind !== 'views'), closed };
  }
  const call = (name: string, args: unknown) => JSON.stringify({ kind: 'call', id: 1, call: name, args });

  it.each([
    ['a call that is not there', call('bench.explode', {})],
    ['a name of every object', call('constructor', {})],
    ['an argument of the wrong type', call('folders.list', { path: 7 })],
    ['an argument that nobody asked for', call('folders.list', { path: '/', more: true })],
    ['no arguments where some are needed', call('packets.get', undefined)],
    ['an address that is far too long', call('bench.plan', { nic: 'eth0', address: '1'.repeat(10_000) })],
    ['a limit out of bounds', call('packets.list', { limit: 1e9 })],
  ])('%s: fails its own call', async (_name, text) => {
    expect(await answersTo(text)).toMatchObject({
      closed: false,
      answers: [{ kind: 'failed', error: { code: 'BAD_CALL' } }],
    });
  });

  it('what is no message at all is dropped; who goes on with it is put out', async () => {
    const bad = ['', '{', '[]', 'null', '{"kind":"call"}', '{"kind":"seen","n":"1"}', '\u0000'];
    const good = call('folders.list', {});
    expect(await answersTo(...bad, good)).toMatchObject({ closed: false, answers: [{ kind: 'result', id: 1 }] });
    expect(await answersTo(...Array.from({ length: 20 }, () => '{'))).toMatchObject({ closed: true, answers: [] });
  });

  it('a window with too many open calls is told so', async () => {
    const [engine, channel] = memoryChannels();
    new Stage().serve(engine, { 'bench.stop': () => new Promise(() => {}) });
    const { connection } = new Window(channel);
    for (let i = 0; i < 256; i++) void errorOf(connection.call('bench.stop', {}));
    expect(await errorOf(connection.call('bench.stop', {}))).toMatchObject({ code: 'BAD_CALL' });
  });

  it('never throws out of the readers, whatever the text', () => {
    const kinds = ['call', 'seen', 'resync', 'taken', 'result', 'views', 'data', 'ended'];
    const shaped = fc.record(
      {
        kind: fc.constantFrom(...kinds),
        id: fc.anything(),
        call: fc.anything(),
        n: fc.anything(),
        args: fc.anything(),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          shaped.map(value => JSON.stringify(value) ?? ''),
        ),
        text => {
          readToEngine(text);
          readToWindow(text);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('streams', () => {
  async function streaming() {
    const [engine, channel] = memoryChannels();
    let stream: OctetStream | undefined;
    new Stage().serve(engine, {
      'bench.stop': (_args, caller) => {
        stream = caller.stream();
      },
    });
    const window = new Window(channel);
    await window.connection.call('bench.stop', {});
    return { stream: stream!, window };
  }
  const settled = () => new Promise<void>(resolve => setTimeout(resolve, 5));

  it('octets arrive whole and in order, also those that came before anybody listened', async () => {
    const { stream, window } = await streaming();
    const all = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
    stream.write(all.subarray(0, 10));
    await settled();
    const got: number[] = [];
    let ended = false;
    window.connection.onStream(stream.id, {
      data: bytes => void got.push(...bytes),
      ended: () => {
        ended = true;
      },
    });
    for (let at = 10; at < all.length; at += 999) stream.write(all.subarray(at, at + 999));
    await settled();
    stream.end();
    await settled();
    expect(Buffer.from(got).equals(Buffer.from(all))).toBe(true);
    expect(ended).toBe(true);
  });

  it('a window that does not take them in loses the middle and is told how much', async () => {
    const { stream, window } = await streaming();
    const chunk = 64 * 1024;
    for (let i = 0; i < 64; i++) stream.write(new Uint8Array(chunk).fill(i));
    await settled();
    let octets = 0;
    let skipped = 0;
    let last = -1;
    window.connection.onStream(stream.id, {
      data(bytes, left) {
        octets += bytes.length;
        skipped += left;
        last = bytes[0]!;
      },
    });
    await settled();
    expect(octets + skipped).toBe(64 * chunk);
    expect(skipped).toBeGreaterThan(0);
    expect(last).toBe(63);
  });
});

describe('a pipe between two processes', () => {
  it('carries many windows, and ends them all with the process', async () => {
    const child = fork(new URL('./pipe-child.ts', import.meta.url), { serialization: 'json' });
    const { open } = pipeChannels({
      post: message => void child.send(message),
      onMessage: listener => void child.on('message', listener),
      onGone: listener => void child.once('exit', listener),
    });
    const windows = [new Window(open()), new Window(open())];
    const paths = await Promise.all(
      windows.map(({ connection }, i) => connection.call('folders.list', { path: `/${i}` })),
    );
    expect(paths.map(({ path }) => path)).toEqual(['/0', '/1']);
    const call = errorOf(windows[0]!.connection.call('bench.stop', {}));
    child.kill('SIGKILL');
    expect(await call).toMatchObject({ code: 'GONE' });
    expect(windows.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('what belongs to a window that was closed reaches no other one', async () => {
    const { near, far } = pipes();
    const opened: Channel[] = [];
    pipeChannels(far).onOpened(channel => void opened.push(channel));
    const side = pipeChannels(near);
    const first = side.open();
    first.send('hello');
    first.close();
    near.post({ window: 1, text: 'late' });
    side.open().send('second');
    await new Promise<void>(resolve => setTimeout(resolve, 5));
    expect(opened).toHaveLength(2);
  });

  it('what is no message of the pipe is not for it', async () => {
    const { near, far } = pipes();
    let opened = 0;
    pipeChannels(far).onOpened(() => void opened++);
    for (const message of [
      'ready',
      null,
      {},
      { window: '1', text: 'x' },
      { window: 1 },
      { window: 1, text: 2 },
      { window: 1, text: 'nobody' },
    ])
      near.post(message as unknown as PipeMessage);
    await new Promise<void>(resolve => setTimeout(resolve, 5));
    expect(opened).toBe(0);
  });
});
