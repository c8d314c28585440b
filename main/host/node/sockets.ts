/** UDP and TCP sockets of one network port on the real system. */
import type { Socket } from 'node:dgram';
import type { AddressInfo, Server } from 'node:net';
import {
  type DevicePlatform,
  type DeviceSocketOptions,
  devicePlatform,
  openDeviceSocket,
} from 'node-dhcpd-lite/socket';
import { BenchError, systemCode } from '../../errors.ts';
import type { Endpoint, Sockets, TcpOptions, UdpOptions, UdpSocket } from '../host.ts';
import { type Protocol, portHolder } from './port-holder.ts';
import type { Presence } from './presence.ts';
import type { Run } from './run.ts';

export interface SocketParts {
  readonly run: Run;
  readonly presence: () => Promise<Presence>;
}

export function nodeSockets({ run, presence }: SocketParts): Sockets {
  const failure = async (error: unknown, protocol: Protocol, { nic, address, port }: TcpOptions): Promise<unknown> => {
    switch (systemCode(error)) {
      case 'EADDRINUSE': {
        const holder = await portHolder(run, protocol, port, { address, nic });
        return new BenchError(
          'PORT_TAKEN',
          {
            protocol: protocol === 'udp' ? 'UDP' : 'TCP',
            port,
            address,
            holder: holder && `${holder.program} (process ${holder.pid})`,
          },
          { cause: error },
        );
      }
      case 'EACCES':
      case 'EPERM': {
        const what = `Listening on ${protocol.toUpperCase()} port ${port} of ${nic}`;
        return new BenchError('PERMISSION_MISSING', { what, right: missingRight(error) }, { cause: error });
      }
      case 'ENODEV':
      case 'ENXIO':
        return new BenchError('NIC_GONE', { nic }, { cause: error });
      case 'EADDRNOTAVAIL':
        return new BenchError('ADDRESS_MISSING', { address, nic }, { cause: error });
      default:
        return error;
    }
  };

  return {
    async udp(options) {
      const { socket, fd } = await openDeviceSocket(deviceOptions(options)).catch(async error => {
        throw await failure(error, 'udp', options);
      });
      return new NodeUdpSocket(socket, fd, options.nic, await presence());
    },

    async listen(server, options) {
      const platform = await devicePlatform();
      try {
        return await listenOn(platform, server, options);
      } catch (error) {
        throw await failure(error, 'tcp', options);
      }
    },

    holder: (protocol, port) => portHolder(run, protocol, port),
  };
}

const deviceOptions = ({ nic, address, port, broadcast, receiveBuffer }: UdpOptions): DeviceSocketOptions => ({
  device: nic,
  address,
  port,
  ...(broadcast === undefined ? {} : { broadcast }),
  ...(receiveBuffer === undefined ? {} : { receiveBuffer }),
});

function missingRight(error: unknown): string {
  if (process.platform !== 'linux') return 'of an administrator';
  return (error as { syscall?: unknown }).syscall === 'bind' ? 'CAP_NET_BIND_SERVICE' : 'CAP_NET_RAW';
}

class NodeUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #fd: number | undefined;
  readonly #errors: ((error: Error) => void)[] = [];
  readonly #stopWatching: () => void;
  readonly #looked: () => void;
  #failed: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(socket: Socket, fd: number | undefined, nic: string, presence: Presence) {
    this.#socket = socket;
    this.#fd = fd;
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#stopWatching = presence.watch(nic, () => this.#fail(new BenchError('NIC_GONE', { nic })));
    this.#looked = () => presence.look(nic);
    socket.on('error', error => {
      presence.look(nic);
      this.#fail(error);
    });
  }

  get fd(): number | undefined {
    return this.#closed ? undefined : this.#fd;
  }

  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void {
    this.#socket.on('message', (bytes, { address, port }) => listener(bytes, { address, port }));
  }

  onError(listener: (error: Error) => void): void {
    this.#errors.push(listener);
    if (this.#failed) listener(this.#failed);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed || this.#failed) return;
    try {
      this.#socket.send(bytes, to.port, to.address, error => {
        if (error && !this.#closed) this.#looked();
      });
    } catch (error) {
      // Node throws for what can never be sent, such as port 0, which a stranger can make us answer to.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise(resolve => {
      this.#stopWatching();
      this.#socket.close(() => resolve());
    });
    return this.#closed;
  }

  #fail(error: Error): void {
    if (this.#failed || this.#closed) return;
    this.#failed = error;
    this.#stopWatching();
    for (const listener of this.#errors) listener(error);
  }
}

async function listenOn(platform: DevicePlatform, server: Server, options: TcpOptions): Promise<Endpoint> {
  const device: DeviceSocketOptions = { device: options.nic, address: options.address, port: options.port };
  const fd = platform.openSocket('tcp', device);
  // From here on the server owns the descriptor, also when listening fails.
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => {
      server.off('error', failed);
      server.off('listening', listening);
      act();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const listening = () => settle(resolve);
    server.once('error', failed);
    server.once('listening', listening);
    if (fd === undefined) server.listen({ host: platform.localAddress(device), port: options.port });
    else server.listen({ fd });
  });
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}
