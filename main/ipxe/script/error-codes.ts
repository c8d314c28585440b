/**
 * What an iPXE error code (`https://ipxe.org/040ee119`) means and what to do, without the internet. Layout of the number:
 * include/errno.h (POSIX code, source file, place in it, firmware's code); file numbers: include/ipxe/errfile.h.
 */

import { AREAS, ERRNO, PLACES } from './error-table.ts';

export interface ErrorExplanation {
  /** Eight hexadecimal digits. */
  readonly code: string;
  /** POSIX name, e.g. `ENOENT`. */
  readonly errno: string;
  /** Part of iPXE that reports it, in words. */
  readonly area: string | undefined;
  readonly firmware: 'UEFI' | 'BIOS';
  /** What happened. */
  readonly sentence: string;
  readonly next: string;
}

/** Firmware codes of UEFI, which need words of their own: Secure Boot refuses with 0x9a. */
const UEFI_SECURITY_VIOLATION = 0x9a;

/** Takes the code alone, with `0x`, or in a URL or message; undefined when there is none in it. */
export function explainError(text: string): ErrorExplanation | undefined {
  const digits =
    /ipxe\.org\/(?:err\/)?([0-9a-f]{8}|[0-9a-f]{6})\b/i.exec(text)?.[1] ??
    /(?:^|[^0-9a-z]|0x)([0-9a-f]{8})\b/i.exec(text)?.[1];
  if (digits === undefined) return undefined;
  // The web address of a code may leave its last two digits, the firmware's, out.
  const value = Number.parseInt(digits.padEnd(8, '0'), 16);
  const code = digits.toLowerCase();
  const row = ERRNO.get((value >>> 24) & 0x7f);
  const area = AREAS.get(value & 0x00ffe000);
  const place = PLACES.get(code.slice(0, 6));
  const platform = value & 0xff;
  const secure = value >>> 24 === 0x7f && platform === UEFI_SECURITY_VIOLATION;
  const sentence = place?.says ?? row?.says ?? 'iPXE reports an error that this table does not know.';
  return {
    code,
    errno: row?.name ?? `0x${((value >>> 24) & 0x7f).toString(16)}`,
    area,
    firmware: platform >= 0x80 ? 'UEFI' : 'BIOS',
    sentence: secure
      ? 'Secure Boot refuses this program: it is not signed by a key that the firmware trusts.'
      : sentence,
    next: secure
      ? 'Switch Secure Boot off in the firmware setup, or boot a signed program.'
      : (place?.next ?? row?.next ?? 'The line above it on the screen says what iPXE was doing.'),
  };
}
