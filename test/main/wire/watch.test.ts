import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../main/host/memory/memory-host.ts';
import { watchWire } from '../../../main/wire/watch.ts';
import { arp, capture, captureFrame } from './frames.ts';

const PI = 'dc:a6:32:01:36:c2';

describe('watching a port', () => {
  const start = async () => {
    const host = memoryHost({ nics: [{ name: 'bench0', mac: '00:e0:4c:68:00:01' }] });
    return { host, watching: await watchWire(host, host.nics.get('bench0')) };
  };

  it('tells who is there, keeps the frames, and sends nothing', async () => {
    const { host, watching } = await start();
    const heard: string[] = [];
    watching.onHeard(station => heard.push(station.macs.at(-1)!));
    host.network.frame('bench0', captureFrame(capture('pi4-replay', 'firmware DISCOVER')));
    host.network.frame('bench0', captureFrame(capture('bios', 'iPXE DISCOVER')));
    expect(watching.sentences()).toEqual([
      `Raspberry Pi 4 ${PI} asks for an address.`,
      'iPXE (BIOS) 52:54:00:be:00:01 asks for an address.',
    ]);
    expect(heard).toEqual([PI, '52:54:00:be:00:01']);
    expect(watching.recorder.seen).toBe(2);
    expect(host.network.sentFrames('bench0')).toEqual([]);
    await watching.close();
  });

  it('knows a Pi with a fixed address by its MAC', async () => {
    const { host, watching } = await start();
    host.network.frame('bench0', arp({ mac: PI, ip: '192.168.0.32', target: '192.168.0.99' }));
    expect(watching.sentences()[0]).toContain('its EEPROM has CLIENT_IP and TFTP_IP set');
    await watching.close();
  });

  it('says so when the port goes away', async () => {
    const { host, watching } = await start();
    host.nics.unplug('bench0');
    expect(await watching.lost).toMatchObject({ code: 'NIC_GONE' });
  });
});
