/**
 * Queue mode: cards are written as they appear, slot by slot. Decides from lists of offers which drives to start and
 * which slots wait for their card to go; starts nothing itself.
 */
import type { Offer } from './offer.ts';

export interface Queue {
  /** By slot: the card in it that was begun. */
  readonly slots: ReadonlyMap<string, string>;
  /** Cards that were in their slots before the queue began: nobody meant those. */
  readonly before: ReadonlyMap<string, string>;
}

/** Where a card is: its place on the bus, else its name. */
export const slotOf = ({ drive }: Offer): string => drive.busPath ?? drive.name;

/** Which card is there: another medium, or the same one plugged in again, is another. */
const cardOf = ({ drive }: Offer): string =>
  [drive.diskseq ?? '', drive.serial ?? drive.wwn ?? '', drive.size].join(' ');

/** Cards that are in already wait until they are taken out, unless `takePresent`. */
export function beginQueue(offers: readonly Offer[], takePresent: boolean): Queue {
  const present = offers
    .filter(({ drive }) => drive.mediaPresent)
    .map(offer => [slotOf(offer), cardOf(offer)] as const);
  return { slots: new Map(), before: new Map(takePresent ? [] : present) };
}

/** What to begin now; a card that stays in its slot is begun once. */
export function stepQueue(
  queue: Queue,
  offers: readonly Offer[],
): { readonly queue: Queue; readonly begin: readonly Offer[] } {
  const slots = new Map<string, string>();
  const before = new Map<string, string>();
  const begin: Offer[] = [];
  for (const offer of offers) {
    const slot = slotOf(offer);
    if (!offer.drive.mediaPresent) continue;
    const card = cardOf(offer);
    if (queue.before.get(slot) === card) {
      before.set(slot, card);
      continue;
    }
    const known = queue.slots.get(slot);
    // While it is written it is held, and not offered: it stays known.
    if (known === card || !offer.offered) {
      if (known !== undefined) slots.set(slot, known);
      continue;
    }
    slots.set(slot, card);
    begin.push(offer);
  }
  return { queue: { slots, before }, begin };
}
