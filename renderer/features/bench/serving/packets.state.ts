/** The list of packets as it grows at its new end and is read further at its old one; and octets as people read them. Pure. */
import type { PacketRow } from '../../../../main/contract/views.ts';

/** Both newest first; where they overlap, a packet stands once. */
export function withNewer(known: readonly PacketRow[], newest: readonly PacketRow[]): readonly PacketRow[] {
  const last = newest.at(-1)?.number;
  return last === undefined ? known : [...newest, ...known.filter(({ number }) => number < last)];
}

const PER_LINE = 16;

/** Lines of offset, octets and text, as every packet tool prints them. `hex`: two digits an octet. */
export function hexLines(hex: string): readonly string[] {
  const octets = hex.match(/../g) ?? [];
  return Array.from({ length: Math.ceil(octets.length / PER_LINE) }, (_, line) => {
    const part = octets.slice(line * PER_LINE, (line + 1) * PER_LINE);
    const left = part.slice(0, 8).join(' ').padEnd(23);
    const right = part.slice(8).join(' ').padEnd(23);
    const text = part.map(octet => visible(Number.parseInt(octet, 16))).join('');
    return `${(line * PER_LINE).toString(16).padStart(4, '0')}  ${left}  ${right}  ${text}`;
  });
}

const visible = (octet: number): string => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.');
