/** The boot policy of the DHCP server: remembers who spoke last from each MAC, asks the recipes, and says it in the server's terms. */
import type { BootFields, BootPolicy, DhcpPacket, Mac } from 'node-dhcpd-lite';
import { type BootClient, type ClientFacts, recogniseClient } from './client.ts';
import type { BootPlan } from './plan.ts';
import { type BootChoice, chooseBoot } from './recipes.ts';

interface Entry {
  readonly client: BootClient;
  /** DISCOVERs since this client last asked for what was offered. */
  readonly discovers: number;
  /** Milliseconds since 1970 of the last of them. */
  readonly discoveredAt: number;
}

/** Retries of one attempt come within this; later ones are another attempt. */
const ATTEMPT_MS = 60_000;

/** What every MAC was when it last spoke. Bounded: the MAC silent for longest is forgotten first. */
export class ClientBook {
  readonly #entries = new Map<Mac, Entry>();
  readonly #limit: number;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** Recognises the sender of a packet and remembers it. The same packet twice gives the same answer. */
  recognise(facts: ClientFacts): BootClient {
    const entry = this.#entries.get(facts.mac);
    const client = recogniseClient(facts, entry?.client);
    this.#put(facts.mac, { discovers: 0, discoveredAt: 0, ...entry, client });
    return client;
  }

  /** Counts offers that were passed over: DISCOVER after DISCOVER without a REQUEST between. */
  count(mac: Mac, message: string | undefined, now: number): void {
    const entry = this.#entries.get(mac);
    if (!entry) return;
    if (message !== 'DISCOVER') this.#put(mac, { ...entry, discovers: 0 });
    else {
      const again = now - entry.discoveredAt <= ATTEMPT_MS;
      this.#put(mac, { ...entry, discovers: again ? entry.discovers + 1 : 1, discoveredAt: now });
    }
  }

  ignoredOffers(mac: Mac): number {
    return Math.max(0, (this.#entries.get(mac)?.discovers ?? 0) - 1);
  }

  clientOf(mac: Mac): BootClient | undefined {
    return this.#entries.get(mac)?.client;
  }

  #put(mac: Mac, entry: Entry): void {
    this.#entries.delete(mac);
    this.#entries.set(mac, entry);
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#entries.keys().next().value!);
  }
}

/** A choice as the DHCP package takes it. */
export function bootFields(choice: BootChoice): BootFields {
  return {
    ...(choice.siaddr !== undefined && { siaddr: choice.siaddr }),
    ...(choice.file !== undefined && { file: choice.file }),
    options: choice.options,
    omit: choice.omit,
    sticky: choice.sticky,
    delivery: choice.delivery,
    proxy: choice.recipe === 'proxy-uefi-redirect' ? 'boot-server' : 'offer',
    recipe: choice.recipe,
  };
}

/**
 * The policy to hand to the DHCP server. `plan` is asked for each packet, so that it may change while serving. `chose`
 * hears every decision with its reasons, which the server's own events do not carry.
 */
export function bootPolicy(
  book: ClientBook,
  plan: () => BootPlan,
  chose?: (client: BootClient, choice: BootChoice, request: DhcpPacket) => void,
): BootPolicy {
  return (facts, request, context) => {
    const client = book.recognise({ mac: facts.mac, options: request.options });
    book.count(facts.mac, context.message, context.now);
    const current = plan();
    const choice = chooseBoot(
      client,
      { ...current, ignoredOffers: current.ignoredOffers ?? (each => book.ignoredOffers(each.mac)) },
      context.port,
    );
    chose?.(client, choice, request);
    return bootFields(choice);
  };
}
