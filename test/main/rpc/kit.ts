/** The contract served from values that a test sets, and a window that keeps what it is sent. */
import type { CallName, Handlers } from '../../../main/contract/calls.ts';
import type { DeviceNote, LoggedEvent, Settings, ViewName, Views } from '../../../main/contract/views.ts';
import type { Channel } from '../../../main/rpc/channel.ts';
import { type Connection, connect } from '../../../main/rpc/connect.ts';
import type { ViewsMessage } from '../../../main/rpc/message.ts';
import { serve } from '../../../main/rpc/serve.ts';
import { type Sources, ViewFeed } from '../../../main/rpc/view-feed.ts';

/** Sources that are empty but for what the test puts into them. */
export class Stage {
  settings: Settings = { theme: 'system', nic: undefined, wish: {} };
  readonly notes = new Map<string, DeviceNote>();
  readonly events: LoggedEvent[] = [];
  readonly feed: ViewFeed;
  /** Work that waits, in the order in which it was asked for. */
  readonly waiting: (() => void)[] = [];

  constructor() {
    const empty = { keys: () => [], get: () => undefined };
    const sources = {
      settings: () => this.settings,
      notes: { keys: () => this.notes.keys(), get: (key: string) => this.notes.get(key) },
      events: { since: (n: number) => this.events.filter(event => event.n > n) },
    };
    const all = new Proxy(sources, {
      get: (target, name) => Reflect.get(target, name) ?? Object.assign(() => undefined, empty),
    });
    this.feed = new ViewFeed(all as unknown as Sources);
  }

  note(device: string, text: string): void {
    if (text) this.notes.set(device, { text, at: 1 });
    else this.notes.delete(device);
    this.feed.rowChanged('notes', device);
  }

  log(message: string): void {
    const n = (this.events.at(-1)?.n ?? 0) + 1;
    this.events.push({ n, t: '2026-01-01T00:00:00.000Z', type: 'notice', code: 'test', message });
    this.feed.changed('events');
  }

  serve(channel: Channel, handlers: Partial<Handlers> = {}): void {
    const all = new Proxy(handlers, {
      get: (given, name) => Reflect.get(given, name) ?? (() => `no handler for ${String(name)}`),
    });
    serve({
      channel,
      handlers: all as Handlers,
      feed: this.feed,
      after: (_ms, work) => {
        this.waiting.push(work);
        return () => void this.waiting.splice(this.waiting.indexOf(work), 1);
      },
    });
  }

  /** The time of the next batch has come. */
  tick(): void {
    for (const work of this.waiting.splice(0)) work();
  }
}

/** What a window knows. */
export class Window {
  readonly connection: Connection;
  readonly messages: ViewsMessage[] = [];
  readonly values = new Map<string, unknown>();
  readonly tables = new Map<string, Map<string, unknown>>();
  readonly logs = new Map<string, unknown[]>();
  closed = false;
  /** Says at once that all is on the screen; a test may put it off. */
  paint: (done: () => void) => void = done => done();
  #arrived: (() => void)[] = [];

  constructor(channel: Channel) {
    this.connection = connect({
      channel,
      onViews: (message, done) => {
        this.#apply(message);
        this.paint(done);
      },
      onClose: () => {
        this.closed = true;
        this.#wake();
      },
    });
  }

  /** Resolves when `holds`, which is looked at after each change. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>(resolve => this.#arrived.push(resolve));
  }

  row<N extends ViewName>(table: N, key: string): Views[N] | undefined {
    return this.tables.get(table)?.get(key) as Views[N] | undefined;
  }

  #apply(message: ViewsMessage): void {
    this.messages.push(message);
    for (const [name, value] of Object.entries(message.values)) this.values.set(name, value);
    for (const [name, { all, rows, gone }] of Object.entries(message.tables)) {
      const table = all ? new Map<string, unknown>() : (this.tables.get(name) ?? new Map());
      for (const [key, row] of Object.entries(rows)) table.set(key, row);
      for (const key of gone) table.delete(key);
      this.tables.set(name, table);
    }
    for (const [name, { all, entries }] of Object.entries(message.logs))
      this.logs.set(name, all ? entries : [...(this.logs.get(name) ?? []), ...entries]);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#arrived.splice(0)) resolve();
  }
}

export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    error => error.view,
  );

export type { CallName };
