/** How much of the laptop TFTP clients may use, all together and each. */
export interface TftpLimits {
  /** Transfers at a time. */
  readonly transfers: number;
  /** Transfers at a time for one client address. */
  readonly perClient: number;
  /** Largest blksize answered (RFC 2348). */
  readonly blksize: number;
  /** Largest windowsize answered (RFC 7440); some servers and clients fail above 64. */
  readonly windowsize: number;
  /** Octets of one transfer in flight at a time. */
  readonly inFlight: number;
}

export const DEFAULT_LIMITS: TftpLimits = {
  transfers: 256,
  perClient: 48,
  /**
   * What fits an Ethernet frame of 1500. A larger block would travel in IP fragments: one lost fragment loses them all,
   * firmware often cannot put them together, and a client that asks for more must take less (RFC 2348).
   */
  blksize: 1468,
  windowsize: 64,
  inFlight: 256 * 1024,
};
