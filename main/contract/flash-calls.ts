/** The calls of the flasher: drives, images, recipes, and jobs that write, read or probe. */
import * as v from 'valibot';
import type { FlashRecord } from '../flash/history.ts';
import { name, nothing, returns, text } from './call.ts';
import type { EepromCardView, ImageFile, ImageView, RecipePreview } from './flash-views.ts';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const path = v.pipe(text, v.minLength(1));
const ofJob = v.strictObject({ job: name });

/** A drive that a person chose, and what they were told will be unmounted from it. */
const chosen = v.strictObject({
  drive: name,
  mounted: v.pipe(v.array(text), v.maxLength(100)),
});

/** Checked by the recipe's own schema in the engine. */
const recipe = v.record(v.string(), v.unknown());
const table = v.pipe(v.string(), v.maxLength(1_000_000));
const targets = v.pipe(v.array(chosen), v.maxLength(64));

/** What is written, and how. */
const writing = {
  image: path,
  /** Drives that are built in, large, or loop devices too. */
  allowFixed: v.exactOptional(v.boolean()),
  /** Default true. */
  verify: v.exactOptional(v.boolean()),
  sha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{64}$/))),
  entry: v.exactOptional(text),
  /** Default true. */
  bmap: v.exactOptional(v.boolean()),
  recipe: v.exactOptional(recipe),
  csv: v.exactOptional(table),
  /** Row of the table for the first target, from 1. */
  firstRow: v.exactOptional(whole(1, 100_000)),
};

export const FLASH_CALLS = {
  /** This drive is never written again, until it is taken off the list. */
  'drives.protect': returns<void>()(v.strictObject({ drive: name })),
  'drives.release': returns<void>()(v.strictObject({ mark: name })),

  /** Images at hand on this laptop, the newest first. */
  'images.list': returns<readonly ImageFile[]>()(nothing),
  /** What a file or URL is; throws why it cannot be written. */
  'images.inspect': returns<ImageView>()(v.strictObject({ image: path, entry: v.exactOptional(text) })),

  /** What a recipe, perhaps with a table, will do. `as`: the kind of image it is judged for. */
  'recipes.preview': returns<RecipePreview>()(
    v.strictObject({
      recipe,
      csv: v.exactOptional(table),
      as: v.picklist(['pi', 'cloud-init', 'ignition']),
    }),
  ),
  /** The text of a recipe file, its secrets hashed. */
  'recipes.seal': returns<{ readonly text: string }>()(v.strictObject({ recipe })),

  /**
   * Makes the image of a card that gives a Raspberry Pi's bootloader new settings, from files of its release, and puts it
   * into the library.
   */
  'eeprom.make': returns<EepromCardView>()(
    v.strictObject({
      recovery: path,
      image: path,
      settings: v.record(
        v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{0,40}$/)),
        v.pipe(v.string(), v.regex(/^[!-~]{1,80}$/)),
      ),
    }),
  ),

  /** Erases the chosen drives and writes the image; resolves to the job's id as soon as it may begin. */
  'flash.start': returns<{ readonly job: string }>()(
    v.strictObject({ ...writing, targets: v.pipe(targets, v.minLength(1)) }),
  ),
  /** Writes the chosen drives, and from then on every one that is plugged in; resolves as `flash.start` does. One at a time. */
  'flash.queue': returns<{ readonly job: string }>()(
    v.strictObject({
      ...writing,
      targets,
      /** Octets: larger ones are left alone. */
      maxSize: v.exactOptional(whole(1, Number.MAX_SAFE_INTEGER)),
      /** Ends when so many cards were written well. */
      count: v.exactOptional(whole(1, 100_000)),
    }),
  ),
  /** Ends a queue; cards that are in work are finished. */
  'flash.finish': returns<void>()(ofJob),
  /** Reads a drive into an image file. */
  'flash.read': returns<{ readonly job: string }>()(
    v.strictObject({
      ...chosen.entries,
      path,
      whole: v.exactOptional(v.boolean()),
      overwrite: v.exactOptional(v.boolean()),
    }),
  ),
  /** Finds out whether a drive has the room it claims. */
  'flash.probe': returns<{ readonly job: string }>()(
    v.strictObject({ ...chosen.entries, allowFixed: v.exactOptional(v.boolean()) }),
  ),
  'flash.cancel': returns<void>()(ofJob),
  /** Takes an ended job out of sight; the history keeps it. */
  'flash.dismiss': returns<void>()(ofJob),
  'flash.history': returns<readonly FlashRecord[]>()(v.strictObject({ limit: whole(1, 5000) })),
} as const;
