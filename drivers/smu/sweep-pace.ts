/** First look: a virtual instrument has many readings by then, a real one its first ones. */
const FIRST_S = 0.02;
/** What is in the buffer is fetched at least so often, so that it is on the disk. */
const LONGEST_S = 1;
/** An instrument that has nothing yet is asked again after this, then after twice as long. */
const NOTHING_YET_S = 0.02;
const SHORTEST_S = 2e-3;
/** The estimate is made with a part of the readings: a look a little late is one look, a look too early is two. */
const MARGIN = 1.25;

/**
 * When to look into a buffer that fills: as seldom as it takes to be there when it is full. Looks cost messages, and on
 * some instruments they cost the sweep its timing.
 */
export class SweepPace {
  readonly #begin_ms = performance.now();
  #empty_s = NOTHING_YET_S;

  /** @param expected_s how long the sweep should take */
  constructor(
    private readonly total: number,
    private readonly expected_s: number,
  ) {}

  /**
   * Time until the next look, milliseconds.
   *
   * @param held readings that the last look saw; undefined: there was none
   */
  wait_ms(held: number | undefined): number {
    if (held === undefined) return 1000 * Math.min(FIRST_S, this.expected_s);
    if (held === 0) {
      const wait_s = this.#empty_s;
      this.#empty_s = Math.min(2 * wait_s, LONGEST_S);
      return 1000 * wait_s;
    }
    const elapsed_s = (performance.now() - this.#begin_ms) / 1000;
    const left_s = (MARGIN * elapsed_s * (this.total - held)) / held;
    return 1000 * Math.min(LONGEST_S, Math.max(SHORTEST_S, left_s));
  }
}
