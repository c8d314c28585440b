/** Port 69: reads requests, finds their content, and hands each transfer to a runner. Knows no retransmission. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Emit } from '../bench/events.ts';
import type { Content } from '../content/content.ts';
import type { Clock, Endpoint, Sockets } from '../host/host.ts';
import type { TftpLimits } from './limits.ts';

export interface TftpOptions {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly nic: string;
  readonly address: Ipv4;
  /** Default 69. */
  readonly port?: number;
  readonly content: Content;
  /** The MAC that holds an address, for events and for content made per device. */
  readonly macOf: (ip: Ipv4) => Mac | undefined;
  readonly emit: Emit;
  /** Use the system's fast path where there is one; default true. */
  readonly fast?: boolean;
  readonly limits?: Partial<TftpLimits>;
}

export interface TftpServer {
  readonly local: Endpoint;
  /** Ends every transfer and gives the port back. */
  close(): Promise<void>;
}

/** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
export async function startTftp(options: TftpOptions): Promise<TftpServer> {
  const { sockets, nic, address, port = 69 } = options;
  const socket = await sockets.udp({ nic, address, port });
  return { local: socket.local, close: () => socket.close() };
}
