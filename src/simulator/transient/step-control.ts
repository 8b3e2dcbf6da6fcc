import { Brink } from "./brink.js";
import { refusedSolve, type SolveProblem } from "./problem.js";
import { Room } from "./room.js";
import type { System } from "./system.js";

/** Share of the step that the error would allow: the next error is a guess. */
const safety = 0.9;
/** The first step after a change moves no state by more than about this share of itself or its scale. */
const firstMove = 0.1;
/** A step may grow by this factor at most. */
const fastestGrowth = 10;
/** Towards the next prediction errors below 0.01 count as that: they are an accident. */
const accident = 0.01;

/** A step need not end before a branch does when it is shorter than this, in relaxation times of the state that leaves. */
const leastBeforeEnd = 2;

/** Step in units of 1/growth rate on an unstable branch at a tolerance of 1e-6; see `growthShare`. */
const shareAt1e6 = 0.5;

/**
 * How long a step may be on a branch where disturbances grow, in units of 1/growth rate. Below the tolerance no error
 * estimate sees a disturbance grow; what the method makes of the growth there must be right by itself, and is to a
 * local error of the order of the tolerance.
 */
function growthShare(tolerance: number, errorOrder: number): number {
  return Math.min(1, shareAt1e6 * (tolerance / 1e-6) ** (1 / (errorOrder + 1)));
}

/**
 * Chooses the steps: the error of each stays below the tolerance, the next is proposed from how the error went from the
 * last step to this one (Gustafsson, ACM Trans. Math. Softw. 20 (1994) 496), and none is long enough to damp a growth.
 *
 * A device that follows its circuit towards the end of its branch returns ever more slowly: the square of its rate falls about
 * linearly to zero there. A step across the end is rejected, several times over, and where it is not it is in error; so
 * steps end where the branch does, going by the last two.
 *
 * Of the room that an error leaves, the prediction takes the square root only: where a device runs away towards its other
 * branch, errors go as the tenth power of the step and not as the fifth, and steps predicted by the fifth were rejected
 * one after the other.
 */
export class StepControl {
  steps = 0;
  rejected = 0;
  /**
   * [next step to propose, length of the last one (0 for none), 1 over the length that would have had an error of 1, rate of the
   * least stable state at its start]: numbers kept in fields would be allocated.
   */
  private readonly kept = Float64Array.of(Infinity, 0, 1, 0);
  private readonly brink: Brink;
  private readonly perTolerance: number;
  private readonly room: Room;
  private readonly mostRoom: number;
  private readonly growthShare: number;
  private readonly massAt: Int32Array;

  constructor(
    private readonly system: System,
    tolerance: number,
    growthLimited = true,
  ) {
    this.perTolerance = 1 / tolerance;
    const { errorOrder } = system.method;
    this.growthShare = growthLimited ? growthShare(tolerance, errorOrder) : Infinity;
    this.brink = new Brink(growthLimited ? tolerance : 1, errorOrder);
    this.room = Room.ofOrder(errorOrder);
    this.mostRoom = accident ** (-1 / errorOrder);
    this.massAt = system.diagonalMass;
  }

  /** Step to try from the prepared state. @param changed the state or a source has jumped since the last step */
  propose(changed: boolean, span_s: number): number {
    const { F, X, S, M, R } = this.system.memory;
    const { kept, brink } = this;
    if (kept[1]! > 0 && brink.look(R, kept[1]!)) {
      kept[0]! *= brink.shortening;
      kept[1] = 0;
    }
    let step_s = Math.min(kept[0]!, span_s);
    const [last_s, before_per_s, rate_per_s] = [kept[1]!, kept[3]!, R[4]!];
    if (last_s > 0 && before_per_s < rate_per_s && rate_per_s < 0) {
      const toEnd_s = (last_s * rate_per_s * rate_per_s) / (before_per_s * before_per_s - rate_per_s * rate_per_s);
      const most_s = Math.max(toEnd_s, -leastBeforeEnd / rate_per_s);
      if (most_s < step_s) step_s = most_s;
    }
    kept[3] = rate_per_s;
    if (changed) {
      kept[1] = 0;
      for (let i = 0; i < X.length; i++) {
        const at = this.massAt[i]!;
        if (at < 0) continue;
        const move_s = (firstMove * Math.max(S[i]!, Math.abs(X[i]!)) * M[at]!) / Math.abs(F[i]!);
        if (move_s < step_s) step_s = move_s;
      }
    }
    const growth_per_s = R[1]!;
    return growth_per_s * step_s > this.growthShare ? this.growthShare / growth_per_s : step_s;
  }

  /**
   * Makes a step, shrunk until its error is allowed. Its length is left in the system's memory, R[3].
   *
   * @param tried_s length to begin with
   * @param time_s where it starts on the clock
   * @returns false: no step is small enough
   */
  solve(tried_s: number, time_s: number): boolean {
    const { system, kept } = this;
    const { R } = system.memory;
    const perTolerance = this.brink.near ? this.perTolerance / this.brink.part : this.perTolerance;
    let h = tried_s;
    for (let shrunk = false; ; shrunk = true) {
      this.steps++;
      R[3] = h;
      const error = system.step() ? R[0]! * perTolerance : Infinity;
      // what would have had an error of 1, in steps of this length
      const room = this.room.at(error);
      let factor = safety * room;
      if (error <= 1) {
        if (kept[1]! > 0) {
          const predicted = safety * h * kept[2]! * room * Math.sqrt(room);
          if (predicted < factor) factor = predicted;
        }
        kept[1] = h;
        kept[2] = 1 / (h * Math.min(room, this.mostRoom));
        const proposed_s = h * Math.min(shrunk ? 1 : fastestGrowth, Math.max(0.2, factor));
        // a step cut short by a corner or by the growth limit says nothing against a longer one
        if (shrunk || factor < 1 || proposed_s > kept[0]!) kept[0] = proposed_s;
        return true;
      }
      this.rejected++;
      h *= factor > 0.05 ? Math.min(0.8, factor) : 0.05;
      if (!(h > 1e-15 * time_s && h > 1e-24)) return false;
    }
  }

  /** What stands in the way after `solve` gave up. */
  problem(why = "no step is small enough for its error"): SolveProblem {
    const { K, X, S } = this.system.memory;
    const n = X.length;
    const last = K.length - n;
    let worst = 0;
    const size = (i: number): number => {
      const share = Math.abs(K[last + i]!) / Math.max(S[i]!, Math.abs(X[i]!));
      return Number.isNaN(share) ? Infinity : share;
    };
    for (let i = 1; i < n; i++) if (size(i) > size(worst)) worst = i;
    return refusedSolve(this.system, worst, why);
  }
}
