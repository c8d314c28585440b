/** The laptop's own name servers, read again when they may have changed (a Wi-Fi was joined, a VPN came up). */
import { readFileSync } from 'node:fs';
import type { Endpoint } from '../host.ts';
import { parseResolvConf } from './resolv-conf.ts';

const FRESH_MS = 5_000;

/** Empty where the system keeps them elsewhere (Windows); names outside of the bench are then answered as unknown. */
export function nodeResolvers(path = '/etc/resolv.conf'): () => readonly Endpoint[] {
  let known: readonly Endpoint[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (Date.now() - readAt < FRESH_MS) return known;
    readAt = Date.now();
    try {
      known = parseResolvConf(readFileSync(path, 'utf8')).map(address => ({ address, port: 53 }));
    } catch {
      known = [];
    }
    return known;
  };
}
