/** Where the fast path's thread starts: this folder's source, or the entry `tftp-worker` that the build leaves beside the bundle. */
export const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './tftp-worker.js',
  import.meta.url,
);
