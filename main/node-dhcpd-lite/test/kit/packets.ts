/** Builds what clients send, field by field. */
import {
  type DhcpPacket,
  encodePacket,
  type MessageType,
  type OptionName,
  type OptionValue,
  writeOption,
} from '../../src/index.ts';

export type Named = { readonly [N in OptionName]?: OptionValue<N> };

export function options(named: Named): Map<number, Uint8Array> {
  const map = new Map<number, Uint8Array>();
  for (const [name, value] of Object.entries(named)) {
    const [code, bytes] = writeOption(name as OptionName, value as never);
    map.set(code, bytes);
  }
  return map;
}

export const MAC = '52:54:00:be:00:01';

export interface ClientFields extends Partial<Omit<DhcpPacket, 'options'>> {
  readonly named?: Named;
  readonly raw?: readonly (readonly [number, Uint8Array])[];
}

/** A client's message; without a type it is BOOTP. */
export function request(type: MessageType | undefined, fields: ClientFields = {}): DhcpPacket {
  const { named, raw, ...header } = fields;
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x12345678,
    secs: 0,
    flags: 0,
    ciaddr: '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: '0.0.0.0',
    mac: MAC,
    sname: '',
    file: '',
    ...header,
    options: new Map([...options({ ...(type ? { 'message-type': type } : {}), ...named }), ...(raw ?? [])]),
  };
}

export function encoded(packet: DhcpPacket, minimum?: number): Uint8Array {
  const result = encodePacket(packet, minimum);
  if (!result.ok) throw new Error(result.error.message);
  return result.bytes;
}
