import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlLength, readRights, writeRights } from '../../../../main/host/helper/scm-rights.ts';

const space = (octets: number) => new DataView(new ArrayBuffer(octets));

describe('SCM_RIGHTS', () => {
  it('is laid out as cmsg(3) has it on 64-bit Linux', () => {
    const control = space(controlLength(2));
    writeRights(control, [5, 258]);
    expect(Buffer.from(control.buffer).toString('hex')).toBe(
      '1800000000000000' + '01000000' + '01000000' + '05000000' + '02010000',
    );
    expect([1, 2, 3].map(controlLength)).toEqual([24, 24, 32]);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 8 }), descriptors => {
        const control = space(controlLength(descriptors.length));
        writeRights(control, descriptors);
        expect(readRights(control, control.byteLength)).toEqual(descriptors);
      }),
    );
  });

  it('skips what is no descriptor', () => {
    const credentials = 32;
    const control = space(credentials + controlLength(1));
    control.setBigUint64(0, 28n, true);
    control.setInt32(8, 1, true);
    control.setInt32(12, 2, true);
    writeRights(new DataView(control.buffer, credentials), [9]);
    expect(readRights(control, control.byteLength)).toEqual([9]);
    expect(readRights(control, credentials)).toEqual([]);
  });

  it('never reads beyond what the kernel wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 96 }), fc.nat(96), (octets, length) => {
        const control = new DataView(octets.slice().buffer);
        expect(readRights(control, Math.min(length, octets.length)).length).toBeLessThanOrEqual(24);
      }),
    );
  });
});
