/** The flasher of this very process: the real machine's drives, and where images and decoders are. */
import { join } from 'node:path';
import { type NeverTouch, openNeverTouch } from './flash/drive/never-touch.ts';
import type { FlashParts } from './flash/flash-drives.ts';
import { openHistory } from './flash/history.ts';
import type { Host } from './host/host.ts';
import { nodeClock } from './host/node/clock.ts';
import { nodeDrives } from './host/node/drives.ts';
import { resourcesFolder, stateFolder } from './host/node/folders.ts';
import { runCommand } from './host/node/run.ts';

/** The drives of this process when no `host` is given. */
export function localFlashParts(
  host?: Pick<Host, 'drives' | 'clock'>,
): FlashParts & { readonly neverTouch: NeverTouch } {
  return {
    drives: host?.drives ?? nodeDrives({ platform: process.platform, run: runCommand }),
    clock: host?.clock ?? nodeClock,
    decoders: join(resourcesFolder(), 'decoders'),
    downloads: join(stateFolder(), 'images'),
    neverTouch: openNeverTouch(stateFolder()),
    history: openHistory(stateFolder()),
  };
}
