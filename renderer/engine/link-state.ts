/** How this window stands with the engine, as a value: what happened in, what to show and when to try again out. Pure. */
import type { EngineProcess } from './link.ts';

export interface LinkState {
  /** `up`: views follow and calls go through. `down`: what is shown is what was known last. */
  readonly line: 'connecting' | 'up' | 'down';
  readonly engine: EngineProcess;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** Milliseconds since 1970 of the last moment with a line; undefined: there never was one. */
  readonly lastUp: number | undefined;
}

export const FIRST_LINK: LinkState = {
  line: 'connecting',
  engine: { engine: 'running', restarts: 0 },
  failures: 0,
  lastUp: undefined,
};

export type LinkEvent =
  /** The first views came. */
  | { readonly type: 'up' }
  | { readonly type: 'closed'; readonly at: number }
  | { readonly type: 'retrying' }
  | { readonly type: 'engine'; readonly engine: EngineProcess; readonly at: number };

export function nextLink(state: LinkState, event: LinkEvent): LinkState {
  switch (event.type) {
    case 'up':
      return state.line === 'up' && state.engine.engine === 'running'
        ? state
        : { ...state, line: 'up', failures: 0, engine: { ...state.engine, engine: 'running' } };
    case 'closed':
      return {
        ...state,
        line: 'down',
        failures: state.failures + 1,
        lastUp: state.line === 'up' ? event.at : state.lastUp,
      };
    case 'retrying':
      return state.line === 'up' ? state : { ...state, line: state.lastUp === undefined ? 'connecting' : 'down' };
    case 'engine':
      if (event.engine.engine === 'running') return { ...state, engine: event.engine };
      return {
        ...state,
        engine: event.engine,
        line: 'down',
        lastUp: state.line === 'up' ? event.at : state.lastUp,
      };
  }
}

/** Milliseconds to wait after so many failures in a row: soon at first, then at a pace that costs nothing. */
export const retryAfterMs = (failures: number): number => Math.min(5_000, 250 * 2 ** Math.min(failures - 1, 6));

/** What a person reads while there is no line. */
export interface LinkProblem {
  readonly title: string;
  readonly text: string;
  readonly action: 'restart' | 'retry' | undefined;
}

/** Undefined while all is well; also in the first moments, so that nothing flashes. */
export function linkProblem({ line, engine, failures, lastUp }: LinkState): LinkProblem | undefined {
  if (engine.engine === 'gone') {
    return {
      title: 'The engine stopped',
      text: `${engine.reason ?? 'Its process ended.'} Nothing is served now; the changes to this laptop are undone at its next start. What you see is what was known last.`,
      action: 'restart',
    };
  }
  if (engine.engine === 'restarting') {
    return {
      title: 'The engine stopped and is starting again',
      text: `${engine.reason ?? 'Its process ended.'} What you see is what was known last.`,
      action: undefined,
    };
  }
  if (line === 'up' || failures < 2) return undefined;
  return lastUp === undefined
    ? {
        title: 'No answer from Benchboot',
        text: 'This page cannot reach the program that served it. If Benchboot was closed, start it again and use the window that it opens.',
        action: 'retry',
      }
    : {
        title: 'Benchboot does not answer',
        text: 'It was closed, or this laptop slept. What you see is what was known last; this window tries again by itself. If Benchboot was closed, start it again and use the window that it opens.',
        action: 'retry',
      };
}
