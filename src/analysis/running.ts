import type { Metric } from "../store/shapes.js";

/** Mean and spread of numbers that come one by one (Welford: sums of squares of 1e8 ohm readings would lose the spread). */
export class Running {
  #n = 0;
  #mean = 0;
  #squares = 0;

  /** What is no finite number is left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#n++;
    const difference = value - this.#mean;
    this.#mean += difference / this.#n;
    this.#squares += difference * (value - this.#mean);
  }

  /** Mean, sample standard deviation (n − 1) and sd/|mean| so far. One value: sd and cv 0. None: all NaN, n 0. */
  get metric(): Metric {
    const [n, mean] = [this.#n, this.#mean];
    if (n === 0) return { mean: Number.NaN, sd: Number.NaN, cv: Number.NaN, n: 0 };
    const sd = n > 1 ? Math.sqrt(this.#squares / (n - 1)) : 0;
    return { mean, sd, cv: sd === 0 ? 0 : mean === 0 ? Number.NaN : sd / Math.abs(mean), n };
  }
}
