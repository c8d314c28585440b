/** The smallest clients that can tell whether our own servers answer: one DHCP, one TFTP and one HTTP exchange. */
import { get } from 'node:http';
import { decodePacket, encodePacket, type Ipv4, messageType } from 'node-dhcpd-lite';
import type { Endpoint, Sockets, UdpSocket } from '../host/host.ts';
import * as tftp from '../tftp/wire.ts';

const WAIT_MS = 3_000;

/**
 * A client that has its address already asks for the rest (DHCPINFORM, RFC 2131 section 4.4.3): the one exchange that
 * loopback can carry, where there is no broadcast. Resolves to the message type of the answer.
 */
export async function dhcpInform(sockets: Sockets, nic: string, client: Ipv4, server: Ipv4): Promise<string> {
  const none = '0.0.0.0';
  const request = encodePacket({
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x646f6374,
    secs: 0,
    flags: 0,
    ciaddr: client,
    yiaddr: none,
    siaddr: none,
    giaddr: none,
    mac: '02:00:00:00:00:01',
    sname: '',
    file: '',
    options: new Map([[53, Uint8Array.of(8)]]),
  });
  if (!request.ok) throw new TypeError(request.error.message);
  const socket = await sockets.udp({ nic, address: client, port: 68 });
  return answered(socket, 'DHCP', resolve => {
    socket.onMessage(bytes => {
      const reply = decodePacket(bytes);
      if (reply.ok) resolve(messageType(reply.packet) ?? 'BOOTP');
    });
    socket.send(request.bytes, { address: server, port: 67 });
  });
}

/** Reads a file of one block. Resolves to its bytes. */
export async function tftpRead(
  sockets: Sockets,
  nic: string,
  client: Ipv4,
  server: Endpoint,
  name: string,
): Promise<Uint8Array> {
  const socket = await sockets.udp({ nic, address: client, port: 0 });
  return answered(socket, 'TFTP', (resolve, reject) => {
    socket.onMessage((bytes, from) => {
      const packet = tftp.decodePacket(bytes);
      if (packet.op === 'error') reject(new Error(packet.text));
      if (packet.op !== 'data') return;
      socket.send(tftp.encodePacket({ op: 'ack', block: packet.block }), from);
      resolve(Uint8Array.from(packet.bytes));
    });
    socket.send(tftp.encodePacket({ op: 'rrq', name, mode: 'octet', options: [] }), server);
  });
}

/** Resolves to the body of a `GET`. */
export function httpGet(server: Endpoint, path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = get({ host: server.address, port: server.port, path, timeout: WAIT_MS }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`HTTP answered ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('HTTP did not answer')));
    request.on('error', reject);
  });
}

async function answered<T>(
  socket: UdpSocket,
  protocol: string,
  exchange: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${protocol} did not answer within ${WAIT_MS / 1000} s`)), WAIT_MS);
      socket.onError(reject);
      exchange(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    await socket.close();
  }
}
