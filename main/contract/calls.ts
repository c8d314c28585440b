/**
 * What a window may ask of the engine: one row per call, with the schema that its arguments are checked against and the
 * type it resolves to. Everything that crosses the boundary is named in the files gathered here and nowhere else.
 */
import type * as v from 'valibot';
import { BENCH_CALLS } from './bench-calls.ts';
import type { Call } from './call.ts';
import { CONSOLE_CALLS } from './console-calls.ts';
import { FLASH_CALLS } from './flash-calls.ts';
import { IPXE_CALLS } from './ipxe-calls.ts';

export const CALLS = { ...BENCH_CALLS, ...CONSOLE_CALLS, ...FLASH_CALLS, ...IPXE_CALLS } as const;

export type Calls = typeof CALLS;
export type CallName = keyof Calls;
export type CallArgs<N extends CallName> = v.InferOutput<Calls[N]['args']>;
export type CallResult<N extends CallName> = Calls[N] extends Call<v.GenericSchema, infer R> ? R : never;

/** Who calls: what belongs to a window ends with it. */
export interface Caller {
  /** Runs once, when the window has gone. */
  onGone(release: () => void): void;
  /** Octets for this window alone; its id goes into the call's result. */
  stream(): OctetStream;
}

/** Never blocks: a window that does not keep up loses the middle, and is told how much. */
export interface OctetStream {
  readonly id: number;
  /** `skipped`: octets that were left out right before these. */
  write(bytes: Uint8Array, skipped?: number): void;
  /** The window took so many octets in: who watches that can wait with the next ones. One listener. */
  onTaken(listener: (octets: number) => void): void;
  end(): void;
}

/** One function per call of a part of the contract; a missing one does not compile. */
export type HandlersOf<Part> = {
  readonly [N in CallName & keyof Part]: (args: CallArgs<N>, caller: Caller) => Promise<CallResult<N>> | CallResult<N>;
};
export type Handlers = HandlersOf<Calls>;
