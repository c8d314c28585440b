/** What the operator decides: the network, the pool, and which of the two modes. Plain data, checked by `checkConfig`. */
import type { Ipv4, Subnet } from '../addresses.ts';
import type { Identity, Reservation } from '../leases/lease.ts';

export type OptionBytes = readonly [code: number, bytes: Uint8Array];

interface CommonConfig {
  /** This server's address: option 54 and, for clients that boot, `siaddr`. */
  readonly server: Ipv4;
  /** Vendor classes (option 60, beginning) that mark a network boot client. Default `PXEClient`, `HTTPClient`. */
  readonly bootClasses?: readonly string[];
  /** Listen on the PXE boot server port 4011 too. Default true. */
  readonly bootServerPort?: boolean;
}

/** Gives addresses (RFC 2131). */
export interface LeaseConfig extends CommonConfig {
  readonly mode: 'lease';
  readonly subnet: Subnet;
  /** First and last address of the pool, both included. Server, network and broadcast addresses are left out anyhow. */
  readonly range: readonly [Ipv4, Ipv4];
  /** Seconds, default 600. */
  readonly leaseSeconds?: number;
  /** Seconds of a client's lease until it was acknowledged twice; default `leaseSeconds`. */
  readonly firstLeaseSeconds?: number;
  /** Seconds of a BOOTP lease, which nobody renews; default 3600. */
  readonly bootpLeaseSeconds?: number;
  /** Seconds an OFFER waits for its REQUEST, default 20. */
  readonly offerSeconds?: number;
  /** Seconds a declined address rests, default 600. */
  readonly declineSeconds?: number;
  /** Seconds an address heard from a stranger is left alone, default 300. */
  readonly inUseSeconds?: number;
  /** Default `mac`. */
  readonly identity?: Identity;
  /**
   * This is the only server of its wire (default true): a client that asks for an address of another network, or one
   * that is taken, gets a NAK at once, and one that knows a free address of ours keeps it. When false, clients
   * without a record here get silence (RFC 2131 section 4.3.2).
   */
  readonly authoritative?: boolean;
  readonly routers?: readonly Ipv4[];
  readonly dns?: readonly Ipv4[];
  readonly domain?: string;
  /** Sent to clients that ask for them, or that ask for nothing in particular. */
  readonly options?: readonly OptionBytes[];
  readonly reservations?: readonly Reservation[];
}

/** Adds boot fields beside another DHCP server that gives the addresses (PXE 2.1 proxyDHCP). */
export interface ProxyConfig extends CommonConfig {
  readonly mode: 'proxy';
}

export type ServerConfig = LeaseConfig | ProxyConfig;
