/** From what a person wrote to the drive that is meant. */
import { BenchError } from '../../errors.ts';
import type { Drive } from '../../host/host.ts';

/**
 * By path (`/dev/sdb`), name (`sdb`), or serial number when only one drive has it. A partition (`/dev/sdb1`) is no
 * drive, and the error says which one it belongs to. Throws DRIVE_NOT_FOUND.
 */
export function findDrive(drives: readonly Drive[], text: string): Drive {
  const exact = drives.filter(({ path, name, serial }) => path === text || name === text || serial === text);
  if (exact.length === 1) return exact[0]!;
  const whole = drives.find(({ partitions }) =>
    partitions.some(({ path }) => path === text || path === `/dev/${text}`),
  );
  if (whole)
    throw new BenchError('USAGE', {
      problem: `${text} is a partition; an image is written to the whole drive, which is ${whole.path}.`,
    });
  throw new BenchError('DRIVE_NOT_FOUND', { drive: text, known: drives.map(({ name }) => name) });
}
