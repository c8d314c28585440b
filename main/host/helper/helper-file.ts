/** Where the helper starts: this folder's source, or the entry `helper` that the build leaves beside the bundle. */
import { fileURLToPath } from 'node:url';

export const HELPER_FILE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './helper.ts' : './helper.js', import.meta.url),
);
