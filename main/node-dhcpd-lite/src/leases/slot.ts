/**
 * One address of the pool and the two orders it stands in: a list for each state, least recently used first, and the
 * heap of everything that ends by time. All steps are O(1), those of the heap O(log n).
 */
import { formatIpv4, type Ipv4, type Mac } from '../addresses.ts';
import type { Lease, LeaseState } from './lease.ts';

export class Slot implements Lease {
  readonly number: number;
  readonly ip: Ipv4;
  /** There is a reservation of this address. */
  readonly reserved: boolean;
  state: LeaseState = 'free';
  key = '';
  mac: Mac = '';
  clientId: string | undefined = undefined;
  hostname: string | undefined = undefined;
  expires = 0;
  acks = 0;
  sticky = false;
  previous: Slot | undefined = undefined;
  next: Slot | undefined = undefined;
  heapIndex = -1;

  constructor(number: number, reserved: boolean) {
    this.number = number;
    this.reserved = reserved;
    this.ip = formatIpv4(number);
  }

  snapshot(): Lease {
    const { ip, state, key, mac, clientId, hostname, expires, acks, sticky } = this;
    return { ip, state, key, mac, clientId, hostname, expires, acks, sticky };
  }
}

/** A Map as a queue gets slow (deleted entries at its front are walked over), hence links in the slots themselves. */
export class SlotList {
  #first: Slot | undefined;
  #last: Slot | undefined;

  get first(): Slot | undefined {
    return this.#first;
  }

  add(slot: Slot): void {
    slot.previous = this.#last;
    slot.next = undefined;
    if (this.#last) this.#last.next = slot;
    else this.#first = slot;
    this.#last = slot;
  }

  remove(slot: Slot): void {
    if (slot.previous) slot.previous.next = slot.next;
    else this.#first = slot.next;
    if (slot.next) slot.next.previous = slot.previous;
    else this.#last = slot.previous;
    slot.previous = undefined;
    slot.next = undefined;
  }
}

/** Slots by `expires`, soonest on top. Each slot is in at most once, so its size is bounded by the pool. */
export class ExpiryHeap {
  readonly #slots: Slot[] = [];

  get top(): Slot | undefined {
    return this.#slots[0];
  }

  /** Inserts the slot, or moves it after its `expires` changed. */
  set(slot: Slot): void {
    if (slot.heapIndex < 0) {
      slot.heapIndex = this.#slots.length;
      this.#slots.push(slot);
    }
    this.#down(slot, this.#up(slot, slot.heapIndex));
  }

  remove(slot: Slot): void {
    const index = slot.heapIndex;
    if (index < 0) return;
    slot.heapIndex = -1;
    const last = this.#slots.pop()!;
    if (last !== slot) this.#down(last, this.#up(last, index));
  }

  #up(slot: Slot, from: number): number {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#slots[parent]!;
      if (above.expires <= slot.expires) break;
      this.#place(above, index);
      index = parent;
    }
    this.#place(slot, index);
    return index;
  }

  #down(slot: Slot, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#slots.length) break;
      if (child + 1 < this.#slots.length && this.#slots[child + 1]!.expires < this.#slots[child]!.expires) child++;
      const below = this.#slots[child]!;
      if (below.expires >= slot.expires) break;
      this.#place(below, index);
      index = child;
    }
    this.#place(slot, index);
  }

  #place(slot: Slot, index: number): void {
    this.#slots[index] = slot;
    slot.heapIndex = index;
  }
}
