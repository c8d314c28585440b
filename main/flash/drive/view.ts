/** The drives of this laptop as people and the app see them: what each is, what is on it, and why it is not offered. */
import type { Drives } from '../../host/host.ts';
import { contentText, driveTitle } from './describe.ts';
import { type DrivePolicy, type Offer, offersOf } from './offer.ts';

export interface DriveView {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly size: number;
  readonly bus: string;
  readonly busPath?: string;
  readonly serial?: string;
  readonly removable: boolean;
  readonly content: string;
  readonly partitions: readonly {
    readonly path: string;
    readonly size: number;
    readonly label?: string;
    readonly filesystem?: string;
    readonly mountpoints: readonly string[];
  }[];
  /** Mount points that are unmounted first, after asking. */
  readonly mounted: readonly string[];
  readonly offered: boolean;
  /** Why it is not, and what would help. */
  readonly refusal?: {
    readonly reason: string;
    readonly because: string;
    readonly instead: string;
    readonly override?: string;
  };
}

/** The likely targets first, the system's own last. */
export async function listDrives(drives: Drives, policy: DrivePolicy): Promise<readonly DriveView[]> {
  return offersOf(await drives.list(), policy).map(driveView);
}

export function driveView({ drive, offered, refusal, mounted }: Offer): DriveView {
  return {
    path: drive.path,
    name: drive.name,
    title: driveTitle(drive),
    size: drive.size,
    bus: drive.bus,
    ...(drive.busPath !== undefined && { busPath: drive.busPath }),
    ...(drive.serial !== undefined && { serial: drive.serial }),
    removable: drive.removable,
    content: contentText(drive),
    partitions: drive.partitions.map(({ path, size, label, filesystem, mountpoints }) => ({
      path,
      size,
      ...(label !== undefined && { label }),
      ...(filesystem !== undefined && { filesystem }),
      mountpoints,
    })),
    mounted,
    offered,
    ...(refusal && { refusal }),
  };
}
