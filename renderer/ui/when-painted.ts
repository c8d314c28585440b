/** Rests for what is drawn again and again, so that what a person does comes in between. */

/** A window that nobody sees paints nothing, and needs its news less often. */
const HIDDEN_MS = 500;
const MOST_REST_MS = 200;

/** Calls back when what was drawn `since` then is painted, and as long again has passed. */
export function whenPainted(done: () => void, since = performance.now()): void {
  if (document.hidden) {
    setTimeout(done, HIDDEN_MS);
    return;
  }
  // The frame's callback runs before it is painted, a task from there after.
  requestAnimationFrame(() => setTimeout(() => setTimeout(done, Math.min(MOST_REST_MS, performance.now() - since))));
}
