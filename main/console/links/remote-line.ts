/** The serial port behind an RFC 2217 access server: sends commands, waits for their answers, keeps what the server tells. */
import { BenchError } from '../../errors.ts';
import type { LineControl, LineSettings, ModemLines } from '../../host/host.ts';
import {
  answerTo,
  askDtr,
  askRts,
  type ComPortCommand,
  decodeNotice,
  setBreak,
  setDtr,
  setLine,
  setRts,
  watchModemLines,
} from '../com-port.ts';

const ANSWER_MS = 5000;

interface Waiting {
  readonly answers: number;
  readonly resolve: () => void;
  readonly reject: (reason: string) => void;
}

export class RemoteLine implements LineControl {
  readonly #target: string;
  readonly #send: (body: ComPortCommand) => void;
  readonly #offer: Promise<boolean>;
  readonly #waiting = new Set<Waiting>();
  #offered!: (on: boolean) => void;
  #changed: (settings: LineSettings) => void = () => {};
  #settings!: LineSettings;
  #applied: number | undefined;
  #outputs: { dtr: boolean | undefined; rts: boolean | undefined } = { dtr: undefined, rts: undefined };
  #inputs: { cts: boolean; dsr: boolean; ri: boolean; dcd: boolean } | undefined;

  constructor(target: string, send: (body: ComPortCommand) => void) {
    this.#target = target;
    this.#send = send;
    this.#offer = new Promise(resolve => {
      this.#offered = resolve;
    });
  }

  get settings(): LineSettings {
    return this.#settings;
  }
  get appliedBaudRate(): number | undefined {
    return this.#applied;
  }

  /** Every change of the settings from now on. */
  onChange(listener: (settings: LineSettings) => void): void {
    this.#changed = listener;
  }

  /** After connecting: agrees on RFC 2217 and sets the port. DTR and RTS are left alone. */
  async begin(settings: LineSettings, signal: AbortSignal): Promise<void> {
    const offered = await this.#within(this.#offer, 'RFC 2217', signal);
    if (!offered)
      throw this.#refused(
        'RFC 2217',
        'its server does not speak it; `telnet:` or `tcp:` in place of `rfc2217:` may do',
      );
    this.#settings = settings;
    await this.#set(settings);
    // What a server does not tell stays unknown.
    for (const command of [watchModemLines, askDtr, askRts]) this.#send(command);
  }

  /** The server agreed or declined. */
  offered(on: boolean): void {
    this.#offered(on);
  }

  receive(body: Uint8Array): void {
    const notice = decodeNotice(body);
    if (!notice) return;
    if (notice.settings?.baudRate !== undefined) this.#applied = notice.settings.baudRate;
    if (notice.lines) this.#outputs = { ...this.#outputs, ...notice.lines };
    if (notice.inputs) this.#inputs = notice.inputs;
    for (const waiting of this.#waiting)
      if (waiting.answers === notice.answers) {
        this.#waiting.delete(waiting);
        waiting.resolve();
        return;
      }
  }

  /** The connection ended. */
  ended(): void {
    this.#offered(false);
    for (const waiting of this.#waiting) waiting.reject('the connection ended');
    this.#waiting.clear();
  }

  async set(change: Partial<LineSettings>): Promise<void> {
    await this.#set(change);
    this.#settings = { ...this.#settings, ...change };
    this.#changed(this.#settings);
  }

  async modemLines(): Promise<ModemLines | undefined> {
    return this.#inputs && { ...this.#outputs, ...this.#inputs };
  }

  async setModemLines({ dtr, rts }: { readonly dtr?: boolean; readonly rts?: boolean }): Promise<void> {
    if (dtr !== undefined) await this.#ask(setDtr(dtr), 'DTR');
    if (rts !== undefined) await this.#ask(setRts(rts), 'RTS');
  }

  async sendBreak(ms = 250): Promise<void> {
    await this.#ask(setBreak(true), 'a break');
    await new Promise(resolve => setTimeout(resolve, ms));
    await this.#ask(setBreak(false), 'the end of a break');
  }

  /** The protocol has no answer for it: what was written is on its way. */
  async drain(): Promise<void> {}

  async #set(change: Partial<LineSettings>): Promise<void> {
    const what = Object.values(change).join(' ');
    await Promise.all(setLine(change).map(command => this.#ask(command, what)));
  }

  async #ask(command: ComPortCommand, what: string): Promise<void> {
    let waiting: Waiting | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      const refuse = (reason: string) => reject(this.#refused(what, reason));
      waiting = { answers: answerTo(command), resolve, reject: refuse };
      this.#waiting.add(waiting);
    });
    this.#send(command);
    try {
      await this.#within(answered, what);
    } finally {
      this.#waiting.delete(waiting!);
    }
  }

  #within<T>(promise: Promise<T>, what: string, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#refused(what, 'its server does not answer')), ANSWER_MS);
      const abort = (): void => reject(this.#refused(what, 'given up'));
      signal?.addEventListener('abort', abort);
      promise.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      });
    });
  }

  #refused(what: string, reason: string): BenchError {
    return new BenchError('LINE_REFUSED', { target: this.#target, what, reason });
  }
}
