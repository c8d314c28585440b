/** A busy bench for the window: so many events a second on devices that change with each of them. */
import type { LoggedEvent } from '../../main/contract/views.ts';
import type { ScriptedEngine } from './scripted-engine.ts';

const TICK_MS = 10;
const KEPT = 5_000;

/** Runs until the returned function is called, which tells how many events there were. */
export function runLoad(engine: ScriptedEngine, eventsPerSecond: number): () => number {
  const devices = engine.views.devices!;
  const ids = [...devices.keys()];
  const events = engine.views.events!;
  const first = events.at(-1)?.n ?? 0;
  let n = first;
  const start = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * eventsPerSecond) - (n - first);
    for (let each = 0; each < due; each++) {
      const id = ids[(n * 7) % ids.length]!;
      const device = devices.get(id)!;
      n += 1;
      const now = Date.now();
      const bytes = (n * 65_536) % 26_000_000;
      devices.set(id, {
        ...device,
        lastSeen: now,
        progress: {
          file: 'debian/initrd.gz',
          via: 'http',
          bytes,
          total: 26_000_000,
          blksize: undefined,
          startedAt: now - 2_000,
          rate: undefined,
        },
      });
      engine.feed.rowChanged('devices', id);
      events.push(busyEvent(n, device.mac, device.ip, bytes) as LoggedEvent);
    }
    if (events.length > 2 * KEPT) events.splice(0, events.length - KEPT);
    if (due > 0) engine.feed.changed('events');
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return n - first;
  };
}

const busyEvent = (n: number, mac: string, ip: string | undefined, bytes: number): object => ({
  n,
  t: new Date().toISOString(),
  type: 'http.request',
  mac,
  ip,
  method: 'GET',
  path: `/debian/pool/part-${n}.gz`,
  status: 200,
  bytes,
  seconds: 0.02,
});
