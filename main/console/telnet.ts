/**
 * Telnet's stream: data with commands in between (RFC 854), subnegotiations (RFC 855) and the escaping of both. Knows no
 * option's meaning.
 */

export const COMMAND = {
  subnegotiationEnd: 240,
  noOperation: 241,
  dataMark: 242,
  break: 243,
  interruptProcess: 244,
  abortOutput: 245,
  areYouThere: 246,
  eraseCharacter: 247,
  eraseLine: 248,
  goAhead: 249,
  subnegotiation: 250,
  will: 251,
  wont: 252,
  do: 253,
  dont: 254,
  /** Interpret as command. */
  iac: 255,
} as const;

/** Options of the IANA registry that Benchboot speaks. */
export const OPTION = {
  /** RFC 856. */
  binary: 0,
  /** RFC 857. */
  echo: 1,
  /** RFC 858. */
  suppressGoAhead: 3,
  /** RFC 1091. */
  terminalType: 24,
  /** RFC 1073. */
  windowSize: 31,
  /** RFC 2217. */
  comPort: 44,
} as const;

export type Verb = 'will' | 'wont' | 'do' | 'dont';

export type TelnetItem =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'negotiation'; readonly verb: Verb; readonly option: number }
  | { readonly type: 'subnegotiation'; readonly option: number; readonly bytes: Uint8Array }
  /** Any other command, by its number. */
  | { readonly type: 'command'; readonly command: number };

/** A longer subnegotiation is none of ours, and is passed over. */
const MAX_SUBNEGOTIATION = 1024;

const VERBS: Readonly<Record<number, Verb>> = {
  [COMMAND.will]: 'will',
  [COMMAND.wont]: 'wont',
  [COMMAND.do]: 'do',
  [COMMAND.dont]: 'dont',
};

type State = 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation-command';

/** Takes the stream apart, however it is cut. */
export class TelnetDecoder {
  /** The other end sends binary (RFC 856): a carriage return is a byte like any other. */
  binary = false;
  #state: State = 'data';
  #afterReturn = false;
  #verb: Verb = 'will';
  #body: number[] = [];

  decode(bytes: Uint8Array): TelnetItem[] {
    const items: TelnetItem[] = [];
    /** Beginning of the data that is not among the items yet. */
    let start = 0;
    const data = (end: number): void => {
      if (end > start) items.push({ type: 'data', bytes: bytes.subarray(start, end) });
    };
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      switch (this.#state) {
        case 'data':
          // RFC 854: a carriage return alone travels as CR NUL.
          if (this.#afterReturn && byte === 0 && !this.binary) {
            data(at);
            start = at + 1;
          }
          this.#afterReturn = byte === 13;
          if (byte === COMMAND.iac) {
            data(at);
            this.#state = 'command';
          }
          break;
        case 'command':
          start = at + 1;
          this.#state = 'data';
          if (byte === COMMAND.iac) start = at;
          else if (VERBS[byte]) {
            this.#verb = VERBS[byte];
            this.#state = 'option';
          } else if (byte === COMMAND.subnegotiation) {
            this.#body = [];
            this.#state = 'subnegotiation';
          } else items.push({ type: 'command', command: byte });
          break;
        case 'option':
          items.push({ type: 'negotiation', verb: this.#verb, option: byte });
          this.#state = 'data';
          start = at + 1;
          break;
        case 'subnegotiation':
          start = at + 1;
          if (byte === COMMAND.iac) this.#state = 'subnegotiation-command';
          else if (this.#body.length <= MAX_SUBNEGOTIATION) this.#body.push(byte);
          break;
        case 'subnegotiation-command':
          start = at + 1;
          if (byte === COMMAND.iac) {
            if (this.#body.length <= MAX_SUBNEGOTIATION) this.#body.push(byte);
            this.#state = 'subnegotiation';
          } else {
            // SE ends it; any other command breaks it off.
            const [option, ...body] = this.#body;
            if (byte === COMMAND.subnegotiationEnd && option !== undefined && this.#body.length <= MAX_SUBNEGOTIATION)
              items.push({ type: 'subnegotiation', option, bytes: Uint8Array.from(body) });
            this.#body = [];
            this.#state = 'data';
          }
          break;
      }
    }
    if (this.#state === 'data') data(bytes.length);
    return items;
  }
}

/** Data as it travels: IAC doubled, and a carriage return followed by NUL unless `binary` or a line feed follows. */
export function encodeData(bytes: Uint8Array, binary: boolean): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === COMMAND.iac || (byte === 13 && !binary)) extra++;
  if (extra === 0) return bytes;
  const out = new Uint8Array(bytes.length + extra);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    out[length++] = byte;
    if (byte === COMMAND.iac) out[length++] = COMMAND.iac;
    else if (byte === 13 && !binary && bytes[at + 1] !== 10) out[length++] = 0;
  }
  return out.subarray(0, length);
}

export const encodeNegotiation = (verb: Verb, option: number): Uint8Array =>
  Uint8Array.of(COMMAND.iac, COMMAND[verb], option);

export function encodeSubnegotiation(option: number, body: Uint8Array): Uint8Array {
  const escaped = Array.from(body, byte => (byte === COMMAND.iac ? [byte, byte] : [byte])).flat();
  return Uint8Array.of(COMMAND.iac, COMMAND.subnegotiation, option, ...escaped, COMMAND.iac, COMMAND.subnegotiationEnd);
}
