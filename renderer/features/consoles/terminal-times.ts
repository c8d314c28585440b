/** When each line of a terminal came, for the column beside it. Lines are counted through, so that old ones may go. */
import type { IMarker, Terminal } from '@xterm/xterm';

/** Moments kept; the log has the time of every line. */
const MOST = 20_000;

export class TerminalTimes {
  readonly #screen: Terminal;
  /** Stays with its line while lines above it are dropped. */
  #anchor: IMarker | undefined;
  #anchorLine = 0;
  #moments: { readonly line: number; readonly at: number }[] = [];

  constructor(screen: Terminal) {
    this.#screen = screen;
    // Other widths put text on other lines.
    let columns = screen.cols;
    screen.onResize(({ cols }) => {
      if (cols !== columns) this.#forget();
      columns = cols;
    });
  }

  /** What is written next came at this time. */
  arrived(at: number): void {
    const { active } = this.#screen.buffer;
    if (active.type !== 'normal') return;
    if (!this.#anchor || this.#anchor.line < 0) this.#forget();
    const line = this.#through(active.baseY + active.cursorY);
    this.#anchor?.dispose();
    this.#anchor = this.#screen.registerMarker(0);
    this.#anchorLine = line;
    // The rest of a line that has begun keeps the time of its beginning.
    const next = active.cursorX === 0 ? line : line + 1;
    if (next <= (this.#moments.at(-1)?.line ?? -1)) return;
    this.#moments.push({ line: next, at });
    if (this.#moments.length > MOST) this.#moments = this.#moments.slice(-MOST / 2);
  }

  /** When the line of the buffer came; undefined when nobody knows. */
  of(line: number): number | undefined {
    if (!this.#anchor || this.#anchor.line < 0) return undefined;
    const wanted = this.#through(line);
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]!.line <= wanted) low = middle + 1;
      else high = middle;
    }
    return this.#moments[low - 1]?.at;
  }

  #through(line: number): number {
    return this.#anchor && this.#anchor.line >= 0 ? this.#anchorLine + line - this.#anchor.line : line;
  }

  #forget(): void {
    this.#anchor?.dispose();
    this.#anchor = undefined;
    this.#moments = [];
  }
}
