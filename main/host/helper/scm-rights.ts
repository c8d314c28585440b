/** Descriptors as ancillary data of a Unix socket (unix(7), cmsg(3)), laid out for 64-bit little-endian Linux. */

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** `struct cmsghdr`: size_t length, int level, int type. */
const HEADER = 16;

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** Room for so many descriptors. */
export const controlLength = (descriptors: number): number => padded(HEADER + 4 * descriptors);

export function writeRights(control: DataView, descriptors: readonly number[]): void {
  control.setBigUint64(0, BigInt(HEADER + 4 * descriptors.length), true);
  control.setInt32(8, SOL_SOCKET, true);
  control.setInt32(12, SCM_RIGHTS, true);
  for (const [at, descriptor] of descriptors.entries()) control.setInt32(HEADER + 4 * at, descriptor, true);
}

/** All descriptors in the first `length` octets, which the kernel wrote. */
export function readRights(control: DataView, length: number): number[] {
  const descriptors: number[] = [];
  for (let offset = 0; offset + HEADER <= length; ) {
    const size = Number(control.getBigUint64(offset, true));
    if (size < HEADER || offset + size > length) break;
    if (control.getInt32(offset + 8, true) === SOL_SOCKET && control.getInt32(offset + 12, true) === SCM_RIGHTS)
      for (let at = offset + HEADER; at + 4 <= offset + size; at += 4) descriptors.push(control.getInt32(at, true));
    offset += padded(size);
  }
  return descriptors;
}
