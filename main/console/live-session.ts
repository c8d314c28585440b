/**
 * The session itself: keeps a link open as long as it can be had, and gives what comes to ring, log, followers and views,
 * in this order and at once. Never waits for a view, and never stops reading.
 */
import { BenchError, type ErrorCode } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { spanText } from '../kit/duration.ts';
import { Emitter } from '../kit/emitter.ts';
import type { ConsoleLog } from './console-log.ts';
import type { Dialer, Link, LinkEnd } from './link.ts';
import { Ring } from './ring.ts';
import type { Attachment, AttachOptions, Claim, Counters, Marker, Session, SessionState, ViewItem } from './session.ts';
import { countLines, ViewFeed } from './view-feed.ts';

export interface LiveSessionOptions {
  readonly id: string;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly log?: ConsoleLog;
  readonly name?: string;
  /** Bytes kept in memory; default 4 MiB. */
  readonly kept?: number;
  readonly closed?: () => void;
}

/** Failures that time may heal; every other one waits for a person. */
const PASSING: readonly ErrorCode[] = ['CONSOLE_NOT_THERE', 'CONSOLE_BUSY', 'CONSOLE_FORBIDDEN', 'CONSOLE_UNREACHABLE'];
const MAX_MARKERS = 1000;
/** How often a line that waits for the disk looks whether it may go on, milliseconds. */
const HOLD_LOOK_MS = 10;

export class LiveSession implements Session {
  readonly id: string;
  readonly target: string;
  readonly #options: LiveSessionOptions;
  readonly #clock: Clock;
  readonly #ring: Ring;
  readonly #feeds = new Set<ViewFeed>();
  readonly #states = new Emitter<SessionState>();
  readonly #marked = new Emitter<Marker>();
  readonly #followers = new Set<(bytes: Uint8Array, offset: number) => void>();
  readonly #markers: Marker[] = [];
  #name: string;
  #state: SessionState;
  #link: Link | undefined;
  #dialing: AbortController | undefined;
  #retry: (() => void) | undefined;
  #failures = 0;
  #claim: Claim | undefined;
  #closing: Promise<void> | undefined;
  #size: { readonly columns: number; readonly rows: number } | undefined;
  #held: (() => void) | undefined;
  #sent = 0;
  #lines = 0;
  #connections = 0;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.id = options.id;
    this.target = options.dialer.target;
    this.#name = options.name ?? this.target;
    this.#ring = new Ring(options.kept ?? 4 * 1024 * 1024);
    this.#state = { phase: 'connecting', since: this.#clock.now() };
    this.#dial();
  }

  get name(): string {
    return this.#name;
  }
  get state(): SessionState {
    return this.#state;
  }
  get line() {
    return this.#link?.line;
  }
  get markers(): readonly Marker[] {
    return this.#markers;
  }
  get counters(): Counters {
    return { received: this.#ring.end, sent: this.#sent, lines: this.#lines, connections: this.#connections };
  }

  readonly onState = this.#states.on;
  readonly onMarker = this.#marked.on;

  onBytes(listener: (bytes: Uint8Array, offset: number) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  attach(view: (item: ViewItem) => void, options: AttachOptions = {}): Attachment {
    const { from = 'oldest', high = 256 * 1024, low = 64 * 1024 } = options;
    const offset = this.#ring.nearest(from === 'oldest' ? 0 : from === 'now' ? this.#ring.end : from);
    const start = { offset, lines: this.#lines, markers: this.#markers };
    const feed = new ViewFeed(this.#ring, view, { high, low }, start);
    this.#feeds.add(feed);
    return {
      held: this.#ring.end - offset,
      older: offset - this.#ring.oldest,
      shown: bytes => feed.shown(bytes),
      detach: () => this.#feeds.delete(feed),
    };
  }

  snapshot(offset?: number) {
    return this.#ring.read(offset);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#claim) return Promise.reject(this.#claimed(this.#claim));
    return this.#send(bytes);
  }

  claim(by: string): Claim {
    if (this.#claim) throw this.#claimed(this.#claim);
    const claim: Claim = {
      by,
      write: bytes => (this.#claim === claim ? this.#send(bytes) : Promise.reject(this.#notConnected())),
      release: () => {
        if (this.#claim === claim) this.#claim = undefined;
      },
    };
    this.#claim = claim;
    return claim;
  }

  async sendBreak(ms?: number): Promise<void> {
    if (!this.#link) throw this.#notConnected();
    if (this.#link.line) await this.#link.line.sendBreak(ms);
    else if (this.#link.sendBreak) await this.#link.sendBreak(ms);
    else throw new BenchError('LINE_REFUSED', { target: this.target, what: 'a break', reason: 'this way has none' });
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#link?.resize?.(columns, rows);
  }

  rename(name: string): void {
    if (name === this.#name) return;
    this.#name = name;
    this.#states.emit(this.#state);
  }

  mark(kind: Marker['kind'], text: string): void {
    const marker: Marker = { kind, at: this.#clock.now(), offset: this.#ring.end, text };
    this.#markers.push(marker);
    if (this.#markers.length > MAX_MARKERS) this.#markers.shift();
    this.#options.log?.note(kind === 'section' ? `${text} (byte ${marker.offset})` : text, marker.at);
    for (const feed of this.#feeds) feed.mark(marker);
    this.#marked.emit(marker);
  }

  async release(): Promise<void> {
    if (this.#state.phase === 'closed' || this.#state.phase === 'released') return;
    this.#enter({ phase: 'released', since: this.#clock.now() });
    this.mark('link', `${this.target} is released for another program`);
    await this.#hangUp();
  }

  resume(): void {
    if (this.#state.phase !== 'released' && this.#state.phase !== 'stopped' && this.#state.phase !== 'waiting') return;
    this.#failures = 0;
    this.#enter({ phase: 'connecting', since: this.#clock.now() });
    this.#dial();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#enter({ phase: 'closed', since: this.#clock.now() });
    await this.#hangUp();
    this.mark('link', `console ${this.target} closed`);
    this.#feeds.clear();
    this.#followers.clear();
    await this.#options.log?.close();
    this.#options.closed?.();
  }

  async #hangUp(): Promise<void> {
    this.#retry?.();
    this.#retry = undefined;
    this.#dialing?.abort();
    this.#dialing = undefined;
    await this.#link?.close();
  }

  #dial(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#dialing?.abort();
    const dialing = new AbortController();
    this.#dialing = dialing;
    this.#options.dialer.open(dialing.signal).then(
      link => {
        if (this.#dialing === dialing) this.#connected(link);
        else void link.close();
      },
      (error: unknown) => {
        if (this.#dialing === dialing) this.#failed(error);
      },
    );
  }

  #connected(link: Link): void {
    this.#dialing = undefined;
    this.#link = link;
    this.#failures = 0;
    this.#connections++;
    const { phase, since } = this.#state;
    const away =
      phase === 'waiting' && this.#connections > 1 ? ` after ${spanText((this.#clock.now() - since) / 1000)}` : '';
    this.#enter({ phase: 'open', since: this.#clock.now() });
    this.mark('link', `${this.target} is connected${this.#connections > 1 ? ' again' : ''}${away}`);
    if (this.#size) link.resize?.(this.#size.columns, this.#size.rows);
    link.onData(bytes => this.#receive(bytes));
    link.onClose(end => this.#ended(link, end));
  }

  #failed(error: unknown): void {
    this.#dialing = undefined;
    const known =
      error instanceof BenchError
        ? error
        : new BenchError(
            'CONSOLE_UNREACHABLE',
            { target: this.target, reason: (error as Error).message },
            { cause: error },
          );
    const since = this.#state.phase === 'waiting' ? this.#state.since : this.#clock.now();
    if (!PASSING.includes(known.code)) {
      this.#enter({ phase: 'stopped', since: this.#clock.now(), error: known });
      this.mark('link', known.message);
      return;
    }
    this.#failures++;
    const reason = known.message;
    if (this.#state.phase !== 'waiting' || this.#state.reason !== reason) {
      this.#enter({ phase: 'waiting', since, reason, error: known });
    }
    this.#wait();
  }

  #ended(link: Link, { reason, wanted }: LinkEnd): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#held?.();
    this.#held = undefined;
    if (wanted) return;
    this.#enter({ phase: 'waiting', since: this.#clock.now(), reason });
    this.mark('link', `${this.target}: ${reason}`);
    this.#wait();
  }

  #wait(): void {
    this.#retry = this.#clock.after(this.#options.dialer.retryAfter(this.#failures), () => this.#dial());
  }

  #receive(bytes: Uint8Array): void {
    const offset = this.#ring.end;
    const lines = countLines(bytes);
    this.#lines += lines;
    this.#ring.push(bytes);
    if (this.#options.log?.append(bytes)) this.#hold();
    for (const follow of this.#followers) follow(bytes, offset);
    for (const feed of this.#feeds) feed.push(bytes, lines);
  }

  /** Lets a device that can wait do so until the log is on disk. */
  #hold(): void {
    const link = this.#link;
    const { log } = this.#options;
    if (this.#held || !link?.hold || !log) return;
    link.hold(true);
    const look = (): void => {
      if (log.full) this.#held = this.#clock.after(HOLD_LOOK_MS, look);
      else {
        this.#held = undefined;
        link.hold!(false);
      }
    };
    this.#held = this.#clock.after(HOLD_LOOK_MS, look);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (!this.#link) throw this.#notConnected();
    await this.#link.write(bytes);
    this.#sent += bytes.length;
  }

  #enter(state: SessionState): void {
    if (this.#state.phase === 'closed') return;
    this.#state = state;
    this.#states.emit(state);
  }

  #notConnected(): BenchError {
    return new BenchError('CONSOLE_CLOSED', { target: this.target });
  }

  #claimed({ by }: Claim): BenchError {
    return new BenchError('CONSOLE_CLAIMED', { target: this.target, by });
  }
}
