/** Of a measurement that is repeated. */
export class Statistics {
  count = 0;
  /** The newest; undefined: it could not be measured there. */
  actual: number | undefined;
  #min = Infinity;
  #max = -Infinity;
  #mean = 0;
  #squares = 0;

  /** @param value undefined: it could not be measured; the others stand as they are */
  add(value: number | undefined): void {
    this.actual = value;
    if (value === undefined) return;
    this.count += 1;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    // Welford's sum: it keeps its digits where the scatter is small beside the mean.
    const before = value - this.#mean;
    this.#mean += before / this.count;
    this.#squares += before * (value - this.#mean);
  }

  reset(): void {
    this.count = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#mean = this.#squares = 0;
  }

  get min(): number | undefined {
    return this.#known(this.#min);
  }

  get max(): number | undefined {
    return this.#known(this.#max);
  }

  get mean(): number | undefined {
    return this.#known(this.#mean);
  }

  get rms(): number | undefined {
    return this.#known(Math.hypot(this.#mean, Math.sqrt(this.#squares / this.count)));
  }

  /** Of the sample: 0 for a single value. */
  get deviation(): number | undefined {
    return this.#known(this.count > 1 ? Math.sqrt(this.#squares / (this.count - 1)) : 0);
  }

  #known(value: number): number | undefined {
    return this.count > 0 ? value : undefined;
  }
}
