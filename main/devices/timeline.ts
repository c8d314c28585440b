/** How far one device has come: events in, stages with times out. Pure; knows no identity and no clock. */
import {
  type BenchEvent,
  type ConsoleBootEvent,
  type DhcpFacts,
  type DhcpReplyEvent,
  type DhcpRequestEvent,
  STAGES,
  type Stage,
} from '../bench/events.ts';
import type { FirmwareKind } from '../boot/client.ts';
import type { ConsoleStage } from '../console/stages/stage-rules.ts';
import { fileStage } from './files.ts';

export interface StageMark {
  readonly stage: Stage;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What showed it, e.g. `ipxe.efi by TFTP`. */
  readonly by: string;
}

export interface Timeline {
  /** Power-ons seen, this one included; 0 before the first packet. */
  readonly boots: number;
  /** When this boot and the failed ones right before it began, oldest first. */
  readonly bootStarts: readonly number[];
  /** Who began this boot: its label. */
  readonly starter: string | undefined;
  /** It has asked for a boot file at some time. */
  readonly netboots: boolean;
  /** Stages of this boot, in the order of `STAGES`, times never decreasing. */
  readonly marks: readonly StageMark[];
}

export const NO_TIMELINE: Timeline = { boots: 0, bootStarts: [], starter: undefined, netboots: false, marks: [] };

/** Starts kept for finding a rhythm in restarts. */
const KEPT_STARTS = 8;
/** An installer asks for an address again and again; a DISCOVER so long after its last step is the installed system. */
const INSTALLED_AFTER_MS = 30_000;
/** Firmware that asks again so soon after its loader is retrying, not restarting. */
const RETRY_MS = 5_000;

const rank = (stage: Stage): number => STAGES.indexOf(stage);

export function currentStage(timeline: Timeline): Stage | undefined {
  return timeline.marks.at(-1)?.stage;
}

const atLeast = (timeline: Timeline, stage: Stage): boolean => {
  const current = currentStage(timeline);
  return current !== undefined && rank(current) >= rank(stage);
};

/** Adds a stage unless the boot is past it. A clock that went back does not take the stage back. */
export function reach(timeline: Timeline, stage: Stage, by: string, at: number): Timeline {
  let marks = timeline.marks;
  // An installer's own network looked like the finished system until it asked for its answers.
  if (stage === 'installer' && marks.at(-1)?.stage === 'up') marks = marks.slice(0, -1);
  const last = marks.at(-1);
  if (last && rank(last.stage) >= rank(stage)) return timeline;
  return { ...timeline, marks: [...marks, { stage, at: Math.max(at, last?.at ?? at), by }] };
}

export interface StageSpan extends StageMark {
  /** When the next stage began; undefined for the last one. */
  readonly until: number | undefined;
  /** Seconds it took; undefined for the last one. */
  readonly seconds: number | undefined;
}

export function stageSpans(timeline: Timeline): StageSpan[] {
  return timeline.marks.map((mark, index) => {
    const until = timeline.marks[index + 1]?.at;
    return { ...mark, until, seconds: until === undefined ? undefined : (until - mark.at) / 1000 };
  });
}

/** Firmware that begins a boot: seen again at the loader stage it has restarted. A Pi 3 and U-Boot ask several times per boot. */
const STARTERS: ReadonlySet<FirmwareKind> = new Set(['bios-pxe', 'uefi-pxe', 'uefi-http', 'pi4', 'pi5']);

function isRestart(timeline: Timeline, kind: FirmwareKind, label: string, at: number): boolean {
  if (kind === 'plain') return false;
  if (atLeast(timeline, 'kernel')) return true;
  const last = timeline.marks.at(-1);
  return last?.stage === 'loader' && timeline.starter === label && STARTERS.has(kind) && at - last.at > RETRY_MS;
}

function begin(timeline: Timeline, label: string, at: number): Timeline {
  return {
    ...timeline,
    boots: timeline.boots + 1,
    // A boot that came up ends a series of failures.
    bootStarts: [...(currentStage(timeline) === 'up' ? [] : timeline.bootStarts), at].slice(-KEPT_STARTS),
    starter: label,
    marks: [],
  };
}

/** What scripts and installers say about themselves (`/report?stage=`), in their words and ours. */
const REPORTED: readonly (readonly [RegExp, Stage])[] = [
  [/^(up|done|ready|finished|complete|completed|login|booted|success)$/i, 'up'],
  [/^(install|partition|packages|late|early|post)/i, 'installer'],
  [/^(initrd|initramfs)$/i, 'initrd'],
  [/^kernel$/i, 'kernel'],
  [/^(loader|ipxe|menu)$/i, 'loader'],
];

const kindOf = (event: DhcpFacts): FirmwareKind => event.firmware ?? (event.arch === undefined ? 'plain' : 'pxe-other');
const labelOf = (event: DhcpFacts): string => event.client ?? 'it';

function asked(before: Timeline, event: DhcpRequestEvent, at: number): Timeline {
  const kind = kindOf(event);
  const label = labelOf(event);
  const first = event.type === 'dhcp.discover' || event.type === 'dhcp.bootp';
  let timeline = before;
  if (timeline.boots === 0 || (first && isRestart(timeline, kind, label, at))) timeline = begin(timeline, label, at);
  if (kind !== 'plain' && !timeline.netboots) timeline = { ...timeline, netboots: true };
  timeline = reach(timeline, 'seen', label, at);
  if (kind !== 'plain') return timeline;
  const last = timeline.marks.at(-1)!;
  const isInstalled = last.stage === 'installer' && first && at - last.at > INSTALLED_AFTER_MS;
  return last.stage === 'kernel' || last.stage === 'initrd' || isInstalled
    ? reach(timeline, 'up', `${label} asked for an address`, at)
    : timeline;
}

function answered(before: Timeline, event: DhcpReplyEvent, at: number): Timeline {
  const label = labelOf(event);
  const timeline = before.boots === 0 ? begin(before, label, at) : before;
  const address = event.ip ?? 'boot files only';
  if (event.type === 'dhcp.offer') {
    const offered = reach(timeline, 'offered', address, at);
    // A Pi 3 takes the offer for the lease and says no more.
    return event.sticky && !event.proxy ? reach(offered, 'leased', address, at) : offered;
  }
  if (event.proxy || event.ip === undefined) return timeline;
  const leased = reach(timeline, 'leased', address, at);
  // A board that netboots and now asks as a system, without a kernel from here, started from its own disk.
  const fromDisk = kindOf(event) === 'plain' && timeline.netboots && currentStage(leased) === 'leased';
  return fromDisk ? reach(leased, 'up', `${label} has ${address}`, at) : leased;
}

/** The timeline after it began to fetch, or fetched, a file. */
export function fetched(before: Timeline, path: string, via: string, at: number): Timeline {
  const stage = fileStage(path);
  if (stage === undefined) return before;
  const timeline = before.boots === 0 ? begin(before, via, at) : before;
  return reach(timeline, stage, `${path.replace(/^\/+/, '').replace(/[?#].*$/, '')} by ${via}`, at);
}

/** What a console shows, in the words of a device; loaders tell the wire themselves what they are. */
const SHOWN: Partial<Record<ConsoleStage, Stage>> = {
  linux: 'kernel',
  initramfs: 'initrd',
  installer: 'installer',
  login: 'up',
};

function shown(before: Timeline, stage: ConsoleStage, by: string, at: number): Timeline {
  const to = SHOWN[stage];
  if (to === undefined) return before;
  return reach(before.boots === 0 ? begin(before, 'its console', at) : before, to, `${by} on its console`, at);
}

/** Firmware asks the wire while it boots, so a banner is news only when the boot before was past that. */
function bootShown(before: Timeline, event: ConsoleBootEvent, at: number): Timeline {
  const current = currentStage(before);
  const started = current === 'kernel' || current === 'initrd';
  const restarted = current === 'up' || current === 'installer' || (started && event.stage !== 'linux');
  return restarted ? reach(begin(before, event.by, at), 'seen', `${event.by} on its console`, at) : before;
}

/** The timeline after one event of its device; the same object when the event says nothing about it. */
export function advance(timeline: Timeline, event: BenchEvent, at: number): Timeline {
  switch (event.type) {
    case 'dhcp.discover':
    case 'dhcp.request':
    case 'dhcp.inform':
    case 'dhcp.bootp':
      return asked(timeline, event, at);
    case 'dhcp.offer':
    case 'dhcp.ack':
      return answered(timeline, event, at);
    case 'tftp.start':
      return fetched(timeline, event.file, 'TFTP', at);
    case 'http.request':
      return event.method === 'GET' && (event.status === 200 || event.status === 206)
        ? fetched(timeline, event.path, 'HTTP', at)
        : timeline;
    case 'http.report': {
      const stage = REPORTED.find(([pattern]) => pattern.test(event.stage))?.[1];
      if (!stage) return timeline;
      return reach(timeline.boots === 0 ? begin(timeline, 'report', at) : timeline, stage, 'its own report', at);
    }
    case 'console.boot':
      return bootShown(timeline, event, at);
    case 'console.stage':
      return shown(timeline, event.stage, event.by, at);
    case 'console.bound':
      return event.stages.reduce((so, { stage, by, at: then }) => shown(so, stage, by, then), timeline);
    default:
      return timeline;
  }
}
