/** What a bench file means on this laptop: its port found, its texts read, its root resolved beside it. */
import { dirname, resolve } from 'node:path';
import { parseCidr, parseMac } from 'node-dhcpd-lite';
import { type PortMatch, parseBenchFile, remarkText } from '../bench-file/bench-file.ts';
import { bootWishes } from '../bench-file/boot-wishes.ts';
import { BenchError } from '../errors.ts';
import type { Nic } from '../host/host.ts';
import { parseDuration } from '../kit/duration.ts';
import { rankNics } from '../nic/worthiness.ts';
import type { BenchDefaults } from './plan.ts';

/**
 * Throws BENCH_FILE_INVALID with every problem and its place, or NIC_NOT_FOUND when no port here is the file's. A port
 * `chosen` by hand wins: a colleague's file that names his adapter serves on ours.
 */
export function benchDefaults(text: string, path: string, nics: readonly Nic[], chosen?: string): BenchDefaults {
  const parsed = parseBenchFile(text, path);
  if (!parsed.ok) throw new BenchError('BENCH_FILE_INVALID', { path, problems: parsed.problems.map(remarkText) });
  const { file } = parsed;
  const { addressing = {}, services = {} } = file;
  const range = addressing.range?.split('-').map(end => end.trim());
  return {
    nic: chosen ?? (file.port && findPort(file.port, nics, path).name),
    address: addressing.address === undefined ? undefined : parseCidr(addressing.address),
    range: range && [range[0]!, range[1]!],
    leaseSeconds: addressing.lease === undefined ? undefined : parseDuration(addressing.lease),
    gateway: addressing.gateway,
    nameServers: addressing.dns,
    domain: addressing.domain,
    mode: file.mode,
    identity: file.identity,
    root: file.root === undefined ? undefined : resolve(dirname(path), file.root),
    httpPort: file.httpPort,
    ...services,
    hosts: file.hosts ?? [],
    vars: file.vars ?? {},
    ...bootWishes(file),
  };
}

/** By MAC, place on the bus or description, since names such as eth0 differ between laptops; the best of several. */
function findPort(match: PortMatch, nics: readonly Nic[], path: string): Nic {
  const wanted = match.description?.toLowerCase();
  const found = rankNics(nics).find(
    ([nic]) =>
      (match.mac === undefined || nic.mac === parseMac(match.mac)) &&
      (match.busPath === undefined || nic.busPath === match.busPath) &&
      (wanted === undefined || `${nic.bus ?? ''} ${nic.description}`.toLowerCase().includes(wanted)),
  );
  if (found) return found[0];
  const marks = Object.values(match).join(', ');
  throw new BenchError('NIC_NOT_FOUND', { nic: `${marks} (of ${path})`, known: nics.map(nic => nic.name) });
}
