/**
 * A long text typed at a pace that the other end follows. With echo, no more than a receive buffer is on its way, and
 * Enter is pressed only when the line stands there as it was sent; a line that was damaged is wiped with Ctrl-U and typed
 * again. Bytes and time in, bytes and a report out. Pure.
 */
import { ESC, Escapes } from '../escapes.ts';

export interface PasteOptions {
  /** The other end shows what is typed. Default true; without it only the delays hold back. */
  readonly echo?: boolean;
  /** Bytes that may be on their way; default 16, the receive buffer of the common UART (16550). */
  readonly window?: number;
  /** Milliseconds of silence before the next line is begun, so that no prompt passes for its echo; default 15. */
  readonly lineDelay?: number;
  /** Milliseconds after each window, without echo; default 5. */
  readonly delay?: number;
  /** The next line waits until this was printed, e.g. `=> `. */
  readonly prompt?: string;
  /** Milliseconds without any expected echo; default 3,000. */
  readonly patience?: number;
  /** What Enter sends; default CR. */
  readonly enter?: '\r' | '\n' | '\r\n';
}

export interface PasteReport {
  readonly ok: boolean;
  /** Why not, as a sentence. */
  readonly why: string | undefined;
  /** Lines that were entered. */
  readonly lines: number;
  /** Lines that had to be typed again. */
  readonly again: number;
  /** Bytes of the text that were typed, the repeated ones not counted. */
  readonly bytes: number;
  readonly seconds: number;
}

export type PasteEffect =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  | { readonly do: 'end'; readonly report: PasteReport };

const LF = 0x0a;
const CR = 0x0d;
const WIPE = Uint8Array.of(0x15);
const RETRIES = 3;
/** Milliseconds after Ctrl-U, for the other end to redraw its prompt. */
const WIPE_MS = 150;
/** Of what the other end prints in one line, for the comparison and for the prompt. */
const KEPT = 8192;

/** Where messages never stop, a pause is no longer than so many of its lengths. */
const LONGEST_PAUSE = 20;

type Phase = 'typing' | 'entered' | 'prompt' | 'pause' | 'wiped' | 'ended';

export class Paste {
  readonly #lines: readonly Uint8Array[];
  readonly #options: Required<Omit<PasteOptions, 'prompt'>> & Pick<PasteOptions, 'prompt'>;
  readonly #enter: Uint8Array;
  readonly #escapes = new Escapes();
  /** The last line has no Enter. */
  readonly #open: boolean;
  #phase: Phase = 'typing';
  #line = 0;
  /** In the present line: typed, and seen again. */
  #sent = 0;
  #echoed = 0;
  /** Something else came between the echo. */
  #disturbed = false;
  /** What was printed since the present line began. */
  #shown: number[] = [];
  #recent = '';
  #tries = 0;
  #again = 0;
  #bytes = 0;
  #began = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #pauseEnd = 0;

  constructor(text: string, options: PasteOptions = {}) {
    const echo = options.echo ?? true;
    this.#options = {
      echo,
      window: options.window ?? 16,
      lineDelay: options.lineDelay ?? 15,
      delay: options.delay ?? 5,
      patience: options.patience ?? 3_000,
      enter: options.enter ?? '\r',
      ...(options.prompt !== undefined && { prompt: options.prompt }),
    };
    const lines = text.replace(/\r\n?/g, '\n').split('\n');
    this.#open = lines.at(-1) !== '';
    if (!this.#open) lines.pop();
    this.#lines = lines.map(line => new TextEncoder().encode(line));
    this.#enter = new TextEncoder().encode(this.#options.enter);
  }

  /** When `tick` is due. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Lines entered, of so many. */
  get progress(): { readonly lines: number; readonly of: number; readonly bytes: number } {
    return { lines: this.#line, of: this.#lines.length, bytes: this.#bytes };
  }

  start(now: number): PasteEffect[] {
    this.#began = now;
    return this.#type(now);
  }

  push(bytes: Uint8Array, now: number): PasteEffect[] {
    if (this.#phase === 'ended') return [];
    for (const byte of bytes) {
      if (this.#escapes.inside || byte === ESC) this.#escapes.take(byte);
      else this.#see(byte, now);
    }
    const { prompt } = this.#options;
    if (this.#phase === 'prompt' && prompt !== undefined && this.#recent.includes(prompt)) return this.#nextLine(now);
    if (this.#phase === 'entered' && this.#echoed > 0) return this.#lineEntered(now);
    if (this.#phase === 'pause') this.#deadline = Math.min(now + this.#options.lineDelay, this.#pauseEnd);
    return this.#phase === 'typing' && this.#options.echo ? this.#type(now) : [];
  }

  tick(now: number): PasteEffect[] {
    if (now < this.#deadline || this.#phase === 'ended') return [];
    switch (this.#phase) {
      case 'pause':
        return this.#nextLine(now);
      case 'wiped':
        this.#begin();
        return this.#type(now);
      case 'typing':
        return this.#options.echo ? this.#retype(now) : this.#type(now);
      case 'entered':
        // Enter is not shown by everything that shows letters.
        return this.#lineEntered(now);
      default:
        return this.#end(now, `“${this.#options.prompt}” did not come after line ${this.#line + 1}.`);
    }
  }

  stop(why: string, now: number): PasteEffect[] {
    return this.#phase === 'ended' ? [] : this.#end(now, why);
  }

  /* What comes back ----------------------------------------------------------------------------------------------- */

  #see(byte: number, now: number): void {
    this.#recent = (this.#recent + String.fromCharCode(byte)).slice(-KEPT);
    if (this.#phase === 'entered') {
      if (byte === CR || byte === LF) this.#echoed = 1;
      return;
    }
    this.#shown.push(byte);
    if (this.#shown.length > KEPT * 2) this.#shown = this.#shown.slice(-KEPT);
    const line = this.#lines[this.#line];
    if (this.#phase !== 'typing' || line === undefined || this.#echoed >= this.#sent) return;
    if (isSame(byte, line[this.#echoed]!)) this.#echoed++;
    // A long line comes back with breaks of the other end's making: more blanks than were sent mean nothing.
    else if (!isBlank(byte)) {
      this.#disturbed = true;
      return;
    }
    this.#deadline = now + this.#options.patience;
  }

  /* What goes out ------------------------------------------------------------------------------------------------- */

  #type(now: number): PasteEffect[] {
    const line = this.#lines[this.#line];
    if (line === undefined) return this.#end(now, undefined);
    const { echo, window, delay, patience } = this.#options;
    const ahead = echo ? this.#sent - this.#echoed : 0;
    const piece = line.subarray(this.#sent, this.#sent + Math.max(0, window - ahead));
    if (piece.length > 0) {
      this.#sent += piece.length;
      this.#deadline = now + (echo ? patience : delay);
      return [{ do: 'send', bytes: piece }];
    }
    if (this.#sent < line.length || (echo && this.#echoed < this.#sent)) return [];
    return this.#press(now, line);
  }

  #press(now: number, line: Uint8Array): PasteEffect[] {
    // Letters of a prompt or of a kernel message may pass for the echo: then the line as a whole must stand there.
    if (this.#options.echo && this.#disturbed && !standsIn(this.#shown, line)) return this.#retype(now);
    this.#bytes += line.length;
    if (this.#open && this.#line === this.#lines.length - 1) {
      this.#line++;
      return this.#end(now, undefined);
    }
    this.#phase = 'entered';
    this.#echoed = 0;
    this.#recent = '';
    this.#deadline = now + (this.#options.echo ? this.#options.patience : 0);
    return [{ do: 'send', bytes: this.#enter }];
  }

  #lineEntered(now: number): PasteEffect[] {
    this.#bytes++;
    const { prompt, patience, lineDelay } = this.#options;
    const last = this.#line === this.#lines.length - 1;
    if (prompt !== undefined && !last) {
      this.#phase = 'prompt';
      // A command may take its time before the prompt comes back.
      this.#deadline = now + patience * 10;
      return this.#recent.includes(prompt) ? this.#nextLine(now) : [];
    }
    if (lineDelay > 0 && !last) {
      this.#phase = 'pause';
      this.#deadline = now + lineDelay;
      this.#pauseEnd = now + lineDelay * LONGEST_PAUSE;
      return [];
    }
    return this.#nextLine(now);
  }

  #nextLine(now: number): PasteEffect[] {
    this.#line++;
    this.#tries = 0;
    this.#begin();
    return this.#type(now);
  }

  #begin(): void {
    this.#phase = 'typing';
    this.#sent = 0;
    this.#echoed = 0;
    this.#disturbed = false;
    this.#shown = [];
  }

  /** The line did not come back as it was sent. Enter was not pressed, so it can be wiped. */
  #retype(now: number): PasteEffect[] {
    if (++this.#tries > RETRIES) {
      const what = this.#shown.length === 0 ? 'nothing of it was shown' : 'it was shown differently each time';
      return [
        { do: 'send', bytes: WIPE },
        ...this.#end(
          now,
          `Line ${this.#line + 1} was not entered: ${what}. Paste without echo check if this end never echoes.`,
        ),
      ];
    }
    this.#again++;
    this.#phase = 'wiped';
    this.#deadline = now + WIPE_MS;
    return [{ do: 'send', bytes: WIPE }];
  }

  #end(now: number, why: string | undefined): PasteEffect[] {
    this.#phase = 'ended';
    this.#deadline = Number.POSITIVE_INFINITY;
    const report: PasteReport = {
      ok: why === undefined,
      why,
      lines: this.#line,
      again: this.#again,
      bytes: this.#bytes,
      seconds: (now - this.#began) / 1000,
    };
    return [{ do: 'end', report }];
  }
}

const isBlank = (byte: number): boolean => byte <= 0x20 || byte === 0x7f;

/** Tabs come back as spaces. */
const isSame = (shown: number, sent: number): boolean => shown === sent || (sent === 0x09 && shown === 0x20);

/** The line stands in what was shown, in one piece but for blanks that were put in between. */
function standsIn(shown: readonly number[], line: Uint8Array): boolean {
  for (let start = 0; start + line.length <= shown.length; start++) {
    let at = 0;
    for (let i = start; i < shown.length && at < line.length; i++) {
      if (isSame(shown[i]!, line[at]!)) at++;
      else if (!isBlank(shown[i]!)) break;
    }
    if (at === line.length) return true;
  }
  return false;
}
