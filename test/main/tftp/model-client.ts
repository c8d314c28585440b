/** A TFTP client as a value, for tests: follows RFC 1350 and RFC 7440 to the letter, counts every packet it is given. */
import { decodePacket, encodePacket, type Option } from '../../../main/tftp/wire.ts';

export class ModelClient {
  readonly received: Uint8Array[] = [];
  done = false;
  error: { code: number; text: string } | undefined;
  oack: readonly Option[] | undefined;
  /** DATA packets that arrived, wanted or not. */
  packets = 0;
  #blksize = 512;
  #windowsize = 1;
  #expected = 1;
  #inWindow = 0;

  /** What the client sends back at once. */
  take(bytes: Uint8Array): Uint8Array[] {
    const packet = decodePacket(bytes);
    if (packet.op === 'oack') {
      this.oack = packet.options;
      for (const [name, value] of packet.options) {
        if (name === 'blksize') this.#blksize = Number(value);
        if (name === 'windowsize') this.#windowsize = Number(value);
      }
      return this.#expected === 1 ? [this.#ack()] : [];
    }
    if (packet.op === 'error') {
      this.error = { code: packet.code, text: packet.text };
      return [];
    }
    if (packet.op !== 'data') return [];
    this.packets++;
    if (packet.block !== (this.#expected & 0xffff)) {
      this.#inWindow = 0;
      return [this.#ack()];
    }
    this.received.push(new Uint8Array(packet.bytes));
    this.#expected++;
    this.#inWindow++;
    if (packet.bytes.length < this.#blksize) this.done = true;
    if (!this.done && this.#inWindow < this.#windowsize) return [];
    this.#inWindow = 0;
    return [this.#ack()];
  }

  /** Its own timer: asks again for what it waits for. */
  nudge(): Uint8Array[] {
    return this.#expected > 1 || this.oack ? [this.#ack()] : [];
  }

  get content(): Buffer {
    return Buffer.concat(this.received);
  }

  #ack(): Uint8Array {
    return encodePacket({ op: 'ack', block: (this.#expected - 1) & 0xffff });
  }
}
