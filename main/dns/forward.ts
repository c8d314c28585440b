/** Passes queries to the laptop's resolvers and judges what comes back. Knows the wire format, not what names mean. */
import type { Duplex } from 'node:stream';
import type { Clock, Endpoint } from '../host/host.ts';
import { readHeader, sameQuestion, withId } from './message.ts';
import { framed, Unframer } from './tcp-frames.ts';

/**
 * Ordinary sockets of this laptop, not bound to the bench port: the resolvers are on the other side. A new UDP socket
 * per query, so that its port is as hard to guess as its id (RFC 5452 section 9.2).
 */
export interface UpstreamSockets {
  udp(to: Endpoint): UpstreamUdp;
  tcp(to: Endpoint): Duplex;
}

export interface UpstreamUdp {
  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void;
  /** Refused, unreachable, or out of descriptors. */
  onError(listener: (error: Error) => void): void;
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface ForwarderOptions {
  readonly sockets: UpstreamSockets;
  readonly clock: Clock;
  /** In order of preference; read at every query. */
  readonly upstream: () => readonly Endpoint[];
  /** Uniform in 0 to 65535 and not to be guessed. */
  readonly random16: () => number;
}

/** `busy`: too many are waiting already. `silent`: no resolver answers. Bytes carry the client's id. */
export type Forwarded = Uint8Array | 'busy' | 'silent';

export interface Forwarder {
  forward(query: Uint8Array, via: 'udp' | 'tcp', client: string): Promise<Forwarded>;
  /** Settles everything still waiting as `silent`. */
  close(): void;
}

const PATIENCE_MS = 1_500;
const MOST_UPSTREAMS = 3;
const MOST_WAITING = 256;
/** One device that asks without end leaves room for the others. */
const MOST_PER_CLIENT = 32;
/** After nobody answered, how long that is taken for "offline": an installer's next names then fail at once. */
const OFFLINE_MS = 5_000;

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { clock } = options;
  const waiting = new Set<() => void>();
  const perClient = new Map<string, number>();
  let offlineUntil = 0;
  let closed = false;

  /** One question to one resolver; undefined when it does not answer in time or not properly. */
  function exchange(query: Uint8Array, via: 'udp' | 'tcp', to: Endpoint): Promise<Uint8Array | undefined> {
    const id = options.random16();
    const sent = withId(query, id);
    const isReply = (bytes: Uint8Array): boolean => {
      const header = readHeader(bytes);
      return header?.isResponse === true && header.id === id && sameQuestion(sent, bytes);
    };
    return new Promise(resolve => {
      let close = () => {};
      const settle = (reply: Uint8Array | undefined) => {
        cancel();
        waiting.delete(giveUp);
        close();
        resolve(reply);
      };
      const giveUp = () => settle(undefined);
      const cancel = clock.after(PATIENCE_MS, giveUp);
      waiting.add(giveUp);
      try {
        const ask = via === 'udp' ? askByUdp : askByTcp;
        close = ask(options.sockets, to, sent, bytes => isReply(bytes) && settle(bytes), giveUp);
      } catch {
        giveUp();
      }
    });
  }

  return {
    async forward(query, via, client) {
      const load = perClient.get(client) ?? 0;
      if (waiting.size >= MOST_WAITING || load >= MOST_PER_CLIENT) return 'busy';
      if (clock.now() < offlineUntil) return 'silent';
      perClient.set(client, load + 1);
      try {
        for (const to of options.upstream().slice(0, MOST_UPSTREAMS)) {
          const reply = await exchange(query, via, to);
          if (closed) return 'silent';
          if (reply) {
            offlineUntil = 0;
            return withId(reply, readHeader(query)!.id);
          }
        }
        offlineUntil = clock.now() + OFFLINE_MS;
        return 'silent';
      } finally {
        const left = perClient.get(client)! - 1;
        if (left > 0) perClient.set(client, left);
        else perClient.delete(client);
      }
    },
    close() {
      closed = true;
      for (const giveUp of [...waiting]) giveUp();
    },
  };
}

type Ask = (
  sockets: UpstreamSockets,
  to: Endpoint,
  query: Uint8Array,
  received: (bytes: Uint8Array) => void,
  failed: () => void,
) => () => void;

const askByUdp: Ask = (sockets, to, query, received, failed) => {
  const socket = sockets.udp(to);
  socket.onError(failed);
  socket.onMessage((bytes, from) => {
    if (from.address === to.address && from.port === to.port) received(bytes);
  });
  socket.send(query);
  return () => socket.close();
};

const askByTcp: Ask = (sockets, to, query, received, failed) => {
  const stream = sockets.tcp(to);
  const messages = new Unframer();
  stream.on('error', failed);
  stream.on('close', failed);
  stream.on('data', (chunk: Uint8Array) => {
    for (const message of messages.push(chunk)) received(message);
  });
  stream.write(framed(query));
  return () => stream.destroy();
};
