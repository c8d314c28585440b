/** Frames for tests: captured DHCP packets in their Ethernet frames, ARP, LLDP and mDNS made by hand. */
import { readFileSync } from 'node:fs';
import { type Ipv4, ipv4Bytes, type Mac, macBytes } from 'node-dhcpd-lite';
import { buildUdpFrame } from 'node-dhcpd-lite/socket';
import type { Frame } from '../../../main/host/host.ts';

export interface Capture {
  readonly client: string;
  readonly step: string;
  readonly note: string;
  readonly hex: string;
}
const file = new URL('../../../main/node-dhcpd-lite/test/captures/dhcp.json', import.meta.url);
export const captures: readonly Capture[] = JSON.parse(readFileSync(file, 'utf8'));

export const SERVER_MAC: Mac = '02:00:00:00:00:01';
export const BROADCAST: Mac = 'ff:ff:ff:ff:ff:ff';

/** The captured payload between the addresses that its note tells, from the MAC in its `chaddr` or from the server. */
export function captureFrame(capture: Capture): Uint8Array {
  const note = /^([\d.]+):(\d+) -> ([\d.]+):(\d+) \(to ([0-9a-f:]+)\).* ttl (\d+)/.exec(capture.note);
  if (!note) throw new Error(`no addresses in ${capture.note}`);
  const payload = new Uint8Array(Buffer.from(capture.hex, 'hex'));
  const chaddr = capture.hex.slice(56, 68).match(/../g)!.join(':');
  const [, fromIp, fromPort, toIp, toPort, toMac, ttl] = note;
  return buildUdpFrame({
    from: { mac: fromPort === '67' ? SERVER_MAC : chaddr, address: fromIp!, port: Number(fromPort) },
    to: { mac: toMac!, address: toIp!, port: Number(toPort) },
    payload,
    ttl: Number(ttl),
  });
}

export const capture = (client: string, step: string): Capture => {
  const found = captures.find(one => one.client === client && one.step === step);
  if (!found) throw new Error(`no capture ${client} / ${step}`);
  return found;
};

export const frame = (bytes: Uint8Array, at = 0, outgoing = false): Frame => ({ at, bytes, outgoing });

export function ethernet(destination: Mac, source: Mac, etherType: number, payload: Uint8Array): Uint8Array {
  const type = Uint8Array.of(etherType >> 8, etherType & 255);
  return new Uint8Array(Buffer.concat([macBytes(destination), macBytes(source), type, payload]));
}

export interface ArpFields {
  readonly operation?: 1 | 2;
  readonly mac: Mac;
  readonly ip: Ipv4;
  readonly target: Ipv4;
}
export function arp({ operation = 1, mac, ip, target }: ArpFields): Uint8Array {
  const head = Uint8Array.of(0, 1, 8, 0, 6, 4, 0, operation);
  const body = Buffer.concat([head, macBytes(mac), ipv4Bytes(ip), new Uint8Array(6), ipv4Bytes(target)]);
  return ethernet(BROADCAST, mac, 0x0806, body);
}

export function lldp(source: Mac, tlvs: readonly (readonly [type: number, value: Uint8Array | string])[]): Uint8Array {
  const parts = tlvs.map(([type, value]) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Uint8Array.of((type << 1) | (bytes.length >> 8), bytes.length & 255), bytes]);
  });
  return ethernet('01:80:c2:00:00:0e', source, 0x88cc, Buffer.concat([...parts, Uint8Array.of(0, 0)]));
}

export function udp(
  from: { mac: Mac; ip: Ipv4; port: number },
  to: { ip: Ipv4; port: number },
  payload: Uint8Array,
): Uint8Array {
  return buildUdpFrame({
    from: { mac: from.mac, address: from.ip, port: from.port },
    to: { mac: BROADCAST, address: to.ip, port: to.port },
    payload: new Uint8Array(payload),
  });
}
