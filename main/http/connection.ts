/**
 * One client's TCP connection: octets in to whole requests, one at a time, answers out in order, and an end to each wait.
 * Knows framing and deadlines, not what a request means.
 */
import type { Socket } from 'node:net';
import type { Ipv4 } from 'node-dhcpd-lite';
import type { Clock } from '../host/host.ts';
import { IDLE_MS, LINGER_MS, PIPELINE_LIMIT, REQUEST_MS, STALL_MS } from './limits.ts';
import {
  bodyLength,
  CONTINUE,
  keepsAlive,
  parseRequest,
  type Refusal,
  type RequestHead,
  skipEmptyLines,
} from './wire.ts';

export interface Request {
  readonly head: RequestHead;
  readonly body: Buffer;
  /** Milliseconds since 1970 when the request was complete. */
  readonly at: number;
  /** The connection stays open after the answer; the answer must say so. */
  readonly keepAlive: boolean;
}

/** Who answers. Both end when the answer is sent or can not be any more, return undefined when that is now, and never throw. */
export interface Responder {
  /** Octets of body that such a request may have, or why it may have none. */
  bodyLimit(head: RequestHead): number | Refusal;
  respond(request: Request, connection: Connection): Promise<void> | undefined;
  /** For what is no acceptable request; `head` when that much was understood. The connection closes afterwards. */
  refuse(refusal: Refusal, head: RequestHead | undefined, connection: Connection): Promise<void> | undefined;
}

type State = 'head' | 'body' | 'answering' | 'closing';

const NOTHING = Buffer.alloc(0);

export class Connection {
  readonly ip: Ipv4;
  readonly socket: Socket;
  readonly #clock: Clock;
  readonly #responder: Responder;
  #state: State = 'head';
  #input: Buffer = NOTHING;
  /** The request whose body is awaited. */
  #awaiting: { head: RequestHead; length: number; keepAlive: boolean } | undefined;
  #inputEnded = false;
  #deadline: number;
  #answering: Promise<void> | undefined;

  constructor(socket: Socket, clock: Clock, responder: Responder) {
    this.socket = socket;
    this.ip = socket.remoteAddress ?? '0.0.0.0';
    this.#clock = clock;
    this.#responder = responder;
    this.#deadline = clock.now() + IDLE_MS;
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('end', () => this.#receiveEnd());
  }

  /** No request has begun: nothing is lost by closing. */
  get idle(): boolean {
    return this.#state === 'head' && this.#input.length === 0;
  }

  /** Milliseconds since 1970 when it is given up, unless something happens. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Resolves when no answer is under way: no file and no memory of one is in use. */
  get settled(): Promise<void> {
    return this.#answering ?? Promise.resolve();
  }

  /** Called now and then. Ends a wait that took too long. */
  checkDeadline(now: number): void {
    if (now < this.#deadline) return;
    const requestBegan = (this.#state === 'head' && this.#input.length > 0) || this.#state === 'body';
    if (requestBegan) this.refuse({ is: 'refused', status: 408, words: 'The request did not arrive in time.' });
    else this.socket.destroy();
  }

  /** Says why, then closes. */
  refuse(refusal: Refusal, head?: RequestHead): void {
    this.#state = 'answering';
    this.#deadline = this.#clock.now() + STALL_MS;
    const pending = this.#responder.refuse(refusal, head, this);
    if (pending) this.#answering = pending.then(() => this.#close());
    else this.#close();
  }

  /** Writes an answer's octets; undefined when the kernel took them at once, else when it did. Rejects when it never will. */
  write(bytes: Buffer): Promise<void> | undefined {
    let ended: (error: Error | null | undefined) => void;
    this.socket.write(bytes, error => ended?.(error));
    if (this.socket.writableLength === 0 && !this.socket.errored && !this.socket.destroyed) return undefined;
    return new Promise((resolve, reject) => {
      ended = error => (error ? reject(error) : resolve());
    });
  }

  /** The reader took something; it is alive. */
  progressed(now: number): void {
    this.#deadline = now + STALL_MS;
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'closing') return;
    if (this.#input.length === 0) {
      this.#input = chunk;
      if (this.#state === 'head') this.#deadline = this.#clock.now() + REQUEST_MS;
    } else this.#input = Buffer.concat([this.#input, chunk]);
    if (this.#state === 'answering') this.#keepInput();
    else this.#proceed();
  }

  /** What stays must not pin the 64 KiB that the kernel's octets came in. */
  #keepInput(): void {
    if (this.#input.length > 0) this.#input = Buffer.from(this.#input);
    if (this.#input.length > PIPELINE_LIMIT) this.socket.pause();
  }

  #receiveEnd(): void {
    this.#inputEnded = true;
    if (this.#state === 'head' || this.#state === 'body') this.#close();
  }

  #proceed(): void {
    for (;;) {
      if (this.#state === 'head') {
        if (this.#input.length === 0 || !this.#readHead()) break;
      }
      if (this.#state === 'body') {
        const { head, length, keepAlive } = this.#awaiting!;
        if (this.#input.length < length) break;
        const body = this.#input.subarray(0, length);
        this.#input = this.#input.subarray(length);
        this.#state = 'answering';
        const at = this.#clock.now();
        this.#deadline = at + STALL_MS;
        const pending = this.#responder.respond({ head, body, at, keepAlive }, this);
        if (pending) {
          this.#keepInput();
          this.#answering = pending.then(() => {
            this.#answering = undefined;
            this.#answered();
            if (this.#state === 'head') this.#proceed();
          });
          return;
        }
        this.#answered();
      }
      if (this.#state !== 'head') return;
    }
    if (this.#inputEnded && (this.#state === 'head' || this.#state === 'body')) this.#close();
    else this.#keepInput();
  }

  /** False when there is no whole head yet, or it was refused. */
  #readHead(): boolean {
    this.#input = skipEmptyLines(this.#input);
    if (this.#input.length === 0) return false;
    const parsed = parseRequest(this.#input);
    if (parsed.is === 'incomplete') return false;
    if (parsed.is === 'refused') {
      this.refuse(parsed);
      return false;
    }
    const { head, end } = parsed;
    this.#input = this.#input.subarray(end);
    const length = bodyLength(head);
    if (typeof length !== 'number') {
      this.refuse(length, head);
      return false;
    }
    if (length > 0) {
      const limit = this.#responder.bodyLimit(head);
      if (typeof limit !== 'number' || length > limit) {
        this.refuse(
          typeof limit === 'number' ? { is: 'refused', status: 413, words: 'The body is too long.' } : limit,
          head,
        );
        return false;
      }
      const expect = head.fields.get('expect');
      if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
        this.refuse({ is: 'refused', status: 417, words: 'Only 100-continue can be expected.' }, head);
        return false;
      }
      if (expect !== undefined && head.minor === 1 && this.#input.length === 0) this.socket.write(CONTINUE);
    }
    this.#awaiting = { head, length, keepAlive: keepsAlive(head) };
    this.#state = 'body';
    return true;
  }

  #answered(): void {
    if (this.socket.destroyed) {
      this.#state = 'closing';
      return;
    }
    if (!this.#awaiting!.keepAlive) {
      this.#close();
      return;
    }
    this.#state = 'head';
    this.#deadline = this.#clock.now() + (this.#input.length > 0 ? REQUEST_MS : IDLE_MS);
    if (this.socket.isPaused()) this.socket.resume();
  }

  /** Says the end and reads on for a moment: closing over unread octets would make the kernel throw our answer away. */
  #close(): void {
    this.#state = 'closing';
    this.#input = NOTHING;
    this.#deadline = this.#clock.now() + LINGER_MS;
    if (this.socket.destroyed) return;
    this.socket.end();
    this.socket.resume();
  }
}
