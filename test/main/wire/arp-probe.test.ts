import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../main/host/host.ts';
import { buildArpProbe, createArpProbe } from '../../../main/wire/arp-probe.ts';
import { decodeFrame } from '../../../main/wire/ethernet.ts';

const MAC = '02:00:00:00:00:01';

/** A clock whose timers run when `wind` is called. */
function handClock() {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, work) {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter(each => each !== timer);
      };
    },
  };
  const wind = (ms: number) => {
    now += ms;
    const due = timers.filter(timer => timer.at <= now);
    timers = timers.filter(timer => timer.at > now);
    for (const { work } of due) work();
  };
  return { clock, wind };
}

function probing() {
  const { clock, wind } = handClock();
  const targets: string[] = [];
  const send = (frame: Uint8Array) => {
    const { body } = decodeFrame(frame);
    if (body.kind !== 'arp') throw new Error(body.kind);
    targets.push(body.targetIp);
  };
  return { probe: createArpProbe({ mac: MAC, send, clock }), targets, wind };
}

describe('ARP probe (RFC 5227)', () => {
  it('is a broadcast request of nobody for the target', () => {
    const frame = decodeFrame(buildArpProbe(MAC, '10.32.0.77'));
    expect(frame).toMatchObject({ source: MAC, destination: 'ff:ff:ff:ff:ff:ff' });
    expect(frame.body).toMatchObject({
      kind: 'arp',
      operation: 1,
      senderMac: MAC,
      senderIp: '0.0.0.0',
      targetIp: '10.32.0.77',
    });
  });

  it('scans a whole range once, in portions', () => {
    const { probe, targets, wind } = probing();
    probe.scan(['10.32.0.50', '10.32.0.249']);
    expect(targets).toHaveLength(32);
    for (let i = 0; i < 20; i++) wind(50);
    expect(targets).toHaveLength(200);
    expect(new Set(targets).size).toBe(200);
    expect([targets[0], targets.at(-1)]).toEqual(['10.32.0.50', '10.32.0.249']);
  });

  it('leaves a range alone that would take too long', () => {
    const { probe, targets } = probing();
    probe.scan(['10.0.0.1', '10.255.255.254']);
    expect(targets).toEqual([]);
  });

  it('ends in mid-scan when closed', () => {
    const { probe, targets, wind } = probing();
    probe.scan(['10.32.0.1', '10.32.0.200']);
    probe.close();
    wind(1000);
    expect(targets).toHaveLength(32);
  });

  it('asks for single addresses, and not for a thousand in one moment', () => {
    const { probe, targets, wind } = probing();
    for (let i = 0; i < 1000; i++) probe.ask('10.32.0.9');
    expect(targets).toHaveLength(32);
    wind(50);
    probe.ask('10.32.0.10');
    expect(targets.at(-1)).toBe('10.32.0.10');
  });
});
