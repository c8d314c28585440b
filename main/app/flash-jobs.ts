/** Everything that works on drives for the app, running or over: begun by anybody, seen by every window. */
import { errorView } from '../contract/error-view.ts';
import type { FlashJobView, JobTarget } from '../contract/flash-views.ts';
import { BenchError } from '../errors.ts';
import type { TableSource } from '../rpc/view-feed.ts';
import { endJob, finishQueue } from './flash-job-view.ts';

/** Ended jobs that stay in sight; the history keeps all. */
const MOST_ENDED = 20;

interface Job {
  view: FlashJobView;
  readonly cancel: () => void;
  readonly finish: (() => void) | undefined;
  over: Promise<void>;
}

export interface Beginning extends Pick<FlashJobView, 'kind' | 'image' | 'verify' | 'targets' | 'queue'> {
  readonly cancel: () => void;
  /** Of a queue: begins no card any more. */
  readonly finish?: () => void;
}

export class FlashJobs implements TableSource<FlashJobView> {
  readonly #jobs = new Map<string, Job>();
  readonly #now: () => number;
  readonly #changed: (id: string) => void;
  #count = 0;

  constructor(now: () => number, changed: (id: string) => void) {
    this.#now = now;
    this.#changed = changed;
  }

  keys(): Iterable<string> {
    return this.#jobs.keys();
  }

  get(id: string): FlashJobView | undefined {
    return this.#jobs.get(id)?.view;
  }

  /** A job; its id tells it from those of an engine before. */
  begin({ cancel, finish, ...facts }: Beginning): string {
    const began = this.#now();
    const id = `${began.toString(36)}-${++this.#count}`;
    const view: FlashJobView = { id, state: 'running', began, notices: [], ...facts };
    this.#jobs.set(id, { view, cancel, finish, over: Promise.resolve() });
    this.#forgetOldest();
    this.#changed(id);
    return id;
  }

  /** It lasts as long as `work`; a rejection is its error. */
  lasts(id: string, work: Promise<unknown>): void {
    const job = this.#jobs.get(id)!;
    job.over = work.then(
      () => this.change(id, view => endJob(view, this.#now())),
      (error: unknown) => this.change(id, view => ({ ...endJob(view, this.#now()), ...failureOf(view, error) })),
    );
  }

  change(id: string, change: (view: FlashJobView) => FlashJobView): void {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.view = change(job.view);
    this.#changed(id);
  }

  /** One that is over stays as it is. */
  cancel(id: string): void {
    const job = this.#known(id);
    if (job.view.state !== 'running') return;
    this.change(id, view => ({ ...view, state: 'stopping' }));
    job.cancel();
  }

  /** Throws USAGE for what is no queue; one that is over stays as it is. */
  finish(id: string): void {
    const { view, finish } = this.#known(id);
    if (!finish) throw new BenchError('USAGE', { problem: 'This is no queue of cards. Stop it instead.' });
    if (view.state !== 'running') return;
    this.change(id, finishQueue);
    finish();
  }

  /** Throws USAGE while it runs. */
  dismiss(id: string): void {
    if (this.#known(id).view.state !== 'ended')
      throw new BenchError('USAGE', { problem: 'This is still being worked on. Stop it first.' });
    this.#jobs.delete(id);
    this.#changed(id);
  }

  /** Throws DRIVE_BUSY when one of the drives is being worked on. */
  requireIdle(devices: readonly string[]): void {
    for (const { view } of this.#jobs.values()) {
      if (view.state === 'ended') continue;
      const taken = view.targets.find(({ device, state }) => devices.includes(device) && isAtWork(state));
      if (taken) throw new BenchError('DRIVE_BUSY', { drive: taken.device, by: 'Benchboot itself is at work on it' });
    }
  }

  /** Throws USAGE while a queue takes what is plugged in: two of them would be after the same cards. */
  requireNoQueue(): void {
    for (const { view } of this.#jobs.values())
      if (view.queue && view.state !== 'ended')
        throw new BenchError('USAGE', { problem: 'A queue is already waiting for cards. End it first.' });
  }

  /** Stops everything, and waits until nothing is held any more. */
  async close(): Promise<void> {
    for (const { cancel } of this.#jobs.values()) cancel();
    await Promise.all([...this.#jobs.values()].map(({ over }) => over));
  }

  #known(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw new BenchError('USAGE', { problem: 'This job is not known any more. The history has its end.' });
    return job;
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs.values()].filter(({ view }) => view.state === 'ended');
    for (const { view } of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) {
      this.#jobs.delete(view.id);
      this.#changed(view.id);
    }
  }
}

const isAtWork = (state: JobTarget['state']): boolean => state === 'waiting' || state === 'running';

/** What was stopped as somebody asked is no failure. */
const failureOf = ({ state }: FlashJobView, error: unknown): Partial<FlashJobView> =>
  state === 'stopping' ? {} : { error: errorView(error) };
