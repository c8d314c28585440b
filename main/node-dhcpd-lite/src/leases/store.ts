/** Where leases outlive the process. The server knows this interface; `file-store.ts` is the file behind it. */
import type { Lease } from './lease.ts';

export interface LeaseStore {
  /** What was saved last, at most one lease for each address. Rejects only when the place itself is unusable. */
  load(): Promise<readonly Lease[]>;
  /** Remembers this state of that address. Returns at once and never throws; writing happens later, in batches. */
  save(lease: Lease): void;
  /** The address belongs to nobody any more. Like `save` in every other way. */
  forget(ip: Lease['ip']): void;
  /** Writes what is pending and lets go of the place. */
  close(): Promise<void>;
}
