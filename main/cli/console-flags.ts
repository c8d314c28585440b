/** Flags of `benchboot console` as values: line settings, and text with escapes. */
import { oneOf } from '../bench/wish.ts';
import type { FlowControl, LineSettings, Parity } from '../host/host.ts';
import { parsed } from './command.ts';

/** Throws BenchError USAGE. */
export function lineSettings(baud?: string, line?: string, flow?: string): Partial<LineSettings> {
  const baudRate = parsed('baud', baud, 'a number of bits per second', text =>
    /^\d{2,8}$/.test(text) && Number(text) > 0 ? Number(text) : undefined,
  );
  const flowControl = parsed(
    'flow',
    flow,
    'none, rts-cts or xon-xoff',
    oneOf<FlowControl>('none', 'rts-cts', 'xon-xoff'),
  );
  const framing = parsed('line', line, 'data bits, parity and stop bits such as 8N1', parseFraming);
  return { ...framing, ...(baudRate !== undefined && { baudRate }), ...(flowControl && { flowControl }) };
}

const PARITIES: Readonly<Record<string, Parity>> = { N: 'none', E: 'even', O: 'odd', M: 'mark', S: 'space' };

export function parseFraming(text: string): Pick<LineSettings, 'dataBits' | 'parity' | 'stopBits'> | undefined {
  const [, data, parity, stop] = /^([5-8])([NEOMS])([12])$/.exec(text.toUpperCase()) ?? [];
  if (!data || !parity || !stop) return undefined;
  return {
    dataBits: Number(data) as LineSettings['dataBits'],
    parity: PARITIES[parity]!,
    stopBits: Number(stop) as LineSettings['stopBits'],
  };
}

/** Bytes of a text in which `\r`, `\n`, `\t`, `\e`, `\\` and `\xNN` stand for what they do elsewhere. */
export function unescaped(text: string): Uint8Array {
  const named: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, e: 27, '\\': 92 };
  const parts = text.split(/(\\(?:[rnte\\]|x[0-9a-fA-F]{2}))/).map(part => {
    if (!part.startsWith('\\') || part.length < 2) return Buffer.from(part);
    const hex = /^\\x(..)$/.exec(part)?.[1];
    const value = hex ? Number.parseInt(hex, 16) : named[part[1]!];
    return value === undefined ? Buffer.from(part) : Buffer.of(value);
  });
  return Buffer.concat(parts);
}
