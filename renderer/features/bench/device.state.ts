/** One device as its row shows it: how far each step is filled, and what it does now. Values in, values out. */
import type { DeviceView, Stage, Transfer } from '../../../main/contract/views.ts';
import { clockText, spanText } from '../../../main/kit/duration.ts';
import { bytesText } from '../../../main/kit/quantity.ts';

export interface Step {
  readonly label: string;
  /** `active`: it is there now; `passed`: it went on from there; `skipped`: it did without. */
  readonly state: 'waiting' | 'active' | 'passed' | 'skipped' | 'up';
  /** 0 to 1; undefined: it moves, and nobody knows how far. */
  readonly fill: number | undefined;
  /** How long it took, or when it began. */
  readonly seconds: number | undefined;
  readonly since: number | undefined;
}

const STEPS: readonly { readonly label: string; readonly stages: readonly Stage[]; readonly optional?: true }[] = [
  { label: 'DHCP', stages: ['seen', 'offered', 'leased'] },
  { label: 'Loader', stages: ['loader'] },
  { label: 'Kernel', stages: ['kernel'] },
  { label: 'Initrd', stages: ['initrd'] },
  { label: 'Installer', stages: ['installer'], optional: true },
  { label: 'Up', stages: ['up'] },
];

const stepOf = (stage: Stage): number => STEPS.findIndex(({ stages }) => stages.includes(stage));

/** From power-on to up, left to right. */
export function stepsOf(device: DeviceView): readonly Step[] {
  const current = device.stage === undefined ? -1 : stepOf(device.stage);
  return STEPS.flatMap(({ label, stages, optional }, index): Step[] => {
    const spans = device.stages.filter(span => stages.includes(span.stage));
    if (optional && spans.length === 0) return [];
    const since = spans[0]?.at;
    if (index > current) return [{ label, state: 'waiting', fill: 0, seconds: undefined, since: undefined }];
    if (index < current) {
      const took = spans.reduce((sum, span) => sum + (span.seconds ?? 0), 0);
      const skipped = spans.length === 0;
      return [{ label, state: skipped ? 'skipped' : 'passed', fill: 1, seconds: skipped ? undefined : took, since }];
    }
    if (device.stage === 'up') return [{ label, state: 'up', fill: 1, seconds: undefined, since }];
    return [{ label, state: 'active', fill: activeFill(device, stages), seconds: undefined, since }];
  });
}

function activeFill(device: DeviceView, stages: readonly Stage[]): number | undefined {
  if (stages.length > 1) return (stages.indexOf(device.stage!) + 1) / stages.length;
  const { progress } = device;
  return progress && isUnderWay(progress) ? transferred(progress) : 1;
}

export const isUnderWay = ({ rate, stopped }: Transfer): boolean => rate === undefined && !stopped;

/** 0 to 1; undefined: nothing of it is counted yet. */
export const transferred = ({ bytes, total }: Transfer): number | undefined =>
  bytes > 0 && total > 0 ? Math.min(1, bytes / total) : undefined;

export interface Doing {
  readonly tone: 'ok' | 'warn' | 'info' | 'quiet';
  readonly text: string;
  /** All of it, when `text` is its first sentence. */
  readonly whole?: string;
  /** 0 to 1, while it fetches something. */
  readonly fill?: number;
}

/** Silence worth a word. */
const SILENT_S = 20;

/** What it does now, in a few words. `now`: milliseconds since 1970. */
export function doingOf(device: DeviceView, now: number): Doing {
  const { stage, stages, hint, progress, lastSeen } = device;
  const last = stages.at(-1);
  if (stage === 'up' && last) {
    return { tone: 'ok', text: `Up for ${clockText(Math.max(0, (now - last.at) / 1000))}`, whole: last.by };
  }
  if (hint) return { tone: 'warn', text: firstSentence(hint.text), whole: hint.text };
  const fetching = fetchingOf(device, now);
  if (fetching) return doingFetch(fetching);
  const silent = (now - lastSeen) / 1000;
  if (silent > SILENT_S) return { tone: 'quiet', text: `Silent for ${spanText(silent)}` };
  if (progress?.stopped) {
    const { file, bytes, total } = progress;
    return { tone: 'quiet', text: `Stopped in ${baseName(file)} after ${bytesText(bytes)} of ${bytesText(total)}` };
  }
  if (progress?.rate !== undefined) {
    return {
      tone: 'quiet',
      text: `Got ${baseName(progress.file)}, ${bytesText(progress.total)} at ${bytesText(progress.rate)}/s`,
    };
  }
  return { tone: 'quiet', text: last ? `${STAGE_WORDS[last.stage]}: ${last.by}` : 'Nothing heard yet' };
}

export interface Fetching {
  readonly file: string;
  /** 0 to 1, and its words; undefined while nothing is counted. */
  readonly fill: number | undefined;
  /** `42 %`. */
  readonly share: string | undefined;
  /** `5.1 MB of 12.3 MB`. */
  readonly amount: string;
  /** `1.2 MB/s`, on the average since it began. */
  readonly rate: string | undefined;
  /** `6 s left`. */
  readonly left: string | undefined;
}

/** The file it fetches now. */
export function fetchingOf({ progress, lastSeen }: DeviceView, now: number): Fetching | undefined {
  if (!progress || !isUnderWay(progress)) return undefined;
  const { file, bytes, total, startedAt } = progress;
  const fill = transferred(progress);
  if (fill === undefined) {
    return { file, fill, share: undefined, amount: bytesText(total), rate: undefined, left: undefined };
  }
  // A clock that ticks each second is behind what was counted just now.
  const seconds = Math.max(0.1, (Math.max(now, lastSeen) - startedAt) / 1000);
  return {
    file,
    fill,
    share: `${Math.floor(fill * 100)} %`,
    amount: `${bytesText(bytes)} of ${bytesText(total)}`,
    rate: `${bytesText(bytes / seconds)}/s`,
    left: `${spanText((seconds * (1 - fill)) / fill)} left`,
  };
}

/** How its latest transfer went or goes, beside the file's name. */
export function transferText(device: DeviceView, now: number): string {
  const { progress } = device;
  const fetching = fetchingOf(device, now);
  if (fetching) return [fetching.amount, fetching.rate, fetching.left].filter(Boolean).join(' · ');
  if (!progress) return '';
  const { bytes, total, rate } = progress;
  return rate === undefined
    ? `Stopped after ${bytesText(bytes)} of ${bytesText(total)}`
    : `Got ${bytesText(total)} at ${bytesText(rate)}/s`;
}

function doingFetch({ file, fill, share, amount, rate }: Fetching): Doing {
  const name = baseName(file);
  if (fill === undefined) return { tone: 'info', text: `${name}, ${amount}`, whole: file };
  return { tone: 'info', text: `${name} ${share} at ${rate}`, whole: `${file}: ${amount} at ${rate}`, fill };
}

export const baseName = (path: string): string =>
  path
    .replace(/[?#].*$/, '')
    .split('/')
    .findLast(Boolean) ?? path;

/** A dot within a name or a number ends no sentence. */
const firstSentence = (text: string): string => /^.*?[.?](?=\s+["A-Z])/.exec(text)?.[0] ?? text;

/** What people call the stages. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  seen: 'Seen',
  offered: 'Offered',
  leased: 'Has an address',
  loader: 'Boot loader',
  kernel: 'Kernel',
  initrd: 'Initial RAM disk',
  installer: 'Installer',
  up: 'Up',
};

/* Lists of devices ------------------------------------------------------------------------------------------------ */

export const DEVICE_FILTERS = ['all', 'hints', 'booting', 'up'] as const;
export type DeviceFilter = (typeof DEVICE_FILTERS)[number];

export const isIn = (device: DeviceView, filter: DeviceFilter): boolean => {
  switch (filter) {
    case 'all':
      return true;
    case 'hints':
      return device.hint !== undefined && device.stage !== 'up';
    case 'booting':
      return device.stage !== 'up';
    case 'up':
      return device.stage === 'up';
  }
};

/** Name, address, MAC or kind holds the text. */
export function matches(device: DeviceView, search: string): boolean {
  const text = search.trim().toLowerCase();
  if (text === '') return true;
  return [device.name, device.ip ?? '', device.client ?? '', ...device.macs].some(part =>
    part.toLowerCase().includes(text),
  );
}

/** In the order in which they came: a row never changes its place. */
export const byArrival = (a: DeviceView, b: DeviceView): number => a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1);
