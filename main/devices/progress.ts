/** What a device fetches and how its attempts go, one event further. Pure. */
import type { BenchEvent, TransferProgress } from '../bench/events.ts';
import type { Device, Transfer } from './device.ts';
import { isIpxeProgram, isIpxeScript } from './files.ts';

export function transferAfter(before: Transfer | undefined, event: BenchEvent, at: number): Transfer | undefined {
  switch (event.type) {
    case 'tftp.start':
      return {
        file: event.file,
        via: 'tftp',
        bytes: 0,
        total: event.size,
        blksize: event.blksize,
        startedAt: at,
        rate: undefined,
      };
    case 'tftp.done':
      if (before?.file !== event.file) return before;
      return { ...before, bytes: event.bytes, total: event.bytes, rate: rate(event.bytes, event.seconds) };
    case 'tftp.error':
      return stopped(before, event.file, event.bytes);
    case 'http.request':
      if (event.aborted) return stopped(before, event.path, event.bytes);
      if (event.method !== 'GET' || event.status >= 300 || event.bytes === 0) return before;
      if (hides(before, event.path, event.bytes)) return before;
      return {
        file: event.path,
        via: 'http',
        bytes: event.bytes,
        total: event.bytes,
        blksize: undefined,
        startedAt: at - event.seconds * 1000,
        rate: rate(event.bytes, event.seconds),
      };
    default:
      return before;
  }
}

/** Of several files at once, the largest is the one that a person waits for. */
export function transferProgress(before: Transfer | undefined, progress: TransferProgress): Transfer {
  const { file, via, bytes, size, blksize, startedAt } = progress;
  if (hides(before, file, size)) return before;
  return { file, via, bytes, total: size, blksize, startedAt, rate: undefined };
}

const isUnderWay = (transfer: Transfer | undefined): transfer is Transfer =>
  transfer !== undefined && transfer.rate === undefined && !transfer.stopped;

const stopped = (before: Transfer | undefined, file: string, bytes = 0): Transfer | undefined =>
  isUnderWay(before) && before.file === file ? { ...before, bytes, stopped: true } : before;

const hides = (before: Transfer | undefined, file: string, size: number): before is Transfer =>
  isUnderWay(before) && before.file !== file && before.total > size;

const rate = (bytes: number, seconds: number): number => bytes / Math.max(seconds, 0.001);

/** Offers further apart than this belong to different attempts. */
const ATTEMPT_MS = 60_000;

export function passedOverAfter(before: Device['passedOver'], event: BenchEvent, at: number): Device['passedOver'] {
  if (event.type === 'dhcp.request' || event.type === 'dhcp.ack') return { offers: 0, since: at };
  if (event.type !== 'dhcp.offer' || event.proxy) return before;
  return at - before.since > ATTEMPT_MS ? { offers: 1, since: at } : { offers: before.offers + 1, since: before.since };
}

export function ipxeAfter(before: Device['ipxe'], event: BenchEvent): Device['ipxe'] {
  const file =
    event.type === 'tftp.done'
      ? event.file
      : event.type === 'http.request' && event.method === 'GET' && event.status === 200
        ? event.path
        : undefined;
  if (file === undefined) return before;
  if (isIpxeProgram(file)) return { ...before, programs: before.programs + 1 };
  return isIpxeScript(file) ? { ...before, scripts: before.scripts + 1 } : before;
}
