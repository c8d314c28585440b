/** A server on a fake wire with a clock that is set by hand, and what it reported. */
import {
  type BootFields,
  type BootPolicy,
  type DhcpPacket,
  type DhcpServer,
  type DhcpServerEvent,
  type LeaseConfig,
  type LeaseStore,
  messageType,
  type OptionName,
  optionValue,
  type Sender,
  type ServerConfig,
  startDhcpServer,
} from '../../src/index.ts';
import { FakeTransport, type Sent } from './fake-transport.ts';
import { request } from './packets.ts';

export const SERVER = '10.32.0.1';
export const LEASE_CONFIG: LeaseConfig = {
  mode: 'lease',
  server: SERVER,
  subnet: { network: '10.32.0.0', prefix: 24 },
  range: ['10.32.0.100', '10.32.0.150'],
  leaseSeconds: 600,
  dns: [SERVER],
  domain: 'bench.test',
};

export interface Bench {
  readonly wire: FakeTransport;
  readonly server: DhcpServer;
  readonly events: DhcpServerEvent[];
  clock: { now: number };
  send(packet: DhcpPacket, from?: Sender, port?: 67 | 4011): Sent | undefined;
  /** DISCOVER and REQUEST of the default client (or of `fields`); the address. */
  bind(fields?: Parameters<typeof request>[1]): string;
  last<T extends DhcpServerEvent['type']>(type: T): Extract<DhcpServerEvent, { type: T }> | undefined;
}

export async function bench(
  config: Partial<LeaseConfig> | Extract<ServerConfig, { mode: 'proxy' }> = {},
  policy: BootPolicy | BootFields = {},
  store?: LeaseStore,
): Promise<Bench> {
  const wire = new FakeTransport();
  const events: DhcpServerEvent[] = [];
  const clock = { now: 1_700_000_000_000 };
  const server = await startDhcpServer(
    {
      transport: wire,
      config: config.mode === 'proxy' ? config : { ...LEASE_CONFIG, ...config },
      policy: typeof policy === 'function' ? policy : () => policy,
      now: () => clock.now,
      ...(store ? { store } : {}),
    },
    event => events.push(event),
  );
  return {
    wire,
    server,
    events,
    clock,
    send: (packet, from, port) => wire.packet(packet, from, port),
    bind(fields = {}) {
      const offer = wire.packet(request('DISCOVER', fields));
      const ip = offer!.packet.yiaddr;
      const named = { ...fields.named, 'requested-address': ip, 'server-identifier': SERVER };
      const ack = wire.packet(request('REQUEST', { ...fields, named }));
      if (!ack || messageType(ack.packet) !== 'ACK') throw new Error('no ACK');
      return ip;
    },
    last: type => events.findLast(event => event.type === type) as never,
  };
}

/** The message type and an option of a reply, for short expectations. */
export const typeOf = (sent: Sent | undefined) => sent && messageType(sent.packet);
export const option = <N extends OptionName>(sent: Sent | undefined, name: N) =>
  sent && optionValue(sent.packet.options, name);
