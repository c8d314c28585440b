/** DNS on the bench port, UDP and TCP: takes queries, sends replies, one event each. Knows no names. */
import { createServer, type Socket } from 'node:net';
import { type Ipv4, inSubnet, type Mac, parseIpv4 } from 'node-dhcpd-lite';
import type { DnsQueryEvent, Emit } from '../bench/events.ts';
import type { Clock, Endpoint, Sockets } from '../host/host.ts';
import { Disposables } from '../kit/disposables.ts';
import { printable } from '../kit/printable.ts';
import { type Asked, answer, type Zone } from './answer.ts';
import { createForwarder, type UpstreamSockets } from './forward.ts';
import { emptyReply, fitted, RCODE } from './message.ts';
import { framed, Unframer } from './tcp-frames.ts';

export interface DnsOptions extends Omit<Zone, 'online' | 'domain'> {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly nic: string;
  /** Default 53. */
  readonly port?: number;
  /** Default `bench`. */
  readonly domain?: string;
  /** The laptop's resolvers in order of preference, read at every query; empty when it is offline. */
  readonly upstream: () => readonly Endpoint[];
  /** How they are reached. */
  readonly upstreamSockets: UpstreamSockets;
  /** Uniform in 0 to 65535 and not to be guessed. */
  readonly random16: () => number;
  /** Which device holds an address, when the DHCP server knows. */
  readonly macOf: (ip: Ipv4) => Mac | undefined;
  readonly emit: Emit;
}

export interface DnsServer {
  readonly local: Endpoint;
  /** Gives both ports back; queries still waiting for a resolver get no answer. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 64;
const MOST_PIPELINED = 16;
const IDLE_MS = 10_000;

/** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
export async function startDns(options: DnsOptions): Promise<DnsServer> {
  const { sockets, clock, nic, address, subnet, port = 53, domain = 'bench' } = options;
  const open = new Disposables();
  let local: Endpoint | undefined;
  let closed = false;

  /** Our own address as resolver would be a circle. */
  const upstream = () => options.upstream().filter(to => to.address !== address || to.port !== (local?.port ?? port));
  const forwarder = createForwarder({
    clock,
    upstream,
    sockets: options.upstreamSockets,
    random16: options.random16,
  });

  function report(ip: Ipv4, asked: Asked, result: DnsQueryEvent['result']): void {
    const mac = options.macOf(ip);
    const name = printable(asked.name, 255);
    options.emit({ type: 'dns.query', ip, ...(mac ? { mac } : {}), name, qtype: asked.qtype, result });
  }

  async function reply(query: Uint8Array, ip: Ipv4, via: 'udp' | 'tcp'): Promise<Uint8Array | undefined> {
    const zone: Zone = {
      domain,
      address,
      subnet,
      lookup: options.lookup,
      reverse: options.reverse,
      online: upstream().length > 0,
    };
    const decision = answer(query, zone, via);
    if (decision.do === 'ignore') return undefined;
    if (decision.do === 'reply') {
      report(ip, decision.asked, decision.result);
      return decision.bytes;
    }
    const forwarded = await forwarder.forward(query, via, ip);
    if (closed) return undefined;
    if (forwarded === 'busy') {
      report(ip, decision.asked, 'failed');
      return emptyReply(query, RCODE.servFail);
    }
    if (forwarded === 'silent') {
      report(ip, decision.asked, 'nxdomain');
      return emptyReply(query, RCODE.nxDomain);
    }
    report(ip, decision.asked, 'forwarded');
    return fitted(forwarded, decision.limit);
  }

  /** Replies go to the bench and nowhere else: a forged sender elsewhere gets nothing (amplification). */
  const isOnBench = (ip: string): boolean => parseIpv4(ip) !== undefined && inSubnet(ip, subnet);

  const udp = await sockets.udp({ nic, address, port });
  open.add(() => udp.close());
  local = udp.local;
  // The engine watches the NIC itself; what matters here is that a dead socket ends nothing else.
  udp.onError(() => {});
  udp.onMessage((bytes, from) => {
    if (!isOnBench(from.address) || from.port === 0) return;
    void reply(bytes, from.address, 'udp').then(sent => sent && !closed && udp.send(sent, from));
  });

  const connections = new Set<Socket>();
  const server = createServer(socket => {
    const ip = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (connections.size >= MOST_CONNECTIONS || !isOnBench(ip)) return void socket.destroy();
    connections.add(socket);
    const messages = new Unframer();
    let pipelined = 0;
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    socket.on('data', chunk => {
      for (const query of messages.push(chunk)) {
        if (++pipelined > MOST_PIPELINED) return void socket.destroy();
        void reply(query, ip, 'tcp').then(sent => {
          pipelined -= 1;
          if (!sent) socket.destroy();
          else if (!socket.destroyed) socket.write(framed(sent));
        });
      }
    });
  });
  open.add(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  );
  try {
    await sockets.listen(server, { nic, address, port: local.port });
  } catch (error) {
    await open.close();
    throw error;
  }
  open.add(() => {
    closed = true;
    forwarder.close();
  });
  return { local, close: () => open.close() };
}
