/** Watches network ports, or drives, by looking: cheap facts often, the whole list when they changed. */

export interface ListWatch<T> {
  /** A text that differs whenever the list may differ. */
  readonly signature: () => string;
  readonly list: () => Promise<readonly T[]>;
  readonly everyMs: number;
  /** Look at the whole list at least this often, for what the signature cannot see. */
  readonly refreshMs?: number;
}

/** Calls `changed` with the first list and with every one that differs from the one before. Returns stop. */
export function watchList<T>(
  { signature, list, everyMs, refreshMs = Number.POSITIVE_INFINITY }: ListWatch<T>,
  changed: (list: readonly T[]) => void,
): () => void {
  let stopped = false;
  let seen: string | undefined;
  let signed: string | undefined;
  let waited = 0;
  let timer: NodeJS.Timeout;

  const look = async (): Promise<void> => {
    const signs = signature();
    if (signs !== signed || waited >= refreshMs) {
      waited = 0;
      // Taken before the list: what changes while it is made is seen at the next look.
      signed = signs;
      const now = await list();
      const text = JSON.stringify(now);
      if (!stopped && text !== seen) changed(now);
      seen = text;
    }
  };
  const turn = (): void => {
    look()
      .catch(() => {
        signed = undefined; // a failed look says nothing: look again
      })
      .finally(() => {
        waited += everyMs;
        if (!stopped) timer = setTimeout(turn, everyMs).unref();
      });
  };
  timer = setTimeout(turn, 0).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
