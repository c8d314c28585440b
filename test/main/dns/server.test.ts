import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import dns from 'dns-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchEvent } from '../../../main/bench/events.ts';
import type { UpstreamSockets } from '../../../main/dns/forward.ts';
import { type DnsOptions, type DnsServer, startDns } from '../../../main/dns/server.ts';
import { framed, Unframer } from '../../../main/dns/tcp-frames.ts';
import { upstreamSockets } from '../../../main/dns/upstream-sockets.ts';
import type { Endpoint, Sockets, UdpSocket } from '../../../main/host/host.ts';

const BENCH = { network: '10.32.0.0', prefix: 24 };
const client: Endpoint = { address: '10.32.0.77', port: 40_000 };
const query = (name: string, id = 1) =>
  dns.encode({ type: 'query', id, flags: dns.RECURSION_DESIRED, questions: [{ name, type: 'A' }] });
const settled = () => new Promise<void>(resolve => setImmediate(resolve));

/** A clock that stands until it is told otherwise. */
function handClock() {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  return {
    clock: {
      now: () => now,
      after(ms: number, work: () => void) {
        const timer = { at: now + ms, work };
        timers.push(timer);
        return () => {
          timers = timers.filter(other => other !== timer);
        };
      },
    },
    pending: () => timers.length,
    async advance(ms: number) {
      now += ms;
      const due = timers.filter(timer => timer.at <= now);
      timers = timers.filter(timer => timer.at > now);
      for (const timer of due) timer.work();
      await settled();
    },
  };
}

/** The bench side: what the server hears and says. */
function benchSockets() {
  const sent: { packet: dns.DecodedPacket & { rcode: string }; to: Endpoint }[] = [];
  let hear: (bytes: Uint8Array, from: Endpoint) => void = () => {};
  const udp: UdpSocket = {
    local: { address: '10.32.0.1', port: 53 },
    onMessage: listener => {
      hear = listener;
    },
    onError: () => {},
    send: (bytes, to) => void sent.push({ packet: dns.decode(Buffer.from(bytes)) as never, to }),
    close: async () => {},
  };
  const sockets: Sockets = {
    udp: async () => udp,
    listen: async (_server, options) => options,
    holder: async () => undefined,
  };
  return { sockets, sent, hear: (bytes: Uint8Array, from = client) => hear(bytes, from) };
}

/** The other side: resolvers by address, each of which hears queries and answers as the test says. */
function resolvers() {
  const asked: {
    to: Endpoint;
    bytes: Uint8Array;
    reply: (bytes: Uint8Array, from?: Endpoint) => void;
    fail: () => void;
  }[] = [];
  let open = 0;
  const sockets: UpstreamSockets = {
    udp(to) {
      open += 1;
      let received: (bytes: Uint8Array, from: Endpoint) => void = () => {};
      let failed: (error: Error) => void = () => {};
      return {
        onMessage: listener => {
          received = listener;
        },
        onError: listener => {
          failed = listener;
        },
        send: bytes =>
          void asked.push({
            to,
            bytes,
            reply: (reply, from = to) => received(reply, from),
            fail: () => failed(new Error('refused')),
          }),
        close: () => {
          open -= 1;
        },
      };
    },
    tcp: () => {
      throw new Error('not here');
    },
  };
  return { sockets, asked, open: () => open };
}
const replyTo = (bytes: Uint8Array, data = '93.184.216.34') => {
  const { id, questions } = dns.decode(Buffer.from(bytes));
  return dns.encode({
    type: 'response',
    id: id!,
    questions: questions!,
    answers: [{ type: 'A', name: questions![0]!.name, data }],
  });
};

describe('the name server on the bench', () => {
  let bench: ReturnType<typeof benchSockets>;
  let world: ReturnType<typeof resolvers>;
  let time: ReturnType<typeof handClock>;
  let events: BenchEvent[];
  let upstream: Endpoint[];
  let server: DnsServer;
  let nextId: number;

  beforeEach(async () => {
    bench = benchSockets();
    world = resolvers();
    time = handClock();
    events = [];
    nextId = 0x4000;
    upstream = [
      { address: '9.9.9.9', port: 53 },
      { address: '1.1.1.1', port: 53 },
    ];
    const options: DnsOptions = {
      sockets: bench.sockets,
      clock: time.clock,
      nic: 'bench0',
      address: '10.32.0.1',
      subnet: BENCH,
      lookup: name => (name === 'node-1' ? '10.32.0.77' : undefined),
      reverse: () => undefined,
      upstream: () => upstream,
      upstreamSockets: world.sockets,
      random16: () => nextId++,
      macOf: ip => (ip === client.address ? '52:54:00:be:00:01' : undefined),
      emit: event => void events.push(event),
    };
    server = await startDns(options);
  });
  afterEach(() => server.close());
  const lastEvent = () => events.at(-1) as BenchEvent & { result: string };

  it('answers a leased name and reports who asked', async () => {
    bench.hear(query('node-1.bench'));
    await settled();
    expect(bench.sent[0]).toMatchObject({ to: client, packet: { answers: [{ data: '10.32.0.77' }] } });
    expect(events).toEqual([
      {
        type: 'dns.query',
        ip: client.address,
        mac: '52:54:00:be:00:01',
        name: 'node-1.bench',
        qtype: 'A',
        result: 'answered',
      },
    ]);
  });

  it('chosen-nic-only: a sender that is not on the bench gets nothing', async () => {
    for (const from of [
      { address: '192.168.1.5', port: 5 },
      { address: '10.32.0.77', port: 0 },
      { address: 'fe80::1', port: 5 },
    ]) {
      bench.hear(query('node-1.bench'), from);
    }
    await settled();
    expect(bench.sent).toEqual([]);
  });

  it('forwards the rest under another id and gives the reply back under the first', async () => {
    bench.hear(query('example.org', 77));
    await settled();
    expect(world.asked).toHaveLength(1);
    expect(dns.decode(Buffer.from(world.asked[0]!.bytes)).id).toBe(0x4000);
    world.asked[0]!.reply(replyTo(world.asked[0]!.bytes));
    await settled();
    expect(bench.sent[0]!.packet).toMatchObject({ id: 77, answers: [{ data: '93.184.216.34' }] });
    expect(lastEvent().result).toBe('forwarded');
    expect([world.open(), time.pending()]).toEqual([0, 0]);
  });

  it('takes no reply with another id, question or sender, nor a query', async () => {
    bench.hear(query('example.org'));
    await settled();
    const { bytes, reply } = world.asked[0]!;
    const forged = replyTo(bytes, '6.6.6.6');
    const otherId = new Uint8Array(forged);
    otherId[1] = otherId[1]! ^ 1;
    reply(otherId);
    reply(replyTo(query('example.com', 0x4000), '6.6.6.6'));
    reply(forged, { address: '6.6.6.6', port: 53 });
    reply(forged, { address: '9.9.9.9', port: 5353 });
    reply(bytes);
    reply(new Uint8Array(5));
    await settled();
    expect(bench.sent).toEqual([]);
    reply(replyTo(bytes));
    await settled();
    expect(bench.sent[0]!.packet.answers).toMatchObject([{ data: '93.184.216.34' }]);
  });

  it('asks the next resolver when one is silent or refuses, then takes the laptop for offline', async () => {
    bench.hear(query('example.org'));
    await settled();
    await time.advance(1_500);
    expect(world.asked.map(one => one.to.address)).toEqual(['9.9.9.9', '1.1.1.1']);
    world.asked[1]!.fail();
    await settled();
    expect(bench.sent[0]!.packet.rcode).toBe('NXDOMAIN');
    bench.hear(query('example.net'));
    await settled();
    expect(bench.sent[1]!.packet.rcode).toBe('NXDOMAIN');
    expect(world.asked).toHaveLength(2);
    await time.advance(5_000);
    bench.hear(query('example.net'));
    await settled();
    expect(world.asked).toHaveLength(3);
  });

  it('offline answers NXDOMAIN at once, and its own address is no resolver', async () => {
    upstream = [{ address: '10.32.0.1', port: 53 }];
    bench.hear(query('example.org'));
    await settled();
    expect(bench.sent[0]!.packet.rcode).toBe('NXDOMAIN');
    expect(world.asked).toEqual([]);
  });

  it('cuts a reply that the client has no room for', async () => {
    bench.hear(query('example.org'));
    await settled();
    const { bytes, reply } = world.asked[0]!;
    const { questions, id } = dns.decode(Buffer.from(bytes));
    const answers = Array.from({ length: 60 }, (_, i) => ({
      type: 'A' as const,
      name: 'example.org',
      data: `10.0.0.${i}`,
    }));
    reply(dns.encode({ type: 'response', id: id!, questions: questions!, answers }));
    await settled();
    expect(bench.sent[0]!.packet).toMatchObject({ flag_tc: true, answers: [] });
  });

  it('one greedy client is told to wait and leaves room for another', async () => {
    for (let i = 0; i < 100; i++) bench.hear(query(`n${i}.example`, i));
    await settled();
    expect(world.asked).toHaveLength(32);
    expect(bench.sent.every(one => one.packet.rcode === 'SERVFAIL')).toBe(true);
    expect(bench.sent).toHaveLength(68);
    bench.hear(query('other.example'), { address: '10.32.0.78', port: 1 });
    await settled();
    expect(world.asked).toHaveLength(33);
  });

  it('close leaves no socket and no timer, and says nothing more', async () => {
    bench.hear(query('example.org'));
    await settled();
    await server.close();
    await settled();
    expect([world.open(), time.pending(), bench.sent.length]).toEqual([0, 0, 0]);
  });
});

describe('over loopback with real sockets', () => {
  const loopback: Sockets = {
    async udp({ address }) {
      const socket = createSocket('udp4');
      socket.bind(0, address);
      await once(socket, 'listening');
      return {
        local: socket.address() as Endpoint,
        onMessage: listener => void socket.on('message', (bytes, from) => listener(bytes, from)),
        onError: listener => void socket.on('error', listener),
        send: (bytes, to) => socket.send(bytes, to.port, to.address),
        close: () => new Promise(resolve => socket.close(() => resolve())),
      };
    },
    async listen(server: Server, { address }) {
      server.listen(0, address);
      await once(server, 'listening');
      tcpPort = (server.address() as Endpoint).port;
      return { address, port: tcpPort };
    },
    holder: async () => undefined,
  };
  let tcpPort = 0;
  const wall = {
    now: Date.now,
    after: (ms: number, work: () => void) =>
      (
        t => () =>
          clearTimeout(t)
      )(setTimeout(work, ms)),
  };

  it('forwards by UDP to UDP and by TCP to TCP', async () => {
    const resolver = createSocket('udp4', (bytes, from) =>
      resolver.send(replyTo(bytes, '1.2.3.4'), from.port, from.address),
    );
    resolver.bind(0, '127.0.0.1');
    await once(resolver, 'listening');
    const to = { address: '127.0.0.1', port: resolver.address().port };
    const tcpResolver = createServer((socket: Socket) => {
      const messages = new Unframer();
      socket.on('data', chunk => {
        for (const message of messages.push(chunk)) socket.write(framed(replyTo(message, '4.3.2.1')));
      });
    });
    tcpResolver.listen(0, '127.0.0.1');
    await once(tcpResolver, 'listening');
    const tcpTo = { address: '127.0.0.1', port: (tcpResolver.address() as Endpoint).port };

    let id = 0;
    const server = await startDns({
      sockets: loopback,
      clock: wall,
      nic: 'lo',
      address: '127.0.0.1',
      port: 0,
      subnet: { network: '127.0.0.0', prefix: 8 },
      lookup: () => undefined,
      reverse: () => undefined,
      upstream: () => [to],
      // One port number need not be free for both protocols.
      upstreamSockets: { udp: upstreamSockets.udp, tcp: () => upstreamSockets.tcp(tcpTo) },
      random16: () => id++,
      macOf: () => undefined,
      emit: () => {},
    });

    const asker = createSocket('udp4');
    asker.send(query('example.org', 9), server.local.port, '127.0.0.1');
    const [bytes] = (await once(asker, 'message')) as [Buffer];
    expect(dns.decode(bytes)).toMatchObject({ id: 9, answers: [{ data: '1.2.3.4' }] });
    asker.close();

    const stream = connect(tcpPort, '127.0.0.1');
    stream.write(framed(query('example.org', 10)));
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(dns.streamDecode(chunk)).toMatchObject({ id: 10, answers: [{ data: '4.3.2.1' }] });
    stream.destroy();

    await server.close();
    resolver.close();
    tcpResolver.close();
  });

  it('a resolver that refuses its port fails at once instead of waiting', async () => {
    const socket = upstreamSockets.udp({ address: '127.0.0.1', port: 1 });
    const failed = new Promise<Error>(resolve => socket.onError(resolve));
    socket.send(query('example.org'));
    expect(await failed).toMatchObject({ code: 'ECONNREFUSED' });
    socket.close();
    socket.close();
  });
});
