import type { Ipv4, Mac } from './addresses.ts';
import type { Decoded, DhcpPacket, Encoded, MessageType } from './codec/message.ts';
import type { Lease } from './leases/lease.ts';
import type { LeaseStore } from './leases/store.ts';
import type { ServerConfig } from './server/config.ts';
import type { DhcpServerEvent } from './server/events.ts';
import type { BootPolicy, ClientFacts } from './server/policy.ts';
import type { DhcpTransport } from './transport.ts';

export * from './addresses.ts';
export * from './codec/message.ts';
export * from './leases/lease.ts';
export * from './leases/store.ts';
export * from './server/config.ts';
export * from './server/events.ts';
export * from './server/policy.ts';
export * from './transport.ts';

export interface ServerParts {
  readonly transport: DhcpTransport;
  readonly config: ServerConfig;
  readonly policy: BootPolicy;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly store?: LeaseStore;
}
export interface DhcpServer {
  /** Every address that has a state, as it is now. Empty in proxy mode. */
  leases(): readonly Lease[];
  /** O(1): who has that address (states offered, bound, in-use …), or undefined. */
  leaseOf(ip: Ipv4): Lease | undefined;
  /** The operator takes an address back; its client keeps using it until it asks again. False when nobody had it. */
  release(ip: Ipv4): boolean;
  /** An address was heard from `mac` (ARP, or an answer to a probe). `conflict`: another client holds it. */
  markInUse(ip: Ipv4, mac: Mac): 'marked' | 'known' | 'conflict' | 'not-ours';
  /** Keeps listening and reporting, answers nobody. */
  standDown(reason: string): void;
  resume(): void;
  /** Undefined while it serves. */
  readonly standingDown: string | undefined;
  close(): Promise<void>;
}

export declare function decodePacket(bytes: Uint8Array): Decoded;
export declare function encodePacket(packet: DhcpPacket, minimum?: number): Encoded;
export declare function messageType(packet: DhcpPacket): MessageType | undefined;
export declare function describeOptions(packet: DhcpPacket): { code: number; name: string; text: string }[];
export declare function recogniseClient(packet: DhcpPacket, bootClasses?: readonly string[]): ClientFacts;
export declare function startDhcpServer(
  parts: ServerParts,
  onEvent: (event: DhcpServerEvent) => void,
): Promise<DhcpServer>;
export declare function openLeaseFile(path: string, options: { readonly onError: (error: Error) => void }): LeaseStore;
/** PXE option 43 from sub-options, closed by 255; iPXE option 175 likewise without it. */
export declare function encodePxe(suboptions: readonly (readonly [number, Uint8Array])[]): Uint8Array;
export declare function encodeIpxe(suboptions: readonly (readonly [number, Uint8Array])[]): Uint8Array;
