/** Ctrl-C, a closed terminal or a polite kill, as one promise. */
export const INTERRUPTED = 130;

/** Resolves at the first such signal. From then on a further one ends the process at once, as people expect. */
export function interruption(): Promise<'interrupted'> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'));
  });
}

/** Resolves after `seconds`; never when undefined. `cancel` lets the process end. */
export function elapsing(seconds: number | undefined): { elapsed: Promise<'elapsed'>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<'elapsed'>(resolve => {
    if (seconds !== undefined) timer = setTimeout(() => resolve('elapsed'), seconds * 1000);
  });
  return { elapsed, cancel: () => clearTimeout(timer) };
}
