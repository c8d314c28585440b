import type { Ipv4, Mac } from './addresses.ts';
import type { DhcpPacket } from './codec/message.ts';
import type { Lease } from './leases/lease.ts';
import type { LeaseStore } from './leases/store.ts';
import type { ServerConfig } from './server/config.ts';
import type { DhcpServerEvent } from './server/events.ts';
import type { BootPolicy, ClientFacts } from './server/policy.ts';
import type { DhcpTransport } from './transport.ts';

export * from './addresses.ts';
export { architectureName, isUefiPxe } from './codec/arch.ts';
export type { Suboption } from './codec/encapsulated.ts';
export { encodeIpxe, NO_PXEDHCP } from './codec/ipxe.ts';
export * from './codec/message.ts';
export { fromHex, fromText, printable, toHex, toText } from './codec/octets.ts';
export {
  describeOptions,
  messageType,
  OPTIONS,
  type OptionDescription,
  type OptionName,
  type OptionValue,
  optionCode,
  optionName,
  optionValue,
  type Reading,
  readOption,
  writeOption,
} from './codec/options.ts';
export { decodePacket, encodePacket, MINIMUM_OCTETS } from './codec/packet.ts';
export { bootMenu, bootServers, discoveryControl, encodePxe, menuPrompt, PXE_DISCOVERY } from './codec/pxe.ts';
export type { Route } from './codec/values.ts';
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

export declare function recogniseClient(packet: DhcpPacket, bootClasses?: readonly string[]): ClientFacts;
export declare function startDhcpServer(
  parts: ServerParts,
  onEvent: (event: DhcpServerEvent) => void,
): Promise<DhcpServer>;
export declare function openLeaseFile(path: string, options: { readonly onError: (error: Error) => void }): LeaseStore;
