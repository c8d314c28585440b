/**
 * Who has which address, and who may have it next. Time is passed in, changes are reported to `changed`; it knows no
 * packet, no file and no timer. Every call is O(1), or O(log n) in the addresses used so far; none scans the pool.
 *
 *   free ─offer─▶ offered ─confirm─▶ bound ─▶ released, expired (remembered, may be given to another)
 *                   └─ no REQUEST in time ─▶ free
 *   declined, in-use: nobody gets it until its time is over
 */
import { type Ipv4, ipv4Number, type Mac, maskNumber, parseIpv4, type Subnet } from '../addresses.ts';
import { clientKey, hash, Reservations, type Reserved } from './identity.ts';
import type { Identity, Lease, LeaseState, PoolClient, Reservation } from './lease.ts';
import { ExpiryHeap, Slot, SlotList } from './slot.ts';

export interface PoolSettings {
  readonly server: Ipv4;
  readonly subnet: Subnet;
  readonly range: readonly [Ipv4, Ipv4];
  readonly identity: Identity;
  readonly reservations: readonly Reservation[];
  readonly offerSeconds: number;
  readonly declineSeconds: number;
  readonly inUseSeconds: number;
}

/** How many addresses are tried by hash before any free one is taken. */
const HASH_TRIES = 4;
const NOBODY: PoolClient = {
  mac: '',
  htype: 1,
  clientId: undefined,
  uuid: undefined,
  serial: undefined,
  hostname: undefined,
};

export class LeasePool {
  readonly #settings: PoolSettings;
  readonly #changed: (lease: Lease) => void;
  readonly #reservations: Reservations;
  readonly #first: number;
  readonly #size: number;
  readonly #server: number;
  readonly #network: number;
  readonly #mask: number;
  /** The addresses of the range up to here have a slot, or are not for giving. */
  #cursor: number;
  readonly #slots = new Map<number, Slot>();
  readonly #byKey = new Map<string, Slot>();
  readonly #expiries = new ExpiryHeap();
  readonly #lists = {
    free: new SlotList(),
    offered: new SlotList(),
    bound: new SlotList(),
    idle: new SlotList(),
    declined: new SlotList(),
    'in-use': new SlotList(),
    /** In whatever state: nothing that is reserved is ever taken for someone else. */
    reserved: new SlotList(),
  };

  constructor(settings: PoolSettings, changed: (lease: Lease) => void) {
    this.#settings = settings;
    this.#changed = changed;
    this.#reservations = new Reservations(settings.reservations);
    this.#first = ipv4Number(settings.range[0]);
    this.#size = ipv4Number(settings.range[1]) - this.#first + 1;
    this.#cursor = this.#first;
    this.#server = ipv4Number(settings.server);
    this.#network = ipv4Number(settings.subnet.network);
    this.#mask = maskNumber(settings.subnet.prefix);
  }

  /** The reservation that fits the client. */
  reservation(client: PoolClient): Reservation | undefined {
    return this.#reservations.find(client)?.reservation;
  }

  /** What this client has or had, as far as nobody else got it since. */
  find(client: PoolClient, now: number): Lease | undefined {
    this.#sweep(now);
    const key = this.#key(client, this.#reservations.find(client));
    return key === undefined ? undefined : this.#byKey.get(key);
  }

  byAddress(ip: Ipv4, now: number): Lease | undefined {
    this.#sweep(now);
    const slot = this.#slots.get(parseIpv4(ip) ?? -1);
    return slot && slot.state !== 'free' ? slot.snapshot() : undefined;
  }

  /** Every address that has a state, lowest first. */
  list(now: number): Lease[] {
    this.#sweep(now);
    return [...this.#slots.values()]
      .filter(slot => slot.state !== 'free')
      .sort((a, b) => a.number - b.number)
      .map(slot => slot.snapshot());
  }

  /**
   * Sets an address aside for this client, in the order of RFC 2131 section 4.3.1: reserved, current or previous,
   * `wanted`, any. A live lease stays one. Undefined when every address is a confirmed lease or in use.
   */
  offer(client: PoolClient, now: number, wanted: Ipv4 | undefined): Lease | undefined {
    this.#sweep(now);
    const reserved = this.#reservations.find(client);
    const key = this.#key(client, reserved);
    if (key === undefined) return undefined;
    const slot = this.#choose(client, key, reserved, wanted);
    if (!slot) return undefined;
    const until = now + this.#settings.offerSeconds * 1000;
    if (slot.state === 'bound' && slot.key === key) {
      this.#describe(slot, client, reserved);
      if (slot.expires < until) this.#until(slot, until);
      return slot;
    }
    this.#give(slot, client, key, reserved, 'offered', until);
    this.#changed(slot.snapshot());
    return slot;
  }

  /**
   * Binds `ip` to the client for so many seconds from now; undefined when it may not have it. `chosen`: it answers an
   * OFFER of this server. Then a mere offer of the address to someone else does not stand in the way: under pressure
   * offers are given twice, and the first REQUEST wins. `sticky`: no REQUEST asked for it.
   */
  confirm(
    client: PoolClient,
    now: number,
    request: { readonly ip: Ipv4; readonly seconds: number; readonly chosen: boolean; readonly sticky: boolean },
  ): Lease | undefined {
    this.#sweep(now);
    const reserved = this.#reservations.find(client);
    const key = this.#key(client, reserved);
    const number = parseIpv4(request.ip);
    if (key === undefined || number === undefined) return undefined;
    // A client that has a reservation is led to it, unless someone else is on it.
    if (reserved && reserved.number !== number && this.#mayHold(reserved.number, key, client, reserved))
      return undefined;
    if (!this.#mayHold(number, key, client, reserved)) {
      const slot = this.#slots.get(number);
      const onlyOffered = request.chosen && slot?.state === 'offered' && this.#grantable(number, reserved);
      if (!onlyOffered) return undefined;
    }
    const slot = this.#slot(number);
    this.#give(slot, client, key, reserved, 'bound', now + request.seconds * 1000);
    if (!request.sticky) slot.acks++;
    slot.sticky = request.sticky;
    this.#changed(slot.snapshot());
    return slot;
  }

  /** The client took another server's offer: an offer of ours is free again. */
  withdraw(client: PoolClient, now: number): void {
    const slot = this.find(client, now) as Slot | undefined;
    if (slot?.state === 'offered') this.#end(slot, now);
  }

  /** The client gives its address back; it is remembered for it. False when it does not have it. */
  release(client: PoolClient, now: number, ip: Ipv4): boolean {
    const slot = this.find(client, now) as Slot | undefined;
    return slot?.ip === ip && this.releaseAddress(ip, now);
  }

  /** The operator takes an address back. False when nobody had it. */
  releaseAddress(ip: Ipv4, now: number): boolean {
    this.#sweep(now);
    const slot = this.#slots.get(parseIpv4(ip) ?? -1);
    if (!slot || slot.state === 'free' || slot.state === 'released' || slot.state === 'expired') return false;
    if (slot.state === 'bound') this.#idle(slot, 'released', now);
    else this.#end(slot, now);
    return true;
  }

  /** The client found its address in use. Nobody gets it for a while. False when it was not the client's. */
  decline(client: PoolClient, now: number, ip: Ipv4): boolean {
    const slot = this.find(client, now) as Slot | undefined;
    if (!slot || slot.ip !== ip || (slot.state !== 'bound' && slot.state !== 'offered')) return false;
    this.#disown(slot);
    this.#move(slot, 'declined');
    this.#until(slot, now + this.#settings.declineSeconds * 1000);
    this.#changed(slot.snapshot());
    return true;
  }

  /** An address was heard from `mac`. Its own holder is `known`; a stranger's address is left alone for a while. */
  markInUse(ip: Ipv4, mac: Mac, now: number): 'marked' | 'known' | 'conflict' | 'not-ours' {
    this.#sweep(now);
    const number = parseIpv4(ip);
    if (number === undefined || !(this.#inRange(number) || this.#reservations.has(number))) return 'not-ours';
    const slot = this.#slot(number);
    if (slot.state === 'bound') return slot.mac === mac ? 'known' : 'conflict';
    if (slot.state === 'declined' || (slot.state === 'offered' && slot.mac === mac)) return 'known';
    const until = now + this.#settings.inUseSeconds * 1000;
    if (slot.state === 'in-use' && slot.mac === mac) {
      this.#until(slot, until);
      return 'known';
    }
    if (slot.mac !== mac) {
      this.#disown(slot);
      slot.mac = mac;
    }
    this.#move(slot, 'in-use');
    this.#until(slot, until);
    this.#changed(slot.snapshot());
    return 'marked';
  }

  /** Leases of an earlier run. Those of addresses that are not to be given any more are dropped. */
  restore(leases: readonly Lease[], now: number): void {
    for (const lease of [...leases].sort((a, b) => a.expires - b.expires)) {
      const number = parseIpv4(lease.ip);
      if (number === undefined || this.#slots.get(number)) continue;
      const live = lease.expires > now;
      if (lease.state === 'declined') {
        if (!live || !this.#inRange(number)) continue;
        const slot = this.#slot(number);
        slot.mac = lease.mac;
        this.#move(slot, 'declined');
        this.#until(slot, lease.expires);
        continue;
      }
      if (!lease.key || this.#byKey.has(lease.key) || (lease.state !== 'bound' && lease.state !== 'released')) continue;
      const client = { ...NOBODY, mac: lease.mac, clientId: lease.clientId, hostname: lease.hostname };
      const reserved = lease.key === `reservation:${lease.ip}` ? this.#reservations.at(number) : undefined;
      if (!this.#grantable(number, reserved)) continue;
      const slot = this.#slot(number);
      this.#give(slot, client, lease.key, reserved, 'bound', lease.expires);
      slot.acks = lease.acks;
      slot.sticky = lease.sticky;
      if (lease.state === 'bound' && live) continue;
      this.#retire(slot, lease.state === 'bound' ? 'expired' : 'released');
    }
  }

  /* Choosing ---------------------------------------------------------------------------------------------------- */

  #key(client: PoolClient, reserved: Reserved | undefined): string | undefined {
    return reserved ? reserved.key : clientKey(client, this.#settings.identity);
  }

  #choose(client: PoolClient, key: string, reserved: Reserved | undefined, wanted: Ipv4 | undefined): Slot | undefined {
    if (reserved && this.#mayHold(reserved.number, key, client, reserved)) return this.#slot(reserved.number);
    const current = this.#byKey.get(key);
    if (current && this.#mayHold(current.number, key, client, reserved)) return current;
    const number = wanted === undefined ? undefined : parseIpv4(wanted);
    if (number !== undefined && this.#inRange(number) && this.#isFreeFor(number, client)) return this.#slot(number);
    return this.#preferred(key) ?? this.#anyFree() ?? this.#recycled();
  }

  /** The same few addresses for the same client, so that it tends to meet its old one although all is forgotten. */
  #preferred(key: string): Slot | undefined {
    let place = hash(key);
    for (let tries = 0; tries < HASH_TRIES; tries++) {
      const number = this.#first + (place % this.#size);
      if (this.#inRange(number) && this.#isFree(number)) return this.#slot(number);
      place = hash(`${place}`);
    }
    return undefined;
  }

  #anyFree(): Slot | undefined {
    const known = this.#lists.free.first;
    if (known) return known;
    while (this.#cursor < this.#first + this.#size) {
      const number = this.#cursor++;
      if (this.#inRange(number) && !this.#slots.has(number)) return this.#slot(number);
    }
    return undefined;
  }

  /** Least recently used first; what a client has confirmed and still holds is never taken. */
  #recycled(): Slot | undefined {
    return this.#lists.idle.first ?? this.#lists.offered.first ?? this.#lists.declined.first;
  }

  #inRange(number: number): boolean {
    if (number < this.#first || number >= this.#first + this.#size) return false;
    return this.#isHost(number) && !this.#reservations.has(number);
  }

  #isHost(number: number): boolean {
    if ((number & this.#mask) >>> 0 !== this.#network || number === this.#server) return false;
    // RFC 3021: in a network of two there is neither network nor broadcast address.
    if (this.#settings.subnet.prefix > 30) return true;
    return number !== this.#network && number !== (this.#network | ~this.#mask) >>> 0;
  }

  /** For this client at all, whoever has it now. */
  #grantable(number: number, reserved: Reserved | undefined): boolean {
    return reserved?.number === number ? this.#isHost(number) : this.#inRange(number);
  }

  #mayHold(number: number, key: string, client: PoolClient, reserved: Reserved | undefined): boolean {
    if (!this.#grantable(number, reserved)) return false;
    const slot = this.#slots.get(number);
    switch (slot?.state) {
      case 'offered':
      case 'bound':
        return slot.key === key;
      case 'in-use':
        return slot.mac === client.mac;
      case 'declined':
        return false;
      default:
        return true;
    }
  }

  #isFree(number: number): boolean {
    const slot = this.#slots.get(number);
    return !slot || slot.state === 'free';
  }

  #isFreeFor(number: number, client: PoolClient): boolean {
    const slot = this.#slots.get(number);
    return !slot || slot.state === 'free' || (slot.state === 'in-use' && slot.mac === client.mac);
  }

  /* Changing ---------------------------------------------------------------------------------------------------- */

  #slot(number: number): Slot {
    let slot = this.#slots.get(number);
    if (!slot) {
      slot = new Slot(number, this.#reservations.has(number));
      this.#slots.set(number, slot);
      this.#lists[listOf(slot)].add(slot);
    }
    return slot;
  }

  #give(
    slot: Slot,
    client: PoolClient,
    key: string,
    reserved: Reserved | undefined,
    state: 'offered' | 'bound',
    expires: number,
  ): void {
    if (slot.key !== key) {
      this.#disown(slot);
      const before = this.#byKey.get(key);
      if (before) this.#forget(before);
      slot.key = key;
      this.#byKey.set(key, slot);
    }
    if (reserved) this.#settle(client, slot);
    this.#describe(slot, client, reserved);
    this.#move(slot, state);
    this.#until(slot, expires);
  }

  /** A reserved client that had an address by its MAC alone, before it told its serial, holds that one no longer. */
  #settle(client: PoolClient, slot: Slot): void {
    const plain = clientKey(client, this.#settings.identity);
    const other = plain === undefined ? undefined : this.#byKey.get(plain);
    if (other && other !== slot) this.#forget(other);
  }

  #describe(slot: Slot, client: PoolClient, reserved: Reserved | undefined): void {
    if (reserved) this.#reservations.learn(reserved, client.mac, slot.mac);
    slot.mac = client.mac;
    slot.clientId = client.clientId;
    slot.hostname = client.hostname ?? slot.hostname;
  }

  /** Takes the owner off the slot; the caller moves it on. */
  #disown(slot: Slot): void {
    if (slot.key) this.#byKey.delete(slot.key);
    slot.key = '';
    slot.clientId = undefined;
    slot.hostname = undefined;
    slot.acks = 0;
    slot.sticky = false;
  }

  #move(slot: Slot, state: LeaseState): void {
    this.#lists[listOf(slot)].remove(slot);
    slot.state = state;
    this.#lists[listOf(slot)].add(slot);
  }

  #until(slot: Slot, expires: number): void {
    slot.expires = expires;
    this.#expiries.set(slot);
  }

  #retire(slot: Slot, state: 'released' | 'expired'): void {
    this.#move(slot, state);
    this.#expiries.remove(slot);
  }

  #idle(slot: Slot, state: 'released' | 'expired', now: number): void {
    this.#retire(slot, state);
    slot.expires = now;
    this.#changed(slot.snapshot());
  }

  #forget(slot: Slot): void {
    this.#disown(slot);
    slot.mac = '';
    this.#move(slot, 'free');
    this.#expiries.remove(slot);
    this.#changed(slot.snapshot());
  }

  /** What a state becomes when it is over: what was once confirmed is remembered, the rest is given back. */
  #end(slot: Slot, now: number): void {
    if (slot.key && (slot.acks > 0 || slot.sticky)) this.#idle(slot, 'expired', now);
    else this.#forget(slot);
  }

  #sweep(now: number): void {
    for (let slot = this.#expiries.top; slot && slot.expires <= now; slot = this.#expiries.top) this.#end(slot, now);
  }
}

type ListName = 'free' | 'offered' | 'bound' | 'idle' | 'declined' | 'in-use' | 'reserved';

function listOf({ reserved, state }: Slot): ListName {
  if (reserved) return 'reserved';
  return state === 'released' || state === 'expired' ? 'idle' : state;
}
