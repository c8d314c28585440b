/** "What it gets and why": a device's own events, told as sentences. Pure. */
import type { LoggedEvent } from '../bench/event-log.ts';
import type { DhcpReplyEvent } from '../bench/events.ts';
import type { DeviceView } from '../devices/devices.ts';
import { spanText } from '../kit/duration.ts';

type Reply = LoggedEvent & DhcpReplyEvent;

/** Files named at most, the latest. */
const MOST_FILES = 8;

export function explainDevice(device: DeviceView, events: readonly LoggedEvent[]): readonly string[] {
  const macs = new Set(device.macs);
  const own = events.filter(event => 'mac' in event && event.mac !== undefined && macs.has(event.mac));
  const replies = own.filter((event): event is Reply => event.type === 'dhcp.offer' || event.type === 'dhcp.ack');
  return [...addressing(replies), ...booting(replies), ...files(own)];
}

function addressing(replies: readonly Reply[]): string[] {
  const last = replies.findLast(reply => reply.ip !== undefined);
  if (!last) return ['It was given no address so far.'];
  const lease = last.lease === undefined ? '' : ` for ${spanText(last.lease)}`;
  if (last.sticky)
    return [`It has ${last.ip}${lease} from an offer alone: a Raspberry Pi 3 takes an offer and never asks again.`];
  return [
    last.type === 'dhcp.ack' ? `It has ${last.ip}${lease}.` : `It was offered ${last.ip} and has not taken it yet.`,
  ];
}

/** One sentence per kind of client that this device was: firmware, iPXE, system. */
function booting(replies: readonly Reply[]): string[] {
  const latest = new Map<string, Reply>();
  for (const reply of replies) latest.set(`${reply.client} ${reply.recipe}`, reply);
  return [...latest.values()].flatMap(({ client = 'a plain DHCP client', recipe, bootfile, why, proxy }) => {
    const by = recipe === undefined ? '' : ` (rule ${recipe}${proxy ? ', proxyDHCP' : ''})`;
    if (bootfile !== undefined) return [`As ${client} it was told to boot ${bootfile}${by}.`];
    if (why !== undefined) return [`As ${client} it got an address only: ${why}${by}.`];
    return recipe === undefined ? [] : [`As ${client} it got an address and no boot file${by}.`];
  });
}

function files(own: readonly LoggedEvent[]): string[] {
  const got = new Set<string>();
  const missing = new Set<string>();
  for (const event of own) {
    if (event.type === 'tftp.done') got.add(event.file);
    if (event.type === 'http.request' && event.status < 300) got.add(event.path);
    if (event.type === 'tftp.error' && event.reason === 'missing') missing.add(event.file);
    if (event.type === 'http.request' && event.status === 404) missing.add(event.path);
  }
  for (const name of got) missing.delete(name);
  return [
    ...(got.size > 0 ? [`It fetched ${listed(got)}.`] : []),
    ...(missing.size > 0
      ? [`It asked for ${listed(missing)}, which you do not have; that may be normal for its firmware.`]
      : []),
  ];
}

function listed(names: ReadonlySet<string>): string {
  const all = [...names];
  const shown = all.slice(-MOST_FILES).join(', ');
  return all.length > MOST_FILES ? `${shown} and ${all.length - MOST_FILES} others` : shown;
}
