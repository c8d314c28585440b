/**
 * Which packets come from one device although its MAC changes. Pure; knows no timeline. A merge must be safe: two equal
 * boards beside each other stay two, so keys that only resemble are trusted less, and a wrong merge is undone as soon as
 * both MACs are seen alive.
 */
import type { Mac } from 'node-dhcpd-lite';

export interface Sighting {
  readonly mac: Mac;
  readonly hostname?: string | undefined;
  readonly vendorClass?: string | undefined;
  /** Option 61, hex. */
  readonly clientId?: string | undefined;
  /** Option 97 without its type octet, hex. */
  readonly uuid?: string | undefined;
  /** Raspberry Pi serial number. */
  readonly serial?: string | undefined;
}

export interface Key {
  readonly key: string;
  /**
   * `strong` names one machine (serial, UUID, DUID). `weak` is a default that a whole batch of boards shares (host name
   * with vendor class): trusted only between random MACs.
   */
  readonly strength: 'strong' | 'weak';
}

/** The second bit of the first octet: made up by software, not assigned to a maker (IEEE 802 section 8.4). */
export function isLocallyAdministered(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) !== 0;
}

/** Not one octet repeated (blank boards, Pi 3 ROM), and not one of the values that makers forget to change. */
function isIdentifyingUuid(uuid: string): boolean {
  if (uuid.length !== 32) return false;
  return !uuid.match(/../g)!.every(octet => octet === uuid.slice(0, 2)) && !UNSET_UUIDS.has(uuid);
}

/** As in option 97, hex: AMI's default 03000200-0400-0500-0006-000700080009, in both byte orders. */
const UNSET_UUIDS: ReadonlySet<string> = new Set([
  '00020003000400050006000700080009',
  '03000200040005000006000700080009',
]);

/** What identifies the sender besides its MAC, most telling first. */
export function identityKeys(sighting: Sighting): Key[] {
  const keys: Key[] = [];
  if (sighting.serial) keys.push({ key: `serial ${sighting.serial}`, strength: 'strong' });
  // With a Pi's serial known, its option 97 says nothing more.
  if (sighting.uuid && !sighting.serial && isIdentifyingUuid(sighting.uuid))
    keys.push({ key: `uuid ${sighting.uuid}`, strength: 'strong' });
  // 01 + MAC says what the MAC says; a DUID (RFC 4361) outlives it. The IAID in octets 1 to 4 is per port.
  const id = sighting.clientId;
  if (id?.startsWith('ff') && id.length > 10) keys.push({ key: `duid ${id.slice(10)}`, strength: 'strong' });
  if (sighting.hostname)
    keys.push({ key: `hostname ${sighting.hostname} ${sighting.vendorClass ?? ''}`, strength: 'weak' });
  return keys;
}

/** One MAC of a device. */
export interface MacTrace {
  readonly mac: Mac;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** It holds a lease that it asked for. */
  readonly confirmed: boolean;
}

/** The MACs of one device, the one in use last. */
export interface Identity {
  readonly macs: readonly MacTrace[];
  /** How its MACs came together; undefined while it has one. */
  readonly joined: Key | undefined;
  /** When a MAC that had been left spoke again. */
  readonly returns: readonly number[];
}

export function newIdentity(mac: Mac, at: number): Identity {
  return { macs: [{ mac, firstSeen: at, lastSeen: at, confirmed: false }], joined: undefined, returns: [] };
}

/** A device that changes its MAC at every packet must not grow without end. */
const KEPT_MACS = 16;
/** Two returns within this are two boards talking in turn, not one that was restarted. */
const TURN_MS = 120_000;

/** Whether a MAC never seen before may be this device under a new name. */
export function mayJoin(identity: Identity, mac: Mac, key: Key): boolean {
  if (key.strength === 'strong') return true;
  return isLocallyAdministered(mac) && isLocallyAdministered(identity.macs.at(-1)!.mac);
}

/** Adds a new MAC. `forgotten` are those that fell out at the far end. */
export function join(identity: Identity, mac: Mac, key: Key, at: number): { identity: Identity; forgotten: Mac[] } {
  const macs = [...identity.macs, { mac, firstSeen: at, lastSeen: at, confirmed: false }];
  return {
    identity: { macs: macs.slice(-KEPT_MACS), joined: key, returns: identity.returns },
    forgotten: macs.slice(0, -KEPT_MACS).map(trace => trace.mac),
  };
}

/**
 * A known MAC of this device speaks. `split`: it is another device after all, because the MAC that took its place is
 * alive too: both hold leases and they talk in turn.
 */
export function hear(
  identity: Identity,
  mac: Mac,
  at: number,
  confirmed?: boolean,
): { readonly identity: Identity; readonly split: boolean } {
  const current = identity.macs.at(-1)!;
  const trace = identity.macs.find(each => each.mac === mac) ?? { mac, firstSeen: at, lastSeen: at, confirmed: false };
  const fresh = { ...trace, lastSeen: at, confirmed: confirmed ?? trace.confirmed };
  const others = identity.macs.filter(each => each.mac !== mac);
  if (current.mac === mac) return { identity: { ...identity, macs: [...others, fresh] }, split: false };
  const returns = [...identity.returns, at].filter(each => at - each <= TURN_MS).slice(-4);
  const bothAlive = fresh.confirmed && current.confirmed && at - current.lastSeen <= TURN_MS;
  // A machine with one UUID may well go back to an earlier MAC, once: its firmware has another port than its system.
  const enough = identity.joined?.strength === 'weak' || returns.length >= 2;
  if (bothAlive && enough) return { identity: { ...identity, macs: others, returns: [] }, split: true };
  return { identity: { ...identity, macs: [...others, fresh], returns }, split: false };
}
