/**
 * What this system does with its block devices, through partitions, device mapper, md, loop files, overlays, btrfs and
 * ZFS. Works on a snapshot; opens nothing and decides nothing.
 */
import type { DriveUse } from '../host.ts';
import type { BlockDevice, BlockSnapshot } from './block-snapshot.ts';

export interface Mount {
  readonly number: string;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly options: string;
}

/** proc(5), `mountinfo`: blanks inside a field are octal escapes; optional fields end at a lone hyphen. */
export function parseMountinfo(text: string): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const fields = line.split(' ').map(unescapeOctal);
    const dash = fields.indexOf('-', 6);
    const [, , number, , at] = fields;
    if (!number || !at || dash < 0) continue;
    const mount = {
      number,
      at,
      type: fields[dash + 1] ?? '',
      source: fields[dash + 2] ?? '',
      options: fields.slice(dash + 3).join(' '),
    };
    mounts.set(`${number} ${at} ${mount.source}`, mount);
  }
  return [...mounts.values()];
}

/** `/proc/swaps`: devices and files; a heading first. */
export const parseSwaps = (text: string): string[] =>
  text
    .split('\n')
    .slice(1)
    .map(line => unescapeOctal(line.split(/\s+/)[0] ?? ''))
    .filter(Boolean);

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** A device reached from a use, and what was passed on the way, the device's nearest neighbour first. */
interface Reached {
  readonly device: BlockDevice;
  readonly through: readonly string[];
}

export class BlockUses {
  readonly #byName: ReadonlyMap<string, BlockDevice>;
  readonly #byNumber: ReadonlyMap<string, BlockDevice>;
  readonly #mounts: readonly Mount[];
  readonly #snapshot: BlockSnapshot;
  readonly #uses = new Map<string, DriveUse[]>();
  /** The root file system, or one on a device, was not traced to any device. */
  #lost = false;

  constructor(snapshot: BlockSnapshot) {
    this.#snapshot = snapshot;
    this.#byName = new Map(snapshot.devices.map(device => [device.name, device]));
    this.#byNumber = new Map(snapshot.devices.map(device => [device.number, device]));
    this.#mounts = parseMountinfo(snapshot.mountinfo);
    this.#collect();
  }

  /** Uses of the drive and of its partitions. */
  of(drive: BlockDevice): DriveUse[] {
    const own = this.#family(drive).flatMap(({ name }) => this.#uses.get(name) ?? []);
    // An alias of another device, e.g. a loop device over a whole drive, is used as that is.
    const aliased = drive.backingFile ? this.#named(drive.backingFile) : undefined;
    const theirs = aliased ? [...this.#below([{ device: aliased, through: [] }])].flatMap(r => this.#diskUses(r)) : [];
    const uses = [...own, ...theirs.filter(({ at }) => at !== drive.name)];
    const mounted = uses.find(({ kind }) => kind === 'mount' || kind === 'backing');
    // Unknown is not unused: while the system's own place is not known, what is mounted may be it.
    return this.#lost && mounted && !uses.some(({ at }) => at === '/') ? [...uses, { ...mounted, at: '/' }] : uses;
  }

  /** Devices built upon the drive or its partitions, near and far. */
  holders(drive: BlockDevice): string[] {
    const found = new Set<string>();
    const visit = (name: string): void => {
      for (const device of this.#snapshot.devices)
        if (device.slaves.includes(name) && !found.has(device.name)) {
          found.add(device.name);
          visit(device.name);
        }
    };
    for (const { name } of this.#family(drive)) visit(name);
    return [...found];
  }

  mountpoints(device: BlockDevice): string[] {
    const direct = this.#mounts.filter(mount => this.#sources(mount).some(({ name }) => name === device.name));
    return [...new Set(direct.map(({ at }) => at))];
  }

  /** Names of the drives below the file's file system, and of the loop devices that are this very file. */
  holding(file: string): string[] {
    const same = this.#snapshot.devices.filter(({ backingFile }) => backingFile === file).map(({ name }) => name);
    const mount = this.#covering(file);
    if (!mount) return same;
    const disks = [...this.#below(this.#roots(mount, new Set()))].map(({ device }) => this.#disk(device).name);
    return [...new Set([...disks, ...same])];
  }

  #collect(): void {
    for (const mount of this.#mounts) {
      const roots = this.#roots(mount, new Set());
      if (roots.length === 0 && (mount.at === '/' ? !NOWHERE.has(mount.type) : isAnonymous(mount))) this.#lost = true;
      this.#note('mount', mount.at, roots);
    }
    for (const swap of parseSwaps(this.#snapshot.swaps)) {
      const device = swap.startsWith('/dev/') ? this.#named(swap) : undefined;
      const mount = device ? undefined : this.#covering(swap);
      this.#note('swap', swap, device ? [{ device, through: [] }] : mount ? this.#roots(mount, new Set()) : []);
      for (const loop of this.#snapshot.devices)
        if (loop.backingFile === swap) this.#note('swap', swap, [{ device: loop, through: [] }]);
    }
    const resume = this.#byNumber.get(this.#snapshot.resume ?? '');
    if (resume) this.#note('resume', resume.name, [{ device: resume, through: [] }]);
    for (const device of this.#snapshot.devices) {
      if (device.backingFile) {
        const alias = this.#named(device.backingFile);
        const mount = alias ? undefined : this.#covering(device.backingFile);
        if (alias) this.#note('member', device.name, [{ device: alias, through: [] }]);
        else if (mount) this.#note('backing', device.backingFile, this.#roots(mount, new Set()));
      }
      for (const name of device.slaves) {
        const slave = this.#byName.get(name);
        if (slave) this.#note('member', device.name, [{ device: slave, through: [] }]);
      }
    }
  }

  #note(kind: DriveUse['kind'], at: string, roots: readonly Reached[]): void {
    for (const { device, through } of this.#below(roots)) {
      const uses = this.#uses.get(device.name) ?? [];
      if (!uses.some(use => use.kind === kind && use.at === at)) uses.push({ kind, at, on: device.name, through });
      this.#uses.set(device.name, uses);
    }
  }

  /** The devices themselves, and everything they are built upon. */
  *#below(roots: readonly Reached[]): Generator<Reached> {
    const seen = new Set<string>();
    const waiting = [...roots];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { device, through } = next;
      if (seen.has(device.name)) continue;
      seen.add(device.name);
      yield next;
      const further = [device.name, ...through];
      for (const name of device.slaves) {
        const slave = this.#byName.get(name);
        if (slave) waiting.push({ device: slave, through: further });
      }
      const { backingFile } = this.#disk(device);
      if (!backingFile) continue;
      const alias = this.#named(backingFile);
      const mount = alias ? undefined : this.#covering(backingFile);
      if (alias) waiting.push({ device: alias, through: further });
      else if (mount)
        for (const root of this.#roots(mount, new Set()))
          waiting.push({ ...root, through: [...root.through, ...further] });
    }
  }

  /** The devices a mount comes from, through overlays. */
  #roots(mount: Mount, passed: Set<Mount>): Reached[] {
    if (passed.has(mount)) return [];
    passed.add(mount);
    if (mount.type !== 'overlay') return this.#sources(mount).map(device => ({ device, through: [] }));
    const layers = Array.from(mount.options.matchAll(/(?:^|,)(lowerdir|upperdir)\+?=([^,]*)/g)).flatMap(
      ([, , paths = '']) => paths.split(':'),
    );
    return layers
      .filter(path => path.startsWith('/'))
      .flatMap(path => {
        const under = this.#covering(path);
        return under ? this.#roots(under, passed) : [];
      });
  }

  #sources(mount: Mount): BlockDevice[] {
    const byNumber = this.#byNumber.get(mount.number);
    if (byNumber) return [byNumber];
    // ZFS names a pool, not a device: every member of any pool may carry it.
    if (mount.type === 'zfs') return this.#snapshot.devices.filter(({ filesystem }) => filesystem === 'zfs_member');
    const sources = mount.source.split(':').flatMap(source => this.#named(source) ?? []);
    if (mount.type !== 'btrfs') return sources;
    const whole = (this.#snapshot.btrfs ?? []).filter(members => sources.some(({ name }) => members.includes(name)));
    const others = whole.flat().flatMap(name => this.#byName.get(name) ?? []);
    return [...new Set([...sources, ...others])];
  }

  /** sysfs writes the slash of `/dev/cciss/c0d0` as an exclamation mark. */
  #named(path: string): BlockDevice | undefined {
    if (!path.startsWith('/dev/')) return undefined;
    const mapper = /^\/dev\/mapper\/(.+)$/.exec(path)?.[1];
    return mapper === undefined
      ? this.#byName.get(path.slice(5).replaceAll('/', '!'))
      : this.#snapshot.devices.find(({ mapperName }) => mapperName === mapper);
  }

  #covering(file: string): Mount | undefined {
    const covers = this.#mounts.filter(({ at }) => at === '/' || file === at || file.startsWith(`${at}/`));
    // The last one mounted at the longest place is the one that is seen.
    return covers.reduce<Mount | undefined>(
      (best, next) => (best && best.at.length > next.at.length ? best : next),
      undefined,
    );
  }

  #disk(device: BlockDevice): BlockDevice {
    return (device.partition && this.#byName.get(device.partition.of)) ?? device;
  }

  #family(drive: BlockDevice): BlockDevice[] {
    return [drive, ...this.#snapshot.devices.filter(({ partition }) => partition?.of === drive.name)];
  }

  #diskUses({ device }: Reached): DriveUse[] {
    return this.#family(this.#disk(device)).flatMap(({ name }) => this.#uses.get(name) ?? []);
  }
}

/** btrfs and its like have no device number of their own; the source names a device that must be known then. */
const isAnonymous = ({ number, source, type }: Mount): boolean =>
  number.startsWith('0:') && source.startsWith('/dev/') && !type.startsWith('fuse');

/** Root file systems that live in memory or across the network: no drive is theirs. */
const NOWHERE: ReadonlySet<string> = new Set([
  'tmpfs',
  'ramfs',
  'rootfs',
  'nfs',
  'nfs4',
  'cifs',
  '9p',
  'virtiofs',
  'ceph',
]);
