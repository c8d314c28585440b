/** The keyboard of `benchboot console`: everything goes to the device, but after Ctrl-A a key is a command, as in picocom. */

export type ConsoleCommand =
  | 'exit'
  | 'help'
  | 'settings'
  | 'rate-up'
  | 'rate-down'
  | 'flow'
  | 'parity'
  | 'pulse-dtr'
  | 'toggle-dtr'
  | 'toggle-rts'
  | 'break'
  | 'local-echo'
  | 'clear'
  | 'note';

export type KeyAction =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  | { readonly do: 'command'; readonly command: ConsoleCommand }
  | { readonly do: 'rate'; readonly baudRate: number }
  /** For the screen alone: a question, and the answer as it is typed. */
  | { readonly do: 'show'; readonly text: string };

/** The letter of each command, pressed with or without Ctrl, and what help says of it. */
export const KEYS: Readonly<Record<string, readonly [ConsoleCommand | 'rate', string]>> = {
  x: ['exit', 'leave'],
  q: ['exit', 'leave'],
  h: ['help', 'this help'],
  v: ['settings', 'port, settings and modem lines'],
  b: ['rate', 'another baud rate'],
  u: ['rate-up', 'next higher usual baud rate'],
  d: ['rate-down', 'next lower usual baud rate'],
  f: ['flow', 'next flow control'],
  y: ['parity', 'next parity'],
  p: ['pulse-dtr', 'pulse DTR'],
  t: ['toggle-dtr', 'switch DTR'],
  g: ['toggle-rts', 'switch RTS'],
  '\\': ['break', 'send a break'],
  c: ['local-echo', 'show what is typed, or not'],
  l: ['clear', 'clear the screen'],
  n: ['note', 'put a mark into the log'],
};

const ESCAPE = 0x01;
const ENTER = 0x0d;
const BACKSPACES: readonly number[] = [0x08, 0x7f];
const CANCELS: readonly number[] = [0x03, 0x1b];

export class ConsoleKeys {
  #state: 'device' | 'command' | 'rate' = 'device';
  #digits = '';

  /** What was typed, in whatever portions. */
  press(bytes: Uint8Array): KeyAction[] {
    const actions: KeyAction[] = [];
    let start = 0;
    const send = (end: number): void => {
      if (end > start) actions.push({ do: 'send', bytes: bytes.slice(start, end) });
    };
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#state === 'device') {
        if (byte !== ESCAPE) continue;
        send(at);
        this.#state = 'command';
      } else {
        actions.push(...(this.#state === 'command' ? this.#command(byte) : this.#rate(byte)));
      }
      start = at + 1;
    }
    send(bytes.length);
    return actions;
  }

  #command(byte: number): KeyAction[] {
    this.#state = 'device';
    // Twice sends it once, as the device needs it too.
    if (byte === ESCAPE) return [{ do: 'send', bytes: Uint8Array.of(ESCAPE) }];
    const letter = String.fromCharCode(byte < 0x20 ? byte + 0x40 : byte).toLowerCase();
    const [command] = KEYS[letter] ?? ['help'];
    if (command !== 'rate') return [{ do: 'command', command }];
    this.#state = 'rate';
    this.#digits = '';
    return [{ do: 'show', text: '\r\n*** baud rate: ' }];
  }

  #rate(byte: number): KeyAction[] {
    if (byte >= 0x30 && byte <= 0x39 && this.#digits.length < 8) {
      this.#digits += String.fromCharCode(byte);
      return [{ do: 'show', text: String.fromCharCode(byte) }];
    }
    if (BACKSPACES.includes(byte) && this.#digits !== '') {
      this.#digits = this.#digits.slice(0, -1);
      return [{ do: 'show', text: '\b \b' }];
    }
    if (byte !== ENTER && !CANCELS.includes(byte)) return [];
    this.#state = 'device';
    const baudRate = byte === ENTER ? Number(this.#digits) : 0;
    const end: KeyAction = { do: 'show', text: '\r\n' };
    return baudRate > 0 ? [end, { do: 'rate', baudRate }] : [end];
  }
}

export function keysHelp(): string {
  const rows = Object.entries(KEYS).map(([letter, [, says]]) => `  C-a C-${letter}   ${says}`);
  return ['', ...rows, '  C-a C-a   send C-a itself', ''].join('\r\n');
}
