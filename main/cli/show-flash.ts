/** A flash, or a queue of them, as a person or a script follows it: what is said of each event, and where. */
import { driveTitle } from '../flash/drive/describe.ts';
import type { Offer } from '../flash/drive/offer.ts';
import type { FlashEvent } from '../flash/events.ts';
import type { QueueEvent, QueueSummary } from '../flash/flash-queue.ts';
import { doneText, FlashView } from './flash-view.ts';
import type { Output } from './output.ts';
import { liveScreen } from './screen.ts';

/** Progress bars on a terminal, a line for each end elsewhere, records for scripts. Returns what ends the picture. */
export function showFlash(
  on: (listener: (event: FlashEvent | QueueEvent) => void) => () => void,
  offers: readonly Offer[],
  output: Output,
): () => void {
  const view = new FlashView(offers.map(({ drive }) => [drive.path, driveTitle(drive)]));
  const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
  const later: string[] = [];
  let waiting: string[] = [];
  on(event => {
    output.record({ t: new Date().toISOString(), ...event });
    const text = sentenceOf(event);
    if (isFlash(event)) view.hear(event);
    else if (event.type !== 'queue.passed') waiting = event.type === 'queue.waiting' ? [text!] : [];
    screen?.draw([...view.lines(), ...waiting]);
    if (text === undefined || (screen && event.type === 'queue.waiting')) return;
    // A live picture would be torn: it is said below it, at the end.
    if (screen) later.push(text);
    else output.line(text);
  });
  return () => {
    screen?.close();
    for (const text of later) output.line(text);
  };
}

function sentenceOf(event: FlashEvent | QueueEvent): string | undefined {
  switch (event.type) {
    case 'flash.done':
      return [`${event.target}: ${doneText(event)}.`, ...(event.customised ?? []).map(line => `  ${line}`)].join('\n');
    case 'flash.failed':
      return `${event.message}${event.state === 'unusable' ? ' It is not usable now and boots nowhere: write it again.' : ' It was not touched.'}`;
    case 'flash.notice':
      return event.message;
    case 'flash.image':
      return event.matched === 'content'
        ? 'The checksum matches the image inside the file.'
        : event.matched && 'The checksum matches the file.';
    case 'queue.waiting':
      return `Waiting for cards: ${countText(event)}. Ctrl-C ends the queue.`;
    case 'queue.begin':
      return event.cards
        .map(({ target, row }) => `${target}: begun${row === undefined ? '' : ` with row ${row} of the table`}.`)
        .join('\n');
    case 'queue.passed':
      return `${event.target} is left alone: ${event.because}.`;
    case 'queue.done':
      return `The queue has ended: ${countText(event)}.`;
    case 'flash.progress':
      return undefined;
  }
}

const isFlash = (event: FlashEvent | QueueEvent): event is FlashEvent => event.type.startsWith('flash.');

const countText = ({ written, failed, left }: QueueSummary): string =>
  `${written} written, ${failed} failed${left === undefined ? '' : `, ${left} left`}`;
