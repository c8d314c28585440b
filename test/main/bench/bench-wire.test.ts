import { describe, expect, it } from 'vitest';
import { openWire } from '../../../main/bench/bench-wire.ts';
import { memoryHost } from '../../../main/host/memory/memory-host.ts';
import { arp, capture, captureFrame, ethernet, SERVER_MAC } from '../wire/frames.ts';

const MAC = '52:54:00:be:00:01';

async function open() {
  const host = memoryHost({ nics: [{ name: 'bench0', mac: '00:e0:4c:68:00:01' }] });
  let lost = 0;
  const wire = await openWire(host, host.nics.get('bench0'), () => lost++);
  const inUse: string[] = [];
  const heard: string[] = [];
  wire.onInUse((ip, mac) => inUse.push(`${ip} ${mac}`));
  wire.onHeard(({ source, body }) => heard.push(`${body.kind} of ${source}`));
  return { host, wire, inUse, heard, lost: () => lost };
}

describe('the wire of a bench', () => {
  it('records every frame, ours too, and hands all of them on', async () => {
    const { host, wire } = await open();
    const outgoing: boolean[] = [];
    const stop = wire.onFrames(frames => outgoing.push(...frames.map(frame => frame.outgoing)));
    const discover = captureFrame(capture('bios', 'iPXE DISCOVER'));
    host.network.frame('bench0', discover);
    wire.link!.send(discover);
    stop();
    host.network.frame('bench0', discover);
    expect(outgoing).toEqual([false, true]);
    expect(wire.recorder.seen).toBe(3);
  });

  it('knows who uses an address by what others say, and never by us', async () => {
    const { host, wire, inUse } = await open();
    host.network.frame('bench0', arp({ mac: MAC, ip: '10.32.0.50', target: '10.32.0.1' }));
    host.network.frame('bench0', arp({ mac: '00:e0:4c:68:00:01', ip: '10.32.0.1', target: '10.32.0.50' }), true);
    expect(inUse).toEqual([`10.32.0.50 ${MAC}`]);
    expect([wire.macOf('10.32.0.50'), wire.macOf('10.32.0.1')]).toEqual([MAC, undefined]);
  });

  it('decodes what tells something: ARP and answers of servers, not the requests of clients', async () => {
    const { host, heard } = await open();
    host.network.frame('bench0', captureFrame(capture('bios', 'iPXE DISCOVER')));
    host.network.frame('bench0', captureFrame(capture('bios', 'iPXE OFFER')));
    host.network.frame('bench0', arp({ mac: MAC, ip: '10.32.0.50', target: '10.32.0.1' }));
    expect(heard).toEqual([`ipv4 of ${SERVER_MAC}`, `arp of ${MAC}`]);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a MAC alone', new Uint8Array(6)],
    ['a header alone', ethernet(MAC, MAC, 0x0800, new Uint8Array())],
    ['an IPv4 header cut short', ethernet(MAC, MAC, 0x0800, Uint8Array.of(0x45, 0, 0))],
    ['an ARP cut short', ethernet(MAC, MAC, 0x0806, Uint8Array.of(0, 1, 8))],
  ])('a frame of %s harms nobody', async (_name, bytes) => {
    const { host, wire, inUse } = await open();
    host.network.frame('bench0', bytes);
    host.network.frame('bench0', arp({ mac: MAC, ip: '10.32.0.50', target: '10.32.0.1' }));
    expect([wire.recorder.seen, inUse.length]).toEqual([2, 1]);
  });

  it('a flood of made-up addresses is forgotten', async () => {
    const { host, wire } = await open();
    const ip = (i: number) => `10.${32 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    for (let i = 1; i <= 5000; i++) host.network.frame('bench0', arp({ mac: MAC, ip: ip(i), target: '10.32.0.1' }));
    expect([wire.macOf(ip(1)), wire.macOf(ip(5000))]).toEqual([undefined, MAC]);
  });

  it('tells that the port is gone; without raw access it does without', async () => {
    const { host, lost } = await open();
    host.nics.unplug('bench0');
    expect(lost()).toBe(1);

    const other = memoryHost({ nics: [{ name: 'bench0' }] });
    other.network.hasLinks = false;
    const wire = await openWire(other, other.nics.get('bench0'), () => {});
    expect([wire.link, wire.recorder.seen, wire.macOf('10.32.0.50')]).toEqual([undefined, 0, undefined]);
    await wire.close();
  });
});
