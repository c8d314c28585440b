/**
 * The helper's side of the conversation as a machine: who may speak, one request at a time, what was changed and is to be
 * undone when the engine goes. Values in, values out; `helper.ts` carries out the effects.
 */
import { type Answer, isGreeting, parseRequest, type Request } from './messages.ts';

/** A change to a network port that nobody undid yet. */
export type Change = { readonly nic: string; readonly index: number } & (
  | { readonly did: 'add-address'; readonly address: string; readonly prefix: number }
  | { readonly did: 'set-up' }
);

export interface Conversation {
  readonly phase: 'greeting' | 'serving' | 'leaving' | 'left';
  readonly running: Request | undefined;
  readonly waiting: readonly Request[];
  readonly changes: readonly Change[];
}

export type Input =
  /** A line of the engine; undefined for one that was too long. */
  | { readonly is: 'line'; readonly text: string | undefined }
  /** The running request is over. `index` names the network port it changed, when it changed one. */
  | { readonly is: 'finished'; readonly index?: number | undefined }
  /** The connection ended, or the system wants the helper to end. */
  | { readonly is: 'gone' };

export type Effect =
  | { readonly do: 'send'; readonly answer: Extract<Answer, { error: unknown }> }
  | { readonly do: 'run'; readonly request: Request }
  /** Undo these in this order, then exit. `stranger`: whoever is there is not our engine. */
  | { readonly do: 'leave'; readonly undo: readonly Change[]; readonly stranger: boolean };

export const BEGINNING: Conversation = { phase: 'greeting', running: undefined, waiting: [], changes: [] };

/** More requests than an engine ever has under way, and more changes than it makes. */
export const MAX_WAITING = 64;
export const MAX_CHANGES = 64;

/** `token` is what the engine's greeting must show. */
export function converse(state: Conversation, input: Input, token: string): readonly [Conversation, readonly Effect[]] {
  if (state.phase === 'left') return [state, []];
  switch (input.is) {
    case 'gone':
      return next({ ...state, phase: 'leaving', waiting: [] }, []);
    case 'finished': {
      const { running } = state;
      if (!running) return [state, []];
      const changes = input.index === undefined ? state.changes : changed(state.changes, running, input.index);
      return next({ ...state, running: undefined, changes }, []);
    }
    case 'line':
      if (state.phase === 'leaving') return [state, []];
      if (state.phase === 'greeting') {
        // Whoever does not know the token is not our engine: no second try.
        if (!isGreeting(input.text, token))
          return [{ ...state, phase: 'left' }, [{ do: 'leave', undo: [], stranger: true }]];
        return [{ ...state, phase: 'serving' }, []];
      }
      return requested(state, input.text);
  }
}

function requested(state: Conversation, line: string | undefined): readonly [Conversation, readonly Effect[]] {
  const refuse = (id: number, reason: string): readonly [Conversation, readonly Effect[]] => [
    state,
    [{ do: 'send', answer: { id, error: { code: 'HELPER_FAILED', data: { reason } } } }],
  ];
  const parsed = parseRequest(line);
  if ('refused' in parsed) return refuse(parsed.refused.id, parsed.refused.why);
  const { request } = parsed;
  if (state.waiting.length >= MAX_WAITING) return refuse(request.id, 'too many requests are waiting');
  const makes = request.verb === 'addAddress' || (request.verb === 'setUp' && request.args.up);
  if (makes && state.changes.length >= MAX_CHANGES) return refuse(request.id, 'too many changes were made');
  return next({ ...state, waiting: [...state.waiting, request] }, []);
}

/** Starts what can be started now. */
function next(state: Conversation, effects: readonly Effect[]): readonly [Conversation, readonly Effect[]] {
  if (state.running) return [state, effects];
  if (state.phase === 'leaving')
    return [
      { ...state, phase: 'left', changes: [] },
      [...effects, { do: 'leave', undo: state.changes.toReversed(), stranger: false }],
    ];
  const [request, ...waiting] = state.waiting;
  if (!request) return [state, effects];
  return [{ ...state, running: request, waiting }, [...effects, { do: 'run', request }]];
}

/** What remains to be undone after a request that changed the port of that index. */
function changed(changes: readonly Change[], request: Request, index: number): readonly Change[] {
  switch (request.verb) {
    case 'addAddress': {
      const { nic, address, prefix } = request.args;
      return [...changes, { did: 'add-address', nic, index, address, prefix }];
    }
    case 'removeAddress': {
      const { address, prefix } = request.args;
      return changes.filter(
        one => !(one.did === 'add-address' && one.index === index && one.address === address && one.prefix === prefix),
      );
    }
    case 'setUp': {
      const others = changes.filter(one => !(one.did === 'set-up' && one.index === index));
      return request.args.up ? [...others, { did: 'set-up', nic: request.args.nic, index }] : others;
    }
    default:
      return changes;
  }
}
