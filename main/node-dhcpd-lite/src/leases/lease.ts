/** What a lease is, who a client is to the pool, and what the operator may fix. Types only. */
import type { Ipv4, Mac } from '../addresses.ts';

/**
 * `offered` awaits its REQUEST; `bound` is in use; `released` and `expired` are remembered for the client but may be
 * given to another; `declined` was found in use by its client (DHCPDECLINE); `in-use` belongs to a station that did
 * not get it from here; `free` is nobody's any more, which only events say.
 */
export type LeaseState = 'offered' | 'bound' | 'released' | 'expired' | 'declined' | 'in-use' | 'free';

export interface Lease {
  readonly ip: Ipv4;
  readonly state: LeaseState;
  /** Whom it belongs to: a MAC, `id:` and a client identifier in hex, or `reservation:` and an address. */
  readonly key: string;
  /** The MAC that used it last. */
  readonly mac: Mac;
  /** Option 61 of the last packet, hex. */
  readonly clientId: string | undefined;
  readonly hostname: string | undefined;
  /** Milliseconds since 1970 when the state ends (for `released` and `expired`: when it was reached). */
  readonly expires: number;
  /** How often it was acknowledged since it was given to this client. */
  readonly acks: number;
  /** Bound by the offer alone, because its client never sends REQUEST (Raspberry Pi 3, BOOTP). */
  readonly sticky: boolean;
}

/** A client as the pool sees it. */
export interface PoolClient {
  readonly mac: Mac;
  /** Hardware type; 1 for Ethernet. */
  readonly htype: number;
  /** Option 61, hex. */
  readonly clientId: string | undefined;
  /** Option 97 without its type octet, hex. */
  readonly uuid: string | undefined;
  /** The serial number of a board that tells it, lower case hex. */
  readonly serial: string | undefined;
  readonly hostname: string | undefined;
}

/** A fixed address for the client that any of the given marks fits. When several fit: MAC, client-id, serial, UUID. */
export interface Reservation {
  readonly ip: Ipv4;
  readonly mac?: Mac;
  /** Option 61, hex, with its type octet. */
  readonly clientId?: string;
  readonly serial?: string;
  /** As on the wire (hex of option 97 without its type octet) or as SMBIOS text (`00112233-4455-…`). */
  readonly uuid?: string;
  /** Sent as option 12. */
  readonly hostname?: string;
}

/**
 * `mac`: one address for a board through firmware, loader and system, which send different client identifiers.
 * `client-id`: RFC 2131 section 4.2, option 61 when sent, else the hardware address.
 */
export type Identity = 'mac' | 'client-id';
