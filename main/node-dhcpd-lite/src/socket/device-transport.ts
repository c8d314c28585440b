/** The DHCP transport of one network device: what a stand-alone server needs to run. */
import type { Ipv4 } from '../addresses.ts';
import type { Destination, DhcpSocket, DhcpTransport } from '../transport.ts';
import { openDeviceUdp } from './device-udp.ts';
import { BROADCAST_MAC, buildUdpFrame } from './frame.ts';
import { devicePlatform, type FrameSender } from './platform.ts';

export interface DeviceTransportOptions {
  readonly device: string;
  /** The server's own address on that device, the source of what it sends. */
  readonly address: Ipv4;
  /** The socket failed for good, e.g. because the device went away. */
  readonly failed?: (error: Error) => void;
}

/** A thousand clients at once send 600 octets each, which the kernel charges with 2 KiB and more. */
export const RECEIVE_BUFFER = 4 * 1024 * 1024;

/**
 * Listens on 0.0.0.0 of the device, since broadcasts do not reach a socket bound to an address on Linux. Where frames can
 * be sent (Linux) they carry broadcasts and replies to stations without an address, with `address` as their source
 * whatever other addresses the device has; elsewhere hardware destinations become broadcasts.
 */
export function deviceTransport({ device, address, failed }: DeviceTransportOptions): DhcpTransport {
  return {
    async listen(port, received): Promise<DhcpSocket> {
      const socket = await openDeviceUdp({
        device,
        address: '0.0.0.0',
        port,
        broadcast: true,
        receiveBuffer: RECEIVE_BUFFER,
      });
      let frames: FrameSender | undefined;
      try {
        frames = (await devicePlatform()).openFrameSender(device);
      } catch {
        frames = undefined; // without the right to send frames, datagrams do
      }
      socket.on('message', (bytes, from) => received(bytes, { address: from.address, port: from.port }));
      socket.on('error', error => failed?.(error));
      const datagram = (bytes: Uint8Array, to: Ipv4, toPort: number) => socket.send(bytes, toPort, to, () => {});
      return {
        send(bytes, to) {
          if (to.via === 'unicast') datagram(bytes, to.address, to.port);
          else if (!frames?.send(frameFor(frames.mac, address, port, bytes, to)))
            datagram(bytes, '255.255.255.255', to.port);
        },
        async close() {
          frames?.close();
          frames = undefined;
          await new Promise<void>(resolve => {
            socket.close(() => resolve());
          });
        },
      };
    },
  };
}

/** The frame that carries a reply from our `mac`, `address` and `port`. */
export function frameFor(
  mac: string,
  address: Ipv4,
  port: number,
  payload: Uint8Array,
  to: Exclude<Destination, { via: 'unicast' }>,
): Uint8Array {
  const target =
    to.via === 'broadcast'
      ? { mac: BROADCAST_MAC, address: '255.255.255.255', port: to.port }
      : { mac: to.mac, address: to.address, port: to.port };
  return buildUdpFrame({ from: { mac, address, port }, to: target, payload });
}
