/**
 * A small assembler for classic BPF, the language of kernel packet filters (Linux SO_ATTACH_FILTER; McCanne and Jacobson
 * 1993). A program runs once for each frame and returns how many octets of it to keep, 0 for none. Reading beyond the
 * frame's end returns 0.
 */

/** One instruction of `struct sock_filter`. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A line of assembly: an operation, or a label that jumps name. A missing one continues with the next line. */
export type Line =
  | { readonly label: string }
  | { readonly op: 'load8' | 'load16' | 'loadAtX8' | 'loadAtX16'; readonly at: number }
  /** X becomes the length of the IPv4 header at `at`. */
  | { readonly op: 'headerLength'; readonly at: number }
  | {
      readonly op: 'equal' | 'greater' | 'anyBit';
      readonly value: number;
      readonly yes?: string;
      readonly no?: string;
    }
  | { readonly op: 'return'; readonly length: number };

const CODES = {
  load8: 0x30,
  load16: 0x28,
  loadAtX8: 0x50,
  loadAtX16: 0x48,
  headerLength: 0xb1,
  equal: 0x15,
  greater: 0x25,
  anyBit: 0x45,
  return: 0x06,
} as const;

/** Throws RangeError for an unknown label, a jump backwards, or one further than BPF can (255 instructions). */
export function assemble(lines: readonly Line[]): Instruction[] {
  const labels = new Map<string, number>();
  let length = 0;
  for (const line of lines)
    if ('label' in line) labels.set(line.label, length);
    else length++;

  const program: Instruction[] = [];
  for (const line of lines) {
    if ('label' in line) continue;
    const next = program.length + 1;
    const jump = (label: string | undefined): number => {
      if (label === undefined) return 0;
      const distance = (labels.get(label) ?? Number.NaN) - next;
      if (!(distance >= 0 && distance <= 255)) throw new RangeError(`cannot jump to ${label}`);
      return distance;
    };
    const code = CODES[line.op];
    if (line.op === 'return') program.push({ code, jt: 0, jf: 0, k: line.length });
    else if ('at' in line) program.push({ code, jt: 0, jf: 0, k: line.at });
    else program.push({ code, jt: jump(line.yes), jf: jump(line.no), k: line.value });
  }
  return program;
}

/** As the kernel reads it: eight octets an instruction, in this machine's byte order. */
export function programBytes(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const words16 = new Uint16Array(bytes.buffer);
  const words32 = new Uint32Array(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, i) => {
    words16[i * 4] = code;
    bytes[i * 8 + 2] = jt;
    bytes[i * 8 + 3] = jf;
    words32[i * 2 + 1] = k;
  });
  return bytes;
}
