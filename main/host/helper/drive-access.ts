/**
 * Drives for an engine that may not open them, as the helper sees them: it looks for itself which drive is meant and
 * what this laptop does with it, whatever the engine said. Knows no system.
 */
import { BenchError } from '../../errors.ts';
import { requireSameDrive } from '../drive-identity.ts';
import { requireForeign, requireUnused } from '../drive-use.ts';
import type { Drive, DriveIdentity } from '../host.ts';

export interface DriveAccess {
  /** A descriptor of the chosen drive. Throws SAFETY_REFUSED, DRIVE_BUSY, DRIVE_GONE, DRIVE_READ_ONLY or DRIVE_NO_MEDIUM. */
  open(chosen: DriveIdentity, access: 'read' | 'write'): Promise<number>;
  /** Throws SAFETY_REFUSED, DRIVE_BUSY or DRIVE_GONE. */
  unmount(chosen: DriveIdentity): Promise<void>;
}

export interface DriveAccessParts {
  list(): Promise<readonly Drive[]>;
  /** Compares the identity on the descriptor; alone when it is for writing. */
  open(chosen: DriveIdentity, access: 'read' | 'write'): Promise<number>;
  close(descriptor: number): Promise<void>;
  unmount(drive: Drive): Promise<void>;
}

export function driveAccess(parts: DriveAccessParts): DriveAccess {
  const present = async (chosen: DriveIdentity): Promise<Drive> => {
    const drive = (await parts.list()).find(({ path }) => path === chosen.path);
    if (!drive) throw new BenchError('DRIVE_GONE', { drive: chosen.path });
    requireSameDrive(chosen, drive);
    return drive;
  };
  return {
    async open(chosen, access) {
      requireUnused(await present(chosen));
      const descriptor = await parts.open(chosen, access);
      try {
        // Between the list and the opening much can happen; for writing, nobody else can use it any more.
        requireUnused(await present(chosen));
        return descriptor;
      } catch (error) {
        await parts.close(descriptor);
        throw error;
      }
    },
    async unmount(chosen) {
      const drive = await present(chosen);
      requireForeign(drive);
      await parts.unmount(drive);
    },
  };
}
