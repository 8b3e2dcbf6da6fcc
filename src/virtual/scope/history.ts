import type { LabStep } from "../lab.js";

const none = new Float64Array(0);
const nothing: Traces = { times_s: none, top_V: none, bottom_V: none, first: 0, end: 0 };
/** Points in a piece of memory that records are cut out of, at most: a megabyte and a half. */
const mostLent = 65_536;

/** A stretch of the two nodes' voltages, linear between its points: those from `first` up to, not including, `end`. */
export interface Traces {
  readonly times_s: Float64Array;
  readonly top_V: Float64Array;
  readonly bottom_V: Float64Array;
  readonly first: number;
  readonly end: number;
}

/**
 * What the nodes did lately, as the solver stepped: long enough for the record's beginning before its trigger. What was cut out stays
 * where it is and is not written over: the thousand records of a burst cost no copies.
 */
export class History {
  #times_s = new Float64Array(4096);
  #top_V = new Float64Array(4096);
  #bottom_V = new Float64Array(4096);
  #head = 0;
  #end = 0;
  /** Points before this one were cut out. */
  #lent = 0;

  clear(): void {
    if (this.#lent === 0) this.#end = 0;
    this.#head = this.#end;
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

  /** What covers a window. Outside of what is known the nearest value holds. */
  cut(from_s: number, to_s: number): Traces {
    const first = Math.max(this.#head, this.#after(from_s) - 1);
    const end = Math.min(this.#end, this.#after(to_s) + 1);
    if (end <= first) return nothing;
    this.#lent = Math.max(this.#lent, end);
    return { times_s: this.#times_s, top_V: this.#top_V, bottom_V: this.#bottom_V, first, end };
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
    const size = this.#times_s.length;
    const crowded = kept * 2 > size || (this.#lent > 0 && size < mostLent);
    const moved = (old: Float64Array<ArrayBuffer>) => {
      if (!crowded && this.#lent === 0) return old.copyWithin(0, this.#head, this.#end);
      const fresh = new Float64Array(crowded ? 2 * size : size);
      fresh.set(old.subarray(this.#head, this.#end));
      return fresh;
    };
    this.#times_s = moved(this.#times_s);
    this.#top_V = moved(this.#top_V);
    this.#bottom_V = moved(this.#bottom_V);
    this.#head = this.#lent = 0;
    this.#end = kept;
  }
}
