/** What the server asks its owner for every client: what to boot, and how to talk to it. Types only. */
import type { Ipv4, Mac } from '../addresses.ts';
import type { DhcpPacket, MessageType } from '../codec/message.ts';
import type { PoolClient } from '../leases/lease.ts';
import type { OptionBytes } from './config.ts';

/** A client, recognised once from its packet. Absent facts are undefined. Text comes from outside: never trust it. */
export interface ClientFacts extends PoolClient {
  readonly mac: Mac;
  /** Option 12. */
  readonly hostname: string | undefined;
  /** Option 60. */
  readonly vendorClass: string | undefined;
  /** Option 77, RFC 3004 classes or the bare text of iPXE and Microsoft. */
  readonly userClasses: readonly string[];
  /** Option 93 in its order. Empty when not sent. */
  readonly archs: readonly number[];
  /** Option 55 in its order. Empty when not sent. */
  readonly requested: Uint8Array;
  /** The configured boot class that option 60 begins with, e.g. `PXEClient`; undefined for who does not boot so. */
  readonly bootClass: string | undefined;
  /** User class `iPXE`, or option 175. */
  readonly ipxe: boolean;
  /** Relay agent that passed it on. */
  readonly relay: Ipv4 | undefined;
}

export interface PolicyContext {
  readonly mode: 'lease' | 'proxy';
  readonly port: 67 | 4011;
  /** What is being answered; undefined for BOOTP. */
  readonly message: MessageType | undefined;
  /** Address the client gets or has; undefined in proxy mode. */
  readonly ip: Ipv4 | undefined;
  /** This server's address. */
  readonly server: Ipv4;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface BootFields {
  /** Next server. Default: this server when `file` or `sname` is given, else 0.0.0.0. */
  readonly siaddr?: Ipv4;
  /**
   * Boot file. Goes to the `file` field when it fits (127 octets), and to option 67 when the client asks for 67 or
   * the field is too small, unless `options` has a 67 of its own.
   */
  readonly file?: string;
  /** Server name, 63 octets. */
  readonly sname?: string;
  /** Always sent, in this order, asked for or not; they replace what the server would say itself. */
  readonly options?: readonly OptionBytes[];
  /** Options never sent to this client. */
  readonly omit?: readonly number[];
  /** The OFFER counts as a lease: this client never sends REQUEST (Raspberry Pi 3). */
  readonly sticky?: boolean;
  /** `auto`: RFC 2131 section 4.1. */
  readonly delivery?: Delivery;
  /** Seconds, in place of the configured lease. */
  readonly leaseSeconds?: number;
  /** Option 12. A reservation's hostname goes before it. */
  readonly hostname?: string;
  /**
   * Proxy mode: `offer` names the file in the OFFER, `boot-server` makes the client ask port 4011 for it. Default:
   * `boot-server` for UEFI PXE firmware, else `offer`.
   */
  readonly proxy?: 'offer' | 'boot-server';
  /** Name of the rule that chose all this; only reported. */
  readonly recipe?: string;
}

export type Delivery = 'auto' | 'broadcast' | 'unicast';

/** Synchronous, because it runs in the packet path. When it throws, the client gets a lease without boot fields. */
export type BootPolicy = (client: ClientFacts, request: DhcpPacket, context: PolicyContext) => BootFields;
