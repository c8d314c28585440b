/** How fast something goes and when it will be there, from positions and times. Knows no clock. */

/** Rates are means over this long, in milliseconds: shorter ones jump, longer ones lie. */
const WINDOW = 3000;

export class Pace {
  readonly #marks: { readonly at: number; readonly done: number }[] = [];

  /** `done` octets at the time `at`, in milliseconds. */
  mark(at: number, done: number): void {
    this.#marks.push({ at, done });
    while (this.#marks.length > 2 && this.#marks[1]!.at <= at - WINDOW) this.#marks.shift();
  }

  /** Octets per second. */
  get rate(): number {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Seconds until `total`, when anything moves. */
  eta(total: number | undefined): number | undefined {
    const last = this.#marks.at(-1);
    const { rate } = this;
    return total === undefined || !last || rate <= 0 ? undefined : Math.max(0, (total - last.done) / rate);
  }
}
