/** What the server needs of a network: two ports to listen on and three ways to answer. Implemented by sockets, and by a fake in tests. */
import type { Ipv4, Mac } from './addresses.ts';

export type Destination =
  /** 255.255.255.255, to every station of the bound device. */
  | { readonly via: 'broadcast'; readonly port: number }
  /** To an address that answers ARP: a configured client, or a relay agent. */
  | { readonly via: 'unicast'; readonly address: Ipv4; readonly port: number }
  /** To an address its owner does not have yet: IP to `address`, Ethernet to `mac` (RFC 2131 section 4.1). */
  | { readonly via: 'hardware'; readonly address: Ipv4; readonly mac: Mac; readonly port: number };

export interface DhcpSocket {
  /** Best effort. A transport that cannot address hardware broadcasts instead. */
  send(bytes: Uint8Array, to: Destination): void;
  close(): Promise<void>;
}

export interface DhcpTransport {
  /** Listens on that UDP port of the one chosen device; replies leave from the same port. */
  listen(
    port: 67 | 4011,
    received: (bytes: Uint8Array, from: { readonly address: Ipv4; readonly port: number }) => void,
  ): Promise<DhcpSocket>;
}
