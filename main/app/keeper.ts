/**
 * Keeps one engine process running for the windows of a shell: restarts it once when it dies, then leaves it to a person.
 * Knows neither Electron nor child processes; both hand theirs in.
 */
export interface EngineProcess {
  /** Runs once, when the process ended; `reason` as a sentence, e.g. `It was ended by SIGKILL.` */
  onExit(listener: (reason: string) => void): void;
  /** Ends it and waits until everything it did is undone. */
  stop(): Promise<void>;
}

/** What windows are told about the engine. */
export interface EngineState {
  readonly engine: 'running' | 'restarting' | 'gone';
  /** Why the last one ended, when it ended by itself, as a sentence. */
  readonly reason?: string;
  /** How often it was started again. */
  readonly restarts: number;
}

export interface KeeperParts<P extends EngineProcess> {
  /** Resolves when the engine is ready; rejects when it cannot start. */
  readonly spawn: () => Promise<P>;
  readonly changed: (state: EngineState) => void;
}

export class EngineKeeper<P extends EngineProcess> {
  readonly #parts: KeeperParts<P>;
  #state: EngineState = { engine: 'restarting', restarts: 0 };
  #process: P | undefined;
  #starting: Promise<void> | undefined;
  #closed = false;
  /** It may still be started again without asking: once, until a person did. */
  #spare = true;

  constructor(parts: KeeperParts<P>) {
    this.#parts = parts;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** The first start. Rejects when the engine cannot start at all. */
  async start(): Promise<void> {
    await this.#spawn();
  }

  /** The engine; undefined while none runs. */
  get process(): P | undefined {
    return this.#process;
  }

  /** A person wants it back. Does nothing while one runs. */
  async restart(): Promise<void> {
    if (this.#process || this.#closed) return;
    this.#spare = true;
    await this.#again();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => undefined);
    await this.#process?.stop();
  }

  async #spawn(): Promise<void> {
    const spawned = await this.#parts.spawn();
    this.#process = spawned;
    spawned.onExit(reason => this.#exited(spawned, reason));
    this.#tell({ ...this.#state, engine: 'running' });
  }

  #exited(process: P, reason: string): void {
    if (this.#process !== process) return;
    this.#process = undefined;
    if (this.#closed) return;
    if (!this.#spare) {
      this.#tell({ engine: 'gone', reason, restarts: this.#state.restarts });
      return;
    }
    this.#spare = false;
    this.#state = { ...this.#state, reason };
    void this.#again();
  }

  async #again(): Promise<void> {
    if (this.#starting) return this.#starting;
    this.#tell({ ...this.#state, engine: 'restarting', restarts: this.#state.restarts + 1 });
    this.#starting = this.#spawn()
      .catch(error => this.#tell({ ...this.#state, engine: 'gone', reason: (error as Error).message }))
      .finally(() => {
        this.#starting = undefined;
      });
    return this.#starting;
  }

  #tell(state: EngineState): void {
    this.#state = state;
    this.#parts.changed(state);
  }
}
