/** A card in memory that does what the test says: wears out, is unplugged, lies about its size, hangs. */
import { BenchError } from '../../../main/errors.ts';
import type { FlashTarget } from '../../../main/flash/job.ts';
import type { Target } from '../../../main/flash/target.ts';

export interface CardFaults {
  /** The first write that reaches this octet fails, and all later ones there. */
  readonly failsAt?: number;
  /** After this many octets were written it is gone. */
  readonly goneAfter?: number;
  /** What lies beyond comes back at the start: it has only so many octets. */
  readonly wrapsAt?: number;
  /** These octets read back with a bit flipped: each time, or the first time alone. */
  readonly flips?: readonly number[];
  readonly flipsOnce?: boolean;
  /** The write that reaches this octet never ends. */
  readonly hangsAt?: number;
  readonly syncFails?: boolean;
  /** It takes what is written, and says nothing when it is asked for it, or to keep it. */
  readonly hangsAtRead?: boolean;
  readonly hangsAtSync?: boolean;
  /** Refuses to be opened. */
  readonly busy?: boolean;
  /** It takes a discard, but some of the old content comes back. */
  readonly discards?: 'zeros' | 'old';
}

export class Card implements Target {
  readonly device: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly memory: Buffer;
  readonly label: string;
  readonly #faults: CardFaults;
  readonly #flipped = new Set<number>();
  closed = 0;
  finished = 0;
  synced = 0;
  octetsWritten = 0;
  /** Writes in flight now, and the most there were. */
  #inFlight = 0;
  mostInFlight = 0;
  /** Each write, in the order in which they ended. */
  readonly writes: { readonly offset: number; readonly length: number }[] = [];
  opened = false;

  constructor(name: string, size: number, faults: CardFaults = {}, sectorSize = 512) {
    this.device = `/dev/${name}`;
    this.label = `Card ${name}`;
    this.size = size;
    this.sectorSize = sectorSize;
    this.memory = Buffer.alloc(size, `old content of ${name}. `);
    this.#faults = faults;
  }

  /** As what the job takes. */
  get target(): FlashTarget {
    return {
      device: this.device,
      label: this.label,
      size: this.size,
      open: async () => {
        if (this.#faults.busy) throw new BenchError('DRIVE_BUSY', { drive: this.device, by: 'somebody has it' });
        this.opened = true;
        return this;
      },
    };
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#aligned(offset, bytes);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    await new Promise(resolve => setImmediate(resolve));
    this.#inFlight--;
    const { failsAt, goneAfter, hangsAt, wrapsAt } = this.#faults;
    const reaches = (at: number | undefined): boolean => at !== undefined && offset <= at && at < offset + bytes.length;
    if (goneAfter !== undefined && this.octetsWritten + bytes.length > goneAfter) throw this.#gone();
    if (reaches(hangsAt)) await new Promise(() => {});
    if (reaches(failsAt)) throw this.#failure('write', failsAt!);
    this.octetsWritten += bytes.length;
    this.writes.push({ offset, length: bytes.length });
    for (let at = 0; at < bytes.length; at += this.sectorSize)
      this.memory.set(bytes.subarray(at, at + this.sectorSize), (offset + at) % (wrapsAt ?? this.size));
  }

  async read(offset: number, bytes: Uint8Array): Promise<void> {
    this.#aligned(offset, bytes);
    await new Promise(resolve => setImmediate(resolve));
    const { flips = [], flipsOnce, goneAfter, wrapsAt, hangsAtRead } = this.#faults;
    if (hangsAtRead) await new Promise(() => {});
    if (goneAfter !== undefined && this.octetsWritten >= goneAfter) throw this.#gone();
    for (let at = 0; at < bytes.length; at += this.sectorSize) {
      const from = (offset + at) % (wrapsAt ?? this.size);
      bytes.set(this.memory.subarray(from, from + this.sectorSize), at);
    }
    for (const at of flips) {
      if (at < offset || at >= offset + bytes.length || (flipsOnce && this.#flipped.has(at))) continue;
      this.#flipped.add(at);
      bytes[at - offset]! ^= 1;
    }
  }

  async sync(): Promise<void> {
    this.synced++;
    if (this.#faults.hangsAtSync && this.synced > 1) await new Promise(() => {});
    if (this.#faults.syncFails && this.synced > 1) throw this.#failure('sync', undefined);
  }

  async discard(): Promise<boolean> {
    if (!this.#faults.discards) return false;
    this.memory.fill(0);
    if (this.#faults.discards === 'old') this.memory.fill('back from the grave. ', 2 << 20, (2 << 20) + 200_000);
    return true;
  }

  async finish(): Promise<void> {
    this.finished++;
  }

  async close(): Promise<void> {
    this.closed++;
  }

  /** The first megabyte holds nothing that could boot. */
  get boots(): boolean {
    return this.memory.subarray(0, 1 << 20).some(octet => octet !== 0);
  }

  #aligned(offset: number, { byteOffset, length }: Uint8Array): void {
    if (offset % this.sectorSize || length % this.sectorSize || byteOffset % 4096 || length === 0)
      throw new TypeError(`not aligned: ${length} octets at ${offset} from ${byteOffset}`);
    if (offset + length > this.size) throw new TypeError('beyond the end');
  }

  #failure(operation: 'write' | 'sync', offset: number | undefined): BenchError {
    return new BenchError('DRIVE_IO', { drive: this.device, operation, offset, reason: 'input/output error' });
  }

  #gone(): BenchError {
    return new BenchError('DRIVE_GONE', { drive: this.device });
  }
}
