/** sendfile(2): file octets to a connection without passing through this process's memory. Linux only; knows no HTTP. */
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import koffi from 'koffi';
import { FileShrank, type SendFile, sendChunk } from '../send-file.ts';

/** Octets per call. One call runs on a pool thread, so that a slow disk delays neither packets nor other clients. */
const PORTION = 1024 * 1024;
/** Written through the stream when the connection is full: its completion tells when there is room again. */
const NUDGE = 64 * 1024;
/** Calls under way at once; the pool has four threads and other work, more calls would only wait in it. */
const MOST_CALLS = 16;
let underWay = 0;

interface Calls {
  dup(fd: number): number;
  sendfile: {
    async(
      to: number,
      from: number,
      offset: BigInt64Array,
      octets: number,
      done: (error: unknown, result: number | bigint) => void,
    ): void;
  };
}

/** Undefined where the system has no sendfile that takes 64-bit offsets under that name. */
export function loadSendFile(): SendFile | undefined {
  // On 32-bit systems `sendfile` takes a 32-bit offset.
  if (
    process.platform !== 'linux' ||
    !['x64', 'arm64', 'riscv64', 'loong64', 'ppc64', 's390x'].includes(process.arch)
  ) {
    return undefined;
  }
  try {
    const libc = koffi.load(null);
    const calls: Calls = {
      dup: libc.func('int dup(int)'),
      sendfile: libc.func('long sendfile(int, int, int64_t *, size_t)') as unknown as Calls['sendfile'],
    };
    return (socket, fd, start, end, sent) => send(calls, socket, fd, start, end, sent);
  } catch {
    return undefined;
  }
}

async function send(
  calls: Calls,
  socket: Socket,
  fd: number,
  start: number,
  end: number,
  sent: (octets: number) => void,
): Promise<void> {
  const offset = new BigInt64Array(1);
  let nudge: Buffer | undefined;
  // A descriptor of our own: the socket may be closed, and its number given away, while a call is under way.
  const to = calls.dup(descriptor(socket));
  try {
    for (let position = start; position < end; ) {
      if (socket.destroyed) throw new Error('the connection ended');
      let octets = -1;
      if (to >= 0 && underWay < MOST_CALLS) {
        octets = await portion(calls, to, fd, position, Math.min(PORTION, end - position), offset);
      }
      if (octets === 0) throw new FileShrank();
      if (octets < 0) {
        // Full, or a file system without sendfile, or too many at it. A broken connection fails here as well, with Node's own error.
        nudge ??= Buffer.allocUnsafeSlow(NUDGE);
        octets = await sendChunk(socket, fd, position, end, nudge);
      }
      sent(octets);
      position += octets;
    }
  } finally {
    if (to >= 0) closeSync(to);
  }
}

const portion = (
  calls: Calls,
  to: number,
  from: number,
  position: number,
  octets: number,
  offset: BigInt64Array,
): Promise<number> =>
  new Promise((resolve, reject) => {
    offset[0] = BigInt(position);
    underWay++;
    calls.sendfile.async(to, from, offset, octets, (error, result) => {
      underWay--;
      if (error) reject(error);
      else resolve(Number(result));
    });
  });

/** Node keeps it on the handle, undocumented since 0.x and relied upon by `child_process`; -1 without one. */
const descriptor = (socket: Socket): number => (socket as { _handle?: { fd?: number } })._handle?.fd ?? -1;
