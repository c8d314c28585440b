/**
 * Lease mode: what a server that gives addresses says to every message of the client table of RFC 2131 (section 4.3).
 * A function of the request, the configuration, the pool and the time; it sends nothing itself.
 *
 *   DISCOVER                        option 50 may wish       OFFER
 *   REQUEST, option 54              SELECTING                ACK, NAK; silence when 54 names another server
 *   REQUEST, option 50              INIT-REBOOT              ACK, NAK; silence without a record, unless authoritative
 *   REQUEST, ciaddr                 RENEWING, REBINDING      likewise
 *   INFORM                          has an address           ACK without lease
 *   RELEASE, DECLINE                                         nothing
 *   no option 53                    BOOTP (RFC 951)          reply
 */
import { type Ipv4, inSubnet, isStation, readIpv4 } from '../addresses.ts';
import { messageType, optionValue, readOption } from '../codec/options.ts';
import { LINK_SELECTION } from '../codec/relay.ts';
import type { LeasePool } from '../leases/pool.ts';
import type { LeaseConfig } from './config.ts';
import { nakDestination, replyDestination } from './delivery.ts';
import { type Answer, consult, ignore, type Mode, type Request } from './mode.ts';
import type { BootFields, BootPolicy } from './policy.ts';
import { bootServerAnswer } from './proxy.ts';
import { buildNak, buildReply, type ReplyTemplate, replyTemplate } from './reply.ts';

const DEFAULT_LEASE = 600;
const DEFAULT_BOOTP_LEASE = 3600;
/** A client may ask for less than is configured, but not for so little that it does nothing but renew. */
const SHORTEST_WISH = 60;

export function leaseMode(config: LeaseConfig, policy: BootPolicy, pool: LeasePool): Mode {
  return new LeaseMode(config, policy, pool);
}

/** An address of the client's network, as its relay agent tells it; undefined without one. */
function relayedLink({ packet, client }: Request): Ipv4 | undefined {
  if (client.relay === undefined) return undefined;
  const selected = optionValue(packet.options, 'relay-agent-information')?.get(LINK_SELECTION);
  return selected?.length === 4 ? readIpv4(selected) : client.relay;
}

class LeaseMode implements Mode {
  readonly #config: LeaseConfig;
  readonly #policy: BootPolicy;
  readonly #pool: LeasePool;
  readonly #template: ReplyTemplate;
  readonly #authoritative: boolean;

  constructor(config: LeaseConfig, policy: BootPolicy, pool: LeasePool) {
    this.#config = config;
    this.#policy = policy;
    this.#pool = pool;
    this.#template = replyTemplate(config);
    this.#authoritative = config.authoritative ?? true;
  }

  answer(request: Request): Answer {
    const { packet, client } = request;
    if (packet.op !== 1) return ignore('not-a-request', 'it is a reply of another server');
    if (request.port === 4011) return bootServerAnswer(request, 'lease', this.#policy, this.#template);
    if (client.mac === '' && client.clientId === undefined)
      return ignore('no-identity', 'it has neither a hardware address nor a client identifier');
    if (client.relay !== undefined && !isStation(client.relay, this.#config.subnet))
      return ignore('malformed', `${client.relay} cannot be the address of a relay agent`);
    const link = relayedLink(request);
    if (link !== undefined && !inSubnet(link, this.#config.subnet))
      return ignore('unknown-network', `there is no pool for the network ${link} of the relay agent ${client.relay}`);
    if (!packet.options.has(53)) return this.#bootp(request);
    switch (messageType(packet)) {
      case 'DISCOVER':
        return this.#discover(request);
      case 'REQUEST':
        return this.#request(request);
      case 'INFORM':
        return this.#inform(request);
      case 'RELEASE':
        return this.#giveBack(request, 'RELEASE', packet.ciaddr);
      case 'DECLINE':
        return this.#giveBack(request, 'DECLINE', optionValue(packet.options, 'requested-address'));
      case undefined:
        return ignore('malformed', 'its message type is malformed');
      default:
        return ignore('not-a-request', `${messageType(packet)} is a message of servers`);
    }
  }

  #discover(request: Request): Answer {
    const { client, packet, now } = request;
    const lease = this.#pool.offer(client, now, optionValue(packet.options, 'requested-address'));
    if (!lease) return ignore('pool-empty', 'the pool is empty');
    const { boot, error } = this.#consult(request, 'DISCOVER', lease.ip);
    const seconds = this.#leaseSeconds(request, lease.acks, boot);
    if (boot.sticky) this.#pool.confirm(client, now, { ip: lease.ip, seconds, chosen: false, sticky: true });
    return this.#give(request, 'OFFER', lease.ip, seconds, boot, error);
  }

  #request(request: Request): Answer {
    const { client, packet, now } = request;
    const server = readOption(packet.options, 'server-identifier');
    const wanted = readOption(packet.options, 'requested-address');
    if (server.is === 'malformed') return ignore('malformed', `option 54: ${server.why}`);
    if (wanted.is === 'malformed') return ignore('malformed', `option 50: ${wanted.why}`);
    if (server.is === 'value' && server.value !== this.#config.server) {
      this.#pool.withdraw(client, now);
      return ignore('other-server', `it chose the server ${server.value}`);
    }
    const record = this.#pool.find(client, now);
    const named = wanted.is === 'value' ? wanted.value : packet.ciaddr === '0.0.0.0' ? undefined : packet.ciaddr;
    const chosen = server.is === 'value';
    // Some clients that answer an OFFER leave option 50 out.
    const ip = named ?? (chosen ? record?.ip : undefined);
    if (ip === undefined) return ignore('malformed', 'its REQUEST names no address');
    if (!chosen && !record && !this.#authoritative)
      return ignore('no-record', `nothing is known here of ${ip}, and another server may have given it`);
    if (!inSubnet(ip, this.#config.subnet)) return this.#nak(request, `${ip} is not an address of this network`);
    if (!chosen && record && record.ip !== ip) return this.#nak(request, `${ip} is not yours, ${record.ip} is`);
    const before = record?.ip === ip ? record.acks : 0;
    const { boot, error } = this.#consult(request, 'REQUEST', ip);
    const seconds = this.#leaseSeconds(request, before, boot);
    const lease = this.#pool.confirm(client, now, { ip, seconds, chosen, sticky: false });
    if (!lease) return this.#nak(request, `${ip} is not available`);
    return this.#give(request, 'ACK', ip, seconds, boot, error);
  }

  #inform(request: Request): Answer {
    const { packet, from } = request;
    const own = packet.ciaddr !== '0.0.0.0' ? packet.ciaddr : from.address;
    const ip = inSubnet(own, this.#config.subnet) && isStation(own, this.#config.subnet) ? own : undefined;
    const { boot, error } = this.#consult(request, 'INFORM', ip);
    const reply = buildReply(this.#template, packet, request.client, { message: 'ACK', ciaddr: packet.ciaddr, boot });
    const to = replyDestination(packet, ip, undefined, boot.delivery ?? 'auto');
    return this.#reply({ message: 'ACK', packet: reply, to, boot, policyError: error });
  }

  #giveBack(request: Request, message: 'RELEASE' | 'DECLINE', ip: Ipv4 | undefined): Answer {
    const { client, packet, now } = request;
    const server = optionValue(packet.options, 'server-identifier');
    if (server !== undefined && server !== this.#config.server)
      return ignore('other-server', `it is meant for the server ${server}`);
    if (ip === undefined) return ignore('malformed', `its ${message} names no address`);
    const did = message === 'RELEASE' ? this.#pool.release(client, now, ip) : this.#pool.decline(client, now, ip);
    return did ? { kind: 'done', message, ip } : ignore('not-its-lease', `${ip} is not its lease`);
  }

  /** RFC 951 knows no lease: the address is kept for a while, and longer as long as nobody else needs one. */
  #bootp(request: Request): Answer {
    const { client, now } = request;
    const lease = this.#pool.offer(client, now, undefined);
    if (!lease) return ignore('pool-empty', 'the pool is empty');
    const { boot, error } = this.#consult(request, undefined, lease.ip);
    const seconds = boot.leaseSeconds ?? this.#config.bootpLeaseSeconds ?? DEFAULT_BOOTP_LEASE;
    this.#pool.confirm(client, now, { ip: lease.ip, seconds, chosen: false, sticky: true });
    return this.#give(request, undefined, lease.ip, seconds, boot, error);
  }

  #consult(request: Request, message: 'DISCOVER' | 'REQUEST' | 'INFORM' | undefined, ip: Ipv4 | undefined) {
    return consult(this.#policy, request, { mode: 'lease', message, ip, server: this.#config.server });
  }

  /** OFFER and ACK of one exchange say the same: both look at the acknowledgements before it. */
  #leaseSeconds(request: Request, acks: number, boot: BootFields): number {
    const usual = this.#config.leaseSeconds ?? DEFAULT_LEASE;
    const configured = boot.leaseSeconds ?? (acks < 1 ? (this.#config.firstLeaseSeconds ?? usual) : usual);
    const wish = optionValue(request.packet.options, 'lease-time');
    return wish === undefined ? configured : Math.min(configured, Math.max(wish, SHORTEST_WISH));
  }

  #give(
    request: Request,
    message: 'OFFER' | 'ACK' | undefined,
    ip: Ipv4,
    leaseSeconds: number,
    boot: BootFields,
    policyError: unknown,
  ): Answer {
    const { packet, client } = request;
    const renews = message === 'ACK' && packet.ciaddr === ip;
    const reply = buildReply(this.#template, packet, client, {
      message,
      yiaddr: ip,
      leaseSeconds,
      boot,
      hostname: this.#pool.reservation(client)?.hostname,
      ...(renews ? { ciaddr: ip } : {}),
    });
    const to = replyDestination(packet, renews ? ip : undefined, ip, boot.delivery ?? 'auto');
    return this.#reply({ message, packet: reply, to, ip, leaseSeconds, boot, policyError });
  }

  #nak(request: Request, reason: string): Answer {
    const packet = buildNak(this.#template, request.packet, reason);
    return this.#reply({ message: 'NAK', packet, to: nakDestination(request.packet), reason });
  }

  #reply(
    reply: Partial<Answer & { kind: 'reply' }> & Pick<Answer & { kind: 'reply' }, 'message' | 'packet' | 'to'>,
  ): Answer {
    return {
      kind: 'reply',
      ip: undefined,
      leaseSeconds: undefined,
      boot: undefined,
      proxy: false,
      reason: undefined,
      policyError: undefined,
      ...reply,
    };
  }
}
