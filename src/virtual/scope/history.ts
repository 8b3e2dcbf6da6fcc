import type { LabStep } from "../lab.js";

/** A stretch of the two nodes' voltages, linear between its points. */
export interface Traces {
  readonly times_s: Float64Array;
  readonly top_V: Float64Array;
  readonly bottom_V: Float64Array;
}

/** What the nodes did lately, as the solver stepped: long enough for the record's beginning before its trigger. */
export class History {
  #times_s = new Float64Array(4096);
  #top_V = new Float64Array(4096);
  #bottom_V = new Float64Array(4096);
  #head = 0;
  #end = 0;

  clear(): void {
    this.#head = this.#end = 0;
  }

  /**
   * @param keep_s what lies before may be dropped
   */
  append(step: LabStep, keep_s: number): void {
    const last = this.#end - 1;
    const goesOn =
      last >= this.#head &&
      this.#times_s[last] === step.t0_s &&
      this.#top_V[last] === step.top0_V &&
      this.#bottom_V[last] === step.bottom0_V;
    if (!goesOn) this.#push(step.t0_s, step.top0_V, step.bottom0_V, keep_s);
    this.#push(step.t1_s, step.top1_V, step.bottom1_V, keep_s);
  }

  /** A copy of what covers a window. Outside of what is known the nearest value holds. */
  cut(from_s: number, to_s: number): Traces {
    const first = Math.max(this.#head, this.#after(from_s) - 1);
    const last = Math.min(this.#end, this.#after(to_s) + 1);
    // one piece of memory for the three: a burst has a thousand records
    const points = Math.max(0, last - first);
    const copy = new Float64Array(3 * points);
    const cut = (values: Float64Array, place: number) => {
      copy.set(values.subarray(first, first + points), place * points);
      return copy.subarray(place * points, (place + 1) * points);
    };
    return { times_s: cut(this.#times_s, 0), top_V: cut(this.#top_V, 1), bottom_V: cut(this.#bottom_V, 2) };
  }

  /** Index of the first point later than a time. */
  #after(time_s: number): number {
    let low = this.#head;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times_s[middle] ?? 0) > time_s) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #push(time_s: number, top_V: number, bottom_V: number, keep_s: number): void {
    if (this.#end === this.#times_s.length) this.#makeRoom(keep_s);
    this.#times_s[this.#end] = time_s;
    this.#top_V[this.#end] = top_V;
    this.#bottom_V[this.#end] = bottom_V;
    this.#end += 1;
  }

  #makeRoom(keep_s: number): void {
    this.#head = Math.max(this.#head, this.#after(keep_s) - 1);
    const kept = this.#end - this.#head;
    if (kept * 2 <= this.#times_s.length) {
      for (const values of [this.#times_s, this.#top_V, this.#bottom_V]) values.copyWithin(0, this.#head, this.#end);
      this.#head = 0;
      this.#end = kept;
      return;
    }
    const size = this.#times_s.length * 2;
    const moved = (old: Float64Array) => {
      const fresh = new Float64Array(size);
      fresh.set(old.subarray(this.#head, this.#end));
      return fresh;
    };
    this.#times_s = moved(this.#times_s);
    this.#top_V = moved(this.#top_V);
    this.#bottom_V = moved(this.#bottom_V);
    this.#head = 0;
    this.#end = kept;
  }
}
