/** What the consoles view shows, out of the views: tabs in order, states and rates in words, the rail of stages. Pure. */
import { STAGE_NAMES } from '../../../main/console/stages/stage-rules.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import type { Tone } from '../../ui/StatusWord.tsx';

/** In the order in which they were opened. */
export const tabsOf = (consoles: ReadonlyMap<string, ConsoleView>): readonly ConsoleView[] =>
  [...consoles.values()].sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));

/** The one that is shown: the one that the address names, else the latest. */
export const shownOf = (tabs: readonly ConsoleView[], wanted: string | undefined): ConsoleView | undefined =>
  tabs.find(({ id }) => id === wanted) ?? tabs.at(-1);

/** A tab's name: short, without what all serial ports share. */
export const tabName = ({ name }: Pick<ConsoleView, 'name'>): string =>
  name.replace(/^\/dev\/(serial\/by-id\/)?/, '').replace(/^(tcp|telnet|rfc2217|ssh|unix):/, '');

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
