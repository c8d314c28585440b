/** The rule `no-second-dhcp` on a real wire: the guard's decisions, with probing, listening and telling behind them. */
import { randomInt } from 'node:crypto';
import { type Ipv4, inSubnet, type Mac } from 'node-dhcpd-lite';
import { BenchError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import {
  createRivalWatch,
  frameProbePort,
  probeDhcpServers,
  type RivalServer,
  socketProbePort,
} from '../wire/dhcp-probe.ts';
import type { BenchWire } from './bench-wire.ts';
import type { DhcpService } from './dhcp-service.ts';
import type { Emit } from './events.ts';
import type { BenchPlan } from './plan.ts';
import { createRivalGuard } from './rival-guard.ts';

export interface GuardParts {
  readonly host: Host;
  readonly plan: BenchPlan;
  readonly wire: BenchWire;
  readonly dhcp: Pick<DhcpService, 'standDown' | 'resume'>;
  readonly emit: Emit;
}

/**
 * The rule `no-second-dhcp`. Throws SAFETY_REFUSED when somebody else serves that wire already. In proxy mode another
 * server is what we wait for, and with `--force no-second-dhcp` nobody asks.
 */
export async function guardWire({
  host,
  plan,
  wire,
  dhcp,
  emit,
}: GuardParts): Promise<{ cableIn(): void; close(): void }> {
  const { nic, address, subnet } = plan;
  const { mac } = nic;
  if (plan.mode === 'proxy' || plan.force.includes('no-second-dhcp') || !mac) {
    dhcp.resume();
    const told = new Set<Ipv4>();
    const watch = createRivalWatch({
      ownMac: mac ?? '',
      ownAddress: address,
      onRival({ server, offered }) {
        if (plan.mode !== 'proxy' || offered === undefined || inSubnet(offered, subnet) || told.has(server)) return;
        told.add(server);
        emit({
          type: 'notice',
          code: 'proxy-out-of-reach',
          message:
            `Boards get addresses such as ${offered} from ${server}, and this laptop has ${address}/${subnet.prefix} on ${nic.name}: ` +
            'they hardly reach the files here. Start again with a free address of that network for this laptop.',
        });
      },
    });
    wire.onHeard(frame => watch.hear(frame));
    return { cableIn: () => {}, close: () => {} };
  }

  const because = ({ server, mac: from }: { server: Ipv4; mac: string }) =>
    `${server} (${from}) answers DHCP on ${nic.name} already`;
  let serving = false;
  const guard = createRivalGuard({
    clock: host.clock,
    probe: async () => (await askWire(host, nic.name, mac, wire)).filter(rival => rival.leases).map(known),
    standDown: reason => dhcp.standDown(reason),
    resume: () => dhcp.resume(),
    changed(rival) {
      // A rival of the first hour refuses the start, and whoever asked for the start tells.
      if (!serving) return;
      if (rival) emit({ type: 'safety.refused', rule: 'no-second-dhcp', because: because(rival), override: OVERRIDE });
      else
        emit({
          type: 'notice',
          code: 'rival-gone',
          message: 'The other DHCP server fell silent; this one answers again.',
        });
    },
  });
  const watch = createRivalWatch({
    ownMac: mac,
    ownAddress: address,
    onRival(rival) {
      // Who gives no address (a proxyDHCP server) does not give ours out twice.
      if (rival.leases) guard.heard(known(rival));
    },
  });
  wire.onHeard(frame => watch.hear(frame));

  try {
    if (!nic.carrier) dhcp.standDown('there is no cable in the port yet');
    else {
      const message = `Asking the wire of ${nic.name} whether somebody else gives out addresses there …`;
      emit({ type: 'notice', code: 'asking-wire', message });
      await guard.cableIn();
    }
  } catch (error) {
    guard.close();
    throw error;
  }
  if (guard.rival) {
    guard.close();
    throw new BenchError('SAFETY_REFUSED', {
      rule: 'no-second-dhcp',
      because: because(guard.rival),
      instead:
        'Two servers would give out addresses against each other; in proxy mode (`--mode proxy`) this one adds boot files and leaves addresses to it.',
      override: OVERRIDE,
    });
  }
  serving = true;
  return {
    cableIn() {
      guard.cableIn().catch((error: Error) =>
        emit({
          type: 'notice',
          code: 'wire-not-asked',
          message: `Whether another DHCP server is on this wire cannot be asked: ${error.message} Nobody gets an address until it can; it is tried again.`,
        }),
      );
    },
    close: () => guard.close(),
  };
}

const OVERRIDE = '--force no-second-dhcp';
const known = ({ server, mac }: RivalServer): { server: Ipv4; mac: string } => ({ server, mac: mac ?? 'MAC not seen' });

async function askWire(
  host: Host,
  nic: string,
  mac: Mac,
  { link, onFrames }: BenchWire,
): Promise<readonly RivalServer[]> {
  const xid = randomInt(0xffffffff);
  if (link) {
    const port = frameProbePort({ mac, send: frame => link.send(frame), onFrames });
    return probeDhcpServers({ port, clock: host.clock, mac, xid });
  }
  const socket = await host.sockets.udp({ nic, address: '0.0.0.0', port: 68, broadcast: true });
  try {
    return await probeDhcpServers({ port: socketProbePort(socket), clock: host.clock, mac, xid });
  } finally {
    await socket.close();
  }
}
