/** A flash job as windows see it: what happened so far, told event by event. Pure; knows no drive and no clock. */
import type { FlashJobView, JobProgress, JobTarget } from '../contract/flash-views.ts';
import type { ErrorCode } from '../errors.ts';
import type { FlashEvent, FlashProgressEvent } from '../flash/events.ts';

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
      return { ...job, notices: [...job.notices, event.message] };
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
      return withTarget(job, event.device, ({ progress: _, ...target }) => ({ ...target, state: 'done', done }));
    }
    case 'flash.failed': {
      const { phase, code, message, state } = event;
      const isCancelled = code === ('FLASH_CANCELLED' satisfies ErrorCode);
      return withTarget(job, event.device, ({ progress: _, ...target }) => ({
        ...target,
        state: isCancelled ? 'cancelled' : 'failed',
        failure: { phase, code, message, state },
      }));
    }
  }
}

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

function withTarget(job: FlashJobView, device: string, change: (target: JobTarget) => JobTarget): FlashJobView {
  return { ...job, targets: job.targets.map(target => (target.device === device ? change(target) : target)) };
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
