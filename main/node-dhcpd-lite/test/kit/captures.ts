/** The recorded packets of real firmware (and of replays, named so), as octets. */
import { readFileSync } from 'node:fs';
import { type DhcpPacket, decodePacket, fromHex } from '../../src/index.ts';

export interface Capture {
  readonly client: string;
  readonly step: string;
  readonly note: string;
  readonly bytes: Uint8Array;
}

const recorded = JSON.parse(readFileSync(new URL('../captures/dhcp.json', import.meta.url), 'utf8')) as {
  client: string;
  step: string;
  note: string;
  hex: string;
}[];

export const CAPTURES: readonly Capture[] = recorded.map(({ hex, ...rest }) => ({ ...rest, bytes: fromHex(hex)! }));

export function captured(client: string, step: string): DhcpPacket {
  const capture = CAPTURES.find(candidate => candidate.client === client && candidate.step === step);
  if (!capture) throw new Error(`no capture of ${client} ${step}`);
  return decoded(capture.bytes);
}

export function decoded(bytes: Uint8Array): DhcpPacket {
  const result = decodePacket(bytes);
  if (!result.ok) throw new Error(result.error.message);
  return result.packet;
}
