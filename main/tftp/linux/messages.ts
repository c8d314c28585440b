/** What the fast runner and its thread say to each other. */
import type { Ipv4 } from 'node-dhcpd-lite';
import type { Job } from '../runner.ts';
import type { Outcome } from '../session.ts';

/** Given to the thread at its start. */
export interface ThreadData {
  readonly nic: string;
  readonly address: Ipv4;
}

export type ToThread =
  | { readonly type: 'start'; readonly id: number; readonly job: Job }
  | { readonly type: 'stop'; readonly id: number; readonly text: string | undefined }
  | { readonly type: 'close' };

export type FromThread =
  /** `wake`: an eventfd; write to it after each message, as the thread may be asleep in the kernel. */
  | { readonly type: 'ready'; readonly wake: number }
  | { readonly type: 'unable'; readonly why: string }
  | { readonly type: 'heard'; readonly id: number }
  | { readonly type: 'progressed'; readonly id: number; readonly bytes: number }
  | { readonly type: 'ended'; readonly id: number; readonly outcome: Outcome };
