/** Asks whether somebody uses an address, without using one: ARP probes, paced. Answers are the address watch's business. */
import { formatIpv4, type Ipv4, ipv4Bytes, ipv4Number, type Mac, macBytes } from 'node-dhcpd-lite';
import type { Clock } from '../host/host.ts';

/**
 * ARP probe (RFC 5227 section 2.1.1): a broadcast request whose sender address is 0.0.0.0, so that nobody learns anything
 * from it.
 *
 *     | ff:ff:ff:ff:ff:ff | mac | 0806 | 1 | 0800 | 6 | 4 | 1 | mac | 0.0.0.0 | 00:00:00:00:00:00 | target |
 */
export function buildArpProbe(mac: Mac, target: Ipv4): Uint8Array {
  const frame = new Uint8Array(60); // the shortest frame Ethernet carries, without its check sequence
  frame.fill(0xff, 0, 6);
  const own = macBytes(mac);
  frame.set(own, 6);
  frame.set([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1], 12);
  frame.set(own, 22);
  frame.set(ipv4Bytes(target), 38);
  return frame;
}

export interface ArpProbeParts {
  readonly mac: Mac;
  readonly send: (frame: Uint8Array) => void;
  readonly clock: Clock;
}

export interface ArpProbe {
  /** Asks for one address, unless very many were asked for in this moment already. */
  ask(ip: Ipv4): void;
  /** Asks for every address of a range once, a few at a time; a range too large for that is left to `ask`. */
  scan(range: readonly [first: Ipv4, last: Ipv4]): void;
  close(): void;
}

/** Probes in one portion of a scan, and at most as many by `ask` in the same time. */
const PORTION = 32;
const PORTION_MS = 50;
/** 4,096 addresses take 6.4 s. */
const LARGEST_SCAN = 4096;

export function createArpProbe({ mac, send, clock }: ArpProbeParts): ArpProbe {
  let stop: (() => void) | undefined;
  let asked = 0;
  let since = 0;

  function portion(next: number, last: number): void {
    const end = Math.min(next + PORTION - 1, last);
    for (let number = next; number <= end; number++) send(buildArpProbe(mac, formatIpv4(number)));
    stop = end < last ? clock.after(PORTION_MS, () => portion(end + 1, last)) : undefined;
  }

  return {
    ask(ip) {
      const now = clock.now();
      if (now - since >= PORTION_MS) {
        since = now;
        asked = 0;
      }
      if (asked++ < PORTION) send(buildArpProbe(mac, ip));
    },
    scan([first, last]) {
      stop?.();
      const from = ipv4Number(first);
      const to = ipv4Number(last);
      if (to - from < LARGEST_SCAN) portion(from, to);
    },
    close: () => stop?.(),
  };
}
