/** What the server tells about every datagram: one event when it came in, one for what became of it. Types only. */
import type { Ipv4 } from '../addresses.ts';
import type { DhcpPacket, MessageType, PacketError } from '../codec/message.ts';
import type { Lease } from '../leases/lease.ts';
import type { Destination } from '../transport.ts';
import type { BootFields, ClientFacts } from './policy.ts';

export interface Sender {
  readonly address: Ipv4;
  readonly port: number;
}

/** Why a packet got no answer. The reason of the event says it as a sentence part. */
export type IgnoreWhy =
  /** Not a request of a client. */
  | 'not-a-request'
  /** A client without hardware address and client identifier. */
  | 'no-identity'
  /** Addressed to another server (option 54), or answered by it. */
  | 'other-server'
  /** No free address. */
  | 'pool-empty'
  /** A relay agent of a network without a pool. */
  | 'unknown-network'
  /** No record of this client, and not authoritative. */
  | 'no-record'
  /** RELEASE or DECLINE of an address that is not the client's. */
  | 'not-its-lease'
  /** Proxy mode: not a network boot client, or a message for the server that gives the addresses. */
  | 'not-for-a-proxy'
  /** The server stands down; see the reason. */
  | 'standing-down'
  /** An option that decides the answer is missing or malformed. */
  | 'malformed'
  /** A fault of this program or of the policy; `error` has it. */
  | 'failed';

/** A decoded request came in. Followed by exactly one of `reply`, `done`, `ignored`. */
export interface ReceivedEvent {
  readonly type: 'received';
  /** Undefined for BOOTP. */
  readonly message: MessageType | undefined;
  readonly packet: DhcpPacket;
  readonly client: ClientFacts;
  readonly from: Sender;
  readonly port: 67 | 4011;
  /** Address asked for or in use (option 50, else ciaddr). */
  readonly ip: Ipv4 | undefined;
}

export interface ReplyEvent {
  readonly type: 'reply';
  /** Undefined for BOOTP. */
  readonly message: 'OFFER' | 'ACK' | 'NAK' | undefined;
  readonly request: DhcpPacket;
  readonly packet: DhcpPacket;
  readonly client: ClientFacts;
  readonly to: Destination;
  /** Address given or confirmed; undefined for NAK, INFORM and in proxy mode. */
  readonly ip: Ipv4 | undefined;
  /** Seconds; undefined where no address is leased. */
  readonly leaseSeconds: number | undefined;
  /** What the policy chose; undefined for NAK. */
  readonly boot: BootFields | undefined;
  /** A proxyDHCP answer or one of the boot server port: no address in it. */
  readonly proxy: boolean;
  /** NAK: why. */
  readonly reason: string | undefined;
}

/** RELEASE or DECLINE was carried out; neither has an answer. */
export interface DoneEvent {
  readonly type: 'done';
  readonly message: 'RELEASE' | 'DECLINE';
  readonly packet: DhcpPacket;
  readonly client: ClientFacts;
  readonly ip: Ipv4;
}

export interface IgnoredEvent {
  readonly type: 'ignored';
  readonly why: IgnoreWhy;
  /** Sentence part, e.g. `the pool is empty`. */
  readonly reason: string;
  readonly packet: DhcpPacket;
  readonly client: ClientFacts;
  readonly from: Sender;
  readonly error?: unknown;
}

export interface UndecodableEvent {
  readonly type: 'undecodable';
  readonly bytes: Uint8Array;
  readonly from: Sender;
  readonly port: 67 | 4011;
  readonly error: PacketError;
}

/** A lease changed: offered, bound, renewed, released, expired, declined, or heard in use. */
export interface LeaseEvent {
  readonly type: 'lease';
  readonly lease: Lease;
}

/** The boot policy threw; the client was answered without boot fields. */
export interface PolicyFailedEvent {
  readonly type: 'policy-failed';
  readonly client: ClientFacts;
  readonly error: unknown;
}

/** Saved leases could not be read; the server runs without them and saves none. */
export interface StoreFailedEvent {
  readonly type: 'store-failed';
  readonly error: unknown;
}

export type DhcpServerEvent =
  | ReceivedEvent
  | ReplyEvent
  | DoneEvent
  | IgnoredEvent
  | UndecodableEvent
  | LeaseEvent
  | PolicyFailedEvent
  | StoreFailedEvent;
