/** One bench being served: its parts started in order, stopped in reverse, whatever fails on the way. */
import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ipv4, type LeaseStore, type Mac, openLeaseFile } from 'node-dhcpd-lite';
import { hostOf } from '../bench-file/boot-wishes.ts';
import { DEFAULT_PROGRAMS } from '../boot/plan.ts';
import type { DeviceFacts } from '../content/device-values.ts';
import type { Device } from '../devices/device.ts';
import { Devices } from '../devices/devices.ts';
import { startDns } from '../dns/server.ts';
import { upstreamSockets } from '../dns/upstream-sockets.ts';
import { BenchError, inWords } from '../errors.ts';
import type { Endpoint, Frame, Host, Nic } from '../host/host.ts';
import { startHttp } from '../http/server.ts';
import { checkScript } from '../ipxe/embed/script-guard.ts';
import { Disposables } from '../kit/disposables.ts';
import type { Journal } from '../nic/journal.ts';
import { startTftp } from '../tftp/server.ts';
import { createArpProbe } from '../wire/arp-probe.ts';
import { encodePcapng } from '../wire/pcapng.ts';
import type { Recorder } from '../wire/recorder.ts';
import { openWire } from './bench-wire.ts';
import { createContentService } from './content-service.ts';
import { dhcpConfig } from './dhcp-config.ts';
import { type DhcpService, startDhcpService } from './dhcp-service.ts';
import type { EventLog } from './event-log.ts';
import type { BenchEvent, Emit, ReadyEvent, TellProgress } from './events.ts';
import type { BenchPlan } from './plan.ts';
import { guardWire } from './second-dhcp.ts';
import { hostTransport } from './transport.ts';

export interface BenchParts {
  readonly host: Host;
  readonly plan: BenchPlan;
  /** Devices that were on this bench before the engine crashed. */
  readonly remembered: readonly Device[];
  readonly log: EventLog;
  readonly journal: Journal;
  /** Folder for what outlives a run: leases. */
  readonly stateFolder: string;
  /** Folder of the iPXE programs that ship with Benchboot. */
  readonly programs: string;
  /** e.g. `Benchboot 0.1.0`, for captures. */
  readonly application: string;
  /** The laptop's own resolvers; empty when it is offline. */
  readonly resolvers: () => readonly Endpoint[];
}

export interface Bench {
  readonly plan: BenchPlan;
  readonly ready: ReadyEvent;
  readonly devices: Devices;
  /**
   * The iPXE script of a device, or of all that have none of their own, from its next boot on; undefined takes it back.
   * It is given under `boot/<mac>.ipxe` (`boot.ipxe` for all), to UEFI programs by way of `autoexec.ipxe`, and comes
   * before files of the root folder. Throws IPXE_SCRIPT, with nothing changed.
   */
  setScript(device: Mac | 'default', text: string | undefined): void;
  script(device: Mac | 'default'): string | undefined;
  /** The last packets of the wire; they stay after `stop`. */
  readonly recorder: Recorder;
  /** Something seen beside the wire, on a console: moves its device on and logs what that showed. */
  observe(event: BenchEvent): void;
  /** Resolves when serving cannot go on, e.g. because the port disappeared. Never rejects. */
  readonly failed: Promise<BenchError>;
  /** Ends every service and undoes every change. A second call returns the same promise. */
  stop(reason: string): Promise<void>;
  /** The last packets of the wire, or some of them, as pcapng; possible after `stop` too. */
  capture(frames?: readonly Frame[]): Uint8Array;
}

/** Octets. What is fetched has none of the limits of what is built in. */
const LONGEST_SERVED_SCRIPT = 1024 * 1024;

/** Starts everything or nothing. Throws BenchError; what was changed until then is undone. */
export async function startBench(parts: BenchParts): Promise<Bench> {
  const open = new Disposables();
  try {
    return await start(parts, open);
  } catch (error) {
    // Why it could not start is what a person must read, whatever else fails on the way out.
    await open.close().catch(() => undefined);
    throw error;
  }
}

async function start(parts: BenchParts, open: Disposables): Promise<Bench> {
  const { host, plan, log, journal } = parts;
  const { nic, address } = plan;
  const devices = new Devices({
    nameOf: device => hostOf(plan, { ...UNKNOWN, ...device })?.name,
    remembered: parts.remembered,
  });
  const emit: Emit = event => tell(log, devices, event, host.clock.now());
  if (plan.overlaps.length > 0) emit({ type: 'notice', code: 'overlap', message: overlapText(plan) });

  const { failed, fail } = failure();
  const lost = () => fail(new BenchError('NIC_GONE', { nic: nic.name }));

  const wire = await openWire(host, nic, lost);
  open.add(() => wire.close());
  const { link } = wire;
  const probe =
    link && nic.mac ? createArpProbe({ mac: nic.mac, send: frame => link.send(frame), clock: host.clock }) : undefined;
  open.add(() => probe?.close());

  const bound: { service: string; address: Ipv4; port: number }[] = [];
  const serving = (service: string, local: Endpoint) => bound.push({ service, ...local });

  /* Who a device is: its lease, its last packet, its entry in the bench file. */
  let dhcp: DhcpService | undefined;
  const macOf = (ip: Ipv4): Mac | undefined => dhcp?.leaseOf(ip)?.mac ?? wire.macOf(ip);
  const content = createContentService({
    root: plan.root,
    programs: parts.programs,
    clock: host.clock,
    platform: host.platform,
    boot: { server: address, httpPort: plan.httpPort, tftp: plan.tftp },
    device: key => deviceFacts(plan, dhcp, macOf, key),
    cpu: mac => {
      const cpu = mac && dhcp?.clientOf(mac)?.cpu;
      return cpu === 'x64' || cpu === 'arm64' || cpu === 'arm32' ? cpu : undefined;
    },
    emit,
  });

  dhcp = await startDhcpService({
    transport: hostTransport({ sockets: host.sockets, link, nic: nic.name, mac: nic.mac, address, failed: lost }),
    config: dhcpConfig(plan),
    boot: {
      mode: plan.mode,
      server: address,
      httpPort: plan.httpPort,
      tftp: plan.tftp,
      programs: plan.programs ?? DEFAULT_PROGRAMS,
      // A script chosen for the device is for its iPXE; what its firmware starts stays as it was.
      wish: client => (client.firmware === 'ipxe' && content.scripts.pathOf(client.mac)) || plan.wish?.(client),
      has: content.has,
    },
    now: () => host.clock.now(),
    store: plan.mode === 'dhcp' ? await openStore(parts, emit) : undefined,
    emit(event) {
      emit(event);
      // Beside the offer, not before it: who uses the address answers, and the REQUEST gets a NAK.
      if (event.type === 'dhcp.offer' && event.ip !== undefined && !event.sticky) probe?.ask(event.ip);
    },
  });
  const leases = dhcp;
  open.add(() => leases.close());
  for (const port of [67, 4011]) serving('dhcp', { address: '0.0.0.0', port });
  leases.standDown('the bench is being set up');

  // Only now, when nothing stands in the way any more, is anything on this laptop changed.
  open.add(async () => {
    for (const message of (await journal.undoAll(host.nics)).failed)
      emit({ type: 'notice', code: 'not-undone', message });
  });
  await journal.setUp(host.nics, nic.name);
  await journal.addAddress(host.nics, nic.name, { address, prefix: plan.subnet.prefix });

  // A device's transfer is told after the lease it came by.
  const emitInOrder: Emit = event => {
    leases.tellNow();
    emit(event);
  };
  const shared = { sockets: host.sockets, clock: host.clock, nic: nic.name, address, macOf, emit: emitInOrder };
  const progress: TellProgress = transfer => {
    for (const news of devices.progress(transfer, host.clock.now())) log.append(news);
  };
  if (plan.tftp) {
    const tftp = await startTftp({ ...shared, content, progress });
    open.add(() => tftp.close());
    serving('tftp', tftp.local);
  }
  if (plan.httpPort !== undefined) {
    const http = await startHttp({ ...shared, content, progress, port: plan.httpPort });
    open.add(() => http.close());
    serving('http', http.local);
  }
  if (plan.dns) {
    const dns = await startDns({
      ...shared,
      subnet: plan.subnet,
      domain: plan.domain,
      lookup: name => addressOfName(plan, leases, name),
      reverse: ip => plan.hosts.find(entry => entry.address === ip)?.name ?? leases.leaseOf(ip)?.hostname,
      upstream: parts.resolvers,
      upstreamSockets,
      random16: () => randomInt(0x10000),
    });
    open.add(() => dns.close());
    serving('dns', dns.local);
  }

  // Whoever uses an address of the range already answers while the wire is asked for other servers.
  wire.onInUse((ip, mac) => leases.markInUse(ip, mac));
  if (plan.range) probe?.scan(plan.range);
  const guard = await guardWire({ host, plan, wire, dhcp: leases, emit });
  open.add(() => guard.close());

  tellLink(nic, emit);
  open.add(watchNic(host, nic, emit, guard.cableIn, lost));

  const ready: ReadyEvent = {
    type: 'ready',
    nic: nic.name,
    address,
    prefix: plan.subnet.prefix,
    range: plan.range,
    mode: plan.mode,
    bound,
    root: plan.root,
    forced: plan.force,
  };
  emit(ready);

  let stopping: Promise<void> | undefined;
  return {
    plan,
    ready,
    devices,
    observe(event) {
      for (const news of devices.apply(event, host.clock.now())) log.append(news);
    },
    recorder: wire.recorder,
    failed,
    script: device => content.scripts.get(device),
    setScript(device, text) {
      const name = device === 'default' ? 'boot.ipxe' : `script of ${device}`;
      if (text !== undefined) checkScript({ name, text }, LONGEST_SERVED_SCRIPT);
      content.scripts.set(device, text);
    },
    stop(reason) {
      stopping ??= open.close().then(() => emit({ type: 'stopped', reason }));
      return stopping;
    },
    capture: frames =>
      encodePcapng(
        [
          {
            name: nic.name,
            description: nic.description,
            ...(nic.mac && { mac: nic.mac }),
            frames: frames ?? wire.recorder.frames(),
          },
        ],
        { application: parts.application },
      ),
  };
}

function overlapText({ overlaps, nic }: BenchPlan): string {
  const networks = overlaps.map(({ address, prefix }) => `${address}/${prefix}`).join(', ');
  return `While ${nic.name} is served, this laptop does not reach ${networks} elsewhere, because the bench uses the same numbers. Without an address of your own choice a free network is taken.`;
}

/** Logs an event, lets it move its device on, and logs what that showed. */
function tell(log: EventLog, devices: Devices, event: BenchEvent, at: number): void {
  log.append(event);
  for (const news of devices.apply(event, at)) log.append(news);
}

function failure(): { failed: Promise<BenchError>; fail: (error: BenchError) => void } {
  let fail: (error: BenchError) => void = () => {};
  const failed = new Promise<BenchError>(resolve => {
    fail = resolve;
  });
  return { failed, fail };
}

/** Leases outlive a crash. Where they cannot be kept, serving goes on and says so. */
async function openStore({ plan, stateFolder }: BenchParts, emit: Emit): Promise<LeaseStore | undefined> {
  const owner = (plan.nic.mac ?? plan.nic.name).replaceAll(':', '');
  const path = join(stateFolder, `leases-${owner}-${plan.subnet.network}-${plan.subnet.prefix}.jsonl`);
  const onError = (error: Error): void =>
    emit({
      type: 'notice',
      code: 'leases-not-saved',
      message: `Leases cannot be saved in "${path}": ${inWords(error.message)}. Serving goes on; after a restart boards may get other addresses. Free some space there.`,
    });
  try {
    await mkdir(stateFolder, { recursive: true });
  } catch (error) {
    onError(error as Error);
    return undefined;
  }
  return openLeaseFile(path, { onError });
}

/* Devices -------------------------------------------------------------------------------------------------------- */

/** A device that has sent no packet yet. */
const UNKNOWN = { serial: undefined, uuid: undefined, clientId: undefined };

function deviceFacts(
  plan: BenchPlan,
  dhcp: DhcpService | undefined,
  macOf: (ip: Ipv4) => Mac | undefined,
  key: { readonly mac: Mac | undefined; readonly ip: Ipv4 | undefined },
): DeviceFacts {
  const mac = key.mac ?? (key.ip && macOf(key.ip));
  const client = mac ? dhcp?.clientOf(mac) : undefined;
  const ip = key.ip ?? dhcp?.leases().find(lease => lease.mac === mac && lease.state === 'bound')?.ip;
  const entry = client ? hostOf(plan, client) : mac ? hostOf(plan, { ...UNKNOWN, mac }) : undefined;
  return {
    mac,
    ip,
    hostname: entry?.name ?? client?.hostname,
    serial: client?.serial,
    uuid: client?.uuid,
    arch: client?.cpu,
    vars: { ...plan.vars, ...entry?.vars },
  };
}

function addressOfName(plan: BenchPlan, dhcp: DhcpService, name: string): Ipv4 | undefined {
  const fixed = plan.hosts.find(entry => entry.name?.toLowerCase() === name)?.address;
  return fixed ?? dhcp.leases().find(lease => lease.state === 'bound' && lease.hostname?.toLowerCase() === name)?.ip;
}

/* The port and its wire ------------------------------------------------------------------------------------------ */

function tellLink(nic: Nic, emit: Emit, present = true): void {
  const speed = nic.carrier && nic.speed !== undefined ? { speed: nic.speed } : {};
  emit({ type: 'nic.link', nic: nic.name, carrier: present && nic.carrier, ...speed, present });
}

/** Tells of cable and speed; calls `lost` when the port itself is gone. Returns stop. */
function watchNic(host: Host, nic: Nic, emit: Emit, cableIn: () => void, lost: () => void): () => void {
  let last: Nic | undefined = nic;
  return host.nics.watch(all => {
    if (!last) return;
    const now = all.find(each => each.name === nic.name && each.index === nic.index);
    if (!now) {
      tellLink({ ...last, carrier: false }, emit, false);
      last = undefined;
      lost();
      return;
    }
    if (now.carrier !== last.carrier || (now.carrier && now.speed !== last.speed)) tellLink(now, emit);
    if (now.carrier && !last.carrier) cableIn();
    last = now;
  });
}
