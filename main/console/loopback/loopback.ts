/**
 * The truth about an adapter: with its TX joined to its RX, what is sent must come back. Tries one rate after another, so
 * that an adapter that cannot do 1,500,000 is known before the board is blamed. Pure.
 */
export interface LoopbackResult {
  readonly rate: number;
  /**
   * `ok` all came back; `silent` nothing did, so the wire is not there; `differs` bytes came back wrong or not all: the
   * adapter cannot do this rate; `refused` it says so itself.
   */
  readonly is: 'ok' | 'silent' | 'differs' | 'refused';
  readonly sent: number;
  readonly received: number;
  /** Offset of the first wrong or missing byte. */
  readonly firstWrong: number | undefined;
}

export type LoopbackEvent =
  | { readonly type: 'set'; readonly now: number }
  | { readonly type: 'refused'; readonly now: number }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly now: number }
  | { readonly type: 'tick'; readonly now: number };

export type LoopbackEffect =
  | { readonly do: 'set'; readonly rate: number }
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  | { readonly do: 'end'; readonly results: readonly LoopbackResult[] };

/** Milliseconds: bytes still on their way from before, and the longest wait after the last byte was due. */
const SETTLE = 100;
const LATE = 500;
/** Seconds of the line's time that a rate is tried for, within bounds. */
const SECONDS = 0.4;
const LEAST = 256;
const MOST = 64 * 1024;

export class Loopback {
  readonly #rates: readonly number[];
  readonly #results: LoopbackResult[] = [];
  #index = 0;
  #phase: 'setting' | 'settling' | 'running' | 'ended' = 'setting';
  #sent: Uint8Array = new Uint8Array();
  #received = 0;
  #firstWrong: number | undefined;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(rates: readonly number[]) {
    this.#rates = rates;
  }

  /** When a `tick` is due. */
  get deadline(): number {
    return this.#deadline;
  }

  start(): LoopbackEffect[] {
    return this.#set();
  }

  step(event: LoopbackEvent): LoopbackEffect[] {
    switch (this.#phase) {
      case 'setting':
        if (event.type === 'refused') return this.#next('refused');
        if (event.type !== 'set') return [];
        this.#phase = 'settling';
        this.#deadline = event.now + SETTLE;
        return [];
      case 'settling':
        return event.type === 'tick' && event.now >= this.#deadline ? this.#run(event.now) : [];
      case 'running':
        if (event.type === 'bytes') return this.#compare(event.bytes);
        return event.type === 'tick' && event.now >= this.#deadline ? this.#judge() : [];
      default:
        return [];
    }
  }

  /** Ends it with what was found so far. */
  stop(): LoopbackEffect[] {
    if (this.#phase === 'ended') return [];
    this.#index = this.#rates.length;
    return this.#set();
  }

  #set(): LoopbackEffect[] {
    const rate = this.#rates[this.#index];
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#sent = new Uint8Array();
    this.#received = 0;
    this.#firstWrong = undefined;
    if (rate === undefined) {
      this.#phase = 'ended';
      return [{ do: 'end', results: this.#results }];
    }
    this.#phase = 'setting';
    return [{ do: 'set', rate }];
  }

  #run(now: number): LoopbackEffect[] {
    const rate = this.#rates[this.#index]!;
    const count = Math.min(MOST, Math.max(LEAST, Math.round((rate / 10) * SECONDS)));
    this.#sent = testPattern(count);
    this.#phase = 'running';
    this.#deadline = now + (count / (rate / 10)) * 1000 + LATE;
    return [{ do: 'send', bytes: this.#sent }];
  }

  #compare(bytes: Uint8Array): LoopbackEffect[] {
    for (const byte of bytes) {
      if (this.#firstWrong === undefined && byte !== this.#sent[this.#received]) this.#firstWrong = this.#received;
      this.#received++;
    }
    // One wrong byte is enough to know; the rest is waited for, so that it does not disturb the next rate.
    return this.#received >= this.#sent.length && this.#firstWrong === undefined ? this.#judge() : [];
  }

  #judge(): LoopbackEffect[] {
    if (this.#received === 0) return this.#next('silent');
    if (this.#received < this.#sent.length) this.#firstWrong ??= this.#received;
    return this.#next(this.#firstWrong === undefined ? 'ok' : 'differs');
  }

  #next(is: LoopbackResult['is']): LoopbackEffect[] {
    const rate = this.#rates[this.#index]!;
    this.#results.push({ rate, is, sent: this.#sent.length, received: this.#received, firstWrong: this.#firstWrong });
    this.#index++;
    return this.#set();
  }
}

/** Every value, in an order without short repetition (a linear feedback register of 16 bits, x^16+x^14+x^13+x^11+1). */
export function testPattern(length: number): Uint8Array {
  let register = 0xace1;
  return Uint8Array.from({ length }, () => {
    for (let bit = 0; bit < 8; bit++) register = (register >> 1) ^ (register & 1 ? 0xb400 : 0);
    return register & 0xff;
  });
}
