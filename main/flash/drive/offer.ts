/**
 * Which drives may be written, and why not the others: the rules `never-the-system-disk`, `never-the-source`,
 * `never-touch` and `removable-only`. Decides on what the host tells; opens nothing.
 */
import type { SafetyRule } from '../../bench/events.ts';
import { BenchError } from '../../errors.ts';
import { busyText, SYSTEM_INSTEAD, systemUse } from '../../host/drive-use.ts';
import type { Drive } from '../../host/host.ts';
import { driveTitle } from './describe.ts';

export interface DrivePolicy {
  /** Offer fixed, large and loop drives too: an explicit switch of the person, never a default. */
  readonly allowFixed: boolean;
  /** Serial numbers (else world wide names) of drives that are left alone for ever. */
  readonly neverTouch: readonly string[];
  /** Names of drives that hold the image, or whatever else the writing reads from. */
  readonly sources: readonly string[];
}

export const DEFAULT_POLICY: DrivePolicy = { allowFixed: false, neverTouch: [], sources: [] };

export interface Refusal {
  /** The rule, or the state of the drive that is in the way. */
  readonly reason: SafetyRule | 'busy' | 'read-only' | 'no-medium';
  /** A sentence part: what is so. */
  readonly because: string;
  /** A sentence: what to do instead. */
  readonly instead: string;
  /** The flag that overrides it, where there is one. */
  readonly override?: string;
}

export interface Offer {
  readonly drive: Drive;
  /** May be written, after its volumes were unmounted. */
  readonly offered: boolean;
  /** The weightiest reason why not. */
  readonly refusal?: Refusal;
  /** Mount points that go first, after asking. */
  readonly mounted: readonly string[];
}

/** Above this a removable drive is hardly a boot medium: somebody keeps files on it. 512 GB cards are below. */
export const LARGE_DRIVE = 600e9;

/** In order of weight; the first that holds decides. The first two know no override. */
const RULES: readonly ((drive: Drive, policy: DrivePolicy) => Refusal | undefined)[] = [
  drive => {
    const because = systemUse(drive);
    return because === undefined ? undefined : { reason: 'never-the-system-disk', because, instead: SYSTEM_INSTEAD };
  },
  ({ name }, { sources }) =>
    sources.includes(name)
      ? {
          reason: 'never-the-source',
          because: `${name} holds the image that is to be written`,
          instead: 'Copy the image to another drive first, or choose another target.',
        }
      : undefined,
  (drive, { neverTouch }) =>
    neverTouch.some(listed => listed === mark(drive))
      ? {
          reason: 'never-touch',
          because: `${driveTitle(drive)} is on the list of drives that are never touched`,
          instead: 'Take it off the list first (`benchboot drives --release`), or choose another drive.',
        }
      : undefined,
  ({ mediaPresent }) =>
    mediaPresent
      ? undefined
      : { reason: 'no-medium', because: 'there is no card in this slot', instead: 'Insert a card.' },
  drive => {
    const use = drive.uses.find(({ kind }) => kind === 'member' || kind === 'backing');
    return use && { reason: 'busy', because: busyText(use), instead: BUSY_INSTEAD[use.kind as 'member' | 'backing'] };
  },
  ({ readOnly }) =>
    readOnly
      ? {
          reason: 'read-only',
          because: 'it is write-protected',
          instead: 'Move the lock switch of the card or its adapter.',
        }
      : undefined,
  (drive, { allowFixed }) => {
    const because = allowFixed ? undefined : unusual(drive);
    return because === undefined
      ? undefined
      : {
          reason: 'removable-only',
          because,
          instead: 'Choose a USB stick or an SD card.',
          override: '--allow-fixed',
        };
  },
];

const BUSY_INSTEAD = {
  member: 'Close that volume, array or loop device first.',
  backing: 'Detach that image first (`losetup -d`).',
} as const;

/** Why a drive is no everyday target. */
function unusual({ bus, removable, size }: Drive): string | undefined {
  if (bus === 'loop') return 'it is a loop device, a file that acts as a drive';
  if (!removable) return 'it is built in, or made to stay';
  return size > LARGE_DRIVE ? 'it is large for a boot medium: somebody may keep files on it' : undefined;
}

/** What the never-touch list knows a drive by; undefined for one that has no number of its own. */
export const mark = ({ serial, wwn }: Pick<Drive, 'serial' | 'wwn'>): string | undefined => serial ?? wwn;

export function offerOf(drive: Drive, policy: DrivePolicy): Offer {
  const mounted = [...new Set(drive.uses.filter(({ kind }) => kind === 'mount').map(({ at }) => at))];
  for (const rule of RULES) {
    const refusal = rule(drive, policy);
    if (refusal) return { drive, offered: false, refusal, mounted };
  }
  return { drive, offered: true, mounted };
}

/** All of them with their verdicts: the likely targets first, small before large, the system's own last. */
export function offersOf(drives: readonly Drive[], policy: DrivePolicy): Offer[] {
  const rank = ({ offered, refusal }: Offer): number =>
    offered ? 0 : refusal?.reason === 'never-the-system-disk' ? 2 : 1;
  return drives
    .map(drive => offerOf(drive, policy))
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        a.drive.size - b.drive.size ||
        a.drive.name.localeCompare(b.drive.name, 'en', { numeric: true }),
    );
}

/** Throws what stands against writing the drive: SAFETY_REFUSED, DRIVE_BUSY, DRIVE_READ_ONLY or DRIVE_NO_MEDIUM. */
export function requireOffered({ drive, refusal }: Offer): void {
  if (!refusal) return;
  const { reason, because, instead, override } = refusal;
  switch (reason) {
    case 'busy':
      throw new BenchError('DRIVE_BUSY', { drive: drive.path, by: because });
    case 'read-only':
      throw new BenchError('DRIVE_READ_ONLY', { drive: drive.path });
    case 'no-medium':
      throw new BenchError('DRIVE_NO_MEDIUM', { drive: drive.path });
    default:
      throw new BenchError('SAFETY_REFUSED', { rule: reason, because, instead, override });
  }
}
