/**
 * Follows every open console through the boots of its board: sections in its log, events for the bench, and the name of
 * the device for its tab. Knows no server; what the bench knows comes in as functions.
 */
import type { BenchEvent, ConsoleFacts } from '../bench/events.ts';
import type { Clock } from '../host/host.ts';
import { Emitter } from '../kit/emitter.ts';
import { bind, type Neighbourhood, type Owner } from './binding.ts';
import type { Consoles } from './consoles.ts';
import type { Session } from './session.ts';
import { BootWatch, type ConsoleMark, type WatchEvent } from './stages/boot-watch.ts';
import { STAGE_NAMES } from './stages/stage-rules.ts';

export interface ConsoleHint {
  readonly rule: string;
  readonly hint: string;
  /** What the board said. */
  readonly line: string;
  readonly at: number;
}

/** What a console has told of its board. */
export interface ConsoleStory {
  /** Boots seen. */
  readonly boot: number;
  /** Stages of this boot, in order, with times; the last is where it is now. */
  readonly stages: readonly ConsoleMark[];
  /** Of this boot, the latest last. */
  readonly hints: readonly ConsoleHint[];
  readonly owner: Owner | undefined;
}

export interface ConsoleStories {
  of(console: string): ConsoleStory | undefined;
  /** Calls back with the id of a console whose story went on. Returns stop. */
  onChange(listener: (console: string) => void): () => void;
  /** The bench has learned of a device: a console may be its own. */
  look(): void;
}

export interface FollowOptions extends Neighbourhood {
  readonly consoles: Pick<Consoles, 'sessions' | 'onChange'>;
  readonly clock: Clock;
  readonly emit: (event: BenchEvent) => void;
  /** The device's name, when the bench has one. */
  nameOf(owner: Owner): string | undefined;
}

export function followConsoles(options: FollowOptions): ConsoleStories {
  const followers = new Map<string, Follower>();
  const changed = new Emitter<string>();
  const refresh = (): void => {
    const sessions = options.consoles.sessions();
    for (const session of sessions)
      if (!followers.has(session.id))
        followers.set(session.id, new Follower(session, options, () => changed.emit(session.id)));
    for (const id of followers.keys()) if (!sessions.some(session => session.id === id)) followers.delete(id);
  };
  options.consoles.onChange(refresh);
  return {
    of: id => followers.get(id)?.story,
    onChange: changed.on,
    look: () => {
      for (const follower of followers.values()) follower.look();
    },
  };
}

class Follower {
  readonly #session: Session;
  readonly #options: FollowOptions;
  readonly #changed: () => void;
  readonly #watch = new BootWatch();
  #hints: readonly ConsoleHint[] = [];
  #owner: Owner | undefined;
  /** The owner as the bench was told. */
  #told: Owner | undefined;

  constructor(session: Session, options: FollowOptions, changed: () => void) {
    this.#session = session;
    this.#options = options;
    this.#changed = changed;
    session.onBytes(bytes => this.#read(bytes));
    session.onState(state => {
      if (state.phase === 'waiting') this.#watch.interrupted();
    });
  }

  get story(): ConsoleStory {
    return { boot: this.#watch.boot, stages: this.#watch.marks, hints: this.#hints, owner: this.#owner };
  }

  /** Tells the bench whose console this is, as soon as both know. */
  look(): void {
    const owner = this.#owner;
    if (!owner || owner === this.#told || !this.#options.isKnown(owner)) return;
    // The device is the same; only its address is another one.
    const isTold = owner.mac !== undefined && owner.mac === this.#told?.mac;
    this.#told = owner;
    if (!isTold) {
      const { target, name } = this.#session;
      const device = this.#options.nameOf(owner);
      if (device !== undefined && name === target) this.#session.rename(device);
      this.#options.emit({ type: 'console.bound', ...this.#facts(), by: owner.by, stages: this.#watch.marks });
    }
    this.#changed();
  }

  #read(bytes: Uint8Array): void {
    const events = this.#watch.push(bytes, this.#options.clock.now());
    if (events.length === 0) return;
    for (const event of events) this.#tell(event);
    this.look();
    this.#changed();
  }

  #tell(event: WatchEvent): void {
    const facts = this.#facts();
    switch (event.type) {
      case 'boot': {
        this.#hints = [];
        this.#session.mark('section', `boot ${event.boot}: ${event.by}`);
        this.#options.emit({ type: 'console.boot', ...facts, boot: event.boot, stage: event.stage, by: event.by });
        return;
      }
      case 'stage': {
        const { stage, by, after } = event;
        const what = { stage, name: STAGE_NAMES[stage], by, ...(after !== undefined && { after }) };
        this.#options.emit({ type: 'console.stage', ...facts, ...what });
        return;
      }
      case 'hint': {
        const { rule, hint, line, at } = event;
        this.#hints = [...this.#hints, { rule, hint, line, at }];
        this.#options.emit({ type: 'console.hint', ...facts, rule, hint, line });
        return;
      }
      case 'identity':
        this.#owner = bind(this.#owner, event, this.#options);
    }
  }

  #facts(): ConsoleFacts {
    const { id, target } = this.#session;
    const { mac, ip } = this.#owner ?? {};
    return { console: id, target, ...(mac !== undefined && { mac }), ...(ip !== undefined && { ip }) };
  }
}
