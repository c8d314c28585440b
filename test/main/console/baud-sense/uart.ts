/** A serial line as a model: what a UART makes of bytes that were sent at another rate than it reads (8N1). Pure. */

/** `gap`: idle bit times between two bytes. */
export function misread(bytes: Uint8Array, sent: number, read: number, gap = 0): Uint8Array {
  if (sent === read) return bytes;
  const frame = 10 + gap;
  /** The line at a time in bits of the sender: start bit low, eight data bits from the lowest, stop bit and idle high. */
  const level = (at: number): number => {
    const index = Math.floor(at / frame);
    const bit = Math.floor(at - index * frame);
    if (at < 0 || index >= bytes.length || bit >= 9) return 1;
    return bit === 0 ? 0 : (bytes[index]! >> (bit - 1)) & 1;
  };
  const end = bytes.length * frame;
  const step = sent / read;
  const out: number[] = [];
  let at = 0;
  while (at < end) {
    while (at < end && level(at) === 1) at = Math.floor(at) + 1;
    if (at >= end) break;
    let value = 0;
    for (let bit = 0; bit < 8; bit++) value |= level(at + (1.5 + bit) * step) << bit;
    out.push(value);
    at += 9.5 * step;
    // A low stop bit is a framing error; the next edge must come from high.
    while (at < end && level(at) === 0) at = Math.floor(at) + 1;
  }
  return Uint8Array.from(out);
}
