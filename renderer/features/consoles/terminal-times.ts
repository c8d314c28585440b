/** When each line of a terminal came, for the column beside it. Lines are counted through, so that old ones may go. */
import type { IDisposable, IMarker, Terminal } from '@xterm/xterm';

/** Moments kept; the log has the time of every line. */
const MOST = 20_000;

interface Moment {
  /** Of the terminal, counted through: it begins here. Another width puts it on another one. */
  row: number;
  /** Of the output, counted through, whatever number of rows it takes. */
  readonly line: number;
  readonly at: number;
}

export class TerminalTimes {
  readonly #screen: Terminal;
  /** Stays with its row while rows above it are dropped, and when text is put on other rows. */
  #anchor: IMarker | undefined;
  #anchorRow = 0;
  #anchorLine = 0;
  #moments: Moment[] = [];
  readonly #resized: IDisposable;

  constructor(screen: Terminal) {
    this.#screen = screen;
    let columns = screen.cols;
    this.#resized = screen.onResize(({ cols }) => {
      if (cols !== columns) this.#rowsAnew();
      columns = cols;
    });
  }

  /** The terminal is going to be another console's. */
  stop(): void {
    this.#resized.dispose();
    this.#forget();
  }

  /** What is written next came at this time. */
  arrived(at: number): void {
    const { active } = this.#screen.buffer;
    if (active.type !== 'normal') return;
    if (!this.#anchor || this.#anchor.line < 0) this.#forget();
    const cursor = active.baseY + active.cursorY;
    const row = this.#through(cursor);
    let line = this.#anchorLine;
    if (this.#anchor) for (let next = this.#anchor.line + 1; next <= cursor; next++) if (!this.#continues(next)) line++;
    this.#anchor?.dispose();
    this.#anchor = this.#screen.registerMarker(0);
    this.#anchorRow = row;
    this.#anchorLine = line;
    // The rest of a line that has begun keeps the time of its beginning.
    const later = active.cursorX === 0 ? 0 : 1;
    if (line + later <= (this.#moments.at(-1)?.line ?? -1)) return;
    this.#moments.push({ row: row + later, line: line + later, at });
    if (this.#moments.length > MOST) this.#moments = this.#moments.slice(-MOST / 2);
  }

  /** When the row of the buffer came; undefined when nobody knows. */
  of(row: number): number | undefined {
    if (!this.#anchor || this.#anchor.line < 0) return undefined;
    const wanted = this.#through(row);
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]!.row <= wanted) low = middle + 1;
      else high = middle;
    }
    return this.#moments[low - 1]?.at;
  }

  #through(row: number): number {
    return this.#anchor && this.#anchor.line >= 0 ? this.#anchorRow + row - this.#anchor.line : row;
  }

  /** The row goes on with the line of the row above it. */
  #continues(row: number): boolean {
    return this.#screen.buffer.normal.getLine(row)?.isWrapped === true;
  }

  /** The width changed: every line begins on another row. */
  #rowsAnew(): void {
    if (!this.#anchor || this.#anchor.line < 0) {
      this.#forget();
      return;
    }
    let index = this.#moments.length - 1;
    for (; index >= 0 && this.#moments[index]!.line > this.#anchorLine; index--)
      this.#moments[index]!.row = this.#anchorRow + this.#moments[index]!.line - this.#anchorLine;
    let line = this.#anchorLine;
    for (let row = this.#anchor.line; row >= 0 && index >= 0; row--) {
      if (this.#continues(row)) continue;
      for (; index >= 0 && this.#moments[index]!.line === line; index--) this.#moments[index]!.row = this.#through(row);
      line--;
    }
    // What was dropped at the top.
    this.#moments.splice(0, index + 1);
  }

  #forget(): void {
    this.#anchor?.dispose();
    this.#anchor = undefined;
    this.#anchorLine = 0;
    this.#moments = [];
  }
}
