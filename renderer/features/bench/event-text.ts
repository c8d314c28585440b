/** One line of the event log: its kind, how serious it is, who it is about, and what happened in words. Pure. */
import type { LoggedEvent } from '../../../main/contract/views.ts';
import { spanText } from '../../../main/kit/duration.ts';
import { bytesText } from '../../../main/kit/quantity.ts';
import { STAGE_WORDS } from './device.state.ts';

export const EVENT_KINDS = ['Devices', 'DHCP', 'TFTP', 'HTTP', 'DNS', 'Console', 'Bench'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface EventText {
  readonly kind: EventKind;
  readonly tone: 'plain' | 'ok' | 'warn' | 'bad';
  /** A name, else a MAC, else an address. */
  readonly who: string;
  readonly text: string;
}

/** Every text is built once; entries of the log never change. */
const known = new WeakMap<LoggedEvent, EventText>();

export function eventText(event: LoggedEvent): EventText {
  const before = known.get(event);
  if (before) return before;
  const text = build(event);
  known.set(event, text);
  return text;
}

const PREFIXES: readonly (readonly [string, EventKind])[] = [
  ['device.', 'Devices'],
  ['dhcp.', 'DHCP'],
  ['tftp.', 'TFTP'],
  ['http.', 'HTTP'],
  ['dns.', 'DNS'],
  ['console.', 'Console'],
];

function build(event: LoggedEvent): EventText {
  const kind = PREFIXES.find(([prefix]) => event.type.startsWith(prefix))?.[1] ?? 'Bench';
  const [text, tone = 'plain'] = says(event);
  return { kind, tone, who: whoOf(event), text };
}

function whoOf(event: LoggedEvent): string {
  const { name, mac, ip, nic } = event as { name?: string; mac?: string; ip?: string; nic?: string };
  // Their names are the question's and the stage's.
  if (event.type === 'dns.query') return mac ?? ip ?? '';
  if (event.type === 'console.stage') return mac ?? ip ?? '';
  return name ?? mac ?? ip ?? nic ?? '';
}

type Said = readonly [text: string, tone?: EventText['tone']];

function says(event: LoggedEvent): Said {
  switch (event.type) {
    case 'dhcp.discover':
      return [`DISCOVER${from(event.client)}${event.hostname ? `, calls itself ${event.hostname}` : ''}`];
    case 'dhcp.request':
      return [`REQUEST${event.ip ? ` for ${event.ip}` : ''}${from(event.client)}`];
    case 'dhcp.inform':
      return [`INFORM${from(event.client)}: it has ${event.ip ?? 'an address'} and asks for the rest`];
    case 'dhcp.release':
      return [`RELEASE: it gives ${event.ip ?? 'its address'} back`];
    case 'dhcp.bootp':
      return [`BOOTP request${from(event.client)}`];
    case 'dhcp.offer':
    case 'dhcp.ack': {
      const word = event.type === 'dhcp.offer' ? 'OFFER' : 'ACK';
      const boot = event.bootfile ? `, boot ${event.bootfile}` : event.why ? `, no boot file: ${event.why}` : '';
      return [`${word} ${event.ip ?? (event.proxy ? 'without an address (proxy)' : '')}${boot}`.trim()];
    }
    case 'dhcp.nak':
      return [`NAK ${event.ip ?? ''}: ${event.reason}`, 'warn'];
    case 'dhcp.decline':
      return [`DECLINE ${event.ip ?? ''}: something else answers there`, 'warn'];
    case 'dhcp.ignored':
      return [`No answer: ${event.reason}`, event.hex === undefined ? 'plain' : 'warn'];
    case 'tftp.start':
      return [`Sends ${event.file}, ${bytesText(event.size)}, blocks of ${event.blksize}`];
    case 'tftp.done':
      return [
        `Sent ${event.file}, ${bytesText(event.bytes)} in ${spanText(event.seconds)}${again(event.retransmits)}`,
        'ok',
      ];
    case 'tftp.error':
      return event.reason === 'probe'
        ? [`Asked how big ${event.file} is`]
        : [`${event.file} ${TFTP_REASONS[event.reason]}: ${event.detail}`, event.reason === 'missing' ? 'warn' : 'bad'];
    case 'http.request': {
      const aborted = event.aborted ? ', broken off' : '';
      const amount = event.status < 300 ? `, ${bytesText(event.bytes)} in ${spanText(event.seconds)}` : '';
      return [
        `${event.method} ${event.path} ${event.status}${amount}${aborted}`,
        event.status >= 500 ? 'bad' : event.status >= 400 || event.aborted ? 'warn' : 'plain',
      ];
    }
    case 'http.report':
      return [`Reports ${event.stage}${event.message ? `: ${event.message}` : ''}`];
    case 'dns.query':
      return [`${event.name} ${event.qtype}: ${event.result}`, event.result === 'failed' ? 'warn' : 'plain'];
    case 'device.seen':
      return [event.knownAs ? `Speaks from ${event.mac} now, was ${event.knownAs}` : 'New device'];
    case 'device.stage': {
      const after = event.after === undefined ? '' : ` after ${spanText(event.after)}`;
      return [`${STAGE_WORDS[event.stage]}${after}: ${event.by}`, event.stage === 'up' ? 'ok' : 'plain'];
    }
    case 'device.hint':
      return [event.hint, 'warn'];
    case 'console.boot':
      return [`Boot ${event.boot} on ${event.target}: ${event.by}`];
    case 'console.stage': {
      const after = event.after === undefined ? '' : ` after ${spanText(event.after)}`;
      const tone = event.stage === 'panic' ? 'bad' : event.stage === 'login' ? 'ok' : 'plain';
      return [`${event.name}${after}: ${event.by}`, tone];
    }
    case 'console.hint':
      return [`${event.hint} It printed: ${event.line}`, 'warn'];
    case 'console.bound': {
      const before = event.stages.map(({ by }) => by).join(', ');
      return [`Its console is ${event.target}, told by ${event.by}${before && `; there it showed ${before}`}`, 'ok'];
    }
    case 'nic.link':
      if (!event.present) return ['The port is gone', 'bad'];
      return event.carrier ? [`Cable in${event.speed ? ` at ${event.speed} Mb/s` : ''}`, 'ok'] : ['No cable', 'warn'];
    case 'safety.refused':
      return [`Refused by the rule ${event.rule}: ${event.because}`, 'bad'];
    case 'notice':
      return [event.message, 'warn'];
    case 'script.set': {
      const whom = event.for === 'default' ? 'Every machine without one of its own' : event.for;
      return [
        event.bytes === undefined
          ? `${whom} gets no chosen iPXE script any more`
          : `${whom} gets another iPXE script from its next boot on, ${bytesText(event.bytes)}`,
      ];
    }
    case 'script.served':
      return [`Got the chosen iPXE script as ${event.file}, ${bytesText(event.bytes)}`, 'ok'];
    case 'ready':
      return [
        `Serving ${event.address}/${event.prefix}: ${[...new Set(event.bound.map(each => each.service))].join(', ')}`,
        'ok',
      ];
    case 'stopped':
      return [`Stopped: ${event.reason}`];
    default:
      return [otherText(event)];
  }
}

const from = (client: string | undefined): string => (client ? ` from ${client}` : '');
const again = (times: number): string => (times > 0 ? `, ${times} blocks sent again` : '');

const TFTP_REASONS = {
  missing: 'is not there',
  aborted: 'broke off',
  timeout: 'fell silent',
  refused: 'is refused',
  failed: 'failed',
} as const;

/** An event that has no words here yet: its type and fields as they are. */
function otherText(event: object): string {
  const { n: _n, t: _t, type, ...fields } = event as Record<string, unknown>;
  return `${type} ${Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')}`;
}

export interface EventFilter {
  /** Empty: all of them. */
  readonly kinds: ReadonlySet<EventKind>;
  readonly search: string;
}

export function filterEvents(events: readonly LoggedEvent[], { kinds, search }: EventFilter): readonly LoggedEvent[] {
  const wanted = search.trim().toLowerCase();
  if (kinds.size === 0 && wanted === '') return events;
  return events.filter(event => {
    const { kind, who, text } = eventText(event);
    if (kinds.size > 0 && !kinds.has(kind)) return false;
    return wanted === '' || text.toLowerCase().includes(wanted) || who.toLowerCase().includes(wanted);
  });
}
