/** What the markers of a capacity probe mean: where to put them, and the verdict. Touches no drive. */
import { bytesText } from '../../kit/quantity.ts';

/** Octets of a marker: a block of every card and stick. */
export const MARKER = 4096;

/** What was read where a marker had been put. */
export interface Sample {
  /** Octets from the start of the drive. */
  readonly position: number;
  /** `own` the marker itself, `other` that of another place, `lost` something else, `unreadable` an error. */
  readonly found: 'own' | 'other' | 'lost' | 'unreadable';
  /** For `other`: where that marker had been put. */
  readonly of?: number;
}

export interface Verdict {
  readonly verdict: 'genuine' | 'counterfeit' | 'damaged';
  /** Octets that really are there, as far as the markers tell; the claimed size when genuine. */
  readonly realSize: number;
  /** Places that did not give back what was put there. */
  readonly bad: number;
  readonly tested: number;
  /** For people. */
  readonly sentence: string;
}

const MB = 1024 * 1024;

/** Markers stand this far apart, and the first so many octets are searched for those of other places. */
export const strideOf = (size: number): number => Math.max(16 * MB, Math.ceil(size / 512 / MARKER) * MARKER);

/**
 * Places for markers, ascending. One every stride: on a drive that begins again at some length, one of them stands less
 * than a stride behind that length, and is found within the first stride, wherever that length is. Two families a power
 * of two apart as well, because most counterfeits drop the upper bits of an address.
 */
export function markerPositions(size: number): number[] {
  const last = Math.floor(size / MARKER) * MARKER - MARKER;
  if (last < 0) return [];
  const positions = new Set<number>([last]);
  const add = (position: number): void => {
    const place = Math.floor(position / MARKER) * MARKER;
    if (place >= 0 && place <= last) positions.add(place);
  };
  const stride = strideOf(size);
  for (let at = 0; at < size; at += stride) add(at);
  for (let at = MB / 2; at < size; at += size / 16) add(at);
  for (const base of [3 * MB, 5 * MB + MARKER]) {
    add(base);
    for (let power = 8 * MB; power < size; power *= 2) add(base + power);
  }
  return [...positions].sort((a, b) => a - b);
}

/** Further places between the last good and the first bad one, to say more exactly where a drive ends. */
export function refinedPositions(samples: readonly Sample[], count = 16): number[] {
  const { good, bad } = boundary(samples);
  if (bad === undefined || bad - good <= 2 * MARKER) return [];
  const step = (bad - good) / (count + 1);
  const places = Array.from({ length: count }, (_, i) => Math.floor((good + step * (i + 1)) / MARKER) * MARKER);
  return [...new Set(places)].filter(place => place > good && place < bad);
}

/** The last place below which all are good, and the first bad one when everything from there on is bad. */
function boundary(samples: readonly Sample[]): { good: number; bad: number | undefined } {
  const sorted = samples.toSorted((a, b) => a.position - b.position);
  const first = sorted.findIndex(({ found }) => found !== 'own');
  if (first < 0) return { good: sorted.at(-1)?.position ?? 0, bad: undefined };
  const allBad = sorted.slice(first).every(({ found }) => found !== 'own');
  return { good: sorted[first - 1]?.position ?? 0, bad: allBad ? sorted[first]!.position : undefined };
}

export function judge(samples: readonly Sample[], size: number): Verdict {
  const bad = samples.filter(({ found }) => found !== 'own').length;
  const facts = { bad, tested: samples.length };
  const places = `${samples.length} places spread over it`;
  const wrap = wrapLength(samples);
  if (wrap !== undefined)
    return {
      ...facts,
      verdict: 'counterfeit',
      realSize: wrap,
      sentence:
        `It claims ${bytesText(size)}, but has ${bytesText(wrap)}: what is written beyond that lands on what was written ` +
        'before. Give it back; files on it will be damaged.',
    };
  if (bad === 0)
    return {
      ...facts,
      verdict: 'genuine',
      realSize: size,
      sentence: `It gave back what was written at ${places}: its ${bytesText(size)} are there.`,
    };
  const { good, bad: end } = boundary(samples);
  // One bad place at the end is a worn cell as well as an end; several in a row are no chance.
  if (end !== undefined && bad >= 3)
    return {
      ...facts,
      verdict: 'counterfeit',
      realSize: good + MARKER,
      sentence:
        `It claims ${bytesText(size)}, but nothing is kept beyond about ${bytesText(good + MARKER)}. ` +
        'Give it back; files on it will be damaged.',
    };
  return {
    ...facts,
    verdict: 'damaged',
    realSize: size,
    sentence: `At ${bad} of ${places} it did not give back what was written: it is worn out or damaged. Take another one.`,
  };
}

/** A drive that wraps shows at one place the marker of another: they are a multiple of its real size apart. */
function wrapLength(samples: readonly Sample[]): number | undefined {
  const distances = samples.flatMap(({ position, found, of }) =>
    found === 'other' && of !== undefined && of !== position ? [Math.abs(of - position)] : [],
  );
  return distances.length === 0 ? undefined : distances.reduce(greatestCommonDivisor);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
