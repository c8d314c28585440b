/** UDP and TCP sockets of one network port on the real system. */
import type { Socket } from 'node:dgram';
import type { AddressInfo, Server } from 'node:net';
import { type DeviceSocketOptions, devicePlatform, openDeviceSocket } from 'node-dhcpd-lite/socket';
import { BenchError, systemCode } from '../../errors.ts';
import type { Endpoint, PortHolder, Sockets, TcpOptions, UdpOptions, UdpSocket } from '../host.ts';
import { type Protocol, portHolder } from './port-holder.ts';
import type { Presence } from './presence.ts';
import type { Run } from './run.ts';

export interface SocketParts {
  readonly run: Run;
  readonly presence: () => Promise<Presence>;
}

export function nodeSockets({ run, presence }: SocketParts): Sockets {
  return {
    udp: async options => adoptUdp(run, await openBound(run, 'udp', options), options, await presence()),
    listen: async (server, options) => listenOn(run, server, await openBound(run, 'tcp', options), options),
    holder: (protocol, port) => portHolder(run, protocol, port),
  };
}

/**
 * Opens and binds, which is all that needs a right; `adoptUdp` and `listenOn` use what it gives. Undefined where Node
 * cannot adopt descriptors: they then bind by themselves. Throws BenchError PORT_TAKEN, PERMISSION_MISSING, NIC_GONE or
 * ADDRESS_MISSING.
 */
export async function openBound(
  run: Run,
  protocol: Protocol,
  options: UdpOptions | TcpOptions,
): Promise<number | undefined> {
  const platform = await devicePlatform();
  try {
    return platform.openSocket(protocol, deviceOptions(options));
  } catch (error) {
    throw await socketFailure(run, protocol, options, error);
  }
}

/** A UDP socket of the descriptor that was bound for these options. Throws like `openBound`. */
export async function adoptUdp(
  run: Run,
  fd: number | undefined,
  options: UdpOptions,
  presence: Presence,
): Promise<UdpSocket> {
  try {
    const { socket, fd: own } = await openDeviceSocket(deviceOptions(options), fd);
    return new NodeUdpSocket(socket, own, options.nic, presence);
  } catch (error) {
    throw await socketFailure(run, 'udp', options, error);
  }
}

/** Makes `server` listen on the descriptor that was bound for these options. Throws like `openBound`. */
export async function listenOn(
  run: Run,
  server: Server,
  fd: number | undefined,
  options: TcpOptions,
): Promise<Endpoint> {
  try {
    return await listening(server, fd, deviceOptions(options));
  } catch (error) {
    throw await socketFailure(run, 'tcp', options, error);
  }
}

/** What a system error of opening a socket means to a person. Others are handed back as they are. */
async function socketFailure(
  run: Run,
  protocol: Protocol,
  { nic, address, port }: TcpOptions,
  error: unknown,
): Promise<unknown> {
  switch (systemCode(error)) {
    case 'EADDRINUSE': {
      const holder = await portHolder(run, protocol, port, { address, nic });
      return portTaken(protocol, { address, port }, holder, error);
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
}

export function portTaken(
  protocol: Protocol,
  { address, port }: Endpoint,
  holder: PortHolder | undefined,
  cause: unknown,
): BenchError {
  return new BenchError(
    'PORT_TAKEN',
    {
      protocol: protocol === 'udp' ? 'UDP' : 'TCP',
      port,
      address,
      holder: holder && `${holder.program} (process ${holder.pid})`,
    },
    { cause },
  );
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

async function listening(server: Server, fd: number | undefined, options: DeviceSocketOptions): Promise<Endpoint> {
  const platform = await devicePlatform();
  // From here on the server owns the descriptor, also when listening fails.
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => {
      server.off('error', failed);
      server.off('listening', succeeded);
      act();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const succeeded = () => settle(resolve);
    server.once('error', failed);
    server.once('listening', succeeded);
    if (fd === undefined) server.listen({ host: platform.localAddress(options), port: options.port });
    else server.listen({ fd });
  });
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}
