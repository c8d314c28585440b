/**
 * Queue mode: cards are written as they appear, slot by slot. Decides from lists of offers which drives to start and
 * which slots wait for their card to go; starts nothing itself.
 */
import { bytesText } from '../../kit/quantity.ts';
import { LARGE_DRIVE, type Offer } from './offer.ts';

export interface Queue {
  /** By slot: the card in it that was begun. */
  readonly slots: ReadonlyMap<string, string>;
  /** By slot: the card in it that is none for this queue. */
  readonly passed: ReadonlyMap<string, string>;
  /** Cards that were in their slots before the queue began: nobody meant those. */
  readonly before: ReadonlyMap<string, string>;
}

/** Where a card is: its place on the bus, else its name. */
export const slotOf = ({ drive }: Offer): string => drive.busPath ?? drive.name;

/** Which card is there: another medium, or the same one plugged in again, is another. */
const cardOf = ({ drive }: Offer): string =>
  [drive.diskseq ?? '', drive.serial ?? drive.wwn ?? '', drive.size].join(' ');

/** Cards that are in already wait until they are taken out, unless their drives are `named`. */
export function beginQueue(offers: readonly Offer[], named: readonly string[]): Queue {
  const present = offers
    .filter(({ drive }) => drive.mediaPresent && !named.includes(drive.name))
    .map(offer => [slotOf(offer), cardOf(offer)] as const);
  return { slots: new Map(), passed: new Map(), before: new Map(present) };
}

export interface QueueStep {
  readonly queue: Queue;
  /** To be written now; a card that stays in its slot is begun once. */
  readonly begin: readonly Offer[];
  /** New here, and no drive for this queue; each is told once. */
  readonly passed: readonly Offer[];
}

export function stepQueue(queue: Queue, offers: readonly Offer[]): QueueStep {
  const slots = new Map<string, string>();
  const before = new Map<string, string>();
  const passedBy = new Map<string, string>();
  const begin: Offer[] = [];
  const passed: Offer[] = [];
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
    if (known === card) slots.set(slot, card);
    else if (offer.offered) {
      slots.set(slot, card);
      begin.push(offer);
    } else {
      passedBy.set(slot, card);
      if (queue.passed.get(slot) !== card) passed.push(offer);
    }
  }
  return { queue: { slots, before, passed: passedBy }, begin, passed };
}

/** The same offer where the queue takes drives of at most `maxSize` octets. */
export function ofSize(offer: Offer, maxSize: number | undefined): Offer {
  if (maxSize === undefined || !offer.offered || offer.drive.size <= maxSize) return offer;
  const because = `it is larger than ${bytesText(maxSize)}, the most that this queue takes`;
  const instead = 'Take a smaller card, or begin anew with another limit.';
  return { ...offer, offered: false, refusal: { reason: 'removable-only', because, instead, override: '--max-size' } };
}

/** Which drives such a queue takes, as the end of a sentence about what will be destroyed. */
export function queueRule(allowFixed: boolean, maxSize: number | undefined): string {
  const kind = allowFixed ? 'drive of any kind, built-in ones and loop devices too,' : 'USB stick or SD card';
  const most = maxSize ?? (allowFixed ? undefined : LARGE_DRIVE);
  const size = most === undefined ? 'whatever its size' : `of at most ${bytesText(most)}`;
  return `every ${kind} ${size} that is plugged in from now on`;
}
