/** The DHCP server of a bench: the package's server with Benchboot's boot recipes, told as bench events. */
import {
  type BootFields,
  type ClientFacts,
  type DhcpPacket,
  type DhcpServer,
  type DhcpServerEvent,
  type DhcpTransport,
  formatMac,
  type LeaseStore,
  type Mac,
  type ReplyEvent,
  type ServerConfig,
  startDhcpServer,
} from 'node-dhcpd-lite';
import { type BootClient, dhcpFacts, recogniseClient } from '../boot/client.ts';
import type { BootPlan } from '../boot/plan.ts';
import { type BootChoice, chooseBoot } from '../boot/recipes.ts';
import { assertNever } from '../kit/assert-never.ts';
import { IdleQueue } from '../kit/idle-queue.ts';
import type { BenchEvent, DhcpFacts, Emit } from './events.ts';

/** A flood of made-up MACs must not make the memory of clients grow without end. */
const CLIENTS_REMEMBERED = 4096;
const HEX_SHOWN = 600;

export interface DhcpServiceParts {
  readonly transport: DhcpTransport;
  readonly config: ServerConfig;
  readonly boot: Omit<BootPlan, 'ignoredOffers'>;
  readonly now: () => number;
  readonly store: LeaseStore | undefined;
  readonly emit: Emit;
}

export interface DhcpService extends DhcpServer {
  /** What the MAC was in its last packet. */
  clientOf(mac: Mac): BootClient | undefined;
  /** Tells what happened up to now, before something that follows from it is told. */
  tellNow(): void;
}

/** The packet that is being answered, and what was found about it. */
interface AtHand {
  readonly packet: DhcpPacket;
  readonly client: BootClient;
  readonly facts: DhcpFacts;
  choice: BootChoice | undefined;
}

interface Remembered {
  client: BootClient;
  /** Offers since the last REQUEST. */
  offers: number;
}

export async function startDhcpService(parts: DhcpServiceParts): Promise<DhcpService> {
  const { emit } = parts;
  const remembered = new Map<Mac, Remembered>();
  let latest: AtHand | undefined;

  /** Once per packet: the policy and the events of its arrival and its reply read the same. */
  const atHand = (packet: DhcpPacket): AtHand => {
    if (latest?.packet === packet) return latest;
    const before = remembered.get(packet.mac);
    const client = recogniseClient(packet, before?.client);
    remembered.delete(packet.mac);
    remembered.set(packet.mac, { client, offers: before?.offers ?? 0 });
    if (remembered.size > CLIENTS_REMEMBERED) remembered.delete(remembered.keys().next().value!);
    const facts = dhcpFacts(client, packet.xid.toString(16).padStart(8, '0'));
    latest = { packet, client, facts, choice: undefined };
    return latest;
  };

  const boot: BootPlan = { ...parts.boot, ignoredOffers: client => remembered.get(client.mac)?.offers ?? 0 };

  const policy = (_: ClientFacts, packet: DhcpPacket, context: { readonly port: 67 | 4011 }): BootFields => {
    const known = atHand(packet);
    const choice = chooseBoot(known.client, boot, context.port);
    known.choice = choice;
    return {
      ...(choice.siaddr !== undefined && { siaddr: choice.siaddr }),
      ...(choice.file !== undefined && { file: choice.file }),
      options: choice.options,
      omit: choice.omit,
      sticky: choice.sticky,
      delivery: choice.delivery,
      recipe: choice.recipe,
      ...(choice.recipe === 'proxy-uefi-redirect' && { proxy: 'boot-server' as const }),
    };
  };

  const facts = (packet: DhcpPacket, { relay }: ClientFacts): DhcpFacts =>
    relay === undefined ? atHand(packet).facts : { ...atHand(packet).facts, relay };

  const replied = (event: ReplyEvent): BenchEvent => {
    const common = facts(event.request, event.client);
    const ip = event.ip === undefined ? {} : { ip: event.ip };
    if (event.message === 'NAK') return { type: 'dhcp.nak', ...common, ...ip, reason: event.reason ?? 'wrong address' };
    const seen = remembered.get(event.request.mac);
    if (seen) seen.offers = event.message === 'OFFER' ? seen.offers + 1 : 0;
    const { choice } = atHand(event.request);
    return {
      type: event.message === 'OFFER' ? 'dhcp.offer' : 'dhcp.ack',
      ...common,
      ...ip,
      ...(event.leaseSeconds !== undefined && { lease: event.leaseSeconds }),
      ...(choice?.bootfile !== undefined && { bootfile: choice.bootfile }),
      ...(event.boot?.recipe !== undefined && { recipe: event.boot.recipe }),
      ...(choice?.why !== undefined && { why: choice.why }),
      delivery: event.to.port === 67 ? 'relay' : event.to.via === 'broadcast' ? 'broadcast' : 'unicast',
      ...(event.boot?.sticky && { sticky: true }),
      ...(event.proxy && { proxy: true }),
    };
  };

  const told = (event: DhcpServerEvent): BenchEvent | undefined => {
    switch (event.type) {
      case 'received': {
        const ip = event.ip === undefined ? {} : { ip: event.ip };
        const common = { ...facts(event.packet, event.client), ...ip };
        if (event.message === undefined) return { type: 'dhcp.bootp', ...common };
        if (event.message === 'DISCOVER') return { type: 'dhcp.discover', ...common };
        if (event.message === 'REQUEST') return { type: 'dhcp.request', ...common };
        if (event.message === 'INFORM') return { type: 'dhcp.inform', ...common };
        // RELEASE and DECLINE are told when they were carried out (`done`), the rest when it was ignored.
        return undefined;
      }
      case 'reply':
        return replied(event);
      case 'done':
        return {
          type: event.message === 'RELEASE' ? 'dhcp.release' : 'dhcp.decline',
          ...facts(event.packet, event.client),
          ip: event.ip,
        };
      case 'ignored':
        return {
          type: 'dhcp.ignored',
          ...facts(event.packet, event.client),
          reason: event.error === undefined ? event.reason : `${event.reason}: ${event.error}`,
          from: event.from.address,
        };
      case 'undecodable':
        return {
          type: 'dhcp.ignored',
          reason: `it is no DHCP packet: ${event.error.message} (octet ${event.error.offset})`,
          hex: formatMac(event.bytes.subarray(0, HEX_SHOWN / 2)).replaceAll(':', ''),
          from: event.from.address,
        };
      case 'policy-failed':
        return {
          type: 'notice',
          code: 'boot-policy-failed',
          message: `${event.client.mac} got an address without boot fields because a boot recipe failed: ${event.error}`,
        };
      case 'store-failed':
        return {
          type: 'notice',
          code: 'leases-not-loaded',
          message: `The leases of earlier runs cannot be read: ${event.error}. Serving goes on; boards may get other addresses than before.`,
        };
      case 'lease':
        // Each is the other side of a packet that is told already.
        return undefined;
    }
    return assertNever(event);
  };

  // Answering comes first: logging what happened takes longer than answering. The events wait, not the packets they
  // were made from, which are many times larger.
  const telling = new IdleQueue<BenchEvent>(emit);

  const server = await startDhcpServer(
    {
      transport: parts.transport,
      config: parts.config,
      policy,
      now: parts.now,
      ...(parts.store && { store: parts.store }),
    },
    event => {
      const bench = told(event);
      if (bench) telling.push(bench);
    },
  );
  const { close } = server;
  return Object.assign(server, {
    clientOf: (mac: Mac) => remembered.get(mac)?.client,
    async close() {
      await close.call(server);
      telling.flush();
    },
    tellNow: () => telling.flush(),
  });
}
