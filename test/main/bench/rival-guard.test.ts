import { describe, expect, it } from 'vitest';
import { createRivalGuard, type Rival } from '../../../main/bench/rival-guard.ts';
import { MemoryClock, settled } from '../../../main/host/memory/memory-clock.ts';

const OFFICE: Rival = { server: '192.168.1.1', mac: '02:00:00:00:00:01' };
const ROUTER: Rival = { server: '192.168.8.1', mac: '02:00:00:00:00:02' };
const ASKING = 'stand down: the wire is being asked for another DHCP server first';
const stoodDown = ({ server, mac }: Rival) =>
  `stand down: another DHCP server answers on this wire: ${server} (${mac})`;

/** A guard whose wire the test plays: `answer` ends the oldest probe that waits. */
function play() {
  const clock = new MemoryClock();
  const log: string[] = [];
  const probes: { answer: (rivals: readonly Rival[]) => void; fail: (error: Error) => void }[] = [];
  let asked = 0;
  const guard = createRivalGuard({
    clock,
    probe() {
      asked++;
      return new Promise((answer, fail) => probes.push({ answer, fail }));
    },
    standDown: reason => log.push(`stand down: ${reason}`),
    resume: () => log.push('resume'),
    changed: rival => log.push(rival ? `rival ${rival.server}` : 'no rival'),
  });
  return {
    guard,
    clock,
    /** What happened since the last look. */
    news: () => log.splice(0),
    get asked() {
      return asked;
    },
    async answer(...rivals: Rival[]) {
      probes.shift()!.answer(rivals);
      await settled();
    },
    async fail() {
      probes.shift()!.fail(new Error('port 68 is taken'));
      await settled();
    },
  };
}

describe('no-second-dhcp: the guard', () => {
  it('asks the wire before the first offer, and only a silent one lets the server speak', async () => {
    const { guard, news, answer } = play();
    const done = guard.cableIn();
    expect(news()).toEqual([ASKING]);
    await answer();
    await done;
    expect(news()).toEqual(['resume']);
    expect(guard.rival).toBeUndefined();
  });

  it('stands down for a rival that is there from the start', async () => {
    const { guard, news, answer } = play();
    const done = guard.cableIn();
    await answer(OFFICE, ROUTER);
    await done;
    expect(guard.rival).toEqual(OFFICE);
    expect(news()).toEqual([ASKING, stoodDown(OFFICE), 'rival 192.168.1.1']);
  });

  it('stands down for one that appears later, tells it once, and asks again 30 s after it was last heard', async () => {
    const bench = play();
    void bench.guard.cableIn();
    await bench.answer();
    bench.news();
    bench.guard.heard(OFFICE);
    expect(bench.news()).toEqual([stoodDown(OFFICE), 'rival 192.168.1.1']);
    bench.clock.wind(20_000);
    bench.guard.heard(OFFICE);
    expect(bench.news()).toEqual([stoodDown(OFFICE)]);
    bench.clock.wind(29_999);
    expect(bench.asked).toBe(1);
    bench.clock.wind(1);
    expect(bench.asked).toBe(2);
    await bench.answer(OFFICE);
    expect(bench.news()).toEqual([stoodDown(OFFICE)]);
    bench.clock.wind(30_000);
    expect(bench.asked).toBe(3);
    await bench.answer();
    expect(bench.news()).toEqual(['resume', 'no rival']);
    bench.clock.wind(3_600_000);
    expect(bench.asked).toBe(3);
  });

  it('tells a second rival by its own name', async () => {
    const { guard, news } = play();
    guard.heard(OFFICE);
    guard.heard(ROUTER);
    guard.heard({ ...ROUTER, mac: '02:00:00:00:00:03' });
    expect(news().filter(line => line.startsWith('rival'))).toEqual([
      'rival 192.168.1.1',
      'rival 192.168.8.1',
      'rival 192.168.8.1',
    ]);
  });

  it('asks again when another cable comes in, and an answer to the old question no longer counts', async () => {
    const bench = play();
    void bench.guard.cableIn();
    void bench.guard.cableIn();
    expect(bench.asked).toBe(2);
    bench.news();
    await bench.answer();
    expect(bench.news()).toEqual([]);
    await bench.answer(OFFICE);
    expect(bench.news()).toEqual([stoodDown(OFFICE), 'rival 192.168.1.1']);
  });

  it('a rival heard while the wire is asked outweighs the silence of the probe', async () => {
    const { guard, news, answer } = play();
    const done = guard.cableIn();
    guard.heard(OFFICE);
    await answer();
    await done;
    expect(news()).toEqual([ASKING, stoodDown(OFFICE), 'rival 192.168.1.1']);
    expect(guard.rival).toEqual(OFFICE);
  });

  it('says when asking is impossible, stays silent meanwhile, and asks again by itself', async () => {
    const bench = play();
    const done = expect(bench.guard.cableIn()).rejects.toThrow('port 68 is taken');
    await bench.fail();
    await done;
    expect(bench.news()).toEqual([ASKING]);
    bench.clock.wind(30_000);
    await bench.fail();
    bench.clock.wind(30_000);
    expect(bench.asked).toBe(3);
    await bench.answer();
    expect(bench.news()).toEqual(['resume']);
  });

  it('does nothing any more once it is closed', async () => {
    const bench = play();
    void bench.guard.cableIn();
    bench.guard.close();
    bench.news();
    await bench.answer();
    bench.guard.heard(OFFICE);
    bench.clock.wind(100_000);
    expect(bench.news()).toEqual([]);
    expect([bench.asked, bench.clock.pending]).toEqual([1, 0]);
  });
});
