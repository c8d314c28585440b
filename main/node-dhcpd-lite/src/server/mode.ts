/** What a mode of the server is: a decision for every request. `answer.ts` and `proxy.ts` are the two there are. */
import type { Ipv4 } from '../addresses.ts';
import type { DhcpPacket } from '../codec/message.ts';
import type { Destination } from '../transport.ts';
import type { IgnoreWhy, Sender } from './events.ts';
import type { BootFields, BootPolicy, ClientFacts, PolicyContext } from './policy.ts';

/** A decoded datagram with what is known of it. */
export interface Request {
  readonly packet: DhcpPacket;
  readonly client: ClientFacts;
  readonly from: Sender;
  readonly port: 67 | 4011;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Answer =
  | {
      readonly kind: 'reply';
      readonly message: 'OFFER' | 'ACK' | 'NAK' | undefined;
      readonly packet: DhcpPacket;
      readonly to: Destination;
      readonly ip: Ipv4 | undefined;
      readonly leaseSeconds: number | undefined;
      readonly boot: BootFields | undefined;
      readonly proxy: boolean;
      readonly reason: string | undefined;
      /** The policy threw this. */
      readonly policyError: unknown;
    }
  | { readonly kind: 'done'; readonly message: 'RELEASE' | 'DECLINE'; readonly ip: Ipv4 }
  | Ignored;

export interface Ignored {
  readonly kind: 'ignore';
  readonly why: IgnoreWhy;
  readonly reason: string;
}

export interface Mode {
  answer(request: Request): Answer;
}

export const ignore = (why: IgnoreWhy, reason: string): Ignored => ({ kind: 'ignore', why, reason });

const NO_FIELDS: BootFields = {};

/** The policy's choice; a policy that throws costs its client the boot fields, not the lease. */
export function consult(
  policy: BootPolicy,
  request: Request,
  context: Omit<PolicyContext, 'port' | 'now'>,
): { readonly boot: BootFields; readonly error: unknown } {
  const { client, packet, port, now } = request;
  try {
    return { boot: policy(client, packet, { ...context, port, now }), error: undefined };
  } catch (error) {
    return { boot: NO_FIELDS, error };
  }
}
