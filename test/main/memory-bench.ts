/** A whole engine on a machine made of nothing: real folders, a clock wound by hand, boards and rivals played by scripts. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DhcpPacket, decodePacket, type Ipv4, type Mac, messageType } from 'node-dhcpd-lite';
import type { LoggedEvent } from '../../main/bench/event-log.ts';
import { createEngine, type Engine } from '../../main/engine.ts';
import { settled } from '../../main/host/memory/memory-clock.ts';
import type { Station } from '../../main/host/memory/memory-ends.ts';
import { type MemoryHost, memoryHost } from '../../main/host/memory/memory-host.ts';
import type { NicScript } from '../../main/host/memory/memory-nics.ts';
import { type ClientFields, encoded, request } from '../../main/node-dhcpd-lite/test/kit/packets.ts';

export const NIC = 'bench0';
export const SERVER = '10.32.0.1';
const EVERYBODY = '255.255.255.255';

export interface Machine {
  readonly host: MemoryHost;
  readonly stateFolder: string;
  readonly engine: Engine;
  /** What all engines of this machine told, oldest first. */
  readonly events: LoggedEvent[];
  /** Another engine of the same machine, as after a restart of the program. */
  restart(): Engine;
  /** Winds the clock until `promise` is settled. */
  wound<T>(promise: Promise<T>): Promise<T>;
  /** Winds the clock until such an event was told; the last of its kind, and of that code when one is given. */
  told<T extends LoggedEvent['type']>(type: T, code?: string): Promise<Extract<LoggedEvent, { type: T }>>;
  /** Journals of changes that are not undone. */
  journals(): string[];
  remove(): Promise<void>;
}

export function machine(
  nics: readonly NicScript[] = [{ name: NIC }, { name: 'office0', defaultRoute: true }],
): Machine {
  const host = memoryHost({ nics });
  const folder = mkdtempSync(join(tmpdir(), 'benchboot-engine-'));
  const stateFolder = join(folder, 'state');
  const engines: Engine[] = [];
  const events: LoggedEvent[] = [];
  const restart = (): Engine => {
    const engine = createEngine(host, {
      stateFolder,
      programs: fileURLToPath(new URL('../../resources/ipxe', import.meta.url)),
      version: '0.0.0',
      resolvers: () => [],
      run: async () => '{"nftables":[]}',
    });
    engine.events.on(event => events.push(event));
    engines.push(engine);
    return engine;
  };
  async function windUntil(done: () => boolean): Promise<void> {
    while (!done()) {
      await host.clock.run(50, 50);
      // Disks and threads take real time; meanwhile no hours must pass here.
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  }
  return {
    host,
    stateFolder,
    engine: restart(),
    events,
    restart,
    async wound(promise) {
      let over = false;
      const mark = () => {
        over = true;
      };
      promise.then(mark, mark);
      await windUntil(() => over);
      return promise;
    },
    async told(type, code) {
      const last = () =>
        events.findLast(
          event => event.type === type && (code === undefined || ('code' in event && event.code === code)),
        );
      await windUntil(() => last() !== undefined);
      return last() as never;
    },
    journals() {
      try {
        return readdirSync(stateFolder).filter(name => name.startsWith('changes-'));
      } catch {
        return [];
      }
    },
    async remove() {
      for (const engine of engines) await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Board {
  readonly station: Station;
  /** The answer to a packet; undefined when none comes. */
  ask(packet: DhcpPacket): Promise<DhcpPacket | undefined>;
  discover(fields?: ClientFields): Promise<DhcpPacket | undefined>;
  /** DISCOVER to ACK; the address, which the board uses from then on. */
  boot(fields?: ClientFields): Promise<Ipv4>;
}

/** A board on the wire that speaks DHCP. */
export function board(host: MemoryHost, mac: Mac, nic = NIC): Board {
  const station = host.network.join(nic, mac);
  let xid = Number.parseInt(mac.slice(-5).replace(':', ''), 16);

  async function ask(packet: DhcpPacket): Promise<DhcpPacket | undefined> {
    const before = station.heard.length;
    station.send(encoded(packet), 68, { address: EVERYBODY, port: 67 }, '0.0.0.0');
    for (let turn = 0; turn < 5; turn++) await settled();
    for (const { bytes, to } of station.heard.slice(before)) {
      const reply = decodePacket(bytes);
      if (to.port === 68 && reply.ok && reply.packet.op === 2 && reply.packet.xid === packet.xid) return reply.packet;
    }
    return undefined;
  }

  const discover = (fields: ClientFields = {}) => ask(request('DISCOVER', { mac, xid: ++xid, ...fields }));
  return {
    station,
    ask,
    discover,
    async boot(fields = {}) {
      const offer = await discover(fields);
      if (!offer || messageType(offer) !== 'OFFER') throw new Error('no OFFER');
      const named = { ...fields.named, 'requested-address': offer.yiaddr, 'server-identifier': SERVER };
      const ack = await ask(request('REQUEST', { mac, xid, ...fields, named }));
      if (!ack || messageType(ack) !== 'ACK') throw new Error('no ACK');
      station.address = ack.yiaddr;
      return ack.yiaddr;
    },
  };
}

/** Another DHCP server on the wire; it answers DISCOVERs while `awake`. */
export function rival(host: MemoryHost, address: Ipv4, mac: Mac, nic = NIC): { awake: boolean; speak(): void } {
  const station = host.network.join(nic, mac, address);
  const reply = (xid: number, chaddr: Mac, type: 'OFFER' | 'ACK') =>
    station.send(
      encoded(
        request(type, {
          op: 2,
          xid,
          mac: chaddr,
          yiaddr: '192.168.1.77',
          named: { 'server-identifier': address, 'lease-time': 3600 },
        }),
      ),
      67,
      { address: EVERYBODY, port: 68 },
    );
  const server = { awake: true, speak: () => reply(7, '02:00:00:00:00:77', 'ACK') };
  station.onDatagram(({ to, bytes }) => {
    const asked = decodePacket(bytes);
    if (server.awake && to.port === 67 && asked.ok && messageType(asked.packet) === 'DISCOVER')
      reply(asked.packet.xid, asked.packet.mac, 'OFFER');
  });
  return server;
}
