/** The flasher of a machine made of nothing: its drives are in memory, its decoders real. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppFlashParts } from '../../main/app/flash-desk.ts';
import { openNeverTouch } from '../../main/flash/drive/never-touch.ts';
import { openHistory } from '../../main/flash/history.ts';
import type { Machine } from './memory-bench.ts';

export const flashOf = ({ host, stateFolder }: Machine): AppFlashParts => ({
  drives: host.drives,
  clock: host.clock,
  decoders: fileURLToPath(new URL('../../resources/decoders/', import.meta.url)),
  downloads: join(stateFolder, 'images'),
  neverTouch: openNeverTouch(stateFolder),
  history: openHistory(stateFolder),
});
