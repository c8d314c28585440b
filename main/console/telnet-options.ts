/**
 * Which telnet options are on, at either end: every offer is answered once and nothing twice, so that two ends never
 * negotiate for ever (RFC 1143). Verbs in, verbs out.
 */
import { encodeNegotiation, type Verb } from './telnet.ts';

/** `wanted`: asked for at the start; `allowed`: agreed to when the other end begins. */
export interface OptionWishes {
  readonly wanted: readonly number[];
  readonly allowed: readonly number[];
}

type Side = 'local' | 'remote';

/** RFC 1143's states without queues: nothing is switched back while an answer is due. */
type OptionState = 'no' | 'want-yes' | 'yes';

export interface OptionChange {
  readonly side: Side;
  readonly option: number;
  readonly on: boolean;
}

export class TelnetOptions {
  readonly #wishes: Readonly<Record<Side, OptionWishes>>;
  readonly #states: Readonly<Record<Side, Map<number, OptionState>>> = { local: new Map(), remote: new Map() };

  /** `local` is what we do (WILL, WONT), `remote` what the other end does (DO, DONT). */
  constructor(wishes: Readonly<Record<Side, OptionWishes>>) {
    this.#wishes = wishes;
  }

  /** What is sent first. */
  begin(): Uint8Array[] {
    return (['local', 'remote'] as const).flatMap(side =>
      this.#wishes[side].wanted.map(option => {
        this.#states[side].set(option, 'want-yes');
        return encodeNegotiation(ask(side, true), option);
      }),
    );
  }

  isOn(side: Side, option: number): boolean {
    return this.#states[side].get(option) === 'yes';
  }

  /** The other end said `verb`: what to answer, and what it changed. */
  receive(verb: Verb, option: number): { readonly answer: Uint8Array | undefined; readonly change?: OptionChange } {
    const side: Side = verb === 'do' || verb === 'dont' ? 'local' : 'remote';
    const yes = verb === 'do' || verb === 'will';
    const states = this.#states[side];
    const state = states.get(option) ?? 'no';
    if (yes) {
      if (state === 'yes') return { answer: undefined };
      const { wanted, allowed } = this.#wishes[side];
      if (!wanted.includes(option) && !allowed.includes(option))
        return { answer: encodeNegotiation(ask(side, false), option) };
      states.set(option, 'yes');
      const answer = state === 'want-yes' ? undefined : encodeNegotiation(ask(side, true), option);
      return { answer, change: { side, option, on: true } };
    }
    states.set(option, 'no');
    if (state === 'no') return { answer: undefined };
    if (state === 'want-yes') return { answer: undefined, change: { side, option, on: false } };
    return { answer: encodeNegotiation(ask(side, false), option), change: { side, option, on: false } };
  }
}

function ask(side: Side, yes: boolean): Verb {
  if (side === 'local') return yes ? 'will' : 'wont';
  return yes ? 'do' : 'dont';
}
