/** Writes frames as a pcapng file (draft-ietf-opsawg-pcapng) that Wireshark opens. Pure; little endian. */
import { type Mac, macBytes } from 'node-dhcpd-lite';
import type { Frame } from '../host/host.ts';

export interface CaptureInterface {
  readonly name: string;
  readonly description?: string;
  readonly mac?: Mac;
  readonly frames: readonly Frame[];
}

export interface CaptureAbout {
  /** Program that wrote it, e.g. `Benchboot 0.1.0`. */
  readonly application: string;
  readonly comment?: string;
}

const BLOCK = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;
const ETHERNET = 1;
const OPTION = {
  end: 0,
  comment: 1,
  userApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceMac: 6,
  timestampResolution: 9,
  packetFlags: 2,
} as const;
/** Direction in the flags word of a packet: bits 0 and 1. */
const INBOUND = 1;
const OUTBOUND = 2;

/** One section with an interface per entry and all frames in the order of their time stamps. */
export function encodePcapng(interfaces: readonly CaptureInterface[], about: CaptureAbout): Uint8Array {
  const packets = interfaces
    .flatMap(({ frames }, index) => frames.map(frame => ({ index, frame })))
    .sort((a, b) => a.frame.at - b.frame.at);
  return Buffer.concat([
    sectionHeader(about),
    ...interfaces.map(interfaceDescription),
    ...packets.map(({ index, frame }) => enhancedPacket(index, frame)),
  ]);
}

function sectionHeader({ application, comment }: CaptureAbout): Uint8Array {
  const fixed = new Uint8Array(16);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  // The section's length is not told: -1.
  view.setBigInt64(8, -1n, true);
  return block(BLOCK.section, [
    fixed,
    ...(comment === undefined ? [] : [option(OPTION.comment, Buffer.from(comment))]),
    option(OPTION.userApplication, Buffer.from(application)),
    option(OPTION.end, new Uint8Array(0)),
  ]);
}

function interfaceDescription({ name, description, mac }: CaptureInterface): Uint8Array {
  const fixed = new Uint8Array(8);
  // Link type, reserved, and no limit of the captured length.
  new DataView(fixed.buffer).setUint16(0, ETHERNET, true);
  return block(BLOCK.interface, [
    fixed,
    option(OPTION.interfaceName, Buffer.from(name)),
    ...(description === undefined ? [] : [option(OPTION.interfaceDescription, Buffer.from(description))]),
    ...(mac === undefined ? [] : [option(OPTION.interfaceMac, macBytes(mac))]),
    option(OPTION.timestampResolution, Uint8Array.of(6)),
    option(OPTION.end, new Uint8Array(0)),
  ]);
}

function enhancedPacket(index: number, { at, bytes, outgoing }: Frame): Uint8Array {
  const fixed = new Uint8Array(20);
  const view = new DataView(fixed.buffer);
  const microseconds = BigInt(Math.round(at * 1000));
  view.setUint32(0, index, true);
  view.setUint32(4, Number(microseconds >> 32n), true);
  view.setUint32(8, Number(microseconds & 0xffffffffn), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, bytes.length, true);
  const flags = new Uint8Array(4);
  new DataView(flags.buffer).setUint32(0, outgoing ? OUTBOUND : INBOUND, true);
  return block(BLOCK.enhancedPacket, [
    fixed,
    padded(bytes),
    option(OPTION.packetFlags, flags),
    option(OPTION.end, new Uint8Array(0)),
  ]);
}

/** Type, length, body, length again. */
function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  return Buffer.concat([head, ...parts, head.subarray(4)]);
}

function option(code: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(4);
  const view = new DataView(head.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  return Buffer.concat([head, padded(value)]);
}

const padded = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(4 - (bytes.length % 4))]);
