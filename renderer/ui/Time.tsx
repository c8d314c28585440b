/** A moment, local and short; exact on hover. */
import { agoText, exactTime, timeText } from './format.ts';
import { useNow } from './use-now.ts';

/** `14:03:22`. `at`: milliseconds since 1970. */
export function Time({ at }: { at: number }) {
  return (
    <time className="numbers" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {timeText(at, Date.now())}
    </time>
  );
}

/** `3 min ago`, running. */
export function Ago({ at }: { at: number }) {
  return (
    <time className="numbers" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {agoText(at, useNow())}
    </time>
  );
}
