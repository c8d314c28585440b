/** HTTP on the bench port: which connections are let in, and how all of it ends. Knows sockets, not what a request means. */
import { createServer, type Socket } from 'node:net';
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Emit, TellProgress } from '../bench/events.ts';
import type { Content } from '../content/content.ts';
import type { Clock, Endpoint, Sockets } from '../host/host.ts';
import { Connection } from './connection.ts';
import { CLOSE_MS, FAIR_SHARE, MOST_CONNECTIONS, MOST_PER_ADDRESS, SWEEP_MS } from './limits.ts';
import { loadSendFile } from './linux/sendfile.ts';
import { type SendFile, sendFilePlain } from './send-file.ts';
import { createService } from './service.ts';

export interface HttpOptions {
  readonly sockets: Sockets;
  readonly clock: Clock;
  /** The port of the laptop to listen on, and no other. */
  readonly nic: string;
  readonly address: Ipv4;
  readonly port: number;
  readonly content: Content;
  /** Which device holds an address, when the DHCP server knows. */
  readonly macOf: (ip: Ipv4) => Mac | undefined;
  readonly emit: Emit;
  /** Told of transfers that take their time. */
  readonly progress?: TellProgress;
  /** How file octets reach a connection; the system's best way unless given. */
  readonly sendFile?: SendFile;
}

export interface HttpServer {
  readonly local: Endpoint;
  /** Stops listening and cuts every connection; resolves when every file is closed, or soon if a disk does not let go. */
  close(): Promise<void>;
}

/** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { clock, emit } = options;
  const sendFile = options.sendFile ?? loadSendFile() ?? sendFilePlain;
  const service = createService({ ...options, sendFile });
  const connections = new Set<Connection>();
  // Half open: a client that ends its side after its request still gets the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  // Failing to accept one connection (no descriptors left) must not end the others.
  server.on('error', error => emit({ type: 'notice', code: 'HTTP_ACCEPT', message: `HTTP: ${error.message}` }));

  function accept(socket: Socket): void {
    // Every failure is followed by `close`, which is where things end.
    socket.on('error', () => {});
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, clock, service);
    const full = isFull(connection.ip);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
    if (full) connection.refuse({ is: 'refused', status: 503, words: 'Too many connections; try again.' });
  }

  /**
   * Room is made by closing the connection that has been idle for longest. A busy one is cut only when all are taken and
   * its address holds far more of them than the newcomer: a few slow clients must not keep the whole bench out.
   */
  function isFull(ip: Ipv4): boolean {
    const own = connections.size < MOST_PER_ADDRESS ? [] : [...connections].filter(each => each.ip === ip);
    if (own.length >= MOST_PER_ADDRESS) return !closeIdlest(own);
    return connections.size >= MOST_CONNECTIONS && !closeIdlest([...connections]) && !cutGreediest(ip);
  }

  function closeIdlest(among: readonly Connection[]): boolean {
    return cut(among.filter(each => each.idle));
  }

  function cutGreediest(newcomer: Ipv4): boolean {
    const held = new Map<Ipv4, Connection[]>();
    for (const each of connections) held.set(each.ip, [...(held.get(each.ip) ?? []), each]);
    const most = [...held.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    const own = held.get(newcomer)?.length ?? 0;
    return most.length > Math.max(FAIR_SHARE, own + 1) && cut(most);
  }

  /** Cuts the one that would be given up first. */
  function cut(among: readonly Connection[]): boolean {
    const first = among.toSorted((a, b) => a.deadline - b.deadline)[0];
    if (!first) return false;
    connections.delete(first);
    first.socket.destroy();
    return true;
  }

  function sweep(): void {
    const now = clock.now();
    for (const connection of connections) connection.checkDeadline(now);
    stopSweep = clock.after(SWEEP_MS, sweep);
  }
  let stopSweep = clock.after(SWEEP_MS, sweep);

  try {
    const local = await options.sockets.listen(server, options);
    return { local, close };
  } catch (error) {
    stopSweep();
    throw error;
  }

  async function close(): Promise<void> {
    stopSweep();
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    const last = [...connections];
    for (const connection of last) connection.socket.destroy();
    await closed;
    let giveUp = () => {};
    const tooLong = new Promise<void>(resolve => {
      giveUp = clock.after(CLOSE_MS, resolve);
    });
    await Promise.race([Promise.all(last.map(connection => connection.settled)), tooLong]);
    giveUp();
  }
}
