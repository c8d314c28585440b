/** Where the decoder's threads start: this folder's sources, or the entries that the build leaves beside the bundle. */
const entry = (source: string, built: string): URL =>
  new URL(import.meta.url.endsWith('.ts') ? source : built, import.meta.url);

export const DECODER_THREAD_FILE = entry('./decoder-thread.ts', './flash-decoder.js');
export const BLOCK_THREAD_FILE = entry('./block-thread.ts', './flash-xz-block.js');
