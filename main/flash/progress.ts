/** Progress records from positions: totals as far as they are known, rates, time left. Knows no clock and no device. */
import { BLOCK } from './chunk.ts';
import type { FlashPhase, FlashProgressEvent } from './events.ts';
import { Pace } from './pace.ts';

/** How much there is to do, as far as anybody knows. */
export interface Extent {
  /** Octets of the image; estimates may be wrong. */
  readonly size: number | undefined;
  readonly estimate: number | undefined;
  /** Octets in blocks that a block map calls used; undefined without one. */
  readonly mapped: number | undefined;
  /** The part of the source file that was read, 0 to 1. */
  readonly read: number;
}

export class Progress {
  readonly #now: () => number;
  readonly #paces = new Map<string, Pace>();

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** While the image itself is fetched or checked. */
  image(phase: FlashPhase, bytes: number, total: number | undefined): FlashProgressEvent {
    return this.#event('', phase, bytes, total, undefined);
  }

  target(device: string, target: string, phase: FlashPhase, bytes: number, extent: Extent): FlashProgressEvent {
    const { size, estimate, mapped, read } = extent;
    const bulk = phase === 'writing' || phase === 'verifying';
    const whole = mapped ?? size ?? (estimate !== undefined && estimate >= bytes ? estimate : undefined);
    const total = bulk ? whole : undefined;
    const fraction = bulk && total === undefined && phase === 'writing' ? read : undefined;
    return { ...this.#event(device, phase, bytes, total, fraction), device, target };
  }

  #event(
    key: string,
    phase: FlashPhase,
    bytes: number,
    total: number | undefined,
    fraction: number | undefined,
  ): FlashProgressEvent {
    const id = `${key} ${phase}`;
    const pace = this.#paces.get(id) ?? new Pace();
    this.#paces.set(id, pace);
    pace.mark(this.#now(), bytes);
    const part = fraction ?? (total ? Math.min(1, bytes / total) : undefined);
    const eta = pace.eta(total ?? (part ? bytes / part : undefined));
    return {
      type: 'flash.progress',
      phase,
      bytes,
      ...(total === undefined ? {} : { total }),
      ...(part === undefined ? {} : { fraction: Math.round(part * 1000) / 1000 }),
      rate: Math.round(pace.rate),
      ...(eta === undefined ? {} : { eta: Math.round(eta * 10) / 10 }),
    };
  }
}

/** Octets in the blocks that ranges in ascending order touch. */
export function blockOctets(ranges: readonly { readonly start: number; readonly end: number }[]): number {
  let blocks = 0;
  let counted = 0;
  for (const { start, end } of ranges) {
    const first = Math.max(counted, Math.floor(start / BLOCK));
    const behind = Math.ceil(end / BLOCK);
    blocks += Math.max(0, behind - first);
    counted = Math.max(counted, behind);
  }
  return blocks * BLOCK;
}
