/** Cluster boxes whose control board somebody logged in to, as windows see them. */
import type { SshLogin } from '../console/links/ssh.ts';
import type { BoxView } from '../contract/views.ts';
import type { Engine } from '../engine.ts';
import { BenchError } from '../errors.ts';
import type { Box } from '../oobm/box.ts';
import type { TableSource } from '../rpc/view-feed.ts';

export interface BoxDeskParts {
  readonly engine: Pick<Engine, 'openBox'>;
  readonly changed: (id: string) => void;
}

export class BoxDesk implements TableSource<BoxView> {
  readonly #parts: BoxDeskParts;
  readonly #boxes = new Map<string, Box>();

  constructor(parts: BoxDeskParts) {
    this.#parts = parts;
  }

  keys(): Iterable<string> {
    return this.#boxes.keys();
  }

  get(id: string): BoxView | undefined {
    const box = this.#boxes.get(id);
    return box && { id, target: box.target, variant: box.variant, records: box.records };
  }

  /** Throws USAGE when nobody is logged in there. */
  box(id: string): Box {
    const box = this.#boxes.get(id);
    if (!box)
      throw new BenchError('USAGE', { problem: `No cluster box "${id}" is open any more. Log in to it again.` });
    return box;
  }

  /** The box that is logged in to already, or a new login. Throws what `openBox` throws. */
  async open(place: { host: string; port: number; user: string }, login: () => Promise<SshLogin>): Promise<string> {
    const id = `${place.user}@${place.host}:${place.port}`;
    if (this.#boxes.has(id)) return id;
    const { engine, changed } = this.#parts;
    const box = await engine.openBox(place, login);
    this.#boxes.set(id, box);
    box.onRecord(() => changed(id));
    changed(id);
    return id;
  }

  async close(id: string): Promise<void> {
    const box = this.#boxes.get(id);
    this.#boxes.delete(id);
    this.#parts.changed(id);
    await box?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#boxes.keys()].map(id => this.close(id)));
  }
}
