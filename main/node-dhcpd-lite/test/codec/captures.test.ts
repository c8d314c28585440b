import { describe, expect, it } from 'vitest';
import { type DhcpPacket, decodePacket, describeOptions, encodePacket } from '../../src/index.ts';
import { CAPTURES, decoded } from '../kit/captures.ts';

function account(packet: DhcpPacket): string {
  const { options: _options, ...header } = packet;
  const fields = Object.entries(header).filter(([, value]) => value !== 0 && value !== '0.0.0.0' && value !== '');
  const lines = fields.map(([name, value]) => `  ${name} ${name === 'xid' ? (value as number).toString(16) : value}`);
  return [...lines, ...describeOptions(packet).map(({ code, name, text }) => `  ${code} ${name} = ${text}`)].join('\n');
}

describe('captures', () => {
  it('decode to the reviewed account', async () => {
    const text = CAPTURES.map(({ client, step, bytes }) => `${client}: ${step}\n${account(decoded(bytes))}\n`).join(
      '\n',
    );
    await expect(text).toMatchFileSnapshot('../captures/dhcp.decoded.txt');
  });

  it.each(CAPTURES)('$client $step comes back octet by octet', ({ bytes }) => {
    const result = encodePacket(decoded(bytes));
    expect(result.ok && result.bytes).toEqual(bytes);
  });

  it('are refused, not thrown at, wherever they are cut', () => {
    const reasons = new Set<string>();
    for (const { bytes } of CAPTURES) {
      for (let length = 0; length < bytes.length; length++) {
        const result = decodePacket(bytes.subarray(0, length));
        if (length < 236) expect(result.ok).toBe(false);
        if (!result.ok) reasons.add(result.error.code);
      }
    }
    expect([...reasons].sort()).toEqual(['OPTION_CUT', 'TOO_SHORT']);
  });
});
