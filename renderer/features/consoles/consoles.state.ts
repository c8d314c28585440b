/** What the consoles view shows, out of the views: tabs in order, states and rates in words, the rail of stages. Pure. */
import { STAGE_NAMES } from '../../../main/console/stages/stage-rules.ts';
import type { CallResult } from '../../../main/contract/calls.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import type { Tone } from '../../ui/StatusWord.tsx';

export type SerialPortInfo = CallResult<'console.ports'>[number];
type LoopbackResult = CallResult<'console.loopback'>[number];

/** In the order that somebody gave them (`order`: targets), new ones after those, as they were opened. */
export function tabsOf(
  consoles: ReadonlyMap<string, ConsoleView>,
  order: readonly string[] = [],
): readonly ConsoleView[] {
  const place = ({ target }: ConsoleView): number => {
    const index = order.indexOf(target);
    return index < 0 ? order.length : index;
  };
  return [...consoles.values()].sort(
    (a, b) => place(a) - place(b) || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1),
  );
}

/** The list with one entry moved to where another stands. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  if (from < 0 || from >= list.length) return list;
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, list[from]!);
}

/** The one that is shown: the one that the address names, else the latest. */
export const shownOf = (tabs: readonly ConsoleView[], wanted: string | undefined): ConsoleView | undefined =>
  tabs.find(({ id }) => id === wanted) ?? tabs.at(-1);

/** A tab's name: short, without what all serial ports share; of any other path its last part. */
export const tabName = ({ name }: Pick<ConsoleView, 'name'>): string =>
  name
    .replace(/^\/dev\/(serial\/by-id\/)?/, '')
    .replace(/^(tcp|telnet|rfc2217|ssh|unix):/, '')
    .replace(/^\/(.*\/)?(?=[^/])/, '');

export function stateWord({ state }: Pick<ConsoleView, 'state'>): { readonly tone: Tone; readonly text: string } {
  switch (state.phase) {
    case 'open':
      return { tone: 'ok', text: 'Connected' };
    case 'connecting':
      return { tone: 'info', text: 'Connecting' };
    case 'waiting':
      return { tone: 'warn', text: state.reason ? `Waiting: ${state.reason}` : 'Waiting' };
    case 'released':
      return { tone: 'quiet', text: 'Let go for another program' };
    case 'stopped':
      return { tone: 'bad', text: state.error?.message ?? 'Stopped' };
    case 'closed':
      return { tone: 'quiet', text: 'Closed' };
  }
}

/** `115200 8N1`, with the rate that the driver really made of it when that is another one. */
export function lineText(line: NonNullable<ConsoleView['line']>): string {
  const { baudRate, dataBits, parity, stopBits, appliedBaudRate } = line;
  const frame = `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
  const differs = appliedBaudRate !== undefined && Math.abs(appliedBaudRate - baudRate) > baudRate / 50;
  return `${baudRate} ${frame}${differs ? `, the adapter made ${appliedBaudRate} of it` : ''}`;
}

export interface RailStage {
  readonly stage: string;
  readonly name: string;
  readonly at: number;
  /** Seconds until the next one; undefined for the one it is in. */
  readonly seconds: number | undefined;
  readonly isCrash: boolean;
}

/** The boot that goes on, or was the last, from its first stage to where it is. */
export function railOf({ story }: Pick<ConsoleView, 'story'>): readonly RailStage[] {
  const stages = story?.stages ?? [];
  return stages.map(({ stage, at }, index) => {
    const next = stages[index + 1];
    return {
      stage,
      name: STAGE_NAMES[stage],
      at,
      seconds: next && (next.at - at) / 1000,
      isCrash: stage === 'panic',
    };
  });
}

/** Text of so many lines is asked about before it is pasted into a shell. */
export const PASTE_ASKS_AT = 2;

export const linesOf = (text: string): number => text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/).length;

/** Rates that boards use, the commonest first. */
export const BAUD_RATES: readonly number[] = [115_200, 1_500_000, 9_600, 57_600, 230_400, 460_800, 921_600, 3_000_000];

/** A rate as typed; undefined when it is none. */
export function readRate(text: string): number | undefined {
  const digits = text.replaceAll(/[\s,_.]/g, '');
  const rate = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
  return rate > 0 ? rate : undefined;
}

/** `12.3 kB/s`, `980 B/s`; from octets per second. */
export const rateText = (octets: number): string => `${sizeText(octets)}/s`;

/** `1.2 MB`, `980 B`. */
export function sizeText(octets: number): string {
  if (octets < 1000) return `${Math.round(octets)} B`;
  if (octets < 1e6) return `${(octets / 1e3).toFixed(1)} kB`;
  return octets < 1e9 ? `${(octets / 1e6).toFixed(1)} MB` : `${(octets / 1e9).toFixed(2)} GB`;
}

const COUNT = new Intl.NumberFormat('en-GB');
/** `12,345`. */
export const countText = (count: number): string => COUNT.format(count);

/** Seconds between stages: `0.4 s`, `12 s`, `3 min 10 s`. */
export function spanOf(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** What is known of a serial port, besides its path: `CH343, USB Single Serial, no. 5435`. */
export function portText({ chip, description, serialNumber, interfaceNumber }: PortFacts): string {
  return [
    chip,
    description,
    serialNumber && `no. ${serialNumber}`,
    interfaceNumber !== undefined && interfaceNumber > 0 && `interface ${interfaceNumber}`,
  ]
    .filter(Boolean)
    .join(', ');
}

type PortFacts = Pick<SerialPortInfo, 'chip' | 'description' | 'serialNumber' | 'interfaceNumber'>;

/** Adapters first, ports that are soldered in after them, each by name. */
export const portsInOrder = (ports: readonly SerialPortInfo[]): readonly SerialPortInfo[] =>
  [...ports].sort(
    (a, b) =>
      Number(b.bus === 'usb') - Number(a.bus === 'usb') || a.path.localeCompare(b.path, 'en', { numeric: true }),
  );

const SCRIPT_WORDS: Readonly<Record<string, string>> = { uboot: 'U-Boot', ipxe: 'iPXE' };

/** A ready-made script as a button calls it: `catch-uboot` is `Catch U-Boot`. */
export function scriptTitle(name: string): string {
  const text = name
    .split('-')
    .map(word => SCRIPT_WORDS[word] ?? word)
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How work on a console ended, as it is told. */
export interface Outcome {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly text: string;
  /** For whoever wants to know more. */
  readonly detail?: string;
}

export const pasteOutcome = ({ ok, why, lines, again, seconds }: CallResult<'console.paste'>): Outcome =>
  ok
    ? {
        tone: again > 0 ? 'warn' : 'ok',
        text: `Pasted ${countOf(lines, 'line')} in ${spanOf(seconds)}${again > 0 ? `; ${countOf(again, 'line')} had to be typed again` : ''}.`,
      }
    : { tone: 'bad', text: why ?? 'The paste did not end.' };

export const sendOutcome = ({ ok, why, sent, seconds }: CallResult<'console.send'>): Outcome =>
  ok
    ? { tone: 'ok', text: `Sent ${sent.join(', ')} in ${spanOf(seconds)}.` }
    : { tone: 'bad', text: why ?? 'The transfer did not end.' };

export function scriptOutcome({ script, ok, why, seconds, tail }: CallResult<'console.script'>): Outcome {
  const detail = tail.join('\n');
  const text = ok ? `${scriptTitle(script)}: done in ${spanOf(seconds)}.` : `${scriptTitle(script)}: ${why}`;
  return { tone: ok ? 'ok' : 'warn', text, ...(detail && { detail }) };
}

/** What to do with the rate is the person's choice: sensing has put it back as it was, or set what it found. */
export function senseOutcome({ rate, heard, score, tried }: CallResult<'console.sense'>): Outcome {
  const detail = tried
    .map(
      each =>
        `${each.rate}: ${each.refused ? 'refused' : each.score === undefined ? 'too little' : `${Math.round(each.score * 100)} % readable`}`,
    )
    .join('\n');
  if (rate !== undefined)
    return { tone: 'ok', text: `It talks at ${rate} baud (${Math.round(score * 100)} % readable).`, detail };
  const text =
    heard === 0
      ? 'Nothing was heard: the board is silent, off, or its transmit wire is not connected. Make it say something and sense again.'
      : 'No rate made its output readable. It may be upside down (inverted), or noise of a wire that is not connected.';
  return { tone: 'warn', text, detail };
}

const LOOPBACK: Readonly<Record<LoopbackResult['is'], string>> = {
  ok: 'all came back',
  silent: 'nothing came back',
  differs: 'came back wrong',
  refused: 'the adapter refuses it',
};

export function loopbackOutcome(results: readonly LoopbackResult[]): Outcome {
  const detail = results
    .map(({ rate, is, sent, received }) => `${rate}: ${LOOPBACK[is]} (${received} of ${sent})`)
    .join('\n');
  const good = results.filter(({ is }) => is === 'ok');
  if (good.length === results.length)
    return { tone: 'ok', text: 'The adapter works at every rate that was tried.', detail };
  if (results.every(({ is }) => is === 'silent'))
    return {
      tone: 'bad',
      text: 'Nothing came back. Connect the adapter’s TX to its own RX, and nothing else, then test again.',
      detail,
    };
  const best = Math.max(0, ...good.map(({ rate }) => rate));
  return {
    tone: 'warn',
    text: best > 0 ? `The adapter is good up to ${best} baud.` : 'What came back was not what was sent.',
    detail,
  };
}

const countOf = (count: number, what: string): string => `${countText(count)} ${what}${count === 1 ? '' : 's'}`;

/** Sixteen octets of a dump: their hex in two groups, and what of them can be read. */
export function hexRow(octets: Uint8Array): { readonly hex: string; readonly text: string } {
  const hex = Array.from(octets, octet => octet.toString(16).padStart(2, '0'));
  const text = Array.from(octets, octet => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'));
  return { hex: `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.trimEnd(), text: text.join('') };
}
