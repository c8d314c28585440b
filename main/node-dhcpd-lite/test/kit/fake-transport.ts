/** A wire in memory: what the server sends is kept, what a client sends is handed in. */
import type { Destination, DhcpPacket, DhcpTransport, Sender } from '../../src/index.ts';
import { decoded } from './captures.ts';
import { encoded } from './packets.ts';

export interface Sent {
  readonly bytes: Uint8Array;
  readonly packet: DhcpPacket;
  readonly to: Destination;
  readonly port: number;
}

const NOBODY: Sender = { address: '0.0.0.0', port: 68 };

export class FakeTransport implements DhcpTransport {
  readonly sent: Sent[] = [];
  readonly closed: number[] = [];
  readonly #listeners = new Map<number, (bytes: Uint8Array, from: Sender) => void>();

  async listen(port: 67 | 4011, received: (bytes: Uint8Array, from: Sender) => void) {
    this.#listeners.set(port, received);
    return {
      send: (bytes: Uint8Array, to: Destination) => {
        this.sent.push({ bytes, packet: decoded(bytes), to, port });
      },
      close: async () => {
        this.closed.push(port);
      },
    };
  }

  get ports(): number[] {
    return [...this.#listeners.keys()];
  }

  /** The reply to a datagram; undefined when there is none. */
  datagram(bytes: Uint8Array, from: Sender = NOBODY, port: 67 | 4011 = 67): Sent | undefined {
    const before = this.sent.length;
    this.#listeners.get(port)?.(bytes, from);
    return this.sent.length > before ? this.sent.at(-1) : undefined;
  }

  packet(packet: DhcpPacket, from: Sender = NOBODY, port: 67 | 4011 = 67): Sent | undefined {
    return this.datagram(encoded(packet), from, port);
  }
}
