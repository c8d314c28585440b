/** When the progress of something long is worth telling: short ones never, long ones at a bounded rate. Knows no clock. */

/** What is over sooner is told by its end alone, ms. */
const FIRST_MS = 500;
const EVERY_MS = 250;

export class ProgressPace {
  #next: number;

  /** `began` and all later times are milliseconds of any one clock. */
  constructor(began: number) {
    this.#next = began + FIRST_MS;
  }

  /** Asked as often as one likes: true at most four times a second. */
  isDue(now: number): boolean {
    if (now < this.#next) return false;
    this.#next = now + EVERY_MS;
    return true;
  }
}
