/** The flasher of this very process: the real machine's drives, and where images and decoders are. */
import { join } from 'node:path';
import { type NeverTouch, openNeverTouch } from './flash/drive/never-touch.ts';
import type { FlashParts } from './flash/flash-drives.ts';
import { openHistory } from './flash/history.ts';
import type { Host } from './host/host.ts';
import { resourcesFolder, stateFolder } from './host/node/folders.ts';
import { nodeHost } from './host/node/node-host.ts';

export function localFlashParts(
  { drives, clock }: Pick<Host, 'drives' | 'clock'> = nodeHost(),
): FlashParts & { readonly neverTouch: NeverTouch } {
  return {
    drives,
    clock,
    decoders: join(resourcesFolder(), 'decoders', 'decoders.wasm'),
    downloads: join(stateFolder(), 'images'),
    neverTouch: openNeverTouch(stateFolder()),
    history: openHistory(stateFolder()),
  };
}
