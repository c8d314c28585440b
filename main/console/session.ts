/**
 * A console session as its users see it: one device's output, read and logged from the moment it is opened whether or
 * not anybody looks, over links that come and go. Parsers and drivers follow every byte; views may fall behind.
 */
import type { BenchError } from '../errors.ts';
import type { LineControl } from '../host/host.ts';

/** Milliseconds since 1970 (`since`, `at`); offsets count the bytes received since the session began. */
export type SessionState =
  | { readonly phase: 'connecting'; readonly since: number }
  | { readonly phase: 'open'; readonly since: number }
  /** The link ended, or could not be made (`error`); it is tried again by itself. */
  | { readonly phase: 'waiting'; readonly since: number; readonly reason: string; readonly error?: BenchError }
  /** Another program may use the port; `resume` takes it back. */
  | { readonly phase: 'released'; readonly since: number }
  /** A person must decide, e.g. because the host key changed; `resume` tries again. */
  | { readonly phase: 'stopped'; readonly since: number; readonly error: BenchError }
  | { readonly phase: 'closed'; readonly since: number };

export interface Marker {
  /** `link` connection lost or back, `section` a new boot, `note` a person's, `loss` bytes that are not in the log. */
  readonly kind: 'link' | 'section' | 'note' | 'loss';
  readonly at: number;
  readonly offset: number;
  readonly text: string;
}

export interface Counters {
  /** Bytes. */
  readonly received: number;
  readonly sent: number;
  /** Line feeds received. */
  readonly lines: number;
  /** Times the link was opened. */
  readonly connections: number;
}

/** Bytes of the ring: what was received from `offset` on. */
export interface Snapshot {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What a view is given, in order. */
export type ViewItem =
  | { readonly type: 'bytes'; readonly offset: number; readonly bytes: Uint8Array }
  /** The view was too far behind: these stand in the log only. */
  | { readonly type: 'skipped'; readonly bytes: number; readonly lines: number }
  | { readonly type: 'marker'; readonly marker: Marker };

export interface Attachment {
  /** Bytes that were there already and come first, and those kept from before them. */
  readonly held: number;
  readonly older: number;
  /** The view has shown `bytes` of what it was given: more may come. */
  shown(bytes: number): void;
  detach(): void;
}

export interface AttachOptions {
  /** Where to begin: `oldest` byte that is kept (default), `now`, or an offset. */
  readonly from?: 'oldest' | 'now' | number;
  /** Bytes given but not yet shown at which the view is let be, and at which it is fed again. Default 256 KiB and 64 KiB. */
  readonly high?: number;
  readonly low?: number;
}

/** The right to write alone, for a file transfer or a script; everybody else's writes are refused meanwhile. */
export interface Claim {
  readonly by: string;
  write(bytes: Uint8Array): Promise<void>;
  release(): void;
}

export interface Session {
  readonly id: string;
  /** What a person calls it; the target until it is renamed. */
  readonly name: string;
  readonly target: string;
  readonly state: SessionState;
  readonly counters: Counters;
  /** Of the present link; undefined while there is none, or where the link has none. */
  readonly line: LineControl | undefined;
  /** Markers so far, the last 1,000. */
  readonly markers: readonly Marker[];

  onState(listener: (state: SessionState) => void): () => void;
  onMarker(listener: (marker: Marker) => void): () => void;
  /**
   * Every byte, in order, as it arrives, for parsers and drivers: `listener` is called at once and must be quick. Chunks
   * are never written to again. Returns unsubscribe.
   */
  onBytes(listener: (bytes: Uint8Array, offset: number) => void): () => void;
  /** A view that may fall behind. */
  attach(view: (item: ViewItem) => void, options?: AttachOptions): Attachment;
  /** What is kept in memory from `offset` on (default: all of it). */
  snapshot(offset?: number): Snapshot;

  /**
   * Resolves when the link took the bytes. Throws BenchError CONSOLE_CLOSED while there is no link, CONSOLE_CLAIMED while
   * another has the right to write.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Throws BenchError CONSOLE_CLAIMED. */
  claim(by: string): Claim;
  /** Throws BenchError LINE_REFUSED where the link has no break. */
  sendBreak(ms?: number): Promise<void>;
  /** Tells the device how large the terminal is, where the link can. */
  resize(columns: number, rows: number): void;

  rename(name: string): void;
  /** Writes a line of ours into log and views. */
  mark(kind: Marker['kind'], text: string): void;
  /** Lets go of the port for another program; what was received stays. */
  release(): Promise<void>;
  resume(): void;
  /** Ends the session: link and log are closed, everything received is on disk. */
  close(): Promise<void>;
}
