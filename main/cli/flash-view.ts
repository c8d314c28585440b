/** The live view of a flash: a line for each target with phase, bar, rate and time left. Events in, lines out. */
import type { FlashEvent, FlashProgressEvent } from '../flash/events.ts';
import { spanText } from '../kit/duration.ts';
import { bytesText } from '../kit/quantity.ts';
import { styled } from './screen.ts';

const BAR = 24;

type ProgressFacts = Pick<FlashProgressEvent, 'bytes' | 'total' | 'fraction' | 'rate' | 'eta'> & {
  readonly phase: string;
};

export class FlashView {
  /** In the order in which they were named. */
  readonly #rows = new Map<string, string>();
  #image: string | undefined;

  constructor(devices: readonly (readonly [device: string, label: string])[]) {
    for (const [device, label] of devices) this.#rows.set(device, `${label}  waiting`);
  }

  hear(event: FlashEvent): void {
    switch (event.type) {
      case 'flash.progress':
        if (event.device === undefined) this.#image = `image  ${progressText(event)}`;
        else {
          this.#image = undefined;
          this.#rows.set(event.device, `${event.target}  ${progressText(event)}`);
        }
        break;
      case 'flash.done':
        this.#rows.set(event.device, `${event.target}  ${styled('green', doneText(event))}`);
        break;
      case 'flash.failed':
        this.#rows.set(event.device, `${event.target}  ${styled('red', 'failed')}`);
    }
  }

  lines(): string[] {
    return [...(this.#image ? [this.#image] : []), ...this.#rows.values()];
  }
}

/** Of whatever takes long: how far it is, how fast it goes, how long it still takes. */
export function progressText({ phase, bytes, total, fraction, rate, eta }: ProgressFacts): string {
  const parts = [phase.padEnd(11)];
  if (fraction !== undefined) parts.push(bar(fraction), `${Math.floor(fraction * 100)} %`.padStart(5));
  if (bytes > 0) parts.push(total === undefined ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(total)}`);
  if (rate > 0) parts.push(`${bytesText(rate)}/s`);
  if (eta !== undefined) parts.push(`${spanText(eta)} left`);
  return parts.join('  ');
}

export function doneText(event: Extract<FlashEvent, { type: 'flash.done' }>): string {
  const { bytes, written, seconds, verified } = event;
  const how = verified ? 'written and read back' : 'written, not read back';
  const holes = written < bytes ? ` (${bytesText(bytes - written)} of holes left out)` : '';
  return `done: ${bytesText(bytes)} ${how} in ${spanText(seconds)}${holes}`;
}

function bar(fraction: number): string {
  const full = Math.round(fraction * BAR);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`;
}
