/** HTTP on the bench port: connections in, answers out, one event per request. Knows sockets, not what a name means. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Emit } from '../bench/events.ts';
import type { Content } from '../content/content.ts';
import type { Clock, Endpoint, Sockets } from '../host/host.ts';

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
}

export interface HttpServer {
  readonly local: Endpoint;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { createServer } = await import('node:net');
  const server = createServer();
  const local = await options.sockets.listen(server, options);
  return { local, close: () => new Promise<void>(resolve => server.close(() => resolve())) };
}
