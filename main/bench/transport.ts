/** The host's sockets and raw link as the transport that the DHCP server speaks through. */
import type { DhcpTransport, Ipv4, Mac } from 'node-dhcpd-lite';
import { frameFor, RECEIVE_BUFFER } from 'node-dhcpd-lite/socket';
import type { Host, Link } from '../host/host.ts';

export interface TransportParts {
  readonly sockets: Host['sockets'];
  /** Carries replies to stations without an address; without it they are broadcast. */
  readonly link: Link | undefined;
  readonly nic: string;
  readonly mac: Mac | undefined;
  readonly address: Ipv4;
  readonly failed: (error: Error) => void;
}

export function hostTransport({ sockets, link, nic, mac, address, failed }: TransportParts): DhcpTransport {
  return {
    async listen(port, received) {
      const socket = await sockets.udp({
        nic,
        // Broadcasts do not reach a socket that is bound to an address (Linux); the device binding keeps others out.
        address: '0.0.0.0',
        port,
        broadcast: true,
        receiveBuffer: RECEIVE_BUFFER,
      });
      socket.onMessage(received);
      socket.onError(failed);
      return {
        send(bytes, to) {
          if (to.via === 'unicast') socket.send(bytes, { address: to.address, port: to.port });
          else if (link && mac) link.send(frameFor(mac, address, port, bytes, to));
          else socket.send(bytes, { address: '255.255.255.255', port: to.port });
        },
        close: () => socket.close(),
      };
    },
  };
}
