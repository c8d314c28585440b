/**
 * The one bench of the app: from idle to serving and back, what was left by an engine that died, and the devices and
 * packets of the bench that is served or was served last.
 */
import { existsSync } from 'node:fs';
import type { Bench } from '../bench/bench.ts';
import type { BenchRequest } from '../bench/plan.ts';
import { type BenchWish, readWish } from '../bench/wish.ts';
import { errorView } from '../contract/error-view.ts';
import type { BenchView, PlanView } from '../contract/views.ts';
import { WISH_NAMES } from '../contract/wish-names.ts';
import type { Device } from '../devices/device.ts';
import { Devices, type DeviceView } from '../devices/devices.ts';
import type { Engine } from '../engine.ts';
import { BenchError } from '../errors.ts';
import type { Recorder } from '../wire/recorder.ts';
import { planView } from './plan-view.ts';
import type { Session, SessionFile } from './session.ts';

export interface BenchDeskParts {
  readonly engine: Engine;
  readonly session: SessionFile;
  /** Served when no other folder is wished for, if it is there. */
  readonly library: string;
  readonly now: () => number;
  /** A bench began to serve; it is given its scripts before a device can ask. */
  readonly started: (bench: Bench) => Promise<void>;
  /** What an engine that died was serving is let go. */
  readonly dismissed: () => Promise<void>;
  /** The view of the bench changed. */
  readonly changed: () => void;
  readonly deviceChanged: (id: string) => void;
  /** Other devices altogether. */
  readonly devicesReplaced: () => void;
}

export class BenchDesk {
  readonly #parts: BenchDeskParts;
  #view: BenchView = { state: 'idle' };
  #bench: Bench | undefined;
  /** Devices that an engine that died left, until they are served again or let go. */
  #left: Session | undefined;
  #devices = new Devices();
  #recorder: Recorder | undefined;

  constructor(parts: BenchDeskParts) {
    this.#parts = parts;
  }

  get view(): BenchView {
    return this.#view;
  }

  get recorder(): Recorder | undefined {
    return this.#recorder;
  }

  /** The bench being served, or served last. */
  get bench(): Bench | undefined {
    return this.#bench;
  }

  ids(): Iterable<string> {
    return this.#devices.ids();
  }

  /** All devices with what they said of themselves. */
  devices(): readonly Device[] {
    return this.#devices.devices();
  }

  device(id: string): DeviceView | undefined {
    return this.#devices.get(id);
  }

  /** Undoes what an engine that died changed, and offers to go on where it was. */
  async open(): Promise<void> {
    const { engine, session } = this.#parts;
    const left = await session.left();
    await engine.restore();
    if (!left) return;
    this.#left = left;
    this.#show(new Devices({ remembered: left.devices }));
    this.#become({ state: 'interrupted', wish: left.wish, plan: left.plan, since: left.since });
  }

  async plan(wish: BenchWish): Promise<PlanView> {
    return planView(await this.#parts.engine.plan(this.#request(wish)));
  }

  /** Throws the BenchError; the view then is what it was, with the error in it. */
  async start(wish: BenchWish, remembered: Session | undefined = undefined): Promise<void> {
    if (this.#view.state !== 'idle' && this.#view.state !== 'interrupted')
      throw new BenchError('USAGE', { problem: 'A bench is being served already. Stop it first.' });
    const { engine, session } = this.#parts;
    const before = this.#view;
    this.#become({ state: 'starting', wish });
    let bench: Bench;
    try {
      bench = await engine.start(this.#request(wish), remembered?.devices);
    } catch (error) {
      this.#become(before.state === 'idle' ? { ...before, error: errorView(error) } : before);
      throw error;
    }
    this.#left = undefined;
    this.#bench = bench;
    this.#recorder = bench.recorder;
    this.#show(bench.devices);
    await this.#parts.started(bench);
    const plan = planView(bench.plan);
    const since = this.#parts.now();
    await session.begin(() => ({ wish, plan, since, devices: bench.devices.devices() }));
    this.#become({ state: 'serving', plan, since, bound: bench.ready.bound });
    void bench.failed.then(error => this.#end(bench, error.message, error));
  }

  async stop(reason = 'stopped by hand'): Promise<void> {
    if (this.#view.state === 'serving' && this.#bench) await this.#end(this.#bench, reason);
  }

  async resume(): Promise<void> {
    if (!this.#left) throw new BenchError('USAGE', { problem: 'There is no interrupted bench to serve again.' });
    await this.start(this.#left.wish, this.#left);
  }

  async dismiss(): Promise<void> {
    if (this.#view.state !== 'interrupted') return;
    this.#left = undefined;
    this.#show(new Devices());
    this.#become({ state: 'idle' });
    await this.#parts.session.end();
    await this.#parts.dismissed();
  }

  /** The server gives no addresses for now, or does again. */
  standDown(because: string | undefined): void {
    if (this.#view.state !== 'serving') return;
    const { standingDown: _, ...serving } = this.#view;
    this.#become(because === undefined ? serving : { ...serving, standingDown: because });
  }

  #request(wish: BenchWish): BenchRequest {
    const { library } = this.#parts;
    const { root = existsSync(library) ? library : undefined, ...request } = readWish(wish, nameOf);
    // A bench file may name a folder of its own.
    return root === undefined || request.benchFile !== undefined
      ? { ...request, root: wish.root || undefined }
      : { ...request, root };
  }

  async #end(bench: Bench, reason: string, error?: BenchError): Promise<void> {
    if (this.#view.state !== 'serving' || this.#bench !== bench) return;
    const { plan } = this.#view;
    this.#become({ state: 'stopping', plan });
    try {
      await bench.stop(reason);
    } finally {
      await this.#parts.session.end();
      const last = { plan, endedAt: this.#parts.now(), reason };
      this.#become({ state: 'idle', last, ...(error && { error: errorView(error) }) });
    }
  }

  #show(devices: Devices): void {
    this.#devices = devices;
    const show = (id: string): boolean => {
      if (this.#devices !== devices) return false;
      this.#parts.deviceChanged(id);
      return true;
    };
    devices.onChanged(id => {
      if (show(id)) this.#parts.session.changed();
    });
    // Not worth a write to the disk.
    devices.onProgress(show);
    this.#parts.devicesReplaced();
  }

  #become(view: BenchView): void {
    this.#view = view;
    this.#parts.changed();
  }
}

const nameOf = (field: keyof BenchWish): string => WISH_NAMES[field];
