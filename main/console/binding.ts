/**
 * Whose console it is, from what it tells: an address that its firmware calls its own counts at once, any other only when
 * the bench knows it, because containers and neighbours have addresses too. Pure.
 */
import type { Ipv4, Mac } from 'node-dhcpd-lite';

export interface Identity {
  readonly mac?: Mac;
  readonly ip?: Ipv4;
  readonly trust: 'own' | 'some';
  readonly by: string;
}

/** What the bench knows of an address. */
export interface Neighbourhood {
  isKnown(address: { readonly mac?: Mac | undefined; readonly ip?: Ipv4 | undefined }): boolean;
}

export interface Owner {
  readonly mac: Mac | undefined;
  readonly ip: Ipv4 | undefined;
  /** What it was read from, e.g. `ethaddr`. */
  readonly by: string;
}

/** The owner after one more hint; the same object when it says nothing new. */
export function bind(
  owner: Owner | undefined,
  { mac, ip, trust, by }: Identity,
  bench: Neighbourhood,
): Owner | undefined {
  if (trust === 'some' && !bench.isKnown({ mac, ip })) return owner;
  if (!owner) return { mac, ip, by };
  if (mac === undefined) {
    // Addresses change; the latest of its own is the present one.
    return ip === owner.ip || (trust === 'some' && owner.ip !== undefined) ? owner : { ...owner, ip };
  }
  if (mac === owner.mac) return owner;
  if (owner.mac === undefined) return { ...owner, mac, by };
  // Boards have several ports: the one that the bench knows is the one on its wire.
  const better = bench.isKnown({ mac }) && !bench.isKnown({ mac: owner.mac });
  return better ? { mac, ip: undefined, by } : owner;
}
