/**
 * The sending side of XMODEM and YMODEM: bytes of the receiver in, blocks to send and the ending out. It counts octets and
 * knows no file and no line.
 */
import { ACK, type BlockSize, CAN, CANCEL, CRC, EOT, encodeHeader, NAK, type OutgoingFile } from './xmodem.ts';

/** Milliseconds, but for `tries`. */
export const PATIENCE = {
  /** A person has to start the receiver. */
  start: 60_000,
  answer: 10_000,
  /** A `C` in the middle of text is no start: nothing comes after a real one. */
  quiet: 60,
  tries: 10,
} as const;

export type Protocol = 'xmodem' | 'ymodem';

export type SendEffect =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** Frame and send `length` octets of file `file` from `from` on. */
  | {
      readonly do: 'block';
      readonly file: number;
      readonly from: number;
      readonly length: number;
      readonly number: number;
      readonly size: BlockSize;
      readonly crc: boolean;
    }
  | { readonly do: 'end'; readonly ending: Ending };

export type Ending =
  | { readonly ok: true }
  /** `silent` it never asked or fell silent, `cancelled` it sent CAN, `refused` it asked for every block again. */
  | { readonly ok: false; readonly why: 'silent' | 'cancelled' | 'refused' | 'stopped' };

type Phase =
  /** Waits for C or NAK: before the first block, before a YMODEM header, before the data after it. */
  'start' | 'ask-header' | 'header' | 'ask-data' | 'data' | 'eot' | 'final' | 'ended';

export class SendMachine {
  readonly #files: readonly OutgoingFile[];
  readonly #protocol: Protocol;
  readonly #blocks: BlockSize;
  #phase: Phase = 'start';
  #file = 0;
  /** Octets that the receiver has acknowledged. */
  #acked = 0;
  #length = 0;
  #number = 1;
  #crc = true;
  #tries = 0;
  #cancels = 0;
  #deadline: number;
  /** C or NAK that counts when nothing follows it. */
  #asked: number | undefined;

  /** XMODEM takes one file. `blocks`: octets of a full block; 1024 where the receiver knows XMODEM-1K, which all of YMODEM do. */
  constructor(protocol: Protocol, files: readonly OutgoingFile[], blocks: BlockSize, now: number) {
    this.#protocol = protocol;
    this.#files = protocol === 'xmodem' ? files.slice(0, 1) : files;
    this.#blocks = blocks;
    this.#deadline = now + PATIENCE.start;
  }

  /** When `tick` is due. */
  get deadline(): number {
    return this.#deadline;
  }

  /** The file on its way and its octets that have arrived. */
  get progress(): { readonly file: number; readonly bytes: number } {
    return { file: this.#file, bytes: this.#acked };
  }

  push(bytes: Uint8Array, now: number): SendEffect[] {
    if (this.#phase === 'start') return this.#awaitStart(bytes, now);
    return Array.from(bytes).flatMap(byte => this.#answer(byte, now));
  }

  tick(now: number): SendEffect[] {
    if (now < this.#deadline || this.#phase === 'ended') return [];
    if (this.#phase === 'start') {
      if (this.#asked === undefined) return this.#end({ ok: false, why: 'silent' });
      this.#crc = this.#asked === CRC;
      return this.#protocol === 'xmodem' ? this.#data(now) : this.#header(now);
    }
    // Everything has arrived; some receivers do not ask for the end of the batch.
    if (this.#phase === 'final' || (this.#phase === 'ask-header' && this.#file === this.#files.length))
      return this.#end({ ok: true });
    return this.#again(now, 'silent');
  }

  /** Ends it from this side and tells the receiver. */
  stop(): SendEffect[] {
    if (this.#phase === 'ended') return [];
    return [{ do: 'send', bytes: CANCEL }, ...this.#end({ ok: false, why: 'stopped' })];
  }

  /** Before it begins, the receiver may still print text, which may hold a C. */
  #awaitStart(bytes: Uint8Array, now: number): SendEffect[] {
    const last = bytes.at(-1);
    const cancelled = bytes.length >= 2 && bytes.at(-2) === CAN && last === CAN;
    if (cancelled) return this.#end({ ok: false, why: 'cancelled' });
    if (last === CRC || last === NAK) {
      this.#asked = last;
      this.#deadline = now + PATIENCE.quiet;
    } else if (last !== undefined) {
      this.#asked = undefined;
      this.#deadline = now + PATIENCE.start;
    }
    return [];
  }

  #answer(byte: number, now: number): SendEffect[] {
    if (this.#phase === 'ended') return [];
    this.#cancels = byte === CAN ? this.#cancels + 1 : 0;
    if (this.#cancels === 2) return this.#end({ ok: false, why: 'cancelled' });
    switch (this.#phase) {
      case 'ask-header':
        return byte === CRC || byte === NAK ? this.#header(now) : [];
      case 'header':
        if (byte === NAK) return this.#again(now, 'refused');
        return byte === ACK ? this.#wait('ask-data', now) : [];
      case 'ask-data':
        return byte === CRC || byte === NAK ? this.#data(now) : [];
      case 'data':
        if (byte === NAK) return this.#again(now, 'refused');
        if (byte !== ACK) return [];
        this.#acked += this.#length;
        this.#number++;
        return this.#data(now);
      case 'eot':
        // Many receivers refuse the first EOT, in case it was noise.
        if (byte === NAK) return this.#again(now, 'refused');
        if (byte !== ACK) return [];
        if (this.#protocol === 'xmodem') return this.#end({ ok: true });
        this.#file++;
        return this.#wait('ask-header', now);
      case 'final':
        return byte === ACK ? this.#end({ ok: true }) : byte === NAK ? this.#again(now, 'refused') : [];
      default:
        return [];
    }
  }

  #wait(phase: Phase, now: number): SendEffect[] {
    this.#phase = phase;
    this.#tries = 0;
    this.#deadline = now + PATIENCE.answer;
    return [];
  }

  #header(now: number): SendEffect[] {
    const file = this.#files[this.#file];
    this.#wait(file ? 'header' : 'final', now);
    this.#acked = 0;
    this.#number = 1;
    return [{ do: 'send', bytes: encodeHeader(file) }];
  }

  #data(now: number): SendEffect[] {
    const left = this.#files[this.#file]!.size - this.#acked;
    this.#wait(left > 0 ? 'data' : 'eot', now);
    return this.#current();
  }

  /** The block or EOT that is under way. */
  #current(): SendEffect[] {
    const left = (this.#files[this.#file]?.size ?? 0) - this.#acked;
    if (left <= 0) return [{ do: 'send', bytes: Uint8Array.of(EOT) }];
    const size = this.#crc && this.#blocks === 1024 && left > 128 ? 1024 : 128;
    this.#length = Math.min(size, left);
    return [
      {
        do: 'block',
        file: this.#file,
        from: this.#acked,
        length: this.#length,
        number: this.#number,
        size,
        crc: this.#crc,
      },
    ];
  }

  #again(now: number, why: 'silent' | 'refused'): SendEffect[] {
    if (++this.#tries > PATIENCE.tries) return [{ do: 'send', bytes: CANCEL }, ...this.#end({ ok: false, why })];
    this.#deadline = now + PATIENCE.answer;
    switch (this.#phase) {
      case 'header':
      case 'final':
        return [{ do: 'send', bytes: encodeHeader(this.#files[this.#file]) }];
      case 'data':
      case 'eot':
        return this.#current();
      case 'ask-data':
        // Some receivers acknowledge the header and begin to wait for data without asking.
        return this.#data(now);
      default:
        return [];
    }
  }

  #end(ending: Ending): SendEffect[] {
    this.#phase = 'ended';
    this.#deadline = Number.POSITIVE_INFINITY;
    return [{ do: 'end', ending }];
  }
}
