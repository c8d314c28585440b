/** The devices of a bench: each event goes to its device, which moves on; what changed comes back as events. Knows no server. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { BenchEvent, ConsoleFacts, DhcpFacts, Stage, TransferProgress } from '../bench/events.ts';
import { Emitter } from '../kit/emitter.ts';
import { printable } from '../kit/printable.ts';
import { type BenchFacts, currentMac, type Device, type Hint, type Transfer } from './device.ts';
import { findHints } from './hints.ts';
import { hear, identityKeys, join, mayJoin, newIdentity, type Sighting } from './identity.ts';
import { ipxeAfter, passedOverAfter, transferAfter, transferProgress } from './progress.ts';
import { advance, currentStage, fetched, NO_TIMELINE, type StageSpan, stageSpans } from './timeline.ts';

/** A device as a screen shows it. */
export interface DeviceView {
  readonly id: string;
  readonly name: string;
  /** The MAC in use. */
  readonly mac: Mac;
  readonly macs: readonly Mac[];
  readonly ip: Ipv4 | undefined;
  /** `Raspberry Pi 4`, `UEFI x64`, …; absent until it said. */
  readonly client: string | undefined;
  readonly stage: Stage | undefined;
  readonly stages: readonly StageSpan[];
  readonly progress: Transfer | undefined;
  readonly hint: Hint | undefined;
  readonly boots: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface DevicesOptions {
  /** Devices kept; the one silent for longest is forgotten first. */
  readonly limit?: number;
  /** Devices of an earlier run, as `devices()` gave them. */
  readonly remembered?: readonly Device[];
  /** The owner's name for a device, from the bench file. */
  readonly nameOf?: (device: Pick<Device, 'serial' | 'uuid'> & { readonly mac: Mac }) => string | undefined;
}

type Seen = Extract<BenchEvent, { type: 'device.seen' | 'device.stage' | 'device.hint' }>;

/** A device makes at most so many different remarks per boot. */
const REMARKS = 64;
/** A device that changes its host name all the time must not fill the index. */
const KEYS_PER_DEVICE = 4;

export class Devices {
  readonly #devices = new Map<string, Device>();
  readonly #byMac = new Map<Mac, string>();
  readonly #byIp = new Map<Ipv4, string>();
  readonly #byKey = new Map<string, string>();
  /** The keys of `byKey` that name a device, the latest last. */
  readonly #keysOf = new Map<string, Set<string>>();
  /** Keys that turned out to name several boards. */
  readonly #shared = new Set<string>();
  /** What was said already, by device. */
  readonly #said = new Map<string, Set<string>>();
  readonly #limit: number;
  readonly #nameOf: NonNullable<DevicesOptions['nameOf']>;
  readonly #changed = new Emitter<string>();
  readonly #progressed = new Emitter<string>();
  #bench: BenchFacts = { linkSpeed: undefined };

  /** Tells the id of each device that came, changed or was forgotten. */
  readonly onChanged = this.#changed.on;
  /** Tells the id of each device whose transfer went on and that is otherwise as it was. */
  readonly onProgress = this.#progressed.on;

  constructor(options: DevicesOptions = {}) {
    this.#limit = options.limit ?? 1000;
    this.#nameOf = options.nameOf ?? (() => undefined);
    for (const device of options.remembered ?? []) this.#remember(device);
  }

  /** Takes one event in; `at` in milliseconds since 1970. Returns what is new, to be logged after it. */
  apply(event: BenchEvent, at: number): Seen[] {
    if (event.type === 'nic.link') {
      this.#bench = { linkSpeed: event.carrier ? event.speed : undefined };
      return [];
    }
    const news: Seen[] = [];
    const id = this.#deviceOf(event, at, news);
    const before = id === undefined ? undefined : this.#devices.get(id);
    if (!before) return news;
    const after = this.#follow(before, event, at);
    this.#keep(after);
    news.push(...this.#stageNews(before, after));
    news.push(...this.#hintNews(after, event, at));
    return news;
  }

  /** Takes in how far a transfer is; of nobody known, it says nothing. Like `apply`. */
  progress(progress: TransferProgress, at: number): Seen[] {
    const id = this.#lookUp(progress);
    const before = id === undefined ? undefined : this.#devices.get(id);
    if (!before) return [];
    const { file, via, startedAt } = progress;
    const after: Device = {
      ...before,
      transfer: transferProgress(before.transfer, progress),
      timeline: fetched(before.timeline, file, via === 'tftp' ? 'TFTP' : 'HTTP', startedAt),
      lastSeen: Math.max(at, before.lastSeen),
    };
    if (after.timeline === before.timeline) {
      this.#devices.set(before.id, after);
      this.#progressed.emit(before.id);
      return [];
    }
    this.#keep(after);
    return this.#stageNews(before, after);
  }

  /** As values, to be kept for a later run. */
  devices(): readonly Device[] {
    return [...this.#devices.values()];
  }

  ids(): Iterable<string> {
    return this.#devices.keys();
  }

  snapshot(): DeviceView[] {
    return [...this.#devices.values()].sort((a, b) => a.firstSeen - b.firstSeen).map(view);
  }

  get(id: string): DeviceView | undefined {
    const device = this.#devices.get(id);
    return device && view(device);
  }

  /** The device that speaks from this MAC now, or did. */
  ofMac(mac: Mac): DeviceView | undefined {
    const id = this.#byMac.get(mac);
    return id === undefined ? undefined : this.get(id);
  }

  /** The device that has one of these addresses. */
  find(address: { readonly mac?: Mac | undefined; readonly ip?: Ipv4 | undefined }): DeviceView | undefined {
    const id = this.#lookUp(address as Pick<ConsoleFacts, 'mac' | 'ip'>);
    return id === undefined ? undefined : this.get(id);
  }

  #remember(device: Device): void {
    this.#devices.set(device.id, device);
    for (const { mac } of device.identity.macs) this.#byMac.set(mac, device.id);
    if (device.ip) this.#byIp.set(device.ip, device.id);
    const { hostname, serial, uuid } = device;
    this.#learn(
      { mac: currentMac(device), ...(hostname && { hostname }), ...(serial && { serial }), ...(uuid && { uuid }) },
      device.id,
    );
  }

  /* Who ---------------------------------------------------------------------------------------------------------- */

  #deviceOf(event: BenchEvent, at: number, news: Seen[]): string | undefined {
    if (event.type.startsWith('device.')) return undefined;
    const mac = 'mac' in event ? event.mac : undefined;
    // A console is no packet: it tells more of a device that is known, and makes none.
    if (event.type.startsWith('console.')) return this.#lookUp(event as ConsoleFacts);
    if (mac) return this.#heard(event, mac, at, news);
    return 'ip' in event && event.ip ? this.#byIp.get(event.ip) : undefined;
  }

  #lookUp({ mac, ip }: Pick<ConsoleFacts, 'mac' | 'ip'>): string | undefined {
    return (
      (mac !== undefined ? this.#byMac.get(mac) : undefined) ?? (ip !== undefined ? this.#byIp.get(ip) : undefined)
    );
  }

  #heard(event: BenchEvent, mac: Mac, at: number, news: Seen[]): string {
    const sighting = event as Sighting; // it has a MAC, and what else a packet tells
    const known = this.#byMac.get(mac);
    const device = known === undefined ? undefined : this.#devices.get(known);
    if (device) {
      // Our own answers do not show that the other side is alive.
      const spoke = event.type !== 'dhcp.offer' && event.type !== 'dhcp.ack' && event.type !== 'dhcp.nak';
      const { identity, split } = spoke ? hear(device.identity, mac, at) : { identity: device.identity, split: false };
      if (!split) {
        const next = { ...device, identity: confirmed(identity, mac, event) };
        this.#devices.set(device.id, mac === currentMac(device) ? next : { ...next, name: this.#name(next) });
        this.#learn(sighting, device.id);
        return device.id;
      }
      this.#devices.set(device.id, { ...device, identity });
      if (device.identity.joined) this.#shared.add(device.identity.joined.key);
      for (const { key } of identityKeys(sighting)) this.#shared.add(key);
    }
    return this.#join(sighting, at, news) ?? this.#create(sighting, at, news);
  }

  #join(sighting: Sighting, at: number, news: Seen[]): string | undefined {
    for (const key of identityKeys(sighting)) {
      const id = this.#byKey.get(key.key);
      const device = id === undefined ? undefined : this.#devices.get(id);
      if (!device || this.#shared.has(key.key) || !mayJoin(device.identity, sighting.mac, key)) continue;
      const knownAs = currentMac(device);
      const { identity, forgotten } = join(device.identity, sighting.mac, key, at);
      for (const mac of forgotten) this.#byMac.delete(mac);
      this.#byMac.set(sighting.mac, device.id);
      const next = { ...device, identity };
      const name = this.#name(next);
      this.#devices.set(device.id, { ...next, name });
      this.#learn(sighting, device.id);
      news.push({ type: 'device.seen', device: device.id, mac: sighting.mac, name, knownAs });
      return device.id;
    }
    return undefined;
  }

  #create(sighting: Sighting, at: number, news: Seen[]): string {
    const { mac } = sighting;
    let id = mac;
    for (let again = 2; this.#devices.has(id); again++) id = `${mac}#${again}`;
    const device: Device = {
      id,
      name: mac,
      identity: newIdentity(mac, at),
      timeline: NO_TIMELINE,
      hostname: undefined,
      serial: undefined,
      uuid: undefined,
      client: undefined,
      firmware: undefined,
      bootFirmware: undefined,
      ip: undefined,
      transfer: undefined,
      passedOver: { offers: 0, since: at },
      ipxe: { programs: 0, scripts: 0 },
      hint: undefined,
      firstSeen: at,
      lastSeen: at,
    };
    const named = { ...device, ...identified(device, sighting) };
    const name = this.#name(named);
    this.#byMac.set(mac, id);
    this.#keep({ ...named, name });
    this.#learn(sighting, id);
    news.push({ type: 'device.seen', device: id, mac, name });
    return id;
  }

  /** Which device a key names: the one that used it last. */
  #learn(sighting: Sighting, id: string): void {
    for (const { key } of identityKeys(sighting)) {
      const owner = this.#byKey.get(key);
      if (owner === id || this.#shared.has(key)) continue;
      if (owner !== undefined) this.#keysOf.get(owner)?.delete(key);
      this.#byKey.set(key, id);
      const keys = this.#keysOf.get(id) ?? new Set();
      this.#keysOf.set(id, keys.add(key));
      if (keys.size > KEYS_PER_DEVICE) {
        const oldest: string = keys.values().next().value!;
        keys.delete(oldest);
        this.#byKey.delete(oldest);
      }
    }
  }

  #name(device: Device): string {
    const owners = this.#nameOf({ mac: currentMac(device), serial: device.serial, uuid: device.uuid });
    return printable(owners ?? device.hostname ?? device.serial ?? currentMac(device), 63).trim() || currentMac(device);
  }

  /** Stores a device as the one heard last, and forgets the one silent for longest when there are too many. */
  #keep(device: Device): void {
    this.#devices.delete(device.id);
    this.#devices.set(device.id, device);
    this.#changed.emit(device.id);
    if (this.#devices.size > this.#limit) this.#forget(this.#devices.keys().next().value!);
    if (this.#shared.size > this.#limit) this.#shared.delete(this.#shared.values().next().value!);
  }

  #forget(id: string): void {
    const device = this.#devices.get(id);
    if (!device) return;
    this.#devices.delete(id);
    this.#said.delete(id);
    for (const { mac } of device.identity.macs) if (this.#byMac.get(mac) === id) this.#byMac.delete(mac);
    for (const key of this.#keysOf.get(id) ?? []) this.#byKey.delete(key);
    this.#keysOf.delete(id);
    if (device.ip && this.#byIp.get(device.ip) === id) this.#byIp.delete(device.ip);
    this.#changed.emit(id);
  }

  /* What --------------------------------------------------------------------------------------------------------- */

  #follow(before: Device, event: BenchEvent, at: number): Device {
    const timeline = advance(before.timeline, event, at);
    const restarted = timeline.boots > before.timeline.boots;
    const cameUp = currentStage(timeline) === 'up' && currentStage(before.timeline) !== 'up';
    if (restarted) this.#forgetRemarks(before.id);
    const device: Device = {
      ...before,
      ...identified(before, 'xid' in event ? (event as DhcpFacts) : undefined),
      timeline,
      transfer: transferAfter(restarted ? undefined : before.transfer, event, at),
      passedOver: passedOverAfter(before.passedOver, event, at),
      ipxe: ipxeAfter(restarted ? { programs: 0, scripts: 0 } : before.ipxe, event),
      hint: (restarted && before.hint?.once === 'boot') || cameUp ? undefined : before.hint,
      lastSeen: Math.max(at, before.lastSeen),
      ...this.#address(before, event),
    };
    const isNamedAlike =
      device.hostname === before.hostname && device.serial === before.serial && device.uuid === before.uuid;
    return isNamedAlike ? device : { ...device, name: this.#name(device) };
  }

  #address(before: Device, event: BenchEvent): { ip?: Ipv4 | undefined } {
    const gone = event.type === 'dhcp.release' || event.type === 'dhcp.decline';
    const leased = event.type === 'dhcp.ack' || (event.type === 'dhcp.offer' && event.sticky);
    const ip = gone ? undefined : leased && event.ip ? event.ip : before.ip;
    if (ip === before.ip) return {};
    if (before.ip && this.#byIp.get(before.ip) === before.id) this.#byIp.delete(before.ip);
    if (ip) this.#byIp.set(ip, before.id);
    return { ip };
  }

  #stageNews(before: Device, after: Device): Seen[] {
    const marks = after.timeline.marks;
    if (marks === before.timeline.marks) return [];
    const old = new Set(before.timeline.boots === after.timeline.boots ? before.timeline.marks : []);
    return marks.flatMap((mark, index): Seen[] => {
      if (old.has(mark)) return [];
      const last = marks[index - 1];
      return [
        {
          type: 'device.stage',
          device: after.id,
          mac: currentMac(after),
          name: after.name,
          stage: mark.stage,
          ...(after.ip && { ip: after.ip }),
          by: mark.by,
          ...(last && { after: (mark.at - last.at) / 1000 }),
        },
      ];
    });
  }

  #hintNews(device: Device, event: BenchEvent, at: number): Seen[] {
    const news: Seen[] = [];
    for (const { rule, subject, hint } of findHints({ event, device, bench: this.#bench, at })) {
      const said = this.#said.get(device.id) ?? new Set();
      this.#said.set(device.id, said);
      const remark = `${rule.once} ${rule.name} ${subject}`;
      if (said.has(remark) || said.size >= REMARKS) continue;
      said.add(remark);
      const text = printable(hint, 500);
      const latest = this.#devices.get(device.id)!;
      this.#devices.set(device.id, { ...latest, hint: { rule: rule.name, text, at, once: rule.once } });
      this.#changed.emit(device.id);
      news.push({
        type: 'device.hint',
        device: device.id,
        mac: currentMac(device),
        name: device.name,
        rule: rule.name,
        hint: text,
      });
    }
    return news;
  }

  #forgetRemarks(id: string): void {
    const said = this.#said.get(id);
    if (said) for (const remark of said) if (remark.startsWith('boot ')) said.delete(remark);
  }
}

type Told = Omit<Sighting, 'mac'> & {
  readonly firmware?: Device['firmware'];
  readonly client?: string | undefined;
};

/** What a packet says about who sent it, over what was known. */
function identified(before: Device, facts: Told | undefined): Partial<Device> {
  if (!facts) return {};
  const firmware = facts.firmware ?? before.firmware;
  return {
    hostname: facts.hostname ?? before.hostname,
    serial: facts.serial ?? before.serial,
    uuid: facts.uuid ?? before.uuid,
    client: facts.client ?? before.client,
    firmware,
    bootFirmware: firmware !== undefined && firmware !== 'plain' ? firmware : before.bootFirmware,
  };
}

function confirmed(identity: Device['identity'], mac: Mac, event: BenchEvent): Device['identity'] {
  const holds =
    event.type === 'dhcp.ack' && event.ip !== undefined && !event.proxy
      ? true
      : event.type === 'dhcp.release' || event.type === 'dhcp.decline' || event.type === 'dhcp.nak'
        ? false
        : undefined;
  if (holds === undefined) return identity;
  return {
    ...identity,
    macs: identity.macs.map(trace => (trace.mac === mac ? { ...trace, confirmed: holds } : trace)),
  };
}

function view(device: Device): DeviceView {
  return {
    id: device.id,
    name: device.name,
    mac: currentMac(device),
    macs: device.identity.macs.map(trace => trace.mac),
    ip: device.ip,
    client: device.client && printable(device.client, 80),
    stage: currentStage(device.timeline),
    stages: stageSpans(device.timeline),
    progress: device.transfer,
    hint: device.hint,
    boots: device.timeline.boots,
    firstSeen: device.firstSeen,
    lastSeen: device.lastSeen,
  };
}
