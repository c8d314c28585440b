/** A receiver of XMODEM and YMODEM after the protocol's own text, for tests: strict about blocks, patient about noise. */
import { crc16 } from '../../../../main/console/transfer/xmodem.ts';

const [SOH, STX, EOT, ACK, NAK, CAN, C] = [1, 2, 4, 6, 0x15, 0x18, 0x43];

export interface Received {
  readonly name: string;
  readonly size: number | undefined;
  bytes: Buffer;
}

export class Receiver {
  readonly files: Received[] = [];
  done = false;
  readonly #crc: boolean;
  readonly #batch: boolean;
  #input = Buffer.alloc(0);
  #expected: number;
  #header: boolean;
  #refusedEot = false;

  constructor({ crc = true, batch = false } = {}) {
    this.#crc = crc;
    this.#batch = batch;
    this.#header = batch;
    this.#expected = batch ? 0 : 1;
    if (!batch) this.files.push({ name: '', size: undefined, bytes: Buffer.alloc(0) });
  }

  ask(): Buffer {
    return Buffer.of(this.#crc ? C : NAK);
  }

  push(bytes: Uint8Array): Buffer {
    this.#input = Buffer.concat([this.#input, bytes]);
    const answers: number[] = [];
    while (this.#input.length > 0 && !this.done) {
      const kind = this.#input[0];
      if (kind === EOT) {
        this.#input = this.#input.subarray(1);
        if (!this.#refusedEot) {
          this.#refusedEot = true;
          answers.push(NAK);
          continue;
        }
        answers.push(ACK);
        this.done = !this.#batch;
        this.#header = this.#batch;
        this.#expected = 0;
        if (this.#batch) answers.push(C);
        continue;
      }
      if (kind !== SOH && kind !== STX) {
        if (kind === CAN) this.done = true;
        this.#input = this.#input.subarray(1);
        continue;
      }
      const size = kind === STX ? 1024 : 128;
      const length = 3 + size + (this.#crc ? 2 : 1);
      if (this.#input.length < length) break;
      const block = this.#input.subarray(0, length);
      this.#input = this.#input.subarray(length);
      answers.push(...this.#block(block, size));
    }
    return Buffer.from(answers);
  }

  #block(block: Buffer, size: number): number[] {
    const data = block.subarray(3, 3 + size);
    const check = this.#crc
      ? crc16(data) === block.readUInt16BE(3 + size)
      : (data.reduce((a, b) => a + b, 0) & 255) === block[3 + size];
    if (!check || block[1] !== (~block[2]! & 255)) return [NAK];
    if (block[1] === ((this.#expected - 1) & 255) && !this.#header) return [ACK];
    if (block[1] !== (this.#expected & 255)) return [CAN, CAN];
    this.#expected++;
    if (!this.#header) {
      this.files.at(-1)!.bytes = Buffer.concat([this.files.at(-1)!.bytes, data]);
      return [ACK];
    }
    const end = data.indexOf(0);
    if (end === 0) {
      this.done = true;
      return [ACK];
    }
    const size_ = Number.parseInt(data.toString('latin1', end + 1), 10);
    this.files.push({ name: data.toString('utf8', 0, end), size: size_, bytes: Buffer.alloc(0) });
    this.#header = false;
    this.#refusedEot = false;
    return [ACK, C];
  }
}
