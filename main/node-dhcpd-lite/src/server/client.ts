/** Recognises a client once from its packet; everything behind it reads the facts, not the options. */

import type { DhcpPacket } from '../codec/message.ts';
import { toHex } from '../codec/octets.ts';
import { optionValue } from '../codec/options.ts';
import type { ClientFacts } from './policy.ts';

export const BOOT_CLASSES: readonly string[] = ['PXEClient', 'HTTPClient'];

const NONE: readonly never[] = [];
const NO_CODES = new Uint8Array(0);

/** `bootClasses`: beginnings of option 60 that mark a network boot client. */
export function recogniseClient(packet: DhcpPacket, bootClasses: readonly string[] = BOOT_CLASSES): ClientFacts {
  const { options } = packet;
  const clientId = options.get(61);
  const machineId = optionValue(options, 'client-machine-id');
  const vendorClass = optionValue(options, 'vendor-class');
  const userClasses = optionValue(options, 'user-class') ?? NONE;
  return {
    mac: packet.mac,
    htype: packet.htype,
    clientId: clientId && clientId.length > 0 ? toHex(clientId) : undefined,
    uuid: machineId && toHex(machineId),
    serial: machineId && raspberrySerial(machineId),
    hostname: optionValue(options, 'hostname') || undefined,
    vendorClass,
    userClasses,
    archs: optionValue(options, 'client-architecture') ?? NONE,
    requested: options.get(55) ?? NO_CODES,
    bootClass: vendorClass === undefined ? undefined : bootClasses.find(name => vendorClass.startsWith(name)),
    ipxe: options.has(175) || userClasses.includes('iPXE'),
    relay: packet.giaddr === '0.0.0.0' ? undefined : packet.giaddr,
  };
}

/**
 * Raspberry Pis put their serial number into option 97, little endian: Pi 4 and 5 behind `RPi4`, `RPi5`, revision and
 * MAC; the Pi 3's bootcode.bin four times over. (The Pi 3's ROM sends 0x44 only.)
 */
function raspberrySerial(machineId: Uint8Array): string | undefined {
  const isPi = machineId[0] === 0x52 && machineId[1] === 0x50 && machineId[2] === 0x69;
  if (!isPi) {
    for (let i = 4; i < 16; i++) if (machineId[i] !== machineId[i - 4]) return undefined;
    if (machineId.subarray(0, 4).every(octet => octet === machineId[0])) return undefined;
  }
  return toHex(machineId.slice(12).reverse());
}

/** The address a client asks for or has: option 50, else ciaddr. */
export function wantedAddress(packet: DhcpPacket): string | undefined {
  const requested = optionValue(packet.options, 'requested-address');
  if (requested !== undefined) return requested;
  return packet.ciaddr === '0.0.0.0' ? undefined : packet.ciaddr;
}
