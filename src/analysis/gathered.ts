/** Values with how often each came, rising. */
export interface Sample {
  readonly values: Float64Array;
  readonly counts: Float64Array;
  readonly n: number;
}

/** So many values are kept as they are; a thousandth of a decade, about 0.23 %, is the width of a bin after that. */
const mostExact = 20_000;
const binsPerDecade = 1000;

/**
 * The distribution of any number of positive values in bounded memory: each value while they are few, bins of equal ratio when they
 * are many. Bins lie where they lie whatever comes, so that one pass is enough and the order of the values changes nothing.
 */
export class Gathered {
  #exact: Float64Array | undefined = new Float64Array(mostExact);
  readonly #bins = new Map<number, number>();
  #n = 0;

  /** Only finite values above 0 count. */
  add(value: number): void {
    if (!(value > 0 && value < Infinity)) return;
    if (this.#exact) {
      if (this.#n < mostExact) {
        this.#exact[this.#n++] = value;
        return;
      }
      for (const one of this.#exact) this.#count(one);
      this.#exact = undefined;
    }
    this.#n++;
    this.#count(value);
  }

  get n(): number {
    return this.#n;
  }

  /** Single values, or the middles of the bins. */
  get sample(): Sample {
    if (this.#exact) {
      const values = this.#exact.slice(0, this.#n).sort();
      return { values, counts: new Float64Array(this.#n).fill(1), n: this.#n };
    }
    const bins = [...this.#bins.entries()].sort(([a], [b]) => a - b);
    return {
      values: Float64Array.from(bins, ([bin]) => 10 ** ((bin + 0.5) / binsPerDecade)),
      counts: Float64Array.from(bins, ([, count]) => count),
      n: this.#n,
    };
  }

  #count(value: number): void {
    const bin = Math.floor(Math.log10(value) * binsPerDecade);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1);
  }
}
