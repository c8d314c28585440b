/** Runs a flash of a test to its end. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError } from '../../../main/errors.ts';
import type { FlashEvent } from '../../../main/flash/events.ts';
import { type FlashJob, type FlashOptions, type FlashSummary, startFlash } from '../../../main/flash/job.ts';
import { nodeClock } from '../../../main/host/node/clock.ts';
import type { Card } from './card.ts';

export const decoders = fileURLToPath(new URL('../../../resources/decoders/', import.meta.url));
export const images = fileURLToPath(new URL('../../images/', import.meta.url));
export const temporary = (): string => mkdtempSync(join(tmpdir(), 'benchboot-flash-'));

export interface Flashed {
  readonly summary: FlashSummary | undefined;
  /** What the image ended in. */
  readonly error: BenchError | undefined;
  readonly events: readonly FlashEvent[];
  /** How each target ended: `done`, or the code of its failure. */
  readonly ends: Readonly<Record<string, string>>;
  /** Everything that was said. */
  readonly messages: string;
}

/** `during` gets the job at its start. */
export async function flashed(
  image: string,
  cards: readonly Card[],
  options: FlashOptions = {},
  during: (job: FlashJob, event: FlashEvent) => void = () => {},
  downloads = join(tmpdir(), 'never'),
): Promise<Flashed> {
  const targets = cards.map(card => card.target);
  const job = startFlash({ image, targets, options }, { clock: nodeClock, decoders, downloads });
  const events: FlashEvent[] = [];
  job.on(event => {
    events.push(event);
    during(job, event);
  });
  let summary: FlashSummary | undefined;
  let error: BenchError | undefined;
  try {
    summary = await job.done;
  } catch (thrown) {
    if (!(thrown instanceof BenchError)) throw thrown;
    error = thrown;
  }
  const ends: Record<string, string> = {};
  const messages: string[] = [];
  for (const event of events) {
    if (event.type === 'flash.done') ends[event.device] = 'done';
    if (event.type === 'flash.failed') {
      ends[event.device] = event.code;
      messages.push(event.message);
    }
  }
  return { summary, error, events, ends, messages: messages.join('\n') };
}
