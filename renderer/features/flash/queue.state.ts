/** Writing cards as they are plugged in: what the form asks for, and how such a queue goes, in words. Pure. */
import type { FlashJobView, QueueView } from '../../../main/contract/flash-views.ts';
import { parseBytes } from '../../../main/kit/quantity.ts';
import type { Verdict } from './job.state.ts';

export interface QueueForm {
  readonly isOn: boolean;
  /** How many cards, as typed; empty: until it is ended. */
  readonly count: string;
  /** The largest card, as typed; empty: any that may be written. */
  readonly maxSize: string;
}

export const EMPTY_QUEUE: QueueForm = { isOn: false, count: '', maxSize: '' };

export interface QueueLimits {
  readonly count?: number;
  readonly maxSize?: number;
}

export const countProblem = ({ count }: QueueForm): string | undefined =>
  /^([1-9]\d{0,4})?$/.test(count.trim()) ? undefined : 'A number from 1.';

export const sizeProblem = ({ maxSize }: QueueForm): string | undefined =>
  maxSize.trim() === '' || parseBytes(maxSize.trim()) ? undefined : 'A size such as 64 GB.';

/** Undefined when a field will not do. */
export function limitsOf(form: QueueForm): QueueLimits | undefined {
  if (countProblem(form) ?? sizeProblem(form)) return undefined;
  const maxSize = parseBytes(form.maxSize.trim());
  return {
    ...(form.count.trim() !== '' && { count: Number(form.count) }),
    ...(maxSize !== undefined && { maxSize }),
  };
}

export const QUEUE_BUTTON = 'Erase and write every card I plug in';

/** The row of the table after the last that a card was written with; undefined when none was. */
export function rowAfter({ targets }: FlashJobView): number | undefined {
  const written = targets.flatMap(({ state, row }) => (state === 'done' && row !== undefined ? [row] : []));
  return written.length === 0 ? undefined : Math.max(...written) + 1;
}

/** `3 written, 1 failed, 5 to go`. */
export function countsText({ written, failed, left }: QueueView): string {
  const parts = [`${written} written`, failed > 0 && `${failed} failed`, left !== undefined && `${left} to go`];
  return parts.filter(Boolean).join(', ');
}

/** How a queue is, or how it ended. */
export function queueVerdict({ state, error }: FlashJobView, queue: QueueView): Verdict {
  const { written, failed, left } = queue;
  if (state === 'stopping') return { tone: 'warn', text: 'Stopping' };
  if (state === 'running') {
    if (queue.state === 'ending') return { tone: 'info', text: 'Ends with the cards in work' };
    if (queue.state === 'waiting')
      return { tone: 'info', text: written + failed === 0 ? 'Plug in the first card' : 'Plug in the next card' };
    return { tone: 'info', text: 'At work' };
  }
  if (error) return { tone: 'bad', text: 'The queue had to end.' };
  if (written + failed === 0) return { tone: 'warn', text: 'Ended before any card came.' };
  const ready = `${written === 1 ? '1 card is' : `${written} cards are`} ready`;
  const rest = [failed > 0 && `${failed} failed`, left !== undefined && left > 0 && `${left} still wanted`];
  const text = `${[ready, ...rest].filter(Boolean).join(', ')}.`;
  return { tone: failed > 0 ? 'bad' : left ? 'warn' : 'ok', text };
}

/** How much of it is behind it, 0 to 1; undefined when nobody said how many cards there are. `atWork`: of the cards in work. */
export function queueFraction({ written, left }: QueueView, atWork: readonly number[]): number | undefined {
  if (left === undefined || written + left === 0) return undefined;
  return Math.min(1, (written + atWork.reduce((sum, fraction) => sum + fraction, 0)) / (written + left));
}
