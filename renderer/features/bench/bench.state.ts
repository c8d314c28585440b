/** What the bench view decides: which port is chosen, what Start would offer, what an event says. Values in, values out. */
import type {
  BenchView,
  BenchWish,
  DeviceView,
  LoggedEvent,
  NicView,
  PlanView,
  Settings,
  WireView,
} from '../../../main/contract/views.ts';

export type Wish = Settings['wish'];

/** What the person chose, else the port of last time, else the best one. Undefined: there is none to propose. */
export function chosenNic(
  nics: readonly NicView[],
  picked: string | undefined,
  remembered: string | undefined,
): NicView | undefined {
  return (
    nics.find(nic => nic.name === picked) ??
    nics.find(nic => nic.name === remembered && nic.worthiness.worthy) ??
    nics.find(nic => nic.worthiness.worthy)
  );
}

/** Ports to choose from, and those that are not, each best first. */
export function sortNics(nics: readonly NicView[]): {
  readonly worthy: readonly NicView[];
  readonly others: readonly NicView[];
} {
  return {
    worthy: nics.filter(nic => nic.worthiness.worthy),
    // Nobody looks for the loopback here.
    others: nics.filter(nic => !nic.worthiness.worthy && nic.kind !== 'loopback'),
  };
}

/** The address of another server that gives out addresses on this wire. */
export function rivalOn(wire: WireView | undefined): string | undefined {
  return wire?.stations.find(station => station.serves?.offered !== undefined)?.serves?.address;
}

export type Offer =
  /** Give addresses and boot files. */
  | { readonly kind: 'serve' }
  /** The form asks for proxy mode. */
  | { readonly kind: 'proxy' }
  /** Another server gives addresses: add boot files to its answers. */
  | { readonly kind: 'proxy-beside'; readonly rival: string };

export function offerOf(wish: Wish, rival: string | undefined): Offer {
  if (wish.mode === 'proxy') return { kind: 'proxy' };
  return rival === undefined ? { kind: 'serve' } : { kind: 'proxy-beside', rival };
}

/** The wish as it is sent: without empty fields, with the mode that the wire asks for. */
export function wishToSend(nic: string, wish: Wish, offer: Offer): BenchWish & { readonly nic: string } {
  const filled = Object.entries(wish).filter(([, value]) => value !== '' && value !== undefined);
  return { ...Object.fromEntries(filled), nic, ...(offer.kind !== 'serve' && { mode: 'proxy' }) };
}

/** Fields of the form that differ from what an untouched one has. */
export const changedFields = (wish: Wish): number =>
  Object.values(wish).filter(value => value !== '' && value !== undefined).length;

/** The rules that this plan overrides by name, and what to say about the networks it hides. */
export const overlapText = ({ overlaps }: Pick<PlanView, 'overlaps'>): string | undefined =>
  overlaps.length === 0
    ? undefined
    : `While it serves, this laptop does not reach ${overlaps.join(', ')} elsewhere, because the bench uses the same numbers.`;

/** What a plan of proxy mode lacks: the address that boards would find this laptop at. */
export const reachText = (plan: PlanView, nic: Pick<NicView, 'name' | 'addresses'>, wish: Wish): string | undefined =>
  plan.mode !== 'proxy' || wish.address || nic.addresses.some(({ address }) => address === plan.address)
    ? undefined
    : `This laptop has no address on ${nic.name}, so boards will not find its files. Let it get one from the other server in the system’s network settings, or type a free one of that network under Change.`;

/** Told in passing; every other notice is something that a person must see, and not only find among the events. */
const isPassing = ({ code }: { readonly code: string }): boolean => code === 'asking-wire';

export const noticesToShow = (events: readonly LoggedEvent[]) =>
  events.filter(event => event.type === 'notice').filter(notice => !isPassing(notice));

/** The bench that is or was being served, as far as it has a plan. */
export const planOf = (bench: BenchView): PlanView | undefined =>
  bench.state === 'serving' || bench.state === 'stopping' || bench.state === 'interrupted'
    ? bench.plan
    : bench.state === 'idle'
      ? bench.last?.plan
      : undefined;

/** The events of one device, oldest first. */
export function eventsOf(device: DeviceView, events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  const macs = new Set<string>(device.macs);
  return events.filter(event => {
    if ('device' in event && event.device === device.id) return true;
    if ('mac' in event && event.mac !== undefined) return macs.has(event.mac);
    return device.ip !== undefined && 'ip' in event && event.ip === device.ip;
  });
}

/** Sentences for people who hear the screen: what a colleague would call across the room, not each packet. */
export function spokenOf(events: readonly LoggedEvent[]): readonly string[] {
  return events.flatMap(event => {
    switch (event.type) {
      case 'device.seen':
        return event.knownAs === undefined ? [`New device ${event.name}.`] : [];
      case 'device.stage':
        return event.stage === 'up' ? [`${event.name} is up.`] : [];
      case 'device.hint':
        return [`${event.name}: ${event.hint}`];
      case 'nic.link':
        return [event.present ? `${event.nic}: ${event.carrier ? 'cable in' : 'no cable'}.` : `${event.nic} is gone.`];
      case 'safety.refused':
        return [`Refused by the rule ${event.rule}: ${event.because}.`];
      case 'notice':
        // One that is shown is read out where it is shown.
        return isPassing(event) ? [event.message] : [];
      case 'ready':
        return [`Serving on ${event.nic}.`];
      case 'stopped':
        return ['Serving ended.'];
      default:
        return [];
    }
  });
}
