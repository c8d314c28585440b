/** Dials a stream socket: raw TCP, or the Unix socket of an emulator. Telnet and RFC 2217 build on its link. */
import { createConnection, type Socket } from 'node:net';
import { BenchError, systemCode } from '../../errors.ts';
import type { Dialer, Link } from '../link.ts';
import { LinkEvents } from './link-events.ts';

export type SocketPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** A peer that vanished, e.g. while the laptop slept, is found out after a minute of silence. */
const KEEP_ALIVE_MS = 15_000;
const CONNECT_MS = 10_000;

export function socketDialer(target: string, place: SocketPlace): Dialer {
  return { target, retryAfter: backOff, open: signal => openSocket(target, place, signal) };
}

/** Half a second, then longer, ten seconds at most. */
export function backOff(failures: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(failures, 10));
}

export function openSocket(target: string, place: SocketPlace, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(place);
    const fail = (error: Error): void => {
      socket.destroy();
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      reject(unreachable(target, error));
    };
    const abort = (): void => fail(new Error('given up'));
    const timer = setTimeout(() => fail(new Error('no answer')), CONNECT_MS);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socketLink(target, socket));
    });
  });
}

function unreachable(target: string, error: Error): BenchError {
  switch (systemCode(error)) {
    case 'ENOENT':
      return new BenchError('CONSOLE_NOT_THERE', { target }, { cause: error });
    case 'EACCES':
      return new BenchError('CONSOLE_FORBIDDEN', { target, group: undefined }, { cause: error });
    default:
      return new BenchError('CONSOLE_UNREACHABLE', { target, reason: reasonOf(error) }, { cause: error });
  }
}

/** The system's word for people. */
export function reasonOf(error: Error): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the other end broke the connection off',
    EPIPE: 'the other end broke the connection off',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no way to that host',
    ENETUNREACH: 'no way to that network',
    ENOTFOUND: 'that name is not known',
  };
  return known[systemCode(error) ?? ''] ?? error.message.replace(/\.$/, '');
}

function socketLink(target: string, socket: Socket): Link {
  const events = new LinkEvents();
  let wanted = false;
  let failure: Error | undefined;
  socket.on('error', error => {
    failure = error;
  });
  socket.on('data', bytes => events.data(bytes as Buffer));
  socket.on('close', () =>
    events.end({ reason: failure ? reasonOf(failure) : 'the other end closed the connection', wanted }),
  );
  return {
    onData: events.onData,
    onClose: events.onClose,
    write: bytes =>
      new Promise((resolve, reject) => {
        socket.write(bytes, error => {
          if (error) reject(new BenchError('CONSOLE_CLOSED', { target }, { cause: error }));
          else resolve();
        });
      }),
    close: () => {
      wanted = true;
      socket.destroy();
      return events.closed();
    },
    hold: held => void (held ? socket.pause() : socket.resume()),
  };
}
