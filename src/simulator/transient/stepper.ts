import type { SolveProblem } from "./problem.js";
import { fireAll } from "./settle.js";
import type { StepControl } from "./step-control.js";
import type { System } from "./system.js";

/** Makes accepted steps within a span in which the sources are smooth; ends each at the first event of a device. */
export class Stepper {
  /** Share of the last step up to an event; 1 without one. */
  share = 1;
  /** Something jumped where the last step began. */
  jumped = false;
  private readonly inside: Float64Array;

  constructor(
    private readonly system: System,
    readonly control: StepControl,
  ) {
    this.inside = new Float64Array(system.size);
  }

  /**
   * Fires what is due and tries a step from t. The state is still that at its start: `accept` moves it on.
   *
   * @param changed something has jumped since the last step
   */
  make(t: number, left_s: number, longest_s: number, changed: boolean): SolveProblem | undefined {
    const { system, control } = this;
    this.jumped = changed;
    if (system.hybrid) {
      const { fired, problem } = fireAll(system, t);
      if (problem) return problem;
      this.jumped ||= fired;
    }
    system.prepare(t);
    const wanted_s = Math.min(control.propose(this.jumped, left_s), longest_s);
    // two equal steps to the end are better than a long one and a crumb
    const tried_s = wanted_s >= left_s ? left_s : wanted_s > 0.5 * left_s ? 0.5 * left_s : wanted_s;
    if (!control.solve(tried_s, system.clock_s + t)) return control.problem();
    this.share = system.hybrid ? this.shareBeforeEvent(t) : 1;
    return undefined;
  }

  /** Length of the last step. */
  get h(): number {
    return this.system.memory.R[3]!;
  }

  accept(): void {
    const { system, inside, share } = this;
    const { X, X1 } = system.memory;
    if (share < 1) for (let i = 0; i < X.length; i++) inside[i] = system.inside(i, share);
    const end = share < 1 ? inside : X1;
    // one by one: for so few, copying whole arrays takes ten times as long
    for (let i = 0; i < X.length; i++) X[i] = end[i]!;
    system.accepted();
  }

  /** Share of the step before the first event of a device or limiter, to 1e-13; 1 without one. */
  private shareBeforeEvent(t: number): number {
    const { system, inside, h } = this;
    if (system.guard(t + h, system.memory.X1) < 0) return 1;
    let before = 0;
    let after = 1;
    for (let i = 0; i < 45; i++) {
      const middle = (before + after) / 2;
      for (let k = 0; k < inside.length; k++) inside[k] = system.inside(k, middle);
      if (system.guard(t + middle * h, inside) < 0) before = middle;
      else after = middle;
    }
    return after;
  }
}
