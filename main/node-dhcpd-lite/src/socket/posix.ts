/** The socket calls of libc that Node does not offer, for Linux and macOS. Knows no device and no protocol. */
import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import { type Ipv4, ipv4Bytes } from '../addresses.ts';

/** The C functions themselves; every one returns -1 and sets errno on failure. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  close(fd: number): number;
  if_nametoindex(name: string): number;
}

let loaded: Libc | undefined;

export function libc(): Libc {
  if (loaded) return loaded;
  const library = koffi.load(null);
  loaded = {
    socket: library.func('int socket(int, int, int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    send: library.func('intptr_t send(int, const void *, size_t, int)'),
    close: library.func('int close(int)'),
    if_nametoindex: library.func('unsigned int if_nametoindex(const char *)'),
  };
  return loaded;
}

export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The error Node itself would throw for errno after `syscall`. */
export function systemError(syscall: string, what: string, errno = koffi.errno()): SystemError {
  const code = errno > 0 ? getSystemErrorName(-errno) : 'UNKNOWN';
  return Object.assign(new Error(`${syscall} ${code} ${what}`), { code, errno: -errno, syscall });
}

/** A native int as the bytes setsockopt wants. */
export function intBytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** Throws a system error when the option cannot be set. */
export function setOption(fd: number, level: number, name: number, value: Uint8Array, what: string): void {
  if (libc().setsockopt(fd, level, name, value, value.length) !== 0) throw systemError('setsockopt', what);
}

/** Like `setOption` for what is a wish only; says whether it was granted. */
export function tryOption(fd: number, level: number, name: number, value: number): boolean {
  return libc().setsockopt(fd, level, name, intBytes(value), 4) === 0;
}

/** `struct sockaddr_in`; `withLength` as BSD systems lay it out. */
export function sockaddrIn(address: Ipv4, port: number, withLength: boolean): Uint8Array {
  const bytes = new Uint8Array(16);
  if (withLength) bytes.set([16, 2]);
  else new Uint16Array(bytes.buffer)[0] = 2;
  bytes.set([port >>> 8, port & 255], 2);
  bytes.set(ipv4Bytes(address), 4);
  return bytes;
}
