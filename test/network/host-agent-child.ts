/** The real host inside a namespace, driven over the IPC channel by `host-agent.ts`. Runs in a process of its own. */
import { connect, createServer } from 'node:net';
import { type DhcpSocket, parseMac } from 'node-dhcpd-lite';
import { deviceTransport, openDeviceUdp } from 'node-dhcpd-lite/socket';
import type { Link, NicAddress, TcpOptions, UdpOptions, UdpSocket } from '../../main/host/host.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { openJournal, restoreStale } from '../../main/nic/journal.ts';

const host = nodeHost();
const sockets = new Map<string, UdpSocket>();
const links = new Map<string, Link>();
const transports = new Map<string, DhcpSocket>();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => Buffer.from(text, 'hex');
const tell = (event: object) => void process.send?.(event);
const failure = (id: string) => (error: Error) =>
  tell({ event: 'error', id, code: (error as { code?: unknown }).code, message: error.message });

/** What a test can ask for; answers are plain data. */
export const verbs = {
  async udp(id: string, options: UdpOptions) {
    const socket = await host.sockets.udp(options);
    sockets.set(id, socket);
    socket.onMessage((bytes, from) => tell({ event: 'message', id, hex: hex(bytes), from }));
    socket.onError(failure(id));
    return socket.local;
  },
  async send(id: string, text: string, address: string, port: number) {
    sockets.get(id)!.send(unhex(text), { address, port });
  },
  async closeUdp(id: string) {
    await sockets.get(id)!.close();
  },
  /** Tries to share a port as a careless server would. */
  async joinPort(device: string, port: number) {
    (await openDeviceUdp({ device, address: '0.0.0.0', port, reuse: true })).close();
  },
  async link(id: string, nic: string) {
    const link = await host.links.open(nic);
    if (!link) return false;
    links.set(id, link);
    link.onFrames(frames => {
      for (const { at, bytes, outgoing } of frames) tell({ event: 'frame', id, hex: hex(bytes), at, outgoing });
    });
    link.onError(failure(id));
    return true;
  },
  async sendFrame(id: string, text: string) {
    links.get(id)!.send(unhex(text));
  },
  async closeLink(id: string) {
    await links.get(id)!.close();
  },
  /** The package's own transport; every datagram is answered with itself to that hardware address, or to all. */
  async transport(id: string, device: string, address: string, reply: { mac: string; address: string } | 'broadcast') {
    const socket = await deviceTransport({ device, address }).listen(67, (bytes, from) => {
      tell({ event: 'message', id, hex: hex(bytes), from });
      if (reply === 'broadcast') transports.get(id)!.send(bytes, { via: 'broadcast', port: 68 });
      else
        transports.get(id)!.send(bytes, {
          via: 'hardware',
          mac: parseMac(reply.mac)!,
          address: reply.address,
          port: 68,
        });
    });
    transports.set(id, socket);
  },
  async listen(options: TcpOptions) {
    return await host.sockets.listen(
      createServer(socket => socket.end('hello')),
      options,
    );
  },
  /** What a TCP server says, or the error code. */
  async connect(address: string, port: number) {
    return await new Promise<string>(resolve => {
      const socket = connect({ host: address, port, timeout: 5000 });
      socket.once('data', data => resolve(data.toString()));
      socket.once('error', error => resolve((error as { code?: string }).code ?? error.message));
      socket.once('timeout', () => resolve('TIMEOUT'));
    });
  },
  holder: (protocol: 'udp' | 'tcp', port: number) => host.sockets.holder(protocol, port),
  nics: () => host.nics.list(),
  knownNetworks: () => host.nics.knownNetworks(),
  async watch(id: string) {
    host.nics.watch(nics => tell({ event: 'nics', id, nics }));
  },
  /** Prepares a port as `serve` does, and forgets to clean up. */
  async occupy(folder: string, nic: string, address: NicAddress) {
    const journal = openJournal(folder);
    return [await journal.setUp(host.nics, nic), await journal.addAddress(host.nics, nic, address)];
  },
  restore: (folder: string) => restoreStale(folder, host.nics),
};

export type Verbs = typeof verbs;

process.on('message', async ({ call, verb, args }: { call: number; verb: keyof Verbs; args: never[] }) => {
  try {
    const run = verbs[verb] as (...args: never[]) => Promise<unknown>;
    tell({ call, value: (await run(...args)) ?? null });
  } catch (error) {
    tell({ call, error: { code: (error as { code?: unknown }).code, message: (error as Error).message } });
  }
});
process.on('disconnect', () => process.exit());
tell({ event: 'ready' });
