/**
 * The way to a drive that is to be written: chosen, judged, unmounted, opened alone, and judged once more through the
 * open handle. The only one there is; whoever writes gets its handle here.
 */
import { requireSameDrive } from '../../host/drive-identity.ts';
import type { Drive, DriveHandle, DriveIdentity, Drives } from '../../host/host.ts';
import { findDrive } from './find.ts';
import { type DrivePolicy, offerOf, requireOffered } from './offer.ts';

export interface Claim {
  readonly drive: Drive;
  readonly handle: DriveHandle;
}

export interface ClaimOptions {
  readonly policy: DrivePolicy;
  /** May what is mounted be unmounted? Not asked when nothing is. Without it such a drive is refused as busy. */
  readonly unmount?: ((mounted: readonly string[], drive: Drive) => Promise<boolean> | boolean) | undefined;
}

/**
 * Opens the drive that was chosen for writing. Throws SAFETY_REFUSED, DRIVE_BUSY, DRIVE_GONE, DRIVE_READ_ONLY,
 * DRIVE_NO_MEDIUM or PERMISSION_MISSING, with nothing changed on it.
 */
export async function claimDrive(drives: Drives, chosen: DriveIdentity, options: ClaimOptions): Promise<Claim> {
  const { policy } = options;
  const before = await present(drives, chosen, policy);
  if (before.mounted.length > 0) {
    const agreed = await options.unmount?.(before.mounted, before.drive);
    if (!agreed) requireOffered({ ...before, offered: false, refusal: mountedRefusal(before.mounted) });
    await drives.unmount(before.drive);
  }
  const handle = await drives.open(chosen, 'write');
  try {
    // Between the list and the opening much can happen; now nobody else can use it any more.
    requireSameDrive(chosen, handle.identity);
    const { drive } = await present(drives, chosen, policy);
    return { drive, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function present(drives: Drives, chosen: DriveIdentity, policy: DrivePolicy) {
  const drive = findDrive(await drives.list(), chosen.path);
  requireSameDrive(chosen, drive);
  const offer = offerOf(drive, policy);
  requireOffered(offer);
  return offer;
}

const mountedRefusal = (mounted: readonly string[]) => ({
  reason: 'busy' as const,
  because: `it is mounted at ${mounted.join(' and ')}`,
  instead: 'Eject it first.',
});
