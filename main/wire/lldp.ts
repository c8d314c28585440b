/** What a switch says of itself (IEEE 802.1AB). Pure; never throws. */
import { formatMac, readIpv4 } from 'node-dhcpd-lite';
import { Octets, textOf } from './octets.ts';

/** Texts are as sent: make them printable before showing them. Absent ones were not sent. */
export interface Lldp {
  /** MAC address, or whatever else names the box. */
  readonly chassis: string | undefined;
  readonly port: string | undefined;
  readonly portDescription: string | undefined;
  readonly systemName: string | undefined;
  readonly systemDescription: string | undefined;
  /** IPv4 only. */
  readonly managementAddress: string | undefined;
  /** Port VLAN id (IEEE 802.1Q annex D). */
  readonly vlan: number | undefined;
}

/** Each TLV: 7 bits of type, 9 bits of length, value. Reading ends at type 0 or where a value is cut. */
export function readLldp(bytes: Uint8Array): Lldp {
  const found: { -readonly [K in keyof Lldp]: Lldp[K] } = {
    chassis: undefined,
    port: undefined,
    portDescription: undefined,
    systemName: undefined,
    systemDescription: undefined,
    managementAddress: undefined,
    vlan: undefined,
  };
  const all = new Octets(bytes);
  for (let at = 0; all.has(2, at); ) {
    const type = all.u16(at) >>> 9;
    const length = all.u16(at) & 0x1ff;
    if (type === 0 || !all.has(length, at + 2)) break;
    const value = all.part(at + 2, length);
    at += 2 + length;
    switch (type) {
      case 1:
        found.chassis ??= identifier(value, 4);
        break;
      case 2:
        found.port ??= identifier(value, 3);
        break;
      case 4:
        found.portDescription ??= textOf(value);
        break;
      case 5:
        found.systemName ??= textOf(value);
        break;
      case 6:
        found.systemDescription ??= textOf(value);
        break;
      case 8:
        // Length of subtype and address, subtype 1 is IPv4.
        if (value[0] === 5 && value[1] === 1 && value.length >= 6) found.managementAddress ??= readIpv4(value, 2);
        break;
      case 127:
        if (value.length >= 6 && value[0] === 0x00 && value[1] === 0x80 && value[2] === 0xc2 && value[3] === 1) {
          found.vlan ??= new Octets(value).u16(4);
        }
        break;
    }
  }
  return found;
}

/** A subtype and a name; `macSubtype` says the name is a MAC address. */
function identifier(value: Uint8Array, macSubtype: number): string | undefined {
  if (value.length < 2) return undefined;
  const name = value.subarray(1);
  return value[0] === macSubtype && name.length === 6 ? formatMac(name) : textOf(name);
}
