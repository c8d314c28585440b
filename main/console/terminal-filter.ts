/**
 * Rule `untrusted-text` for terminals: lets through what draws (text, colours, cursor, screen, keyboard and mouse modes)
 * and takes out what acts on the laptop or answers with more than a position: clipboard, titles, hyperlinks, window
 * operations, printing, answerback, device strings, erasing the scrollback. Works over any cut of the stream, in memory
 * of a few hundred bytes (ECMA-48; "Xterm Control Sequences").
 */

/** What a person may allow: OSC 52 (writing only), OSC 0 to 2, OSC 8. */
export interface Allowed {
  readonly clipboard?: boolean;
  readonly title?: boolean;
  readonly links?: boolean;
}

const ESC = 0x1b;
const BEL = 0x07;
const ENQ = 0x05;
const CAN = 0x18;
const SUB = 0x1a;
const LINE_FEED = 0x0a;
/** First byte of U+0080 to U+00BF in UTF-8, and thus of the 8-bit controls. */
const C1_LEAD = 0xc2;

/** Longest sequence that is passed on; those of real programs have some 40 bytes. */
const MAX_SEQUENCE = 256;
const MAX_PARAMETERS = 32;
/** A string without end swallows no more than this: it was noise, and text is shown again. */
const MAX_STRING = 65_536;

/** What the filter is in the middle of. */
type State =
  | 'ground'
  /** After 0xC2, which may begin an 8-bit control. */
  | 'lead'
  | 'escape'
  | 'control'
  /** In the number of an OSC; in the selection of OSC 52; before its first data byte. */
  | 'number'
  | 'selection'
  | 'data'
  /** In a string that is taken out, or passed on. */
  | 'drop'
  | 'pass';

const codes = (text: string): ReadonlySet<number> => new Set(Array.from(text, char => char.charCodeAt(0)));

/** Final bytes of control sequences without prefix and intermediate that draw, or ask for a position or the terminal's kind. */
const DRAWING = codes('@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu');
/** DEC private modes that change how things are drawn, or how keys and mouse are told to the device. */
const PRIVATE_MODES: ReadonlySet<number> = new Set([
  1, 5, 6, 7, 8, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1047, 1048, 1049, 2004,
  2026,
]);
const ANSI_MODES: ReadonlySet<number> = new Set([4, 20]);
/** Escape sequences of one byte: save, restore, index, next line, tab stop, reverse index, keypad, single shifts. */
const PLAIN_ESCAPES = codes('78DEHM=>NO');
const CHARACTER_SETS = codes('0AB12');
const DIGITS = codes('0123456789');

/** In place of a full reset, which also erases the scrollback of many terminals. */
const SOFT_RESET = Buffer.from('\x1b[!p\x1b[2J\x1b[H');
const STRING_END = Buffer.from('\x1b\\');

const char = (text: string): number => text.charCodeAt(0);

export class TerminalFilter {
  readonly #allowed: Allowed;
  #state: State = 'ground';
  /** The present sequence, as far as it may still be passed on. */
  readonly #held = Buffer.alloc(MAX_SEQUENCE);
  #heldLength = 0;
  /** Bytes of the present string. */
  #stringLength = 0;
  /** BEL ends it; and a line feed, when it is taken out: it was noise. */
  #osc = false;
  /** The string's last byte was ESC. */
  #escaped = false;
  /** UTF-8 continuation bytes that are due. */
  #due = 0;
  #out: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(allowed: Allowed = {}) {
    this.#allowed = allowed;
  }

  /** What may be shown of `bytes` and of what earlier chunks left open; `bytes` itself when all of it may. */
  pass(bytes: Uint8Array): Uint8Array {
    let at = this.#state === 'ground' ? this.#ground(bytes, 0) : 0;
    if (at === bytes.length && this.#state === 'ground') return bytes;
    this.#out = Buffer.allocUnsafe(bytes.length + MAX_SEQUENCE);
    this.#length = 0;
    this.#put(bytes.subarray(0, at));
    while (at < bytes.length) {
      if (this.#state === 'ground') {
        const end = this.#ground(bytes, at);
        this.#put(bytes.subarray(at, end));
        at = end;
        if (at < bytes.length && this.#special(bytes[at]!)) at++;
      } else if (this.#step(bytes[at]!)) at++;
    }
    return this.#out.subarray(0, this.#length);
  }

  /** Index of the first byte from `at` on that is no plain text. */
  #ground(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte < 0x80) {
        this.#due = 0;
        if (byte === ESC || byte === ENQ) return at;
      } else if (byte >= 0xc0) {
        if (byte === C1_LEAD) return at;
        this.#due = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      } else if (this.#due > 0) this.#due--;
      else if (byte < 0xa0) return at;
    }
    return bytes.length;
  }

  /** Begins what `byte` stands at the beginning of; says that it was used up. */
  #special(byte: number): true {
    // ENQ asks for the answerback; a lone 0x80 to 0x9F is an 8-bit control for terminals that read Latin-1.
    if (byte === ESC) this.#begin('escape', ESC);
    else if (byte === C1_LEAD) this.#state = 'lead';
    return true;
  }

  #begin(state: State, ...held: readonly number[]): void {
    this.#state = state;
    this.#held.set(held);
    this.#heldLength = held.length;
  }

  /** One byte of a sequence or string; says whether it was used up. */
  #step(byte: number): boolean {
    switch (this.#state) {
      case 'lead':
        this.#state = 'ground';
        if (byte >= 0x80 && byte < 0xa0) {
          // U+0080 to U+009F are ESC @ to ESC _ in other clothes.
          this.#begin('escape', ESC);
          return this.#escape(byte - 0x40);
        }
        this.#put(Uint8Array.of(C1_LEAD));
        this.#due = 1;
        return false;
      case 'escape':
        return this.#escape(byte);
      case 'control':
        return this.#control(byte);
      case 'number':
      case 'selection':
      case 'data':
        return this.#operatingSystemCommand(byte);
      default:
        return this.#string(byte);
    }
  }

  #escape(byte: number): boolean {
    const first = this.#held[1];
    if (this.#heldLength === 1) {
      if (byte === char('[')) return this.#hold(byte, 'control');
      if (byte === char(']')) return this.#hold(byte, 'number');
      if (byte === char('P') || byte === char('X') || byte === char('^') || byte === char('_')) {
        this.#startString('drop', byte !== char('P'));
        return true;
      }
      if (byte === char('c')) return this.#end(true, SOFT_RESET);
    }
    if (byte >= 0x20 && byte < 0x30) return this.#hold(byte, 'escape');
    if (byte < 0x20 || byte >= 0x7f) return this.#abort(byte);
    if (this.#heldLength === 1) return this.#end(PLAIN_ESCAPES.has(byte), undefined, byte);
    const designates = first !== undefined && first >= char('(') && first <= char('+') && CHARACTER_SETS.has(byte);
    const sizes = first === char('#') && byte >= char('3') && byte <= char('8');
    return this.#end(this.#heldLength === 2 && (designates || sizes), undefined, byte);
  }

  #control(byte: number): boolean {
    if (byte < 0x20 || byte >= 0x7f) return this.#abort(byte);
    if (byte < 0x40) return this.#hold(byte, 'control');
    const body = this.#held.toString('latin1', 2, this.#heldLength);
    return this.#end(isDrawing(body, byte), undefined, byte);
  }

  #operatingSystemCommand(byte: number): boolean {
    const body = this.#held.toString('latin1', 2, this.#heldLength);
    if (this.#state === 'number') {
      if (DIGITS.has(byte) && body.length < 4) return this.#hold(byte, 'number');
      const { title, links, clipboard } = this.#allowed;
      if (byte === char(';')) {
        if ((title && /^[012]$/.test(body)) || (links && body === '8')) return this.#passString(byte);
        if (clipboard && body === '52') return this.#hold(byte, 'selection');
      }
    } else if (this.#state === 'selection') {
      if (byte === char(';')) return this.#hold(byte, 'data');
      if (/[cpqs0-7]/.test(String.fromCharCode(byte))) return this.#hold(byte, 'selection');
      // A question mark would send the clipboard to the device.
    } else if (byte !== char('?')) return this.#passString(byte);
    this.#startString('drop', true);
    return false;
  }

  /** In a string; CAN and SUB end every string, a new escape sequence as well. */
  #string(byte: number): boolean {
    const passing = this.#state === 'pass';
    const ended = (used: boolean, shown: Uint8Array): boolean => {
      if (passing) this.#put(shown);
      this.#state = 'ground';
      return used;
    };
    if (this.#escaped) {
      this.#escaped = false;
      if (byte === char('\\')) return ended(true, STRING_END);
      ended(true, STRING_END);
      this.#begin('escape', ESC);
      return false;
    }
    if (byte === ESC) {
      this.#escaped = true;
      return true;
    }
    if (byte === BEL && this.#osc) return ended(true, Uint8Array.of(BEL));
    if (byte === CAN || byte === SUB) return ended(true, STRING_END);
    const noise = byte === LINE_FEED && this.#osc;
    if (noise || ++this.#stringLength > MAX_STRING) return ended(false, STRING_END);
    // Control characters, 8-bit ones included, would end the string early for some terminals: they are no part of one.
    if (passing && byte >= 0x20 && byte !== 0x7f && byte !== C1_LEAD) this.#put(Uint8Array.of(byte));
    return true;
  }

  #passString(byte: number): boolean {
    this.#put(this.#held.subarray(0, this.#heldLength));
    this.#startString('pass', true);
    if (byte === char(';')) this.#put(Uint8Array.of(byte));
    return byte === char(';');
  }

  #startString(state: State, osc: boolean): void {
    this.#state = state;
    this.#osc = osc;
    this.#escaped = false;
    this.#stringLength = 0;
  }

  #hold(byte: number, state: State): true {
    this.#state = state;
    if (this.#heldLength < MAX_SEQUENCE) this.#held[this.#heldLength++] = byte;
    else this.#state = 'ground';
    return true;
  }

  /** The sequence is complete with `byte`. */
  #end(shown: boolean, instead?: Uint8Array, byte?: number): true {
    this.#state = 'ground';
    this.#due = 0;
    if (!shown) return true;
    this.#put(instead ?? this.#held.subarray(0, this.#heldLength));
    if (byte !== undefined) this.#put(Uint8Array.of(byte));
    return true;
  }

  /** The sequence broke off: it was noise, and `byte` is looked at anew. */
  #abort(byte: number): boolean {
    this.#state = 'ground';
    this.#due = 0;
    return byte === CAN || byte === SUB;
  }

  #put(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#out.length) this.#out = Buffer.concat([this.#out], needed * 2);
    this.#out.set(bytes, this.#length);
    this.#length = needed;
  }
}

/** A control sequence by what stands between CSI and its final byte. */
function isDrawing(body: string, final: number): boolean {
  const [, prefix = '', numbers = '', intermediates = ''] = /^([<-?]*)([0-9:;]*)([ -/]*)$/.exec(body) ?? ['', '!'];
  const parameters = numbers.split(/[;:]/).map(Number);
  if (parameters.length > MAX_PARAMETERS || parameters.some(value => value > 0xffff)) return false;
  const letter = String.fromCharCode(final);
  switch (prefix + intermediates) {
    case '':
      if (!DRAWING.has(final)) return false;
      if (letter === 'J') return !parameters.includes(3);
      if (letter === 'T') return parameters.length === 1;
      if (letter === 'b') return parameters[0]! <= 4096;
      if (letter === 'n') return parameters[0] === 5 || parameters[0] === 6;
      return (letter !== 'h' && letter !== 'l') || parameters.every(mode => ANSI_MODES.has(mode));
    case '?':
      if (letter === 'h' || letter === 'l') return parameters.every(mode => PRIVATE_MODES.has(mode));
      return letter === 'J' ? !parameters.includes(3) : letter === 'K' || letter === 'c';
    case '>':
      return letter === 'c';
    case ' ':
      return letter === 'q';
    case '!':
      return letter === 'p';
    default:
      return false;
  }
}
