/** What a read request's options become: the terms of a transfer and the OACK's contents (RFC 2347, 2348, 2349, 7440). Pure. */
import type { TftpLimits } from './limits.ts';
import type { Option, Request } from './wire.ts';

export const DEFAULT_BLKSIZE = 512;

export interface Terms {
  /** Octets in a full block. */
  readonly blksize: number;
  /** Blocks sent for each ACK. */
  readonly windowsize: number;
  /** Seconds, when the client chose a retransmission interval. */
  readonly timeout: number | undefined;
  /** The client asked how large the file is, so it may leave with the answer. */
  readonly sizeAsked: boolean;
  /** What the OACK says, spelled and ordered as asked; empty: no OACK, DATA 1 comes first. */
  readonly accepted: readonly Option[];
}

type Row = (asked: number, facts: Facts) => { answer: number; terms: Partial<Terms> } | undefined;

interface Facts {
  /** Octets on the wire, when known beforehand. */
  readonly size: number | undefined;
  readonly blksize: number;
  readonly limits: TftpLimits;
}

/** One row per option. Undefined leaves it out of the OACK: the client then goes on as if it had not asked. */
const OPTIONS: Readonly<Record<string, Row>> = {
  /** RFC 2348: 8 to 65464, the answer may be smaller than asked, never larger. */
  blksize: (asked, { limits }) => {
    const blksize = Math.min(asked, limits.blksize, 65464);
    return asked < 8 ? undefined : { answer: blksize, terms: { blksize } };
  },
  /** RFC 2349: 1 to 255 seconds, echoed exactly; U-Boot gives up on any other number. */
  timeout: asked => (asked < 1 || asked > 255 ? undefined : { answer: asked, terms: { timeout: asked } }),
  /** RFC 2349. A netascii file has another size on the wire than on the disk: left out, as nobody knows it beforehand. */
  tsize: (_asked, { size }) => (size === undefined ? undefined : { answer: size, terms: { sizeAsked: true } }),
  /** RFC 7440: 1 to 65535, the answer may be smaller. */
  windowsize: (asked, { limits, blksize }) => {
    if (asked < 1 || asked > 65535) return undefined;
    const windowsize = Math.min(asked, limits.windowsize, Math.max(1, Math.floor(limits.inFlight / blksize)));
    return { answer: windowsize, terms: { windowsize } };
  },
};

/** `size`: octets on the wire, undefined when they are not known beforehand (netascii). */
export function negotiate(request: Request, size: number | undefined, limits: TftpLimits): Terms {
  // blksize bounds windowsize, so it is read first, whatever the order of the request.
  const blksize = answerOf('blksize', request.options, { size, blksize: DEFAULT_BLKSIZE, limits })?.terms.blksize;
  const facts: Facts = { size, blksize: blksize ?? DEFAULT_BLKSIZE, limits };
  let terms: Terms = {
    blksize: DEFAULT_BLKSIZE,
    windowsize: 1,
    timeout: undefined,
    sizeAsked: false,
    accepted: [],
  };
  const seen = new Set<string>();
  const accepted: Option[] = [];
  for (const [name] of request.options) {
    const key = name.toLowerCase();
    if (seen.has(key)) continue;
    seen.add(key);
    const found = answerOf(key, request.options, facts);
    if (!found) continue;
    terms = { ...terms, ...found.terms };
    accepted.push([name, String(found.answer)]);
  }
  return { ...terms, accepted };
}

function answerOf(key: string, options: readonly Option[], facts: Facts): ReturnType<Row> {
  const row = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
  const value = options.find(([name]) => name.toLowerCase() === key)?.[1];
  if (!row || value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return row(Number(value), facts);
}
