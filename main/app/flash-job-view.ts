/** A flash job as windows see it: what happened so far, told event by event. Pure; knows no drive and no clock. */
import type { FlashJobView, JobProgress, JobTarget, QueueView } from '../contract/flash-views.ts';
import type { ErrorCode } from '../errors.ts';
import type { FlashEvent, FlashProgressEvent } from '../flash/events.ts';
import type { QueueCard, QueueEvent } from '../flash/flash-queue.ts';

export function hearFlash(job: FlashJobView, event: FlashEvent): FlashJobView {
  switch (event.type) {
    case 'flash.image': {
      const { fetching: _, ...rest } = job;
      const { format, size, matched, mapped } = event;
      const facts = {
        format,
        ...(size !== undefined && { size }),
        ...(matched && { matched }),
        ...(mapped !== undefined && { mapped }),
      };
      return { ...rest, facts };
    }
    case 'flash.notice':
      return job.notices.includes(event.message) ? job : { ...job, notices: [...job.notices, event.message] };
    case 'flash.progress': {
      const { device } = event;
      if (device === undefined) return { ...job, fetching: progressOf(event) };
      return withTarget(job, device, target => ({
        ...target,
        state: 'running',
        progress: progressOf(event),
        ...graphed(target, event),
      }));
    }
    case 'flash.done': {
      const { bytes, written, verified, seconds, sha256, customised } = event;
      const done = {
        bytes,
        written,
        verified,
        seconds,
        ...(sha256 !== undefined && { sha256 }),
        ...(customised && { customised }),
      };
      return withTarget(job, event.device, ({ progress: _, ...target }) => ({
        ...target,
        ...GRAPHLESS,
        state: 'done',
        done,
      }));
    }
    case 'flash.failed': {
      const { phase, code, message, state } = event;
      const isCancelled = code === ('FLASH_CANCELLED' satisfies ErrorCode);
      return withTarget(job, event.device, ({ progress: _, ...target }) => ({
        ...target,
        ...GRAPHLESS,
        state: isCancelled ? 'cancelled' : 'failed',
        failure: { phase, code, message, state },
      }));
    }
  }
}

/** Cards of a queue that stay in sight; the history keeps all. */
const MOST_CARDS = 200;
const MOST_PASSED = 5;

/** `nameOf`: what the recipe calls the card with that row (from 1) of the table. */
export function hearQueue(
  job: FlashJobView,
  event: FlashEvent | QueueEvent,
  nameOf: (card: QueueCard) => string | undefined,
): FlashJobView {
  switch (event.type) {
    case 'queue.begin': {
      const begun = event.cards.map(card => begunCard(card, nameOf(card)));
      const targets = [...job.targets, ...begun].slice(-Math.max(MOST_CARDS, begun.length));
      return withQueue({ ...job, targets }, queue => ({ ...queue, state: endingOr(queue, 'writing') }));
    }
    case 'queue.waiting':
    case 'queue.done': {
      const { written, failed, left } = event;
      const counts = { written, failed, ...(left !== undefined && { left }) };
      return withQueue(job, queue => ({ ...queue, ...counts, state: endingOr(queue, 'waiting') }));
    }
    case 'queue.passed': {
      const { device, target: title, because } = event;
      return withQueue(job, queue => ({
        ...queue,
        passed: [...queue.passed, { device, title, because }].slice(-MOST_PASSED),
      }));
    }
    case 'flash.done':
      return withQueue(hearFlash(job, event), ({ written, left, ...queue }) => ({
        ...queue,
        written: written + 1,
        ...(left !== undefined && { left: left - 1 }),
      }));
    case 'flash.failed':
      return withQueue(hearFlash(job, event), queue => ({ ...queue, failed: queue.failed + 1 }));
    default:
      return hearFlash(job, event);
  }
}

/** No card is begun any more. */
export const finishQueue = (job: FlashJobView): FlashJobView =>
  withQueue(job, queue => ({ ...queue, state: 'ending' }));

const endingOr = ({ state }: QueueView, next: QueueView['state']): QueueView['state'] =>
  state === 'ending' ? state : next;

const withQueue = (job: FlashJobView, change: (queue: QueueView) => QueueView): FlashJobView =>
  job.queue ? { ...job, queue: change(job.queue) } : job;

const begunCard = ({ device, target: title, size, serial, slot, row }: QueueCard, name?: string): JobTarget => ({
  device,
  title,
  size,
  state: 'waiting',
  writing: [],
  verifying: [],
  ...(serial !== undefined && { serial }),
  ...(slot !== undefined && { slot }),
  ...(row !== undefined && { row }),
  ...(name !== undefined && { name }),
});

/** The graph shows a way; at its end there is the sentence, and a long list stays light. */
const GRAPHLESS = { writing: [], verifying: [] } as const;

/** The job has its end: what still waits was never begun. */
export function endJob(job: FlashJobView, at: number): FlashJobView {
  const { fetching: _, ...rest } = job;
  return { ...rest, state: 'ended', ended: at, targets: job.targets.map(ended) };
}

function ended(target: JobTarget): JobTarget {
  if (target.state !== 'waiting' && target.state !== 'running') return target;
  const { progress: _, ...rest } = target;
  return { ...rest, state: 'cancelled' };
}

/** Of the cards that a queue had in one slot it is the last. */
function withTarget(job: FlashJobView, device: string, change: (target: JobTarget) => JobTarget): FlashJobView {
  const at = job.targets.findLastIndex(target => target.device === device);
  return at < 0 ? job : { ...job, targets: job.targets.with(at, change(job.targets[at]!)) };
}

function graphed({ writing, verifying }: JobTarget, { phase, fraction, rate }: FlashProgressEvent): Partial<JobTarget> {
  if (phase === 'writing') return { writing: pointAdded(writing, fraction, rate) };
  if (phase === 'verifying') return { verifying: pointAdded(verifying, fraction, rate) };
  return {};
}

/** Hundredths that were passed between two looks have the rate of the later one. */
function pointAdded(points: readonly number[], fraction: number | undefined, rate: number): readonly number[] {
  const length = Math.min(100, Math.floor((fraction ?? 0) * 100));
  if (length <= points.length) return points;
  return [...points, ...Array.from({ length: length - points.length }, () => rate)];
}

function progressOf({ phase, bytes, total, fraction, rate, eta }: FlashProgressEvent): JobProgress {
  return {
    phase,
    bytes,
    ...(total !== undefined && { total }),
    ...(fraction !== undefined && { fraction }),
    rate,
    ...(eta !== undefined && { eta }),
  };
}
