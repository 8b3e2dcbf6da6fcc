/** First look: a virtual instrument has many readings by then, a real one its first ones. */
const FIRST_S = 0.02;
/** What is in the buffer is fetched at least so often, so that it is on the disk. */
const LONGEST_S = 1;
/** Shortest wait, and how it grows: the first readings may come slowly, and a look too early costs a message. */
const SHORTEST_S = 0.05;
const GROWTH = 4;
/** The estimate is made with a part of the readings: a look a little late is one look, a look too early is two. */
const MARGIN = 1.25;

/**
 * When to look into a buffer that fills: as seldom as it takes to be there when it is full. Looks cost messages, and on
 * some instruments they cost the sweep its timing.
 */
export class SweepPace {
  readonly #begin_ms = performance.now();
  #shortest_s = SHORTEST_S;

  /** @param expected_s how long the sweep should take */
  constructor(
    private readonly total: number,
    private readonly expected_s: number,
  ) {}

  /** Time until the first look, milliseconds. */
  get first_ms(): number {
    return 1000 * Math.min(FIRST_S, this.expected_s);
  }

  /** Time until the last reading, as it goes now; 0 where nothing is known yet. */
  left_s(held: number): number {
    const elapsed_s = (performance.now() - this.#begin_ms) / 1000;
    return held === 0 ? 0 : (elapsed_s * (this.total - held)) / held;
  }

  /**
   * Time until the next look, milliseconds.
   *
   * @param held readings that the last look saw
   */
  next_ms(held: number): number {
    const wait_s = Math.min(LONGEST_S, Math.max(this.#shortest_s, MARGIN * this.left_s(held)));
    this.#shortest_s = Math.min(LONGEST_S, GROWTH * this.#shortest_s);
    return 1000 * wait_s;
  }
}
