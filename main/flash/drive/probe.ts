/** Does a drive have the room it claims? Puts markers all over it, reads them back, and puts back what was there. */
import { BenchError } from '../../errors.ts';
import type { DriveHandle } from '../../host/host.ts';
import { alignedMemory } from '../../kit/aligned-memory.ts';
import { judge, MARKER, markerPositions, refinedPositions, type Sample, strideOf, type Verdict } from './capacity.ts';

export interface ProbeOptions {
  /** That many octets nobody can guess: markers of an earlier probe must not be taken for ours. */
  readonly random: (length: number) => Uint8Array;
  /** 0 to 1. */
  readonly progress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

export interface ProbeResult extends Verdict {
  /** Places whose old content could not be put back. */
  readonly notRestored: readonly number[];
}

/**
 * Throws DRIVE_GONE when the drive was pulled out, and the signal's reason; both after what is possible was put back.
 * Places that cannot be read at first are not written at all.
 */
export async function probeCapacity(handle: DriveHandle, options: ProbeOptions): Promise<ProbeResult> {
  const { size } = handle.identity;
  const nonce = options.random(16);
  const first = await probeRound(handle, markerPositions(size), strideOf(size), nonce, options, part => part * 0.8);
  const more = refinedPositions(first.samples);
  const second =
    more.length > 0
      ? await probeRound(handle, more, 0, options.random(16), options, part => 0.8 + part * 0.2)
      : { samples: [], notRestored: [] };
  options.progress?.(1);
  return {
    ...judge([...first.samples, ...second.samples], size),
    notRestored: [...first.notRestored, ...second.notRestored],
  };
}

interface Round {
  readonly samples: readonly Sample[];
  readonly notRestored: readonly number[];
}

async function probeRound(
  handle: DriveHandle,
  positions: readonly number[],
  searched: number,
  nonce: Uint8Array,
  { progress, signal }: ProbeOptions,
  share: (fraction: number) => number,
): Promise<Round> {
  const steps = positions.length * 3;
  let done = 0;
  const step = (): void => {
    progress?.(share(++done / steps));
    signal?.throwIfAborted();
  };
  const block = alignedMemory(MARKER);
  const kept = new Map<number, Uint8Array>();
  const samples: Sample[] = [];
  const written: number[] = [];

  for (const position of positions) {
    const readable = await attempt(() => handle.read(position, block));
    if (readable) kept.set(position, block.slice());
    else samples.push({ position, found: 'unreadable' });
    step();
  }
  try {
    for (const position of kept.keys()) {
      written.push(position);
      writeMarker(block, nonce, position);
      await attempt(() => handle.write(position, block));
      step();
    }
    await attempt(() => handle.sync());
    // Oldest first: by then whatever a cache of the drive held of them is gone.
    for (const position of kept.keys()) {
      const readable = await attempt(() => handle.read(position, block));
      samples.push(readable ? sampleOf(block, nonce, position) : { position, found: 'unreadable' });
      step();
    }
    samples.push(...(await strayMarkers(handle, searched, nonce, new Set(written), signal)));
  } catch (error) {
    // Given up or pulled out: what can still be put back is put back all the same.
    await restore(handle, written, kept, block).catch(() => undefined);
    throw error;
  }
  return { samples, notRestored: await restore(handle, written, kept, block) };
}

const PIECE = 1024 * 1024;

/** Markers within the first octets that nobody put there: they were written beyond the real end of the drive. */
async function strayMarkers(
  handle: DriveHandle,
  searched: number,
  nonce: Uint8Array,
  own: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<Sample[]> {
  const { size, sectorSize } = handle.identity;
  const memory = alignedMemory(PIECE);
  const mark = Buffer.concat([HEAD, nonce]);
  const found: Sample[] = [];
  for (let from = 0; from < Math.min(searched, size); from += PIECE) {
    signal?.throwIfAborted();
    const piece = memory.subarray(0, Math.min(PIECE, size - from));
    if (!(await attempt(() => handle.read(from, piece)))) continue;
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + sectorSize)) {
      const of = at + mark.length + 8 <= bytes.length ? Number(bytes.readBigUInt64LE(at + mark.length)) : undefined;
      if (of !== undefined && of !== from + at && !own.has(from + at))
        found.push({ position: from + at, found: 'other', of });
    }
  }
  return found;
}

async function restore(
  handle: DriveHandle,
  written: readonly number[],
  kept: ReadonlyMap<number, Uint8Array>,
  block: Uint8Array,
): Promise<number[]> {
  const failed: number[] = [];
  // Where places coincide, all of them held the same: the order does not matter.
  for (const position of written) {
    block.set(kept.get(position)!);
    if (!(await attempt(() => handle.write(position, block)))) failed.push(position);
  }
  await attempt(() => handle.sync());
  return failed;
}

/** `BENCHBOOT PROBE`, the nonce, the position, and a pattern that differs from place to place. */
const HEAD = new TextEncoder().encode('BENCHBOOT PROBE\n');

function writeMarker(block: Uint8Array, nonce: Uint8Array, position: number): void {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const seed = (position / MARKER) >>> 0;
  for (let at = 0; at < block.length; at += 4) view.setUint32(at, Math.imul(seed + at, 0x9e3779b1) >>> 0, true);
  block.set(HEAD, 0);
  block.set(nonce, HEAD.length);
  view.setBigUint64(HEAD.length + 16, BigInt(position), true);
}

function sampleOf(block: Uint8Array, nonce: Uint8Array, position: number): Sample {
  const expected = new Uint8Array(MARKER);
  writeMarker(expected, nonce, position);
  if (equal(block, expected)) return { position, found: 'own' };
  const head = HEAD.length + 16;
  if (!equal(block.subarray(0, head), expected.subarray(0, head))) return { position, found: 'lost' };
  const of = Number(new DataView(block.buffer, block.byteOffset).getBigUint64(head, true));
  writeMarker(expected, nonce, of);
  return equal(block, expected) ? { position, found: 'other', of } : { position, found: 'lost' };
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.every((octet, index) => octet === b[index]);

/** False for a place that fails; a drive that is gone fails everything. */
async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof BenchError && error.code === 'DRIVE_IO') return false;
    throw error;
  }
}
