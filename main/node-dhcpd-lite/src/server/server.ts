/** The thin server: datagram in, decision, datagram out, report. All of it in one go, nothing in the path waits. */
import type { Ipv4, Mac } from '../addresses.ts';
import { messageType } from '../codec/options.ts';
import { decodePacket, encodePacket } from '../codec/packet.ts';
import type { Lease } from '../leases/lease.ts';
import { LeasePool } from '../leases/pool.ts';
import type { LeaseStore } from '../leases/store.ts';
import type { DhcpSocket, DhcpTransport } from '../transport.ts';
import { leaseMode } from './answer.ts';
import { BOOT_CLASSES, recogniseClient, wantedAddress } from './client.ts';
import { checkConfig, DhcpConfigError, type LeaseConfig, type ServerConfig } from './config.ts';
import type { DhcpServerEvent, Sender } from './events.ts';
import { type Answer, ignore, type Mode, type Request } from './mode.ts';
import type { BootPolicy } from './policy.ts';
import { proxyMode } from './proxy.ts';

export interface ServerParts {
  readonly transport: DhcpTransport;
  readonly config: ServerConfig;
  readonly policy: BootPolicy;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where leases outlive the process; closed with the server. Not used in proxy mode. */
  readonly store?: LeaseStore;
}

export interface DhcpServer {
  /** Every address that has a state, lowest first. Empty in proxy mode. */
  leases(): readonly Lease[];
  /** Who has that address, or undefined. */
  leaseOf(ip: Ipv4): Lease | undefined;
  /** The operator takes an address back; its client keeps using it until it asks again. False when nobody had it. */
  release(ip: Ipv4): boolean;
  /** An address was heard from `mac` (ARP, or an answer to a probe). `conflict`: another client has it leased. */
  markInUse(ip: Ipv4, mac: Mac): 'marked' | 'known' | 'conflict' | 'not-ours';
  /** Keeps listening and reporting, answers nobody. */
  standDown(reason: string): void;
  resume(): void;
  /** Undefined while it serves. */
  readonly standingDown: string | undefined;
  /** Stops answering at once, then closes sockets and store. */
  close(): Promise<void>;
}

/**
 * Throws DhcpConfigError, or what the transport throws when it cannot listen. `onEvent` is called after the reply has
 * left, in the order of the packets; it must not throw.
 */
export async function startDhcpServer(
  parts: ServerParts,
  onEvent: (event: DhcpServerEvent) => void,
): Promise<DhcpServer> {
  const problems = checkConfig(parts.config);
  if (problems.length > 0) throw new DhcpConfigError(problems);
  const server = new Server(parts, onEvent);
  await server.open();
  return server;
}

class Server implements DhcpServer {
  readonly #parts: ServerParts;
  readonly #onEvent: (event: DhcpServerEvent) => void;
  readonly #bootClasses: readonly string[];
  readonly #mode: Mode;
  readonly #pool: LeasePool | undefined;
  readonly #sockets = new Map<number, DhcpSocket>();
  /** Changes of leases while a packet is answered, to be told after it. */
  #changes: Lease[] = [];
  #store: LeaseStore | undefined;
  #standingDown: string | undefined;
  #closed = false;

  constructor(parts: ServerParts, onEvent: (event: DhcpServerEvent) => void) {
    const { config, policy } = parts;
    this.#parts = parts;
    this.#onEvent = onEvent;
    this.#bootClasses = config.bootClasses ?? BOOT_CLASSES;
    if (config.mode === 'lease') {
      this.#pool = createPool(config, lease => this.#changed(lease));
      this.#mode = leaseMode(config, policy, this.#pool);
    } else {
      this.#mode = proxyMode(config, policy);
    }
  }

  async open(): Promise<void> {
    await this.#restore();
    try {
      await this.#listen(67);
      if (this.#parts.config.bootServerPort ?? true) await this.#listen(4011);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #restore(): Promise<void> {
    const { store, now } = this.#parts;
    if (!store || !this.#pool) return;
    try {
      this.#pool.restore(await store.load(), now());
      this.#store = store;
    } catch (error) {
      this.#onEvent({ type: 'store-failed', error });
    }
  }

  async #listen(port: 67 | 4011): Promise<void> {
    const socket = await this.#parts.transport.listen(port, (bytes, from) => this.#received(bytes, from, port));
    this.#sockets.set(port, socket);
  }

  #received(bytes: Uint8Array, from: Sender, port: 67 | 4011): void {
    if (this.#closed) return;
    const decoded = decodePacket(bytes);
    if (!decoded.ok) {
      this.#onEvent({ type: 'undecodable', bytes: new Uint8Array(bytes), from, port, error: decoded.error });
      return;
    }
    const { packet } = decoded;
    const client = recogniseClient(packet, this.#bootClasses);
    const request: Request = { packet, client, from, port, now: this.#parts.now() };
    let error: unknown;
    let answer: Answer;
    try {
      answer = this.#decide(request);
    } catch (thrown) {
      error = thrown;
      answer = ignore('failed', 'this server failed to answer it');
    }
    const message = messageType(packet);
    this.#onEvent({ type: 'received', message, packet, client, from, port, ip: wantedAddress(packet) });
    this.#report(request, answer, error);
    this.#tellChanges();
  }

  /** Decides and, when there is a reply, sends it. */
  #decide(request: Request): Answer {
    if (this.#standingDown !== undefined) return ignore('standing-down', this.#standingDown);
    const answer = this.#mode.answer(request);
    if (answer.kind !== 'reply') return answer;
    const encoded = encodePacket(answer.packet);
    if (!encoded.ok) throw new Error(`the reply cannot be encoded: ${encoded.error.message}`);
    this.#sockets.get(request.port)?.send(encoded.bytes, answer.to);
    return answer;
  }

  #report(request: Request, answer: Answer, error: unknown): void {
    const { packet, client, from } = request;
    switch (answer.kind) {
      case 'reply': {
        const { kind: _kind, policyError, ...reply } = answer;
        if (policyError !== undefined) this.#onEvent({ type: 'policy-failed', client, error: policyError });
        this.#onEvent({ type: 'reply', request: packet, client, ...reply });
        break;
      }
      case 'done':
        this.#onEvent({ type: 'done', message: answer.message, packet, client, ip: answer.ip });
        break;
      case 'ignore': {
        const { why, reason } = answer;
        this.#onEvent({
          type: 'ignored',
          why,
          reason,
          packet,
          client,
          from,
          ...(error === undefined ? {} : { error }),
        });
        break;
      }
    }
  }

  #changed(lease: Lease): void {
    this.#changes.push(lease);
    if (lease.state === 'free') this.#store?.forget(lease.ip);
    else if (lease.state === 'bound' || lease.state === 'released' || lease.state === 'declined')
      this.#store?.save(lease);
  }

  #tellChanges(): void {
    if (this.#changes.length === 0) return;
    const changes = this.#changes;
    this.#changes = [];
    for (const lease of changes) this.#onEvent({ type: 'lease', lease });
  }

  leases(): readonly Lease[] {
    return this.#pool?.list(this.#parts.now()) ?? [];
  }

  leaseOf(ip: Ipv4): Lease | undefined {
    return this.#pool?.byAddress(ip, this.#parts.now());
  }

  release(ip: Ipv4): boolean {
    const did = this.#pool?.releaseAddress(ip, this.#parts.now()) ?? false;
    this.#tellChanges();
    return did;
  }

  markInUse(ip: Ipv4, mac: Mac): 'marked' | 'known' | 'conflict' | 'not-ours' {
    const result = this.#pool?.markInUse(ip, mac, this.#parts.now()) ?? 'not-ours';
    this.#tellChanges();
    return result;
  }

  standDown(reason: string): void {
    this.#standingDown = reason;
  }

  resume(): void {
    this.#standingDown = undefined;
  }

  get standingDown(): string | undefined {
    return this.#standingDown;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#sockets.values()].map(socket => socket.close()));
    await this.#parts.store?.close();
  }
}

function createPool(config: LeaseConfig, changed: (lease: Lease) => void): LeasePool {
  return new LeasePool(
    {
      server: config.server,
      subnet: config.subnet,
      range: config.range,
      identity: config.identity ?? 'mac',
      reservations: config.reservations ?? [],
      offerSeconds: config.offerSeconds ?? 20,
      declineSeconds: config.declineSeconds ?? 600,
      inUseSeconds: config.inUseSeconds ?? 300,
    },
    changed,
  );
}
