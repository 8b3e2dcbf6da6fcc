/**
 * Finds where a voltage that goes in straight lines passes a level. It has to have been beyond a hysteresis on the other
 * side first. The trigger sees no noise: its time is exact.
 */
export class EdgeTrigger {
  #rising = false;
  #falling = false;

  /**
   * @param slope which edges count; `ALT` is taken as either
   * @param hysteresis_V above 0
   */
  constructor(
    private readonly level_V: number,
    private readonly slope: "POS" | "NEG" | "EITH" | "ALT",
    private readonly hysteresis_V: number,
  ) {}

  /**
   * Follows one straight line. A line that begins beyond the level where the one before ended short of it (a jump, or the last
   * digit of a sum) passed it at its beginning.
   *
   * @param earliest_s edges before it are seen, but do not count
   * @returns when it passed the level; undefined where it did not
   */
  follow(t0_s: number, v0_V: number, t1_s: number, v1_V: number, earliest_s: number): number | undefined {
    const jumped = this.#passes(v0_V);
    this.#look(v0_V);
    const passed = jumped || this.#passes(v1_V);
    this.#look(v1_V);
    const time_s = jumped ? t0_s : crossing(t0_s, v0_V, t1_s, v1_V, this.level_V);
    return passed && time_s >= earliest_s ? time_s : undefined;
  }

  /** The voltage is where an edge that is waited for would have taken it. */
  #passes(voltage_V: number): boolean {
    if (this.#rising && this.slope !== "NEG" && voltage_V >= this.level_V) return true;
    return this.#falling && this.slope !== "POS" && voltage_V <= this.level_V;
  }

  #look(voltage_V: number): void {
    if (voltage_V <= this.level_V - this.hysteresis_V) this.#rising = true;
    if (voltage_V >= this.level_V + this.hysteresis_V) this.#falling = true;
    if (voltage_V >= this.level_V) this.#rising = false;
    if (voltage_V <= this.level_V) this.#falling = false;
  }
}

function crossing(t0_s: number, v0_V: number, t1_s: number, v1_V: number, level_V: number): number {
  return v1_V === v0_V ? t0_s : t0_s + ((level_V - v0_V) / (v1_V - v0_V)) * (t1_s - t0_s);
}
