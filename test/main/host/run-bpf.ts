/** Runs a classic BPF program as the kernel does, for the instructions that the assembler knows. */
import type { Instruction } from '../../../main/host/node/bpf.ts';

/** How many octets of the frame the program keeps. Throws for an unknown instruction or a program that runs out. */
export function runBpf(program: readonly Instruction[], frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let a = 0;
  let x = 0;
  for (let at = 0; ; at++) {
    const step = program[at];
    if (!step) throw new RangeError(`program ran out at ${at}`);
    const { code, jt, jf, k } = step;
    const beyond = (offset: number, length: number) => offset + length > frame.length;
    switch (code) {
      case 0x30:
      case 0x50: {
        const offset = code === 0x50 ? x + k : k;
        if (beyond(offset, 1)) return 0;
        a = view.getUint8(offset);
        break;
      }
      case 0x28:
      case 0x48: {
        const offset = code === 0x48 ? x + k : k;
        if (beyond(offset, 2)) return 0;
        a = view.getUint16(offset);
        break;
      }
      case 0xb1:
        if (beyond(k, 1)) return 0;
        x = (view.getUint8(k) & 15) * 4;
        break;
      case 0x15:
        at += a === k ? jt : jf;
        break;
      case 0x25:
        at += a > k ? jt : jf;
        break;
      case 0x45:
        at += a & k ? jt : jf;
        break;
      case 0x06:
        return k;
      default:
        throw new RangeError(`unknown instruction ${code}`);
    }
  }
}
