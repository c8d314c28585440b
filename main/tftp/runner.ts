/** What carries a transfer to its end: the interface behind which the plain and the fast way are exchangeable. */
import type { Endpoint } from '../host/host.ts';
import type { Terms } from './negotiate.ts';
import type { SessionListener } from './session.ts';
import type { Origin } from './source.ts';

/** One accepted request. Plain data, so that it can go to another thread. */
export interface Job {
  readonly client: Endpoint;
  readonly origin: Origin;
  readonly terms: Terms;
}

export interface Running {
  /** Ends the transfer, with an ERROR when there is a text; `ended` follows. */
  stop(text?: string): void;
}

export interface Runner {
  /** Each transfer has a socket of its own, bound to the chosen port of the laptop. `ended` is called once, always. */
  run(job: Job, listener: SessionListener): Running;
  /** Ends all transfers. */
  close(): Promise<void>;
}
