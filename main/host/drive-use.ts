/**
 * What this laptop itself does with a drive: the decision behind the rule `never-the-system-disk`. Whoever offers drives
 * and whoever opens them, the privileged helper among them, ask here. Decides on what the host tells; opens nothing.
 */
import { BenchError } from '../errors.ts';
import type { Drive, DriveUse } from './host.ts';

/** Places whose file system this laptop lives on; what lies below them counts too. */
const SYSTEM_PLACES = [
  '/boot',
  '/efi',
  '/usr',
  '/home',
  '/var',
  '/etc',
  '/opt',
  '/root',
  '/nix',
  '/gnu',
  '/srv',
  '/snap',
];
/** macOS. */
const FOREIGN_PLACES = ['/System', '/private', '/Library', '/Users', '/Applications'];

/** A mount point of the running system itself, as against one for media (`/media`, `/run/media`, `/mnt`, `/Volumes`). */
export function isSystemPlace(at: string): boolean {
  return at === '/' || [...SYSTEM_PLACES, ...FOREIGN_PLACES].some(place => at === place || at.startsWith(`${place}/`));
}

/** Why the drive is the system's, as a sentence part; undefined when it is not. */
export function systemUse(drive: Drive): string | undefined {
  const { uses } = drive;
  const own = uses.find(({ kind }) => kind === 'system');
  if (own) return `${own.on} holds ${own.at}`;
  // The root says more than what is mounted inside it.
  const places = uses.filter(({ kind, at }) => kind === 'mount' && isSystemPlace(at));
  const system = places.toSorted((a, b) => a.at.length - b.at.length)[0];
  if (system) return `${placed(system)} is this laptop's ${system.at}`;
  const swap = uses.find(({ kind }) => kind === 'swap');
  if (swap) return `${placed(swap)} is swap space of this laptop`;
  const resume = uses.find(({ kind }) => kind === 'resume');
  if (resume) return `${placed(resume)} keeps this laptop's memory while it sleeps`;
  const mount = drive.removable ? undefined : uses.find(({ kind }) => kind === 'mount');
  return mount && `${placed(mount)} of this fixed drive is mounted at ${mount.at}`;
}

const placed = ({ on, through }: DriveUse): string =>
  through.length > 0 ? `${on} (through ${through.join(', ')})` : on;

/** How a drive is used as part of something else. */
export const busyText = (use: DriveUse): string =>
  use.kind === 'member' ? `${use.on} is part of ${use.at}` : `the drive image ${use.at} on it is in use`;

export const SYSTEM_INSTEAD = 'No flag overrides this. Choose another drive.';

/** Throws SAFETY_REFUSED for a drive of the system. */
export function requireForeign(drive: Drive): void {
  const because = systemUse(drive);
  if (because === undefined) return;
  const rule = 'never-the-system-disk';
  throw new BenchError('SAFETY_REFUSED', { rule, because, instead: SYSTEM_INSTEAD, override: undefined });
}

/** Throws SAFETY_REFUSED for a drive of the system, and DRIVE_BUSY for one that anybody else uses. */
export function requireUnused(drive: Drive): void {
  requireForeign(drive);
  const [use] = drive.uses;
  if (!use) return;
  const by = use.kind === 'mount' ? `${use.on} is mounted at ${use.at}` : busyText(use);
  throw new BenchError('DRIVE_BUSY', { drive: drive.path, by });
}
