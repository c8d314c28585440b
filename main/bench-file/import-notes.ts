/** What every importer does with values: collects what was not carried over, and checks what a bench file may hold. */
import { broadcastAddress, formatIpv4, type Ipv4, inSubnet, ipv4Number, parseIpv4, type Subnet } from 'node-dhcpd-lite';
import type { BootTarget } from '../boot/architectures.ts';
import { isUrl } from '../boot/plan.ts';
import type { Place } from '../kit/json-source.ts';
import { printable } from '../kit/printable.ts';
import type { BenchHost } from './bench-file.ts';

/** `left-out`: the bench will not do this; `changed`: it does so in another way; `not-needed`: it does so anyway. */
export type NoteKind = 'left-out' | 'changed' | 'not-needed';

/** Something that did not become a field of the bench file, or not as it stood. */
export interface ImportNote extends Place {
  readonly kind: NoteKind;
  /** What stands there. */
  readonly text: string;
  readonly reason: string;
}

export class ImportNotes {
  readonly #notes: ImportNote[] = [];

  add({ line, column }: Place, kind: NoteKind, text: string, reason: string): void {
    this.#notes.push({ line, column, kind, text: printable(text), reason: printable(reason, 400) });
  }

  /** In the order of the text. */
  get all(): readonly ImportNote[] {
    return [...this.#notes].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

/* What a bench file may hold (`resources/bench.schema.json`) -------------------------------------------------------- */

/** The address as the schema wants it: no leading zeros. */
export function addressText(text: string): Ipv4 | undefined {
  const value = parseIpv4(text.trim());
  return value === undefined ? undefined : formatIpv4(value);
}

const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?';
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

export const isHostName = (text: string): boolean => text.length <= 253 && NAME.test(text);

/** `10m`, `1d`: seconds in the largest unit that says them exactly; undefined for what no lease can be. */
export function leaseText(seconds: number): string | undefined {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds >= 0xffffffff) return undefined;
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const)
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  return seconds < 1e9 ? `${seconds}s` : `${Math.floor(seconds / 86_400)}d`;
}

/** The range without what no board can have: the network's own and broadcast address, and the laptop's at an end of it. */
export function usableRange(
  [first, last]: readonly [Ipv4, Ipv4],
  subnet: Subnet,
  own: Ipv4 | undefined,
): readonly [Ipv4, Ipv4] {
  const taken = [subnet.network, broadcastAddress(subnet), own];
  let from = ipv4Number(first);
  let to = ipv4Number(last);
  // Two of them may lie side by side.
  for (let round = 0; round < 2; round++) {
    if (from < to && taken.includes(formatIpv4(from))) from++;
    if (from < to && taken.includes(formatIpv4(to))) to--;
  }
  return [formatIpv4(from), formatIpv4(to)];
}

/**
 * An address for the laptop in a network for which the file names none: the first that is not in the range, not the
 * gateway's and no host's.
 */
export function freeAddress(
  subnet: Subnet,
  range: readonly [Ipv4, Ipv4],
  taken: readonly (Ipv4 | undefined)[],
): Ipv4 | undefined {
  const [first, last] = range.map(ipv4Number) as [number, number];
  const network = ipv4Number(subnet.network);
  for (let offset = 1; offset < Math.min(2 ** (32 - subnet.prefix) - 1, 4096); offset++) {
    const address = formatIpv4(network + offset);
    const inRange = network + offset >= first && network + offset <= last;
    if (!inRange && inSubnet(address, subnet) && !taken.includes(address)) return address;
  }
  return undefined;
}

/* Boot files -------------------------------------------------------------------------------------------------------- */

/** A file of the laptop itself as its name under the root: `http://10.32.0.1/x.efi` and `tftp://…` of its own address. */
export function nameUnderRoot(file: string, own: Ipv4 | undefined): { name: string; httpPort?: number } {
  if (!isUrl(file)) return { name: file };
  const [, scheme, host, port, path] = /^([a-z]+):\/\/([^/:]+)(?::(\d{1,5}))?\/+(.+)$/i.exec(file) ?? [];
  if (host === undefined || host !== own || path === undefined) return { name: file };
  if (scheme === 'tftp') return { name: path };
  if (scheme !== 'http') return { name: file };
  const httpPort = Number(port ?? 80);
  if (httpPort < 1 || httpPort > 65_535) return { name: file };
  return { name: path, ...(httpPort !== 80 && { httpPort }) };
}

export type BootFiles = Partial<Record<BootTarget | 'ipxe' | 'u-boot', string | false>>;

/** A host without empty fields. */
export function hostEntry(host: { [K in keyof BenchHost]: BenchHost[K] | undefined }): BenchHost {
  return Object.fromEntries(Object.entries(host).filter(([, value]) => value !== undefined));
}
