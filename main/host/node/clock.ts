/** The system's clock and timers. */
import type { Clock } from '../host.ts';

export const nodeClock: Clock = {
  now: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
