import { describe, expect, it } from 'vitest';
import { CONTROL_LENGTH, NAME_LENGTH, readFrame } from '../../../main/host/node/packet-message.ts';

const frame = Uint8Array.from({ length: 20 }, (_, i) => i);
const name = (type: number) => Uint8Array.from({ length: NAME_LENGTH }, (_, i) => (i === 10 ? type : 0));

/** A time stamp and the auxiliary data, as Linux puts them one behind the other. */
function control(status: number, tci = 0, tpid = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(72));
  view.setBigUint64(0, 32n, true);
  view.setInt32(8, 1, true);
  view.setInt32(12, 35, true);
  view.setBigInt64(16, 1_700_000_000n, true);
  view.setBigInt64(24, 123_456_789n, true);
  view.setBigUint64(32, 36n, true);
  view.setInt32(40, 263, true);
  view.setInt32(44, 8, true);
  view.setUint32(48, status, true);
  view.setUint16(64, tci, true);
  view.setUint16(66, tpid, true);
  return new Uint8Array(view.buffer);
}

const read = (type: number, data: Uint8Array) =>
  readFrame(frame, name(type), new DataView(data.buffer), data.length, 5);

describe('what the kernel tells of a frame', () => {
  it('its time to the microsecond and its direction', () => {
    const ours = read(4, control(1));
    expect(ours).toMatchObject({ bytes: frame, outgoing: true });
    expect(ours.at).toBeCloseTo(1_700_000_000_123.456, 2);
    expect(read(0, control(1)).outgoing).toBe(false);
  });

  it.each([
    ['802.1Q without a type', control(1 << 4, 5), [0x81, 0, 0, 5]],
    ['802.1ad with one', control((1 << 4) | (1 << 6), 0x2005, 0x88a8), [0x88, 0xa8, 0x20, 5]],
  ])('puts a tag back: %s', (_, data, tag) => {
    const { bytes } = read(0, data);
    expect([...bytes]).toEqual([...frame.subarray(0, 12), ...tag, ...frame.subarray(12)]);
  });

  it('does without what is missing or broken', () => {
    for (const broken of [new Uint8Array(0), new Uint8Array(CONTROL_LENGTH), control(1).subarray(0, 20)]) {
      expect(read(0, broken)).toEqual({ at: 5, bytes: frame, outgoing: false });
    }
  });
});
