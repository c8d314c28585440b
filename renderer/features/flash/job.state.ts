/** A job in words and numbers: how far it is, how it goes, how it ended. Pure. */
import type { FlashJobView, JobProgress, JobTarget } from '../../../main/contract/flash-views.ts';
import { spanText } from '../../../main/kit/duration.ts';
import { bytesText } from '../../../main/kit/quantity.ts';
import type { Tone } from '../../ui/StatusWord.tsx';
import { queueFraction, queueVerdict } from './queue.state.ts';

const PHASES: Readonly<Record<JobProgress['phase'], string>> = {
  downloading: 'Fetching the image',
  checking: 'Checking the checksum',
  preparing: 'Preparing',
  writing: 'Writing',
  syncing: 'Waiting for the card to finish',
  verifying: 'Reading back',
  customising: 'Making it yours',
  finishing: 'Writing the start, last',
  reading: 'Reading',
  probing: 'Probing',
};
export const phaseText = (phase: JobProgress['phase']): string => PHASES[phase];

/** `20 MB/s`, `1 min 4 s left`, as far as they are known. */
export function paceText({ rate, eta, phase }: JobProgress): string {
  const parts = [
    rate > 0 && phase !== 'probing' && `${bytesText(rate)}/s`,
    eta !== undefined && `${spanText(eta)} left`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** How much of everything there is to do a target has behind it, 0 to 1. */
export function targetFraction({ state, progress }: JobTarget, verify: boolean): number {
  if (state === 'done') return 1;
  if (!progress) return 0;
  const { phase, fraction = 0 } = progress;
  const share = verify ? 0.5 : 1;
  switch (phase) {
    case 'writing':
      return fraction * share;
    case 'syncing':
      return share;
    case 'verifying':
      return share + fraction * (1 - share);
    case 'customising':
    case 'finishing':
      return 0.99;
    case 'reading':
    case 'probing':
      return fraction;
    default:
      return 0;
  }
}

/** Of the whole job: the mean of its targets; of a queue how much of it is behind it, 0 when nobody knows. */
export function jobFraction({ targets, verify, queue }: FlashJobView): number {
  if (queue) {
    const atWork = targets.filter(({ state }) => state === 'running').map(target => targetFraction(target, verify));
    return queueFraction(queue, atWork) ?? 0;
  }
  if (targets.length === 0) return 0;
  return targets.reduce((sum, target) => sum + targetFraction(target, verify), 0) / targets.length;
}

/** Name of a file, whatever system its path is of. */
export const fileName = (path: string): string => path.split(/[/\\]/).at(-1) || path;

/** Where it lies; of a link all but the name. */
export const folderName = (path: string): string => path.slice(0, path.length - fileName(path).length);

const cards = (count: number): string => (count === 1 ? '1 card' : `${count} cards`);

/** Onto what, short: `2 cards`. */
export const targetsText = ({ targets, queue }: FlashJobView): string =>
  queue ? 'every card plugged in' : targets.length === 1 ? targets[0]!.title : cards(targets.length);

/** What it is about: `raspios.img.xz to 2 cards`. */
export function jobTitle(job: FlashJobView): string {
  const { kind, image, targets } = job;
  const title = targets[0] ? targets[0].title : 'a drive';
  switch (kind) {
    case 'flash':
      return `${fileName(image ?? 'An image')} to ${targetsText(job)}`;
    case 'read':
      return `${title} into ${fileName(image ?? 'a file')}`;
    case 'probe':
      return `The capacity of ${title}`;
  }
}

export interface Verdict {
  readonly tone: Tone;
  readonly text: string;
}

/** How it is, or how it ended, as the sentence that is read first. */
export function verdictOf(job: FlashJobView): Verdict {
  const { state, kind, targets, error, found, queue } = job;
  if (queue) return queueVerdict(job, queue);
  if (state === 'stopping') return { tone: 'warn', text: 'Stopping' };
  if (state === 'running') return { tone: 'info', text: runningText(job) };
  if (error) return { tone: 'bad', text: 'It could not be done.' };
  if (found) return { tone: found.good ? 'ok' : 'bad', text: found.sentences[0] ?? '' };
  const count = (wanted: JobTarget['state']): number => targets.filter(target => target.state === wanted).length;
  const [done, failed, cancelled] = [count('done'), count('failed'), count('cancelled')];
  if (kind !== 'flash') return { tone: 'warn', text: 'Stopped as you asked.' };
  const unusable = targets.filter(({ failure }) => failure?.state === 'unusable').length;
  if (failed + cancelled === 0)
    return {
      tone: 'ok',
      text: `${done === 1 ? 'The card is' : `All ${done} cards are`} ready${job.verify ? ', read back and right' : '; nobody read it back'}.`,
    };
  const parts = [
    done > 0 && `${cards(done)} ready`,
    failed > 0 && `${failed} failed`,
    cancelled > 0 && (unusable > 0 || done > 0 ? `${cancelled} stopped` : 'stopped before anything was written'),
  ].filter(Boolean);
  return { tone: failed > 0 ? 'bad' : 'warn', text: `${capital(parts.join(', '))}.` };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function runningText(job: FlashJobView): string {
  const { fetching, targets, kind } = job;
  if (fetching) return phaseText(fetching.phase);
  if (kind !== 'flash') return targets[0]?.progress ? phaseText(targets[0].progress.phase) : 'Beginning';
  const phases = new Set(targets.flatMap(({ progress }) => (progress ? [progress.phase] : [])));
  const [only] = phases;
  return phases.size === 1 && only ? phaseText(only) : phases.size === 0 ? 'Opening the image' : 'At work';
}

/** Longest time that any target still needs, seconds: of this phase, and of reading back as far as it can be told. */
export function leftSeconds({ targets, verify }: FlashJobView): number | undefined {
  const each = targets.flatMap(({ progress, state }) => {
    if (state !== 'running' || progress?.eta === undefined) return [];
    const total = progress.total ?? (progress.fraction ? progress.bytes / progress.fraction : 0);
    const behind = verify && progress.phase === 'writing' && progress.rate > 0 ? total / progress.rate : 0;
    return [progress.eta + behind];
  });
  return each.length === 0 ? undefined : Math.max(...each);
}

/** What happened to one target, as a sentence. */
export function endText(target: JobTarget): string {
  const { state, done, failure } = target;
  if (state === 'done' && done) {
    const holes = done.written < done.bytes ? `, ${bytesText(done.bytes - done.written)} of holes left out` : '';
    const how = done.verified ? 'written and read back' : 'written, not read back';
    return `${bytesText(done.bytes)} ${how} in ${spanText(done.seconds)}${holes}.`;
  }
  if (failure) return failure.message;
  return state === 'cancelled' ? 'Not begun: nothing on it was touched.' : '';
}

/** What stands on a label under its name: not the name once more, and no more than there is room for. */
export const labelSentences = (sentences: readonly string[], name: string | undefined): readonly string[] =>
  sentences.filter(sentence => sentence !== `Its host name will be ${name}.`).slice(0, 4);

/** What a card is after a failure, and what to do. */
export function afterText({ failure }: JobTarget): string | undefined {
  if (!failure) return undefined;
  return failure.state === 'unusable'
    ? 'It is not usable now and boots nowhere: write it again.'
    : 'Nothing on it was touched.';
}

/** Sentences for whoever hears the screen, of a job that has just ended. */
export const spokenEnd = (job: FlashJobView): string => `${jobTitle(job)}: ${verdictOf(job).text}`;

/** Area under the rates as SVG points, in a box of `width` x `height`; the hundredths are the way, the highest rate is the top. */
export function graphPoints(rates: readonly number[], width: number, height: number, top: number): string {
  if (rates.length === 0 || top <= 0) return '';
  const x = (index: number): string => ((index / 100) * width).toFixed(1);
  const y = (rate: number): string => (height - (Math.min(rate, top) / top) * height).toFixed(1);
  const line = rates.map((rate, index) => `${x(index)},${y(rate)} ${x(index + 1)},${y(rate)}`).join(' ');
  return `0,${height} ${line} ${x(rates.length)},${height}`;
}
