/** Performs one transfer's effects on whatever carries packets; the runners share it. Knows no socket and no timer. */
import { ProgressPace } from '../kit/progress-pace.ts';
import { Frames, type Run } from './frames.ts';
import type { Terms } from './negotiate.ts';
import { type Origin, openSource, type Source } from './source.ts';
import { begin, delivered, type Effect, type Ending, type Event, type Step, step, type Transfer } from './transfer.ts';
import { decodePacket, encodePacket, OPCODE } from './wire.ts';

/** What a session needs to send to its client. Both are best effort, like UDP. */
export interface Carrier {
  /** DATA packets that lie one after the other in `frames.buffer`. */
  sendRun(frames: Frames, run: Run): void;
  send(packet: Uint8Array): void;
}

export interface Outcome {
  readonly ending: Ending;
  /** Octets acknowledged. */
  readonly bytes: number;
  readonly retransmits: number;
}

export interface SessionListener {
  /** The client answered for the first time. */
  heard(): void;
  /** So many octets are acknowledged by now; at a bounded rate, and never for a short transfer. */
  progressed(bytes: number): void;
  /** Once; nothing is sent or read afterwards. */
  ended(outcome: Outcome): void;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class Session {
  readonly #carrier: Carrier;
  readonly #listener: SessionListener;
  readonly #source: Source;
  readonly #pace: ProgressPace;
  /** Made with the first block, so that a client which only asks for the size costs no buffer. */
  #frames: Frames | undefined;
  #state: Transfer;

  constructor(origin: Origin, terms: Terms, carrier: Carrier, listener: SessionListener, now: number) {
    this.#carrier = carrier;
    this.#listener = listener;
    this.#source = openSource(origin);
    this.#pace = new ProgressPace(now);
    const first = begin(terms, this.#source.size, now);
    this.#state = first.state;
    this.#perform(first.effects);
  }

  /** When `tick` is due, on the clock of `now`; infinite once ended. */
  get deadline(): number {
    return this.#state.deadline;
  }

  get ended(): boolean {
    return this.#state.phase === 'ended';
  }

  /** A packet of the client itself; `length` octets at the start of `bytes`. */
  receive(bytes: Uint8Array, length: number, now: number): void {
    if (length >= 4 && bytes[0] === 0 && bytes[1] === OPCODE.ack) {
      const next = step(this.#state, { type: 'ack', block: bytes[2]! * 256 + bytes[3]!, now });
      if (next.state.heard && !this.#state.heard) this.#listener.heard();
      this.#apply(next);
      if (this.#pace.isDue(now) && !this.ended) this.#listener.progressed(delivered(this.#state));
      return;
    }
    const packet = decodePacket(bytes.subarray(0, length));
    if (packet.op === 'error') this.#dispatch({ type: 'error', code: packet.code, text: packet.text });
  }

  tick(now: number): void {
    if (now >= this.#state.deadline) this.#dispatch({ type: 'timeout', now });
  }

  /** Ends, telling the client why when there is a text. */
  stop(text?: string): void {
    this.#dispatch({ type: 'stop', text });
  }

  fail(text: string): void {
    this.#dispatch({ type: 'failed', text });
  }

  #dispatch(event: Event): void {
    this.#apply(step(this.#state, event));
  }

  #apply({ state, effects }: Step): void {
    this.#state = state;
    this.#perform(effects);
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.do) {
        case 'data':
          this.#sendBlocks(effect.from, effect.count);
          break;
        case 'oack':
          this.#carrier.send(encodePacket({ op: 'oack', options: this.#state.terms.accepted }));
          break;
        case 'error':
          this.#carrier.send(encodePacket({ op: 'error', code: effect.code, text: effect.text }));
          break;
        case 'end':
          this.#frames = undefined;
          this.#listener.ended({
            ending: effect.ending,
            bytes: delivered(this.#state),
            retransmits: this.#state.retransmits,
          });
      }
    }
  }

  #sendBlocks(from: number, count: number): void {
    const { terms } = this.#state;
    let run: Run;
    try {
      this.#frames ??= new Frames(this.#source, terms.blksize, terms.windowsize);
      run = this.#frames.run(from, count);
    } catch (error) {
      this.fail(`cannot be read: ${errorText(error)}`);
      return;
    }
    if (this.#state.size === undefined && run.length < count * this.#frames.slot) {
      const end = (from - 1) * terms.blksize + this.#frames.payload(run);
      this.#dispatch({ type: 'sourceEnd', size: end });
    }
    this.#carrier.sendRun(this.#frames, run);
  }
}
