/** Ctrl-C, a closed terminal or a polite kill, as one promise. */
export const INTERRUPTED = 130;

/** Resolves at the first such signal. From then on a further one ends the process at once, as people expect. */
export function interruption(): Promise<'interrupted'> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'));
  });
}

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `seconds`; never when undefined. `cancel` lets the process end. */
export function elapsing(seconds: number | undefined): { elapsed: Promise<'elapsed'>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<'elapsed'>(resolve => {
    const wait = (left: number): void => {
      const next = Math.min(left, LONGEST_TIMER_MS);
      timer = setTimeout(() => (left > next ? wait(left - next) : resolve('elapsed')), next);
    };
    if (seconds !== undefined) wait(seconds * 1000);
  });
  return { elapsed, cancel: () => clearTimeout(timer) };
}
