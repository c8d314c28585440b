/** Which IPv4 addresses are in use on a wire, from ARP alone, for whoever gives out addresses. Pure but for its memory. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { DecodedFrame } from './ethernet.ts';
import { isGroup } from './mac.ts';

export interface AddressWatchOptions {
  /** This laptop's MAC on that wire; what it says itself is no news. */
  readonly ownMac: Mac;
  /** Heard at most once per `AGAIN_MS` for the same pair. */
  readonly inUse: (ip: Ipv4, mac: Mac) => void;
}

export interface AddressWatch {
  /** `at` in milliseconds since 1970. */
  hear(frame: DecodedFrame, at: number): void;
}

const AGAIN_MS = 10_000;
const MOST_PAIRS = 1_024;

/**
 * The sender of any ARP packet uses its sender address (RFC 826). A probe has none: its target is only wanted (RFC
 * 5227 section 2.1.1), very often by the client that was just offered it.
 */
export function createAddressWatch({ ownMac, inUse }: AddressWatchOptions): AddressWatch {
  const told = new Map<string, number>();
  return {
    hear({ body }, at) {
      if (body.kind !== 'arp' || body.senderIp === '0.0.0.0' || body.senderMac === ownMac) return;
      if (isGroup(body.senderMac)) return;
      const pair = `${body.senderIp} ${body.senderMac}`;
      const before = told.get(pair);
      if (before !== undefined && at - before < AGAIN_MS) return;
      told.delete(pair);
      told.set(pair, at);
      if (told.size > MOST_PAIRS) told.delete(told.keys().next().value!);
      inUse(body.senderIp, body.senderMac);
    },
  };
}
