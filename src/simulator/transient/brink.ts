/**
 * Where a device loses its stability but has not left yet, the smallest errors decide when it leaves: they grow by e to the
 * integral of the growth rate, a factor of 1e7 in ordinary spikes, until they are seen. The limit of `growth.ts` makes
 * that growth right; what it starts from are the errors of the steps just before and after the rate passes zero. They
 * are made smaller here, in the few steps where it matters, instead of everywhere.
 *
 * A state that was much faster than the steps (it followed its circuit) and no longer is, comes near such a point. A
 * device that then runs away by itself, as when it turns on, moves too fast for errors to matter: it leaves at once.
 */
/** A state follows its circuit when its rate is beyond this, in 1/step. */
const follows = -5;
/** It is near the end of its stability when its rate is above this. */
const near = -2;
/** Parts of itself by which a state moves within a step, or a growth time where that is shorter: waiting, and gone. */
const [waiting, gone] = [0.01, 0.03];

/** Smallest part of the tolerance, and the smallest tolerance that rounding leaves any sense. */
const [leastPart, leastTolerance] = [1e-3, 1e-13];
/** At this tolerance and above nobody asks for turn-off times that exact. */
const loose = 1e-4;

export class Brink {
  /** Whether the smaller tolerance holds. */
  near = false;
  /** The smaller tolerance in parts of the usual one. */
  readonly part: number;
  /** How much shorter steps are for it. */
  readonly shortening: number;
  private follows = false;

  constructor(tolerance: number, errorOrder: number) {
    const wanted = Math.max(leastPart, tolerance / loose);
    this.part = Math.min(1, Math.max(wanted, leastTolerance / tolerance));
    this.shortening = this.part ** (1 / errorOrder);
  }

  /**
   * Looks at the state at the end of a step.
   *
   * @param R memory of the program: rate and speed of the least stable device state by itself; see `growth.ts`
   * @param last_s length of the step
   * @returns true: the smaller tolerance holds from here on, and did not before
   */
  look(R: Float64Array, last_s: number): boolean {
    if (this.part === 1) return false;
    const rate_per_s = R[4]!;
    const speed_per_s = R[5]!;
    const before = this.near;
    const inStep = rate_per_s * last_s;
    const usual_s = before ? last_s / this.shortening : last_s;
    const move = speed_per_s * Math.min(usual_s, 1 / Math.abs(rate_per_s));
    this.near = this.follows && inStep > near && move < waiting;
    if (inStep < follows) this.follows = true;
    else if (rate_per_s > 0 && move > gone) this.follows = false;
    return this.near && !before;
  }
}
