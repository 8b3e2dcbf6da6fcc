import type { Pwl } from "../../simulator/one-port.js";

/** A piecewise-linear voltage being written from left to right. */
export class Corners {
  #times_s = new Float64Array(64);
  #values = new Float64Array(64);
  #count = 0;

  /** @param level_V value before the first corner */
  constructor(level_V: number) {
    this.#level_V = level_V;
  }
  #level_V: number;

  /** Value at the last corner. */
  get level_V(): number {
    return this.#level_V;
  }

  get count(): number {
    return this.#count;
  }

  /** Time of the last corner; −Infinity before the first. */
  get end_s(): number {
    return this.#count === 0 ? -Infinity : (this.#times_s[this.#count - 1] ?? -Infinity);
  }

  /** Adds a corner. One at or before the last replaces its value, so that times always rise. */
  push(time_s: number, value_V: number): void {
    this.#level_V = value_V;
    if (time_s <= this.end_s) {
      this.#values[this.#count - 1] = value_V;
      return;
    }
    if (this.#count === this.#times_s.length) this.#grow();
    this.#times_s[this.#count] = time_s;
    this.#values[this.#count] = value_V;
    this.#count += 1;
  }

  /** The curve written so far. At least one corner must have been written. */
  pwl(): Pwl {
    return { times_s: this.#times_s.slice(0, this.#count), values: this.#values.slice(0, this.#count) };
  }

  #grow(): void {
    const times_s = new Float64Array(this.#count * 2);
    const values = new Float64Array(this.#count * 2);
    times_s.set(this.#times_s);
    values.set(this.#values);
    this.#times_s = times_s;
    this.#values = values;
  }
}
