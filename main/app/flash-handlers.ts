/** What the calls of the flasher do: each is one step to whom it concerns. */
import { join } from 'node:path';
import type { HandlersOf } from '../contract/calls.ts';
import type { FLASH_CALLS } from '../contract/flash-calls.ts';
import { makeEepromCard } from '../flash/customise/eeprom-files.ts';
import type { History } from '../flash/history.ts';
import type { FlashDesk } from './flash-desk.ts';
import type { FlashJobs } from './flash-jobs.ts';
import { type ImageFolder, listImages, lookAtImage } from './images.ts';
import { previewRecipe, sealedText } from './recipes.ts';

export interface FlashHandlerParts {
  readonly desk: FlashDesk;
  readonly jobs: FlashJobs;
  readonly history: History;
  readonly imageFolders: readonly ImageFolder[];
  /** Where images that are made go. */
  readonly library: string;
  readonly now: () => number;
}

export function flashHandlers({
  desk,
  jobs,
  history,
  imageFolders,
  library,
  now,
}: FlashHandlerParts): HandlersOf<typeof FLASH_CALLS> {
  return {
    'drives.protect': ({ drive }) => desk.protect(drive),
    'drives.release': ({ mark }) => desk.release(mark),

    'images.list': () => listImages(imageFolders),
    'images.inspect': ({ image, entry }) => lookAtImage(image, entry || undefined),

    'recipes.preview': ({ recipe, csv, as }) => previewRecipe(recipe, csv, as),
    'recipes.seal': ({ recipe }) => ({ text: sealedText(recipe) }),

    'eeprom.make': async wish => {
      const time = Math.floor(now() / 1000);
      const named = ({ board }: { readonly board: string }): string =>
        join(library, `${board.toLowerCase().replaceAll(' ', '-')}-bootloader.img`);
      const { path: image, board, config } = await makeEepromCard({ ...wish, time }, named);
      return { image, board, config };
    },

    'flash.start': async wish => ({ job: await desk.flash(wish) }),
    'flash.queue': async wish => ({ job: await desk.queue(wish) }),
    'flash.finish': ({ job }) => jobs.finish(job),
    'flash.read': async ({ path, whole, overwrite, ...choice }) => ({
      job: await desk.read(choice, path, { whole: whole ?? false, overwrite: overwrite ?? false }),
    }),
    'flash.probe': async ({ allowFixed, ...choice }) => ({ job: await desk.probe(choice, allowFixed) }),
    'flash.cancel': ({ job }) => jobs.cancel(job),
    'flash.dismiss': ({ job }) => jobs.dismiss(job),
    'flash.history': ({ limit }) => history.list(limit),
  };
}
