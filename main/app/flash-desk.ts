/**
 * The flasher of the app: the drives of this laptop as they are, and the beginning of every job that writes, reads or
 * probes them. A window only asks; what may be touched is decided anew, each time, by `flash/drive`.
 */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { errorView } from '../contract/error-view.ts';
import type { DrivesView, FlashJobView, JobProgress, JobTarget, OfferedDrive } from '../contract/flash-views.ts';
import { BenchError } from '../errors.ts';
import type { Recipe } from '../flash/customise/recipe.ts';
import { customiseWith } from '../flash/customise-targets.ts';
import { claimDrive } from '../flash/drive/claim.ts';
import { driveTitle } from '../flash/drive/describe.ts';
import type { NeverTouch, Protected } from '../flash/drive/never-touch.ts';
import { DEFAULT_POLICY, offerOf, offersOf } from '../flash/drive/offer.ts';
import { probeCapacity } from '../flash/drive/probe.ts';
import { queueRule } from '../flash/drive/queue.ts';
import { driveView } from '../flash/drive/view.ts';
import type { FlashEvent } from '../flash/events.ts';
import { type ChosenDrives, chooseDrives, type FlashParts, flashDrives, isUrl } from '../flash/flash-drives.ts';
import { type QueueCard, type QueueEvent, startQueue } from '../flash/flash-queue.ts';
import type { FlashRecord } from '../flash/history.ts';
import type { FlashOptions } from '../flash/job.ts';
import type { Customise } from '../flash/lane.ts';
import { Pace } from '../flash/pace.ts';
import { planRead, readChosen } from '../flash/read/read-chosen.ts';
import { inspectImage } from '../flash/source/image.ts';
import type { Drive } from '../host/host.ts';
import { bytesText } from '../kit/quantity.ts';
import { type Choice, driveId, requireShown, targetOf } from './chosen-drive.ts';
import { hearFlash, hearQueue } from './flash-job-view.ts';
import type { FlashJobs } from './flash-jobs.ts';
import { recipeRows, recipesFor, type UncheckedRecipe } from './recipes.ts';

export interface AppFlashParts extends FlashParts {
  readonly neverTouch: NeverTouch;
}

export interface FlashDeskParts {
  readonly flash: AppFlashParts;
  readonly jobs: FlashJobs;
  /** The view of the drives changed. */
  readonly drivesChanged: () => void;
}

export interface FlashWish {
  readonly image: string;
  /** Of a queue: those that are there already and meant too. */
  readonly targets: readonly Choice[];
  readonly allowFixed?: boolean;
  readonly verify?: boolean;
  readonly sha256?: string;
  readonly entry?: string;
  readonly bmap?: boolean;
  readonly recipe?: UncheckedRecipe;
  readonly csv?: string;
  readonly firstRow?: number;
}

export interface QueueDeskWish extends FlashWish {
  readonly maxSize?: number;
  readonly count?: number;
}

/** Milliseconds between two progresses of a read or a probe. */
const TICK = 250;

type Found = NonNullable<FlashJobView['found']>;
type Tell = (phase: JobProgress['phase'], bytes: number, total: number) => void;

export class FlashDesk {
  readonly #parts: FlashDeskParts;
  #drives: readonly Drive[] | undefined;
  #neverTouch: readonly Protected[] = [];
  #error: unknown;
  #stopWatching = (): void => {};

  constructor(parts: FlashDeskParts) {
    this.#parts = parts;
  }

  /** Looks at the drives from now on. Never rejects: what is wrong is in the view. */
  async open(): Promise<void> {
    await this.#lookAtList();
    this.#stopWatching = this.#parts.flash.drives.watch(drives => {
      this.#drives = drives;
      this.#parts.drivesChanged();
    });
  }

  close(): void {
    this.#stopWatching();
  }

  get view(): DrivesView {
    const policy = { ...DEFAULT_POLICY, neverTouch: this.#neverTouch.map(({ mark }) => mark) };
    const drives = offersOf(this.#drives ?? [], policy).map(
      (offer): OfferedDrive => ({
        ...driveView(offer),
        id: driveId(offer.drive),
        mediaPresent: offer.drive.mediaPresent,
        ifAllowed: offerOf(offer.drive, { ...policy, allowFixed: true }).offered,
      }),
    );
    return {
      listed: this.#drives !== undefined,
      drives,
      neverTouch: this.#neverTouch,
      ...(this.#error !== undefined && { error: errorView(this.#error) }),
    };
  }

  async protect(id: string): Promise<void> {
    await this.#parts.flash.neverTouch.add(await this.#present(id));
    await this.#lookAtList();
  }

  async release(mark: string): Promise<void> {
    await this.#parts.flash.neverTouch.remove(mark);
    await this.#lookAtList();
  }

  /** Throws what `chooseDrives` throws, and SAFETY_REFUSED (`same-device`); nothing was touched then. */
  async flash(wish: FlashWish): Promise<string> {
    const { flash, jobs } = this.#parts;
    const { image, targets, verify = true } = wish;
    const recipes = wish.recipe && recipesFor(wish.recipe, wish.csv, wish.firstRow ?? 1, targets.length);
    const chosen = await this.#chosen(wish);
    // Nothing is awaited from here to the beginning: two windows cannot both pass.
    jobs.requireIdle(chosen.offers.map(({ drive }) => drive.path));
    const customise = recipes && this.#customise(recipes);
    const job = flashDrives(flash, image, chosen, { ...optionsOf(wish), customise });
    const row = wish.csv === undefined ? undefined : (wish.firstRow ?? 1);
    const id = jobs.begin({
      kind: 'flash',
      image,
      verify,
      targets: chosen.offers.map(({ drive }, index) => ({
        ...targetOf(drive, recipes?.[index]?.hostname),
        ...(row !== undefined && { row: row + index }),
      })),
      cancel: job.cancel,
    });
    job.on(event => jobs.change(id, view => hearFlash(view, event)));
    jobs.lasts(id, job.done);
    return id;
  }

  /** Throws what `flash` throws, what `inspectImage` throws, and USAGE while another queue is there. */
  async queue({ maxSize, count, ...wish }: QueueDeskWish): Promise<string> {
    const { flash, jobs } = this.#parts;
    const { image, allowFixed = false, verify = true, firstRow = 1 } = wish;
    const rows = wish.recipe && recipeRows(wish.recipe, wish.csv, firstRow);
    if (!isUrl(image)) await inspectImage(image, { entry: wish.entry || undefined, bmap: false });
    const { offers } = await this.#chosen(wish);
    const shown = offers.map(({ drive }) => drive);
    jobs.requireNoQueue();
    jobs.requireIdle(shown.map(({ path }) => path));
    const queue = startQueue(flash, {
      image,
      named: shown.map(({ path }) => path),
      shown,
      allowFixed,
      maxSize,
      count,
      options: optionsOf(wish),
      rows: rows && {
        count: rows.count,
        customise: given => this.#customise(given.map(rows.at)),
      },
    });
    const left = Math.min(count ?? Number.POSITIVE_INFINITY, rows?.count ?? Number.POSITIVE_INFINITY);
    const id = jobs.begin({
      kind: 'flash',
      image,
      verify,
      targets: [],
      queue: {
        rule: queueRule(allowFixed, maxSize),
        state: 'waiting',
        written: 0,
        failed: 0,
        passed: [],
        ...(Number.isFinite(left) && { left }),
      },
      cancel: queue.cancel,
      finish: queue.stop,
    });
    // The queue counts rows from the first that it was given.
    const inTable = <E extends FlashEvent | QueueEvent>(event: E): E =>
      event.type === 'queue.begin'
        ? { ...event, cards: event.cards.map(card => ({ ...card, ...(card.row && { row: card.row + firstRow - 1 }) })) }
        : event;
    const nameOf = ({ row }: QueueCard): string | undefined => rows?.hostname((row ?? firstRow) - firstRow);
    queue.on(event => jobs.change(id, view => hearQueue(view, inTable(event), nameOf)));
    jobs.lasts(id, queue.done);
    await queue.ready;
    return id;
  }

  /** The drives that are meant, each once, as a person saw them. Throws what `chooseDrives` throws, and USAGE. */
  async #chosen({ image, targets, allowFixed = false }: FlashWish): Promise<ChosenDrives> {
    const wanted = await Promise.all(targets.map(({ drive }) => this.#present(drive)));
    const devices = wanted.map(({ path }) => path);
    const chosen = await chooseDrives(this.#parts.flash, { image, devices, allowFixed });
    for (const [index, { drive, mounted }] of chosen.offers.entries()) requireShown(drive, mounted, targets[index]!);
    return chosen;
  }

  #customise(recipes: readonly Recipe[]): Customise {
    return customiseWith(recipes, homedir(), () => new Date(this.#parts.flash.clock.now()));
  }

  /** Throws USAGE, FILE_UNWRITABLE, DRIVE_BUSY or SAFETY_REFUSED (`same-device`). */
  async read(
    choice: Choice,
    out: string,
    { whole = false, overwrite = false }: { readonly whole?: boolean; readonly overwrite?: boolean },
  ): Promise<string> {
    const { flash } = this.#parts;
    const drive = await this.#present(choice.drive);
    const plan = await planRead(flash.drives, drive, out, overwrite);
    requireShown(drive, plan.mounted, choice);
    return this.#alone(drive, { kind: 'read', image: plan.path }, async (signal, tell) => {
      const { size, mapped, sha256, bmap } = await readChosen(flash.drives, drive, plan, {
        whole,
        signal,
        progress: (bytes, total) => tell('reading', bytes, total),
      });
      const sentences = [
        `${plan.path} is an image of ${bytesText(size)}, of which ${bytesText(mapped)} hold something.`,
        `Its SHA-256 is ${sha256}.`,
        `What was read stands in ${bmap}.`,
      ];
      return { found: { good: true, sentences }, record: { result: 'done', image: plan.path, sha256 } };
    });
  }

  /** Throws what `chooseDrives` throws, and SAFETY_REFUSED (`same-device`). */
  async probe(choice: Choice, allowFixed = false): Promise<string> {
    const { flash } = this.#parts;
    const drive = await this.#present(choice.drive);
    const policy = { ...DEFAULT_POLICY, allowFixed, neverTouch: await flash.neverTouch.marks() };
    requireShown(drive, offerOf(drive, policy).mounted, choice);
    const unmount = (mounted: readonly string[]): boolean => mounted.every(place => choice.mounted.includes(place));
    return this.#alone(drive, { kind: 'probe' }, async (signal, tell) => {
      const { handle } = await claimDrive(flash.drives, drive, { policy, unmount });
      try {
        const { verdict, sentence, notRestored } = await probeCapacity(handle, {
          random: length => randomBytes(length),
          signal,
          progress: fraction => tell('probing', fraction * drive.size, drive.size),
        });
        const lost = `At ${notRestored.length} places what was there before could not be put back.`;
        const good = verdict === 'genuine';
        return {
          found: { good, sentences: notRestored.length > 0 ? [sentence, lost] : [sentence] },
          record: good ? { result: 'done' } : { result: 'failed', reason: sentence },
        };
      } finally {
        await handle.close();
      }
    });
  }

  /** A job about one drive, with its place in the history. */
  #alone(
    drive: Drive,
    facts: Pick<FlashJobView, 'kind' | 'image'>,
    work: (
      signal: AbortSignal,
      tell: Tell,
    ) => Promise<{
      readonly found: Found;
      readonly record: Pick<FlashRecord, 'result' | 'image' | 'sha256' | 'reason'>;
    }>,
  ): string {
    const { flash, jobs } = this.#parts;
    const { clock } = flash;
    jobs.requireIdle([drive.path]);
    const stop = new AbortController();
    const began = clock.now();
    const id = jobs.begin({ ...facts, verify: false, targets: [targetOf(drive)], cancel: () => stop.abort() });
    const pace = new Pace();
    let told = 0;
    const tell: Tell = (phase, bytes, total) => {
      const now = clock.now();
      if (now - told < TICK) return;
      told = now;
      pace.mark(now, bytes);
      const eta = pace.eta(total);
      const progress = { phase, bytes, total, fraction: total > 0 ? bytes / total : 0, rate: Math.round(pace.rate) };
      this.#onTarget(id, target => ({
        ...target,
        state: 'running',
        progress: { ...progress, ...(eta !== undefined && { eta }) },
      }));
    };
    const note = (record: Pick<FlashRecord, 'result' | 'image' | 'sha256' | 'reason'>): Promise<void> =>
      flash.history
        .add({
          t: new Date(clock.now()).toISOString(),
          action: facts.kind,
          drive: driveTitle(drive),
          size: drive.size,
          seconds: (clock.now() - began) / 1000,
          ...(drive.serial !== undefined && { serial: drive.serial }),
          ...record,
        })
        // A full disk is no reason to call good work bad.
        .catch(() => undefined);
    const run = async (): Promise<void> => {
      try {
        const { found, record } = await work(stop.signal, tell);
        jobs.change(id, view => ({ ...view, found }));
        this.#onTarget(id, target => ({ ...target, state: found.good ? 'done' : 'failed' }));
        await note(record);
      } catch (error) {
        const result = stop.signal.aborted ? 'cancelled' : 'failed';
        this.#onTarget(id, target => ({ ...target, state: result }));
        await note({ result, ...(error instanceof BenchError && { reason: error.message }) });
        throw error;
      }
    };
    jobs.lasts(id, run());
    return id;
  }

  #onTarget(id: string, change: (target: JobTarget) => JobTarget): void {
    this.#parts.jobs.change(id, view => ({
      ...view,
      targets: view.targets.map(target => {
        const { progress: _, ...rest } = target;
        return change(rest);
      }),
    }));
  }

  /** The drive as it is now, if it is still the one that was shown. */
  async #present(id: string): Promise<Drive> {
    const drive = (await this.#parts.flash.drives.list()).find(each => driveId(each) === id);
    if (drive) return drive;
    throw new BenchError('SAFETY_REFUSED', {
      rule: 'same-device',
      because: 'a drive that was chosen is not there any more, or another one is in its place',
      instead: 'Nothing was written. Look at the list of drives and choose again.',
      override: undefined,
    });
  }

  async #lookAtList(): Promise<void> {
    try {
      this.#neverTouch = await this.#parts.flash.neverTouch.list();
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    }
    this.#parts.drivesChanged();
  }
}

const optionsOf = ({ verify = true, bmap, sha256, entry }: FlashWish): Omit<FlashOptions, 'customise'> => ({
  verify,
  digest: true,
  bmap,
  sha256,
  entry: entry || undefined,
});
