/**
 * A link is an open way to a device's console: bytes both ways until it ends. What carries them (serial line, SSH,
 * telnet, RFC 2217, TCP, Unix socket) is a dialer's business; sessions see only this.
 */
import type { LineControl } from '../host/host.ts';

export interface Link {
  /** Every chunk, in order. A chunk is never written to again: who wants it may keep it. Returns unsubscribe. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
  /** Once, when the link ended for whatever reason; nothing comes after it. At once when it ended already. */
  onClose(listener: (end: LinkEnd) => void): () => void;
  /**
   * Resolves when the link took the bytes and has room for more: who writes much waits for it. Rejects with BenchError
   * CONSOLE_CLOSED when the link ended before.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the link; `onClose` tells it. Never rejects. */
  close(): Promise<void>;
  /** Rate, framing, modem lines and break: serial ports and RFC 2217 have them. */
  readonly line?: LineControl;
  /** A break where there is no line to hold in it: telnet passes it on. */
  sendBreak?(ms?: number): Promise<void>;
  /** Tells the other end how large the terminal is: SSH and telnet. */
  resize?(columns: number, rows: number): void;
  /**
   * Asks the other end to wait, where it can (sockets and ptys). A real serial line has none of this: bytes that nobody
   * reads there are lost.
   */
  hold?(held: boolean): void;
}

export interface LinkEnd {
  /** A sentence part: `the adapter was unplugged`. */
  readonly reason: string;
  /** This end closed it. */
  readonly wanted: boolean;
}

/** How a session gets its link, again and again. */
export interface Dialer {
  /** For people: `/dev/ttyUSB0`, `telnet:10.0.0.1:23`. */
  readonly target: string;
  /**
   * One try; gives up when `signal` says so. Throws BenchError: CONSOLE_NOT_THERE, CONSOLE_BUSY, CONSOLE_UNREACHABLE,
   * CONSOLE_FORBIDDEN are worth another try; every other code needs a person.
   */
  open(signal: AbortSignal): Promise<Link>;
  /** Milliseconds to wait before the next try after `failures` failed ones in a row. */
  retryAfter(failures: number): number;
}
