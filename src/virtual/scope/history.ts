import type { LabStep } from "../lab.js";

/** Points in a piece of memory that records are cut out of, at most: a megabyte and a half. */
const mostPoints = 65_536;
/** Pieces kept to be used again: a burst of a thousand records takes one or two. */
const mostFree = 8;

interface Piece {
  readonly times_s: Float64Array;
  readonly top_V: Float64Array;
  readonly bottom_V: Float64Array;
}

/** A stretch of the two nodes' voltages, linear between its points: those from `first` up to, not including, `end`. */
export interface Traces extends Piece {
  readonly first: number;
  readonly end: number;
}

const nothing: Traces = { ...pieceOf(0), first: 0, end: 0 };

/**
 * What the nodes did lately, as the solver stepped: long enough for the record's beginning before its trigger. What was cut out stays
 * where it is and is not written over: the thousand records of a burst cost no copies.
 */
export class History {
  #piece = pieceOf(4096);
  #head = 0;
  #end = 0;
  /** Points of the piece before this one were cut out. */
  #lent = 0;
  /** Pieces before this one that something was cut out of. */
  #full: Piece[] = [];
  #free: Piece[] = [];

  /** @param givenUp nobody has what was cut out any more: its memory is used again */
  clear(givenUp = false): void {
    if (givenUp) {
      this.#free = [...this.#free, ...this.#full].slice(-mostFree);
      this.#lent = 0;
    }
    this.#full = [];
    if (this.#lent === 0) this.#end = 0;
    this.#head = this.#end;
  }

  /**
   * @param keep_s what lies before may be dropped
   */
  append(step: LabStep, keep_s: number): void {
    const last = this.#end - 1;
    const { times_s, top_V, bottom_V } = this.#piece;
    const goesOn =
      last >= this.#head &&
      times_s[last] === step.t0_s &&
      top_V[last] === step.top0_V &&
      bottom_V[last] === step.bottom0_V;
    if (!goesOn) this.#push(step.t0_s, step.top0_V, step.bottom0_V, keep_s);
    this.#push(step.t1_s, step.top1_V, step.bottom1_V, keep_s);
  }

  /** What covers a window. Outside of what is known the nearest value holds. */
  cut(from_s: number, to_s: number): Traces {
    const first = Math.max(this.#head, this.#after(from_s) - 1);
    const end = Math.min(this.#end, this.#after(to_s) + 1);
    if (end <= first) return nothing;
    this.#lent = Math.max(this.#lent, end);
    const { times_s, top_V, bottom_V } = this.#piece;
    return { times_s, top_V, bottom_V, first, end };
  }

  /** Index of the first point later than a time. */
  #after(time_s: number): number {
    const { times_s } = this.#piece;
    let low = this.#head;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times_s[middle] ?? 0) > time_s) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #push(time_s: number, top: number, bottom: number, keep_s: number): void {
    if (this.#end === this.#piece.times_s.length) this.#makeRoom(keep_s);
    const { times_s, top_V, bottom_V } = this.#piece;
    times_s[this.#end] = time_s;
    top_V[this.#end] = top;
    bottom_V[this.#end] = bottom;
    this.#end += 1;
  }

  #makeRoom(keep_s: number): void {
    this.#head = Math.max(this.#head, this.#after(keep_s) - 1);
    const kept = this.#end - this.#head;
    const old = this.#piece;
    const size = old.times_s.length;
    const crowded = kept * 2 > size || (this.#lent > 0 && size < mostPoints);
    if (crowded || this.#lent > 0) this.#piece = this.#pieceFor(crowded ? 2 * size : size);
    for (const values of ["times_s", "top_V", "bottom_V"] as const)
      this.#piece[values].set(old[values].subarray(this.#head, this.#end));
    if (this.#lent > 0) this.#full.push(old);
    this.#head = this.#lent = 0;
    this.#end = kept;
  }

  #pieceFor(points: number): Piece {
    const at = this.#free.findIndex(({ times_s }) => times_s.length >= points);
    return this.#free.splice(at, at < 0 ? 0 : 1)[0] ?? pieceOf(points);
  }
}

function pieceOf(points: number): Piece {
  const values = () => new Float64Array(points);
  return { times_s: values(), top_V: values(), bottom_V: values() };
}
