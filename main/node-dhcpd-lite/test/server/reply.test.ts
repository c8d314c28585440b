import { describe, expect, it } from 'vitest';
import { type BootFields, fromText, writeOption } from '../../src/index.ts';
import { bench, option, SERVER } from '../kit/bench.ts';
import { captured } from '../kit/captures.ts';
import { request } from '../kit/packets.ts';

const LAB = {
  server: '192.168.77.1',
  subnet: { network: '192.168.77.0', prefix: 24 },
  range: ['192.168.77.100', '192.168.77.120'] as const,
  dns: ['192.168.77.1'],
};
const discover = async (boot: BootFields, fields: object = {}, config: object = {}) =>
  (await bench(config, boot)).send(request('DISCOVER', fields))!;
const asking = (...codes: number[]) => ({ named: { 'parameter-request-list': codes } });

describe('boot fields', () => {
  it('the file goes to the file field, closed by NUL, and siaddr is this server', async () => {
    const sent = await discover({ file: 'a.efi' });
    expect(sent.packet).toMatchObject({ file: 'a.efi', siaddr: SERVER });
    expect(sent.bytes[108 + 5]).toBe(0);
    expect(sent.packet.options.has(67)).toBe(false);
  });

  it('and to option 67 when that is asked for', async () => {
    const sent = await discover({ file: 'a.efi' }, asking(67));
    expect([sent.packet.file, option(sent, 'bootfile-name')]).toEqual(['a.efi', 'a.efi']);
  });

  it('and to option 67 alone when the field is too small', async () => {
    const file = `http://10.32.0.1/${'x'.repeat(120)}`;
    const sent = await discover({ file });
    expect([sent.packet.file, option(sent, 'bootfile-name')]).toEqual(['', file]);
  });

  it('a file of 127 octets fits the field, with its NUL', async () => {
    const sent = await discover({ file: 'x'.repeat(127) });
    expect(sent.packet.file).toHaveLength(127);
    expect(sent.bytes[235]).toBe(0);
  });

  it("the policy's own option 67 stays as it is, NUL and all", async () => {
    const sent = await discover({ file: 'a', options: [[67, fromText('b\0')]] }, asking(67));
    expect(sent.packet.options.get(67)).toEqual(fromText('b\0'));
  });

  it('a name beyond ASCII is UTF-8 on the wire', async () => {
    const sent = await discover({ file: 'größe.efi' });
    expect([...sent.bytes.subarray(108, 119)]).toEqual([...fromText('größe.efi')]);
  });

  it('nothing to boot leaves siaddr, file and sname empty', async () => {
    expect((await discover({})).packet).toMatchObject({ siaddr: '0.0.0.0', file: '', sname: '' });
  });

  it('siaddr and sname as the policy says', async () => {
    const sent = await discover({ siaddr: '10.32.0.9', sname: 'bench' });
    expect(sent.packet).toMatchObject({ siaddr: '10.32.0.9', sname: 'bench' });
  });

  it('what the client has in its own file field never comes back (U-Boot)', async () => {
    const { send } = await bench(LAB);
    expect(captured('u-boot-2023-auto', 'U-Boot DISCOVER').file).toBe('boot.scr.uimg');
    expect(send(captured('u-boot-2023-auto', 'U-Boot DISCOVER'))?.packet.file).toBe('');
    expect(send(request('DISCOVER', { sname: 'me' }))?.packet.sname).toBe('');
  });

  it('a policy that throws costs the boot fields, not the lease', async () => {
    const { send, last } = await bench({}, () => {
      throw new Error('no such board');
    });
    expect(send(request('DISCOVER'))?.packet.yiaddr).toMatch(/^10\.32/);
    expect(last('policy-failed')?.error).toEqual(new Error('no such board'));
  });
});

describe('options', () => {
  it('come as the client listed them, behind what makes the message', async () => {
    const sent = await discover({}, asking(15, 6, 28, 1));
    expect([...sent.packet.options.keys()]).toEqual([53, 54, 51, 58, 59, 15, 6, 28, 1]);
  });

  it('mask and broadcast come unasked, DNS and domain do not', async () => {
    const sent = await discover({}, asking(43, 60));
    expect([...sent.packet.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 28]);
  });

  it('all come to a client that asks for nothing in particular', async () => {
    expect([...(await discover({})).packet.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 28, 6, 15]);
  });

  it('of the policy come unasked and before the server’s own of the same number', async () => {
    const sent = await discover({ options: [writeOption('domain-name', 'mine'), [224, Uint8Array.of(1)]] }, asking(15));
    expect(option(sent, 'domain-name')).toBe('mine');
    expect(sent.packet.options.get(224)).toEqual(Uint8Array.of(1));
  });

  it('of the policy cannot take the place of what makes the message', async () => {
    const sent = await discover({
      options: [
        [54, Uint8Array.of(1, 2, 3, 4)],
        [53, Uint8Array.of(6)],
        [51, new Uint8Array(4)],
      ],
    });
    expect([option(sent, 'server-identifier'), option(sent, 'message-type'), option(sent, 'lease-time')]).toEqual([
      SERVER,
      'OFFER',
      600,
    ]);
  });

  it('that the policy omits are left out', async () => {
    expect((await discover({ omit: [28, 6] }, asking(1, 6, 28))).packet.options.has(28)).toBe(false);
  });

  it('97 and 61 are echoed when sent (RFC 4578, RFC 6842)', async () => {
    const { send } = await bench(LAB);
    const pi = captured('pi4-replay', 'firmware DISCOVER');
    expect(send(pi)?.packet.options.get(97)).toEqual(pi.options.get(97));
    const udhcpc = captured('bios', 'Linux udhcpc DISCOVER');
    const offer = send(udhcpc);
    expect(offer?.packet.options.get(61)).toEqual(udhcpc.options.get(61));
    expect(offer?.packet.options.has(97)).toBe(false);
  });

  it('12 is the reservation’s name, else the policy’s, for who asks', async () => {
    const reservations = [{ ip: '10.32.0.50', mac: '52:54:00:be:00:01', hostname: 'one' }];
    expect(option(await discover({ hostname: 'two' }, asking(12), { reservations }), 'hostname')).toBe('one');
    expect(option(await discover({ hostname: 'two' }, asking(12)), 'hostname')).toBe('two');
    expect(option(await discover({ hostname: 'two' }, asking(1)), 'hostname')).toBeUndefined();
  });

  it('that were configured go to who asks for them', async () => {
    const config = { routers: ['10.32.0.1'], options: [writeOption('ntp-servers', ['10.32.0.1'])] };
    const sent = await discover({}, asking(42, 3), config);
    expect([option(sent, 'ntp-servers'), option(sent, 'routers')]).toEqual([['10.32.0.1'], ['10.32.0.1']]);
  });
});

describe('size', () => {
  const big: [number, Uint8Array] = [224, new Uint8Array(250)];
  const huge: [number, Uint8Array] = [225, new Uint8Array(900)];
  const limit = async (maximum: number | undefined) => {
    const named = maximum === undefined ? {} : { 'max-message-size': maximum };
    return (await discover({ options: [big, huge, [226, new Uint8Array(200)], [227, new Uint8Array(200)]] }, { named }))
      .bytes.length;
  };

  it('is at least 300 octets', async () => {
    expect((await discover({})).bytes.length).toBe(300);
  });

  it('without option 57 is at most 548 octets, a datagram of 576', async () => {
    expect(await limit(undefined)).toBeLessThanOrEqual(548);
    expect(await limit(undefined)).toBeGreaterThan(500);
  });

  it('honours option 57', async () => {
    expect(await limit(1000)).toBeLessThanOrEqual(972);
    expect(await limit(1000)).toBeGreaterThan(900);
  });

  it('takes less than 576 for 576', async () => {
    expect(await limit(64)).toBe(await limit(576));
  });

  it('takes 65280, the slip of UEFI, for what an Ethernet frame carries', async () => {
    const size = await limit(65280);
    expect(size).toBeLessThanOrEqual(1472);
    expect(size).toBeGreaterThan(1250);
  });

  it('drops what matters least: never the address, times and server', async () => {
    const options = Array.from({ length: 40 }, (_, i) => [180 + i, new Uint8Array(30)] as [number, Uint8Array]);
    const sent = await discover({ options });
    expect([53, 54, 51, 58, 59, 180].every(code => sent.packet.options.has(code))).toBe(true);
    expect(sent.packet.options.has(219)).toBe(false);
  });
});
