/** Is this the drive that was chosen? The comparison behind the rule `same-device`; knows no system. */
import { BenchError } from '../errors.ts';
import type { DriveIdentity } from './host.ts';

const FACTS = [
  ['number', 'device number'],
  ['size', 'size'],
  ['sectorSize', 'sector size'],
  ['serial', 'serial number'],
  ['wwn', 'world wide name'],
  ['vendor', 'vendor'],
  ['model', 'model'],
  ['busPath', 'place on the bus'],
  ['diskseq', 'plugging-in'],
] as const satisfies readonly (readonly [keyof DriveIdentity, string])[];

/** The facts that differ, for people; empty for the same drive. A fact that only one of them has differs too. */
export function identityDifferences(chosen: DriveIdentity, found: DriveIdentity): string[] {
  return FACTS.filter(([fact]) => chosen[fact] !== found[fact]).map(([, name]) => name);
}

/** Only what identifies it, e.g. to be kept with a choice. */
export function identityOf(drive: DriveIdentity): DriveIdentity {
  const { path, number, diskseq, size, sectorSize, serial, wwn, vendor, model, busPath } = drive;
  return { path, number, diskseq, size, sectorSize, serial, wwn, vendor, model, busPath };
}

/** Throws SAFETY_REFUSED unless both are the same drive in the same plugging-in. */
export function requireSameDrive(chosen: DriveIdentity, found: DriveIdentity): void {
  const differences = identityDifferences(chosen, found);
  if (differences.length === 0) return;
  throw new BenchError('SAFETY_REFUSED', {
    rule: 'same-device',
    because: `what is now at ${chosen.path} is not the drive that was chosen (other ${differences.join(', ')})`,
    instead: 'Nothing was written. Look at the list of drives and choose again.',
    override: undefined,
  });
}
