/**
 * One transfer to a client as a value: state and event to new state and effects. It counts absolute blocks and decides
 * what to send, again or for the first time, and when to give up. No socket, no clock, no file.
 */
import { assertNever } from '../kit/assert-never.ts';
import type { Terms } from './negotiate.ts';
import { ERROR_CODE, type ErrorNumber } from './wire.ts';

/** Milliseconds, but for `tries`. */
export const PATIENCE = {
  /** Retransmission before the first measured round trip. */
  first: 250,
  /** The least wait; a lost lock-step packet costs this much instead of the usual second. */
  least: 20,
  most: 5_000,
  /** Silence of a client that never answered at all. */
  halfOpen: 10_000,
  /** Silence in mid-transfer. */
  silence: 15_000,
  /** Silence after the very last block. */
  lastAck: 5_000,
  /** Retransmissions that silence must have outlasted as well. */
  tries: 5,
} as const;

export interface Transfer {
  readonly phase: 'negotiating' | 'sending' | 'ended';
  readonly terms: Terms;
  /** Octets on the wire; undefined until the source has ended (netascii). */
  readonly size: number | undefined;
  /** Number of the final block, from `size`. */
  readonly lastBlock: number | undefined;
  /** Highest block acknowledged in sequence. */
  readonly acked: number;
  /** Last block of the window in flight. */
  readonly sent: number;
  /** Highest block ever sent. */
  readonly reached: number;
  /** Smoothed round trip and its variation (RFC 6298), undefined before the first measurement. */
  readonly roundTrip: number | undefined;
  readonly variation: number;
  /** Wait before the next retransmission, doubled by each one. */
  readonly wait: number;
  /** Retransmissions since the client last made progress. */
  readonly tries: number;
  readonly sentAt: number;
  /** First block that the latest sending carried for the first time: an ACK below it measures nothing (Karn). */
  readonly fresh: number;
  /** When the client last made progress. */
  readonly heardAt: number;
  /** It answered at least once. */
  readonly heard: boolean;
  /** When the `timeout` event is due. */
  readonly deadline: number;
  /** DATA packets sent more than once. */
  readonly retransmits: number;
}

export type Ending =
  /** `confirmed` is false when only the ACK of the last block is missing. */
  | { readonly why: 'done'; readonly confirmed: boolean }
  /** The client sent ERROR; `early` before it had acknowledged anything. */
  | { readonly why: 'peer'; readonly code: number; readonly text: string; readonly early: boolean }
  | { readonly why: 'silent'; readonly halfOpen: boolean }
  /** Our own fault, e.g. the file became shorter. */
  | { readonly why: 'failed'; readonly text: string }
  /** Ended from our side: closing, or the client began anew. */
  | { readonly why: 'stopped' };

export type Event =
  | { readonly type: 'ack'; readonly block: number; readonly now: number }
  | { readonly type: 'timeout'; readonly now: number }
  | { readonly type: 'error'; readonly code: number; readonly text: string }
  /** Reading found the end of a source of unknown size. */
  | { readonly type: 'sourceEnd'; readonly size: number }
  | { readonly type: 'failed'; readonly text: string }
  /** From our side; without a text the client is told nothing. */
  | { readonly type: 'stop'; readonly text: string | undefined };

export type Effect =
  | { readonly do: 'oack' }
  /** DATA packets `from` to `from + count - 1`. For a source of unknown size `from` never falls. */
  | { readonly do: 'data'; readonly from: number; readonly count: number }
  | { readonly do: 'error'; readonly code: ErrorNumber; readonly text: string }
  | { readonly do: 'end'; readonly ending: Ending };

export interface Step {
  readonly state: Transfer;
  readonly effects: readonly Effect[];
}

const NOTHING: readonly Effect[] = [];

/** `size`: octets on the wire, undefined when not known beforehand. Times are milliseconds of any one clock. */
export function begin(terms: Terms, size: number | undefined, now: number): Step {
  const state: Transfer = {
    phase: terms.accepted.length > 0 ? 'negotiating' : 'sending',
    terms,
    size,
    lastBlock: size === undefined ? undefined : finalBlock(size, terms),
    acked: 0,
    sent: 0,
    reached: 0,
    roundTrip: undefined,
    variation: 0,
    wait: PATIENCE.first,
    tries: 0,
    sentAt: now,
    fresh: 0,
    heardAt: now,
    heard: false,
    deadline: now + PATIENCE.first,
    retransmits: 0,
  };
  return state.phase === 'negotiating' ? { state, effects: [{ do: 'oack' }] } : sendWindow(state, now);
}

export function step(state: Transfer, event: Event): Step {
  if (state.phase === 'ended') return { state, effects: NOTHING };
  switch (event.type) {
    case 'ack':
      return acknowledged(state, event.block, event.now);
    case 'timeout':
      return timedOut(state, event.now);
    case 'error':
      return end(state, { why: 'peer', code: event.code, text: event.text, early: !state.heard });
    case 'sourceEnd': {
      const lastBlock = finalBlock(event.size, state.terms);
      const sent = Math.min(state.sent, lastBlock);
      return { state: { ...state, size: event.size, lastBlock, sent, reached: sent }, effects: NOTHING };
    }
    case 'failed':
      return end(state, { why: 'failed', text: event.text }, event.text);
    case 'stop':
      return end(state, { why: 'stopped' }, event.text);
    default:
      return assertNever(event);
  }
}

/** Octets that the client has acknowledged. */
export function delivered({ acked, lastBlock, size, terms }: Transfer): number {
  return acked === lastBlock && size !== undefined ? size : acked * terms.blksize;
}

/** A short block ends the file, an empty one when the size is a multiple of blksize (RFC 1350 section 6). */
function finalBlock(size: number, terms: Terms): number {
  return Math.floor(size / terms.blksize) + 1;
}

function acknowledged(before: Transfer, block: number, now: number): Step {
  // Block numbers have 16 bits on the wire and roll over to 0. A repeated or old ACK is no reason to send anything:
  // answering it doubles every packet from then on (RFC 1123 section 4.2.3.1, the sorcerer's apprentice).
  const progress = (block - before.acked) & 0xffff;
  const opening = before.phase === 'negotiating';
  if (opening ? block !== 0 : progress === 0 || progress > before.reached - before.acked)
    return { state: before, effects: NOTHING };
  const acked = before.acked + progress;
  const { roundTrip, variation, wait } = measured(before, acked, now);
  const state: Transfer = {
    ...before,
    phase: 'sending',
    acked,
    heard: true,
    heardAt: now,
    tries: 0,
    roundTrip,
    variation,
    wait,
  };
  if (acked === state.lastBlock) return end(state, { why: 'done', confirmed: true });
  // Inside the window it means that the block after it was lost: go on from there (RFC 7440 section 4).
  return sendWindow(state, now);
}

function timedOut(state: Transfer, now: number): Step {
  const silent = state.tries < PATIENCE.tries ? 0 : now - state.heardAt;
  const atLastBlock = state.heard && state.sent === state.lastBlock && state.acked === state.sent - 1;
  if (atLastBlock && silent >= PATIENCE.lastAck) {
    // Some loaders start what they got at once and never acknowledge the last block.
    return end({ ...state, acked: state.sent }, { why: 'done', confirmed: false });
  }
  if (silent >= patience(state))
    return end(state, { why: 'silent', halfOpen: !state.heard }, 'no answer for too long, the transfer ends');
  const waited = { ...state, tries: state.tries + 1, wait: Math.min(state.wait * 2, longestWait(state.terms)) };
  // The ACK may be what was lost. Some clients (atftp, busybox) ignore blocks they have and, hearing them, never ask
  // again themselves; so every other time they get what they would then be waiting for. In lock-step only after the
  // usual way failed for long, because a loader's ROM expects no other block.
  const stuck = state.tries >= (state.terms.windowsize > 1 ? 1 : 3) && state.tries % 2 === 1;
  const ahead = stuck && state.size !== undefined;
  if (state.phase === 'sending') return sendWindow(waited, now, ahead && state.sent !== state.lastBlock);
  return {
    state: { ...waited, sentAt: now, fresh: 1, deadline: now + waited.wait },
    effects: [{ do: 'oack' }],
  };
}

/** The window after `acked`, or `ahead`, the one after that. */
function sendWindow(state: Transfer, now: number, ahead = false): Step {
  const before = ahead ? state.sent : state.acked;
  const to = Math.min(before + state.terms.windowsize, state.lastBlock ?? Number.POSITIVE_INFINITY);
  return {
    state: {
      ...state,
      sent: ahead ? state.sent : to,
      reached: Math.max(state.reached, to),
      sentAt: now,
      fresh: state.reached + 1,
      deadline: now + state.wait,
      retransmits: state.retransmits + Math.max(0, Math.min(state.reached, to) - before),
    },
    effects: [{ do: 'data', from: before + 1, count: to - before }],
  };
}

/** The timing after progress to `acked`: when that ACK answers the latest sending for certain, a round trip was measured. */
function measured(state: Transfer, acked: number, now: number): Pick<Transfer, 'roundTrip' | 'variation' | 'wait'> {
  const { roundTrip: before, variation: spread, wait, terms } = state;
  const elapsed = Math.max(0, now - state.sentAt);
  if (acked < state.fresh) {
    const usual = waitFor(before, spread, terms);
    // It came as fast after the latest sending as answers usually come: a loss, and not a client slower than the wait,
    // which must be waited for until an exchange measures it.
    const prompt = before !== undefined && elapsed <= before + 4 * spread + 1;
    if (prompt) return { roundTrip: before, variation: spread, wait: usual };
    // On a bad wire hardly any window is sent for the first time as a whole, so none would ever measure.
    return { roundTrip: before, variation: spread, wait: terms.windowsize === 1 ? wait : Math.max(wait / 2, usual) };
  }
  const variation = before === undefined ? elapsed / 2 : 0.75 * spread + 0.25 * Math.abs(before - elapsed);
  const roundTrip = before === undefined ? elapsed : 0.875 * before + 0.125 * elapsed;
  return { roundTrip, variation, wait: waitFor(roundTrip, variation, terms) };
}

/** RFC 6298 section 2, with a floor made for a bench instead of the internet. */
function waitFor(roundTrip: number | undefined, variation: number, terms: Terms): number {
  const wait = roundTrip === undefined ? PATIENCE.first : roundTrip + 4 * variation;
  return Math.min(Math.max(wait, PATIENCE.least), longestWait(terms));
}

/** The client's own interval (RFC 2349) is the longest it should have to wait. */
function longestWait(terms: Terms): number {
  return terms.timeout === undefined ? PATIENCE.most : Math.min(PATIENCE.most, terms.timeout * 1000);
}

/** A client that chose a long interval is left three of them, up to a minute. */
function patience({ heard, terms }: Transfer): number {
  const least = heard ? PATIENCE.silence : PATIENCE.halfOpen;
  return terms.timeout === undefined ? least : Math.min(60_000, Math.max(least, terms.timeout * 3000));
}

/** `text` goes to the client as ERROR. */
function end(state: Transfer, ending: Ending, text?: string): Step {
  const effects: Effect[] = [{ do: 'end', ending }];
  if (text !== undefined) effects.unshift({ do: 'error', code: ERROR_CODE.undefined, text });
  return { state: { ...state, phase: 'ended', deadline: Number.POSITIVE_INFINITY }, effects };
}
