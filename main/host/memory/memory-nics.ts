/** Network ports made of nothing: they can be plugged, unplugged, pulled out and given addresses. */
import { BenchError } from '../../errors.ts';
import type { Nic, NicAddress, Nics } from '../host.ts';

/** What a script says of a port; the rest is an ordinary USB adapter with a live cable. */
export type NicScript = Pick<Nic, 'name'> & Partial<Nic>;

export class MemoryNics implements Nics {
  /** Every change asked for, as `add 10.32.0.1/24 on bench0`: what the rule leave-no-trace is checked against. */
  readonly changes: string[] = [];
  /** Networks known beyond the ports' own, e.g. by VPN routes. */
  readonly networks: NicAddress[] = [];
  /** When set, every change fails with it. */
  refusal: Error | undefined;
  readonly #nics = new Map<string, Nic>();
  readonly #watchers = new Set<(nics: readonly Nic[]) => void>();

  constructor(scripts: readonly NicScript[]) {
    for (const script of scripts) this.plug(script);
  }

  /** Plugs a port in, under its old or a new index. */
  plug(script: NicScript): Nic {
    const nic = { ...ordinaryNic(this.#nics.size + 2), ...script };
    this.#nics.set(nic.name, nic);
    this.#tell();
    return nic;
  }

  /** Pulls the whole port out. */
  unplug(name: string): void {
    this.#nics.delete(name);
    this.#tell();
  }

  /** Changes facts of a port, e.g. `{ carrier: false }` for a pulled cable. */
  set(name: string, facts: Partial<Omit<Nic, 'name'>>): void {
    this.#nics.set(name, { ...this.get(name), ...facts });
    this.#tell();
  }

  /** Throws BenchError NIC_GONE. */
  get(name: string): Nic {
    const nic = this.find(name);
    if (!nic) throw new BenchError('NIC_GONE', { nic: name });
    return nic;
  }

  find(name: string): Nic | undefined {
    return this.#nics.get(name);
  }

  async list(): Promise<readonly Nic[]> {
    return [...this.#nics.values()];
  }

  watch(changed: (nics: readonly Nic[]) => void): () => void {
    this.#watchers.add(changed);
    queueMicrotask(() => {
      if (this.#watchers.has(changed)) changed([...this.#nics.values()]);
    });
    return () => this.#watchers.delete(changed);
  }

  async knownNetworks(): Promise<readonly NicAddress[]> {
    return [...Array.from(this.#nics.values()).flatMap(nic => nic.addresses), ...this.networks];
  }

  async addAddress(name: string, { address, prefix }: NicAddress): Promise<void> {
    this.#change(`add ${address}/${prefix} on ${name}`);
    const { addresses } = this.get(name);
    if (addresses.some(own => own.address === address && own.prefix === prefix))
      throw new BenchError('COMMAND_FAILED', {
        command: `add ${address}/${prefix}`,
        reason: 'Address already assigned',
      });
    this.set(name, { addresses: [...addresses, { address, prefix }] });
  }

  async removeAddress(name: string, { address, prefix }: NicAddress): Promise<void> {
    this.#change(`remove ${address}/${prefix} on ${name}`);
    const { addresses } = this.get(name);
    const left = addresses.filter(own => own.address !== address || own.prefix !== prefix);
    if (left.length === addresses.length)
      throw new BenchError('COMMAND_FAILED', { command: `remove ${address}/${prefix}`, reason: 'Address not found' });
    this.set(name, { addresses: left });
  }

  async setUp(name: string, up: boolean): Promise<void> {
    this.#change(`${up ? 'up' : 'down'} ${name}`);
    this.get(name);
    this.set(name, { up, carrier: up });
  }

  #change(line: string): void {
    if (this.refusal) throw this.refusal;
    this.changes.push(line);
  }

  #tell(): void {
    const list = [...this.#nics.values()];
    for (const changed of this.#watchers) changed(list);
  }
}

function ordinaryNic(index: number): Nic {
  return {
    name: '',
    index,
    description: 'Realtek USB 10/100/1000 LAN',
    mac: `00:e0:4c:68:00:${index.toString(16).padStart(2, '0')}`,
    kind: 'ethernet',
    bus: 'usb',
    busPath: `usb-0000:00:14.0-${index}`,
    driver: 'r8152',
    up: true,
    carrier: true,
    speed: 1000,
    mtu: 1500,
    addresses: [],
    defaultRoute: false,
  };
}
