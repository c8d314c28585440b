/** What Linux tells beside a captured frame: when, in which direction, and the VLAN tag it took out (packet(7)). */
import type { Frame } from '../host.ts';

/** `struct sockaddr_ll`. */
export const NAME_LENGTH = 20;
/** Room for a time stamp and `struct tpacket_auxdata`, 64-bit layout, and some to spare. */
export const CONTROL_LENGTH = 96;

const SOL_SOCKET = 1;
const SCM_TIMESTAMPNS = 35;
const SOL_PACKET = 263;
const PACKET_AUXDATA = 8;
const PACKET_OUTGOING = 4;
const VLAN_VALID = 1 << 4;
const VLAN_TPID_VALID = 1 << 6;
const DOT1Q = 0x8100;

/**
 * A frame with its VLAN tag back in place; `bytes` themselves where there is none. `control` holds `controlLength` octets;
 * `now` stands in where the kernel gave no time.
 */
export function readFrame(
  bytes: Uint8Array,
  name: Uint8Array,
  control: DataView,
  controlLength: number,
  now: number,
): Frame {
  let at = now;
  let tag: readonly [number, number] | undefined;
  // struct cmsghdr: size_t length (header included), int level, int type; data; padded to 8.
  for (let offset = 0; offset + 16 <= controlLength; ) {
    const length = control.getUint32(offset, true);
    if (length < 16 || offset + length > controlLength) break;
    const level = control.getInt32(offset + 8, true);
    const type = control.getInt32(offset + 12, true);
    const data = offset + 16;
    if (level === SOL_SOCKET && type === SCM_TIMESTAMPNS && length >= 32)
      at = uint64(control, data) * 1000 + uint64(control, data + 8) / 1e6;
    if (level === SOL_PACKET && type === PACKET_AUXDATA && length >= 36) tag = vlanTag(control, data);
    offset += Math.ceil(length / 8) * 8;
  }
  return { at, bytes: tag ? tagged(bytes, tag) : bytes, outgoing: name[10] === PACKET_OUTGOING };
}

/** Seconds and nanoseconds fit; a BigInt for each frame would be garbage. */
const uint64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x100000000;

/** TPID and TCI from `struct tpacket_auxdata`. */
function vlanTag(view: DataView, data: number): readonly [number, number] | undefined {
  const status = view.getUint32(data, true);
  if (!(status & VLAN_VALID)) return undefined;
  return [status & VLAN_TPID_VALID ? view.getUint16(data + 18, true) : DOT1Q, view.getUint16(data + 16, true)];
}

function tagged(bytes: Uint8Array, [tpid, tci]: readonly [number, number]): Uint8Array {
  const whole = new Uint8Array(bytes.length + 4);
  whole.set(bytes.subarray(0, 12));
  whole.set([tpid >>> 8, tpid & 255, tci >>> 8, tci & 255], 12);
  whole.set(bytes.subarray(12), 16);
  return whole;
}
