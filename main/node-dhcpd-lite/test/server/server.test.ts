import { describe, expect, it } from 'vitest';
import {
  DhcpConfigError,
  type DhcpServerEvent,
  type Lease,
  type LeaseConfig,
  type LeaseStore,
  startDhcpServer,
} from '../../src/index.ts';
import { bench, LEASE_CONFIG, SERVER, typeOf } from '../kit/bench.ts';
import { FakeTransport } from '../kit/fake-transport.ts';
import { MAC, request } from '../kit/packets.ts';

const types = (events: readonly DhcpServerEvent[]) => events.map(event => event.type);

function memoryStore(initial: readonly Lease[] = []): LeaseStore & { saved: Map<string, Lease>; closed: number } {
  const saved = new Map(initial.map(lease => [lease.ip, lease]));
  return {
    saved,
    closed: 0,
    load: async () => [...saved.values()],
    save: lease => void saved.set(lease.ip, lease),
    forget: ip => void saved.delete(ip),
    async close() {
      this.closed++;
    },
  };
}

describe('events', () => {
  it('tell each packet and what became of it, in order', async () => {
    const { bind, send, events } = await bench();
    const ip = bind();
    send(request('RELEASE', { ciaddr: ip }));
    send(request('OFFER', { op: 2 }));
    expect(types(events)).toEqual([
      ...['received', 'reply', 'lease'],
      ...['received', 'reply', 'lease'],
      ...['received', 'done', 'lease'],
      ...['received', 'ignored'],
    ]);
    expect(events[0]).toMatchObject({ message: 'DISCOVER', client: { mac: MAC }, from: { port: 68 }, port: 67 });
    expect(events[1]).toMatchObject({ message: 'OFFER', ip, leaseSeconds: 600, proxy: false, boot: {} });
    expect(events[3]).toMatchObject({ message: 'REQUEST', ip });
    expect(events[5]).toMatchObject({ lease: { ip, state: 'bound', mac: MAC, acks: 1 } });
  });

  it('hold the bytes of what could not be decoded', async () => {
    const { wire, events } = await bench();
    const rubbish = Uint8Array.of(1, 2, 3);
    expect(wire.datagram(rubbish, { address: '10.32.0.66', port: 68 })).toBeUndefined();
    rubbish.fill(0);
    expect(events).toMatchObject([
      {
        type: 'undecodable',
        bytes: Uint8Array.of(1, 2, 3),
        from: { address: '10.32.0.66' },
        error: { code: 'TOO_SHORT' },
      },
    ]);
  });

  it('tell why a NAK was sent', async () => {
    const { send, last } = await bench();
    send(request('REQUEST', { named: { 'requested-address': '192.168.1.5' } }));
    expect(last('reply')).toMatchObject({
      message: 'NAK',
      ip: undefined,
      reason: '192.168.1.5 is not an address of this network',
    });
  });

  it('tell offers that were given back', async () => {
    const { send, clock, events } = await bench();
    send(request('DISCOVER'));
    clock.now += 30_000;
    send(request('DISCOVER', { mac: '52:54:00:be:00:02' }));
    expect(events.flatMap(event => (event.type === 'lease' ? [event.lease.state] : []))).toEqual([
      'offered',
      'free',
      'offered',
    ]);
  });

  it('a reply that cannot be encoded is a fault that is told, and serving goes on', async () => {
    let broken = true;
    const { send, last, bind } = await bench({}, () => (broken ? { siaddr: 'nowhere' } : {}));
    expect(send(request('DISCOVER'))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'failed', error: expect.any(Error) });
    broken = false;
    expect(bind()).toMatch(/^10\.32/);
  });
});

describe('standing down', () => {
  it('answers nobody, reports everybody, and can be resumed', async () => {
    const { server, send, last, bind } = await bench();
    server.standDown('another DHCP server answers: 10.32.0.2');
    expect(send(request('DISCOVER'))).toBeUndefined();
    expect(last('received')).toMatchObject({ message: 'DISCOVER' });
    expect(last('ignored')).toMatchObject({ why: 'standing-down', reason: 'another DHCP server answers: 10.32.0.2' });
    expect(server.standingDown).toBe('another DHCP server answers: 10.32.0.2');
    expect(server.leases()).toEqual([]);
    server.resume();
    expect(server.standingDown).toBeUndefined();
    expect(bind()).toMatch(/^10\.32/);
  });
});

describe('leases', () => {
  it('are seen by address and in order', async () => {
    const { bind, server } = await bench();
    const first = bind({ named: { hostname: 'one' } });
    bind({ mac: '52:54:00:be:00:02' });
    expect(server.leaseOf(first)).toMatchObject({ mac: MAC, hostname: 'one', state: 'bound' });
    expect(server.leaseOf('10.32.0.99')).toBeUndefined();
    expect(server.leaseOf('rubbish')).toBeUndefined();
    const seen = server.leases().map(({ ip }) => ip);
    expect(seen).toEqual([...seen].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    expect(seen).toHaveLength(2);
  });

  it('what was told is a copy that later packets do not change', async () => {
    const { send, bind, events, server } = await bench();
    send(request('DISCOVER'));
    const told = events.find(event => event.type === 'lease');
    bind();
    expect(told).toMatchObject({ lease: { state: 'offered' } });
    expect(server.leases()[0]).not.toBe(server.leases()[0]);
  });

  it('can be taken back and marked in use by the operator', async () => {
    const { bind, server, events } = await bench();
    const ip = bind();
    expect([server.release(ip), server.release(ip)]).toEqual([true, false]);
    expect(server.markInUse('10.32.0.140', '02:00:00:00:00:01')).toBe('marked');
    expect(events.slice(-2)).toMatchObject([
      { lease: { ip, state: 'released' } },
      { lease: { ip: '10.32.0.140', state: 'in-use' } },
    ]);
  });

  it('outlive the server', async () => {
    const store = memoryStore();
    const first = await bench({}, {}, store);
    const ip = first.bind();
    first.send(request('DISCOVER', { mac: '52:54:00:be:00:02' }));
    await first.server.close();
    expect([...store.saved.keys()]).toEqual([ip]);
    const second = await bench({}, {}, memoryStore([...store.saved.values()]));
    expect(second.server.leaseOf(ip)).toMatchObject({ state: 'bound', mac: MAC });
    expect(second.bind()).toBe(ip);
  });

  it('that cannot be loaded are told, and nothing is written over them', async () => {
    const store = { ...memoryStore(), load: () => Promise.reject(new Error('EACCES')) };
    const { events, bind } = await bench({}, {}, store);
    expect(events).toMatchObject([{ type: 'store-failed', error: new Error('EACCES') }]);
    bind();
    expect(store.saved.size).toBe(0);
  });
});

describe('starting and closing', () => {
  it('listens on 67 and 4011, and closes both and the store once', async () => {
    const store = memoryStore();
    const { wire, server, send } = await bench({}, {}, store);
    expect(wire.ports).toEqual([67, 4011]);
    await Promise.all([server.close(), server.close()]);
    expect([wire.closed.sort(), store.closed]).toEqual([[4011, 67].sort(), 1]);
    expect(send(request('DISCOVER'))).toBeUndefined();
  });

  it('leaves nothing open when the second port is taken', async () => {
    const wire = new FakeTransport();
    const listen = wire.listen.bind(wire);
    wire.listen = async (port, received) => {
      if (port === 4011) throw new Error('EADDRINUSE');
      return listen(port, received);
    };
    const start = startDhcpServer(
      { transport: wire, config: LEASE_CONFIG, policy: () => ({}), now: Date.now },
      () => undefined,
    );
    await expect(start).rejects.toThrow('EADDRINUSE');
    expect(wire.closed).toEqual([67]);
  });

  const wrong: Record<string, [Partial<LeaseConfig>, RegExp]> = {
    'a server that is no address': [{ server: 'laptop' }, /"laptop" is not an IPv4 address/],
    'a server outside its network': [{ server: '10.33.0.1' }, /outside 10\.32\.0\.0\/24/],
    'a network with host bits': [{ subnet: { network: '10.32.0.1', prefix: 24 } }, /host bits/],
    'a prefix of 33': [{ subnet: { network: '10.32.0.0', prefix: 33 } }, /is not a network/],
    'a range of another network': [{ range: ['10.32.1.1', '10.32.1.9'] }, /range .* not inside/],
    'a range that runs backwards': [{ range: ['10.32.0.9', '10.32.0.2'] }, /ends before it begins/],
    'a range without end': [
      { subnet: { network: '10.0.0.0', prefix: 8 }, range: ['10.0.0.2', '10.9.0.0'] },
      /over 65536/,
    ],
    'a gateway outside': [{ routers: ['10.3.0.1'] }, /gateway 10\.3\.0\.1 is outside/],
    'a DNS server that is none': [{ dns: ['dns'] }, /"dns" is not an IPv4 address/],
    'a reservation outside': [{ reservations: [{ ip: '10.3.0.1', mac: MAC }] }, /reserved address 10\.3\.0\.1/],
    'a lease of no time': [{ leaseSeconds: 0 }, /leaseSeconds is 0/],
    'half a second': [{ offerSeconds: 0.5 }, /offerSeconds is 0\.5/],
    'option 52': [{ options: [[52, new Uint8Array(1)]] }, /52 is not an option/],
  };
  it.each(Object.entries(wrong))('refuses %s', async (_, [config, message]) => {
    const start = bench(config);
    await expect(start).rejects.toBeInstanceOf(DhcpConfigError);
    await expect(start).rejects.toThrow(message);
  });
});

describe('an exchange on a wire that repeats and reorders', () => {
  it('a repeated REQUEST is acknowledged again with the same address', async () => {
    const { bind, send } = await bench();
    const ip = bind();
    const again = request('REQUEST', { named: { 'requested-address': ip, 'server-identifier': SERVER } });
    expect([typeOf(send(again)), typeOf(send(again))]).toEqual(['ACK', 'ACK']);
  });

  it('an old DISCOVER behind the REQUEST changes nothing', async () => {
    const { bind, send, server } = await bench();
    const ip = bind();
    expect(send(request('DISCOVER'))?.packet.yiaddr).toBe(ip);
    expect(server.leaseOf(ip)?.state).toBe('bound');
  });
});
