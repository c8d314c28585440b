/** A script as the command line of iPXE on BIOS, which runs it like a script. */

/**
 * iPXE takes the first `BOOT_IMAGE=…` and the first `initrd=…` out of a command line, wherever they stand. With these
 * two in front it takes them, and not the `initrd=` of the script's own kernel line.
 */
const CRUFT = 'BOOT_IMAGE=- initrd=- ';

/** NUL-terminated. */
export const encodeCommandLine = (script: string): Uint8Array => new TextEncoder().encode(`${CRUFT}${script}\0`);

/** The script in the command line that begins at `at`, or undefined when it is none of ours. */
export function decodeCommandLine(bytes: Uint8Array, at: number): string | undefined {
  const end = bytes.indexOf(0, at);
  if (at >= bytes.length || end < 0) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(at, end));
  return text.startsWith(CRUFT) ? text.slice(CRUFT.length) : undefined;
}
