/** The consoles as windows see them: a row for each session, and the one piece of work that may go on in it. */
import type { Counters, Session } from '../console/session.ts';
import { errorView } from '../contract/error-view.ts';
import type { ConsoleJob, ConsoleView } from '../contract/views.ts';
import type { Engine } from '../engine.ts';
import { BenchError } from '../errors.ts';
import type { TableSource } from '../rpc/view-feed.ts';

export interface ConsoleDeskParts {
  readonly engine: Pick<Engine, 'consoles' | 'consoleStories'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The row of this console changed. */
  readonly changed: (id: string) => void;
  /** Its counters did. */
  readonly counted: (id: string) => void;
}

interface Shown {
  readonly session: Session;
  readonly openedAt: number;
  job: ConsoleJob | undefined;
  stop: AbortController | undefined;
}

const MARKERS_SHOWN = 50;

export class ConsoleDesk implements TableSource<ConsoleView> {
  readonly #parts: ConsoleDeskParts;
  readonly #shown = new Map<string, Shown>();
  /** A table of their own: the rest of a row is long and changes seldom. */
  readonly counters: TableSource<Counters> = {
    keys: () => this.#shown.keys(),
    get: id => this.#shown.get(id)?.session.counters,
  };

  constructor(parts: ConsoleDeskParts) {
    this.#parts = parts;
    parts.engine.consoles.onChange(() => this.#look());
    parts.engine.consoleStories.onChange(parts.changed);
  }

  keys(): Iterable<string> {
    return this.#shown.keys();
  }

  get(id: string): ConsoleView | undefined {
    const shown = this.#shown.get(id);
    if (!shown) return undefined;
    const { session, openedAt, job } = shown;
    const { state, line } = session;
    const { consoles, consoleStories } = this.#parts.engine;
    return {
      id,
      name: session.name,
      target: session.target,
      openedAt,
      state: {
        phase: state.phase,
        since: state.since,
        ...(state.phase === 'waiting' && { reason: state.reason }),
        ...(state.phase === 'stopped' && { error: errorView(state.error) }),
      },
      line: line && { ...line.settings, appliedBaudRate: line.appliedBaudRate },
      markers: session.markers.slice(-MARKERS_SHOWN),
      story: consoleStories.of(id),
      log: consoles.logOf(id),
      job,
    };
  }

  /** Throws USAGE for a console that is not open any more. */
  session(id: string): Session {
    return this.#of(id).session;
  }

  /** Something that only this desk's caller knows of changed, such as the line's settings. */
  changed(id: string): void {
    this.#parts.changed(id);
  }

  /** Does one piece of work on a console; throws USAGE while another one goes on. */
  async work<T>(
    id: string,
    job: ConsoleJob,
    run: (session: Session, signal: AbortSignal, progress: (job: Partial<ConsoleJob>) => void) => Promise<T>,
  ): Promise<T> {
    const shown = this.#of(id);
    if (shown.job)
      throw new BenchError('USAGE', {
        problem: `${shown.job.says} on ${shown.session.name} goes on. Cancel it first.`,
      });
    const stop = new AbortController();
    const show = (now: ConsoleJob | undefined): void => {
      shown.job = now;
      this.#parts.changed(id);
    };
    shown.stop = stop;
    show(job);
    try {
      return await run(shown.session, stop.signal, progress => show({ ...job, ...progress }));
    } finally {
      shown.stop = undefined;
      show(undefined);
    }
  }

  cancel(id: string): void {
    this.#of(id).stop?.abort();
  }

  #of(id: string): Shown {
    const shown = this.#shown.get(id);
    if (!shown) throw new BenchError('USAGE', { problem: `There is no console "${id}" open any more.` });
    return shown;
  }

  /** Takes sessions in that came, lets go of those that went. */
  #look(): void {
    const { engine, now, changed, counted } = this.#parts;
    const sessions = engine.consoles.sessions();
    for (const session of sessions) {
      if (this.#shown.has(session.id)) continue;
      this.#shown.set(session.id, { session, openedAt: now(), job: undefined, stop: undefined });
      const tell = (): void => changed(session.id);
      const count = (): void => counted(session.id);
      session.onState(tell);
      session.onState(count);
      session.onMarker(tell);
      session.onBytes(count);
      tell();
      count();
    }
    for (const [id, { stop }] of this.#shown) {
      if (sessions.some(session => session.id === id)) continue;
      stop?.abort();
      this.#shown.delete(id);
      changed(id);
      counted(id);
    }
  }
}
