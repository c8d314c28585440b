/** What a script must be to be put into a program: text that iPXE takes for a script, and small enough. */
import { BenchError } from '../../errors.ts';

/** Octets. iPXE runs far longer scripts; BIOS programs and the setup sectors of ipxe.lkrn have no room for them. */
export const LONGEST_SCRIPT = 64 * 1024;
export const LONGEST_LKRN_SCRIPT = 20 * 1024;

export interface NamedScript {
  /** What errors call it: its path, or what the editor calls it. */
  readonly name: string;
  readonly text: string;
}

/** The script in a file's octets; `size` is the file's where not all of it was read. Throws IPXE_SCRIPT. */
export function decodeScript(name: string, bytes: Uint8Array, size = bytes.length): NamedScript {
  const refuse = (problem: string): never => {
    throw new BenchError('IPXE_SCRIPT', { script: name, problem });
  };
  if (size > LONGEST_SCRIPT) refuse(tooLong(size, LONGEST_SCRIPT));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    refuse('it begins with a byte order mark, so iPXE does not know it for a script; save it as UTF-8 without one');
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    refuse('it is UTF-16 text; save it as UTF-8');
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    refuse('it is not UTF-8 text; save it as UTF-8');
  }
  const script = { name, text };
  checkScript(script);
  return script;
}

/** Throws IPXE_SCRIPT, with the line where there is one. */
export function checkScript({ name, text }: NamedScript, limit = LONGEST_SCRIPT): void {
  const problem = scriptProblem(text, limit);
  if (problem !== undefined) throw new BenchError('IPXE_SCRIPT', { script: name, problem });
}

function scriptProblem(text: string, limit: number): string | undefined {
  const octets = new TextEncoder().encode(text).length;
  if (octets > limit) return tooLong(octets, limit);
  if (!/^#![ig]pxe\s/.test(text)) return 'its first line must be #!ipxe, from the first character on';
  const line = (at: number): number => text.slice(0, at).split('\n').length;
  const nul = text.indexOf('\0');
  if (nul >= 0) return `line ${line(nul)} holds a NUL character, where iPXE would stop reading; remove it`;
  const crlf = text.search(/\r\n/);
  const lf = text.search(/(?<!\r)\n/);
  if (crlf >= 0 && lf >= 0)
    return `line ends are mixed (line ${line(crlf)} ends with CR LF, line ${line(lf)} with LF); save it with one kind`;
  const cr = text.search(/\r(?!\n)/);
  if (cr >= 0) return `line ${line(cr)} holds a carriage return that ends no line; remove it`;
  return undefined;
}

const tooLong = (octets: number, limit: number): string =>
  `it has ${octets} octets, and ${limit} fit; shorten it, or let a short one chain to it over the network`;
