/** Where a reply goes: a pure function of the request and what is put into the reply (RFC 2131 section 4.1). */
import type { Ipv4 } from '../addresses.ts';
import { BROADCAST_FLAG, type DhcpPacket } from '../codec/message.ts';
import type { Destination } from '../transport.ts';
import type { Delivery } from './policy.ts';

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const EVERYONE: Destination = { via: 'broadcast', port: CLIENT_PORT };

export function viaRelay(request: DhcpPacket): Destination | undefined {
  return request.giaddr === '0.0.0.0' ? undefined : { via: 'unicast', address: request.giaddr, port: SERVER_PORT };
}

/**
 * `has`: the address the client has configured already (ciaddr that was found right), undefined when it has none.
 * `gets`: the address the reply gives it.
 */
export function replyDestination(
  request: DhcpPacket,
  has: Ipv4 | undefined,
  gets: Ipv4 | undefined,
  delivery: Delivery,
): Destination {
  const relay = viaRelay(request);
  if (relay) return relay;
  if (delivery === 'broadcast') return EVERYONE;
  if (has !== undefined) return { via: 'unicast', address: has, port: CLIENT_PORT };
  if (gets === undefined || (delivery === 'auto' && (request.flags & BROADCAST_FLAG) !== 0)) return EVERYONE;
  // Only an Ethernet address can be written into a frame; others hear a broadcast.
  if (request.htype !== 1 || request.hlen !== 6) return EVERYONE;
  return { via: 'hardware', address: gets, mac: request.mac, port: CLIENT_PORT };
}

/** A NAK's client must not use the address it believes in, so it can only be broadcast (RFC 2131 section 4.3.2). */
export function nakDestination(request: DhcpPacket): Destination {
  return viaRelay(request) ?? EVERYONE;
}
