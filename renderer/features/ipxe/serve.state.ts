/** Which machine gets which script, as rows to choose in. Values in, values out. */
import type { IpxeView, LoggedEvent, Machine, ScriptChoice } from '../../../main/contract/views.ts';

export interface Receiver {
  /** `default` or a MAC. */
  readonly to: string;
  readonly name: string;
  readonly detail: string;
  /** Its own choice; undefined: it gets what is for all. */
  readonly own: ScriptChoice | undefined;
  /** What it gets at its next boot, in words. */
  readonly gets: string;
  /** When it got a chosen script last. */
  readonly servedAt: number | undefined;
}

const NOTHING = 'the boot menu of the bench';

/** All others first, then the devices, then MACs that were chosen and are not here now. */
export function receivers(
  { choices }: Pick<IpxeView, 'choices'>,
  machines: readonly Machine[],
  events: readonly LoggedEvent[],
): readonly Receiver[] {
  const ofTo = new Map(choices.map(choice => [choice.to, choice]));
  const common = ofTo.get('default');
  const served = new Map<string, number>();
  for (const event of events)
    if (event.type === 'script.served' && event.mac !== undefined) served.set(event.mac, Date.parse(event.t));
  const row = (to: string, name: string, detail: string): Receiver => {
    const own = ofTo.get(to);
    return { to, name, detail, own, gets: (own ?? common)?.name ?? NOTHING, servedAt: served.get(to) };
  };
  const here = new Set(machines.map(({ mac }) => mac));
  return [
    row('default', 'Every machine', 'by default'),
    ...machines.map(machine => row(machine.mac, machine.name, machine.mac)),
    ...choices
      .filter(({ to }) => to !== 'default' && !here.has(to))
      .map(({ to }) => row(to, to, 'not on the bench now')),
  ];
}

/** Who gets this script, in a few words; undefined: nobody. */
export function givenText(
  { choices }: Pick<IpxeView, 'choices'>,
  name: string,
  machines: readonly Machine[],
): string | undefined {
  const to = choices.filter(choice => choice.name === name).map(choice => choice.to);
  const devices = to.filter(each => each !== 'default');
  const named = devices.map(mac => machines.find(machine => machine.mac === mac)?.name ?? mac);
  const few = named.length > 2 ? [`${named.length} machines`] : named;
  const all = [...(to.includes('default') ? ['every machine'] : []), ...few];
  return all.length === 0 ? undefined : `Given to ${all.join(' and ')}`;
}
