import type { EventSpec } from "../netlist/types.js";
import { readerOf, type Reader } from "./quantities.js";
import type { System } from "./system.js";

interface Watched extends EventSpec {
  /** Position of the unknown that is the quantity; -1 when it must be read. */
  readonly unknown: number;
  readonly read: Reader | undefined;
  /** Quantity minus level where the last step ended. */
  last: number;
}

interface Found {
  readonly event: string;
  /** Where in the step. */
  readonly share: number;
}

/** Finds where quantities pass their levels, on the continuous output of accepted steps. */
export class EventFinder {
  /** Of the last step, in order of time. */
  readonly found: Found[] = [];
  private readonly watched: Watched[];
  /** Unknowns whose value decides at once that nothing happened: position, level, side at the end of the last step. */
  private readonly plain: Int32Array;
  private readonly levels: Float64Array;
  private readonly sides: Float64Array;
  private readonly x: Float64Array;
  private readonly dx: Float64Array;
  private fresh = true;

  constructor(
    private readonly system: System,
    specs: readonly EventSpec[],
  ) {
    this.watched = specs.map((spec) => {
      const unknown = system.unknownOf(spec.quantity);
      const read = unknown < 0 ? readerOf(system, spec.quantity, `the event ${spec.event}`) : undefined;
      const { event, quantity, level, direction } = spec;
      return { event, quantity, level, direction, unknown, read, last: NaN };
    });
    const count = specs.length;
    [this.plain, this.levels, this.sides] = [new Int32Array(count), new Float64Array(count), new Float64Array(count)];
    this.watched.forEach(({ unknown, level }, i) => ([this.plain[i], this.levels[i]] = [unknown, level]));
    this.x = new Float64Array(system.size);
    this.dx = new Float64Array(system.size);
  }

  /**
   * Looks at the step just made.
   *
   * @param share of it that is accepted
   * @param jumped something may have jumped where it began
   * @returns number of events in `found`
   */
  find(t: number, h: number, share: number, jumped: boolean): number {
    if (this.found.length > 0) this.found.length = 0;
    if (share === 1 && !jumped && this.nothing()) return 0;
    const { watched, system, sides } = this;
    const { X, X1 } = system.memory;
    for (let i = 0; i < watched.length; i++) {
      const one = watched[i]!;
      // a jump since the last step is an event at its start
      const before = one.unknown >= 0 ? X[one.unknown]! - one.level : this.at(one, t, h, 0);
      if (!this.fresh && passes(one, one.last, before)) this.found.push({ event: one.event, share: 0 });
      const after = one.unknown >= 0 && share === 1 ? X1[one.unknown]! - one.level : this.at(one, t, h, share);
      if (passes(one, before, after)) this.found.push({ event: one.event, share: this.root(one, t, h, share, before) });
      one.last = after;
      sides[i] = after;
    }
    this.fresh = false;
    if (this.found.length > 1) this.found.sort((left, right) => left.share - right.share);
    return this.found.length;
  }

  /** True: every quantity is an unknown, and on the side of its level where it ended the last step. */
  private nothing(): boolean {
    const { plain, levels, sides } = this;
    const { X1 } = this.system.memory;
    for (let i = 0; i < plain.length; i++) {
      const at = plain[i]!;
      if (at < 0 || !(sides[i]! * (X1[at]! - levels[i]!) > 0)) return false;
    }
    return true;
  }

  private at(one: Watched, t: number, h: number, s: number): number {
    const { system, x, dx } = this;
    if (!one.read) return system.inside(one.unknown, s) - one.level;
    const ds = 1e-4;
    for (let i = 0; i < x.length; i++) {
      x[i] = system.inside(i, s);
      dx[i] = (system.inside(i, s + ds) - system.inside(i, s - ds)) / (2 * ds * h);
    }
    return one.read(t + s * h, x, dx) - one.level;
  }

  /** Regula falsi with the Illinois rule, bisection where that crawls. */
  private root(one: Watched, t: number, h: number, share: number, before: number): number {
    let [low, high] = [0, share];
    let [atLow, atHigh] = [before, this.at(one, t, h, share)];
    let side = 0;
    let last = -1;
    for (let i = 0; i < 100 && high - low > 1e-15 * high; i++) {
      const straight = low - (atLow * (high - low)) / (atHigh - atLow);
      const s = i % 8 < 6 && straight > low && straight < high ? straight : (low + high) / 2;
      const value = this.at(one, t, h, s);
      if (value === 0 || Math.abs(s - last) <= 1e-15 * share) return s;
      last = s;
      if (value < 0 === atLow < 0) {
        // an end that stays twice counts half, so that the next line passes on its other side
        if (side === -1) atHigh /= 2;
        [low, atLow, side] = [s, value, -1];
      } else {
        if (side === 1) atLow /= 2;
        [high, atHigh, side] = [s, value, 1];
      }
    }
    return high;
  }
}

function passes({ direction }: EventSpec, before: number, after: number): boolean {
  if (before < 0 && after >= 0) return direction !== "down";
  if (before > 0 && after <= 0) return direction !== "up";
  return false;
}
