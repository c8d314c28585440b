/** DNS over TCP: each message behind its length in two octets (RFC 1035 section 4.2.2). Pure. */

export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + message.length);
  new DataView(bytes.buffer).setUint16(0, message.length);
  bytes.set(message, 2);
  return bytes;
}

/** Puts messages together again from chunks of any size. Holds at most one message, 64 KiB. */
export class Unframer {
  #held: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): readonly Uint8Array[] {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const messages: Uint8Array[] = [];
    while (rest.length >= 2) {
      const length = rest[0]! * 256 + rest[1]!;
      if (rest.length < 2 + length) break;
      messages.push(new Uint8Array(rest.subarray(2, 2 + length)));
      rest = rest.subarray(2 + length);
    }
    this.#held = new Uint8Array(rest);
    return messages;
  }
}
