/** Netascii, the text form of TFTP (RFC 764, RFC 1350 section 1), made while reading: LF becomes CR LF, CR becomes CR NUL. */
const CR = 13;
const LF = 10;

/** Octets of `bytes` in netascii. */
export function toNetascii(bytes: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === LF || byte === CR) extra++;
  if (extra === 0) return bytes;
  const out = new Uint8Array(bytes.length + extra);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LF) out[at++] = CR;
    out[at++] = byte;
    if (byte === CR) out[at++] = 0;
  }
  return out;
}
