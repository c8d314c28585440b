/**
 * Finds the rate of a line that is open already, by trying candidates on it: closing and opening would reset many boards.
 * State and event to new state and effects; no line, no clock.
 */
import { ENOUGH, textScore } from './score.ts';

/** Boards in the order of their number: the usual rate, Rockchip's, old ones, Espressif's and others'. */
export const CANDIDATES: readonly number[] = [
  115_200, 1_500_000, 9_600, 921_600, 57_600, 38_400, 460_800, 3_000_000, 230_400, 19_200, 2_000_000, 1_000_000,
];

/** Milliseconds. */
export const PATIENCE = {
  /** Bytes that were on their way when the rate was changed. */
  settle: 30,
  /** With some bytes, but not enough of them. */
  thin: 1_500,
  /** A silent line tells nothing: the next candidate may listen. */
  silent: 3_000,
  all: 60_000,
} as const;

/** Bytes after which a candidate that looks good is believed. */
const CONVINCING = 192;
const GOOD = 0.85;
/** The best of a whole round is taken from here on. */
const PASSABLE = 0.6;

export interface Tried {
  readonly rate: number;
  /** 0 to 1 (`textScore`); undefined when too little came, or the adapter refused the rate. */
  readonly score: number | undefined;
  readonly bytes: number;
  readonly refused: boolean;
}

export interface Verdict {
  /** Bits per second; undefined when none fits. */
  readonly rate: number | undefined;
  readonly score: number;
  readonly tried: readonly Tried[];
  /** Bytes heard altogether: with none, the board is silent or its wire is not connected. */
  readonly heard: number;
}

export interface Sense {
  readonly phase: 'setting' | 'settling' | 'listening' | 'ended';
  readonly rates: readonly number[];
  readonly index: number;
  readonly since: number;
  readonly began: number;
  /** Of the present candidate, at most `CONVINCING`. */
  readonly bytes: Uint8Array;
  readonly tried: readonly Tried[];
  readonly heard: number;
  /** When a `tick` is due. */
  readonly deadline: number;
}

export type SenseEvent =
  /** The rate asked for is set on the open line. */
  | { readonly type: 'set'; readonly now: number }
  | { readonly type: 'refused'; readonly now: number }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly now: number }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'stop' };

export type SenseEffect =
  | { readonly do: 'set'; readonly rate: number }
  | { readonly do: 'end'; readonly verdict: Verdict };

export interface SenseStep {
  readonly state: Sense;
  readonly effects: readonly SenseEffect[];
}

const NOTHING: readonly SenseEffect[] = [];
const NO_BYTES = new Uint8Array();

/** `current` is tried first. */
export function beginSense(current: number, now: number, candidates = CANDIDATES): SenseStep {
  const rates = [current, ...candidates.filter(rate => rate !== current)];
  const state: Sense = {
    phase: 'setting',
    rates,
    index: 0,
    since: now,
    began: now,
    bytes: NO_BYTES,
    tried: [],
    heard: 0,
    deadline: Number.POSITIVE_INFINITY,
  };
  return { state, effects: [{ do: 'set', rate: current }] };
}

export function stepSense(state: Sense, event: SenseEvent): SenseStep {
  const { phase } = state;
  if (phase === 'ended') return { state, effects: NOTHING };
  if (event.type === 'stop') return end(state, undefined, 0);
  if (event.type === 'set' && phase === 'setting')
    return {
      state: { ...state, phase: 'settling', since: event.now, deadline: event.now + PATIENCE.settle },
      effects: NOTHING,
    };
  if (event.type === 'refused' && phase === 'setting') return next(note(state, undefined, true), event.now);
  if (event.type === 'tick') return ticked(state, event.now);
  if (event.type === 'bytes') return heard(state, event.bytes, event.now);
  return { state, effects: NOTHING };
}

function heard(before: Sense, bytes: Uint8Array, now: number): SenseStep {
  const counted = { ...before, heard: before.heard + bytes.length };
  if (before.phase !== 'listening') {
    const settled = before.phase === 'settling' && now >= before.deadline;
    return { state: settled ? listen(counted, now) : counted, effects: NOTHING };
  }
  const collected = new Uint8Array(Math.min(CONVINCING, before.bytes.length + bytes.length));
  collected.set(before.bytes);
  collected.set(bytes.subarray(0, collected.length - before.bytes.length), before.bytes.length);
  const state = { ...counted, bytes: collected, deadline: before.since + PATIENCE.thin };
  if (collected.length < ENOUGH) return { state, effects: NOTHING };
  const score = textScore(collected);
  if (score < GOOD) return collected.length < ENOUGH * 2 ? { state, effects: NOTHING } : next(note(state, score), now);
  return collected.length < CONVINCING
    ? { state, effects: NOTHING }
    : end(note(state, score), state.rates[state.index], score);
}

function ticked(state: Sense, now: number): SenseStep {
  if (now < state.deadline) return { state, effects: NOTHING };
  if (state.phase === 'settling') return { state: listen(state, now), effects: NOTHING };
  const score = state.bytes.length < ENOUGH ? undefined : textScore(state.bytes);
  // It fits, only the board has stopped talking.
  if (score !== undefined && score >= GOOD) return end(note(state, score), state.rates[state.index], score);
  return next(note(state, score), now);
}

function listen(state: Sense, now: number): Sense {
  return { ...state, phase: 'listening', since: now, bytes: NO_BYTES, deadline: now + PATIENCE.silent };
}

/** The best judgement of a rate is kept, whatever round it was made in. */
function note(state: Sense, score: number | undefined, refused = false): Sense {
  const rate = state.rates[state.index]!;
  const before = state.tried.find(each => each.rate === rate);
  const better = before === undefined || (score ?? -1) > (before.score ?? -1);
  const entry: Tried = better ? { rate, score, bytes: state.bytes.length, refused } : before;
  return { ...state, tried: [...state.tried.filter(each => each !== before), entry] };
}

function next(state: Sense, now: number): SenseStep {
  const round = state.index + 1 === state.rates.length;
  if (round || now - state.began >= PATIENCE.all) {
    const best = [...state.tried].sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0];
    const score = best?.score ?? 0;
    if (best && score >= PASSABLE) return end(state, best.rate, score);
    const hopeless = state.tried.every(each => each.refused);
    if (hopeless || now - state.began >= PATIENCE.all) return end(state, undefined, score);
  }
  const index = round ? 0 : state.index + 1;
  const rate = state.rates[index]!;
  const waiting: Sense = { ...state, phase: 'setting', index, bytes: NO_BYTES, deadline: Number.POSITIVE_INFINITY };
  return { state: waiting, effects: [{ do: 'set', rate }] };
}

/** Leaves the line at the rate that was found, else where it was. */
function end(state: Sense, rate: number | undefined, score: number): SenseStep {
  const verdict: Verdict = { rate, score, tried: state.tried, heard: state.heard };
  const left = rate ?? state.rates[0]!;
  return {
    state: { ...state, phase: 'ended', deadline: Number.POSITIVE_INFINITY },
    effects: [
      ...(left === state.rates[state.index] ? [] : [{ do: 'set', rate: left } as const]),
      { do: 'end', verdict },
    ],
  };
}
