import { refusedSolve, type SolveProblem } from "./problem.js";
import type { System } from "./system.js";

/** Resets that may follow each other without time passing. */
const maxResetsAtOnce = 100;
const maxIterations = 400;
/** Newton has settled when no unknown moves by more than this share of itself or its scale. */
const settled = 1e-13;
/** Time within which algebraic equations are brought to hold: nothing else moves in it. */
const instant_s = 1e-20;

/**
 * Makes the algebraic equations hold at the state X: a step of `instant_s` by the implicit Euler method, in which charges
 * and device states stay and the voltages of nodes without capacitance follow.
 *
 * @param jump charge that jumping sources push into each row, C; none when left out
 * @returns what failed, or undefined
 */
export function settle(system: System, t: number, jump?: Float64Array): SolveProblem | undefined {
  const { X, X1, F, K, S } = system.memory;
  const start = X.slice();
  for (let i = 0; i < maxIterations; i++) {
    system.prepare(t);
    system.timesMass(start, X, X1);
    let finite = true;
    for (let row = 0; row < X.length; row++) {
      X1[row] = (X1[row]! + (jump?.[row] ?? 0)) / instant_s;
      finite &&= Number.isFinite(F[row]!);
    }
    if (!finite || !system.newton(instant_s)) break;
    let move = 0;
    for (let k = 0; k < X.length; k++) move = Math.max(move, Math.abs(K[k]!) / Math.max(S[k]!, Math.abs(X[k]!)));
    if (!Number.isFinite(move)) break;
    if (move < settled) return undefined;
  }
  const worst = worstOf(system);
  X.set(start);
  return refusedSolve(system, worst, "the voltages of nodes without capacitance can not be found");
}

/** Fires what is due at once, and what follows from it. */
export function fireAll(system: System, t: number): { readonly fired: boolean; readonly problem?: SolveProblem } {
  let fired = false;
  for (let i = 0; system.guard(t, system.memory.X) >= 0; i++) {
    if (i === maxResetsAtOnce) {
      const problem = refusedSolve(system, -1, "devices or limiters switch on and off without time passing");
      return { fired, problem };
    }
    if (!system.fire(t)) break;
    fired = true;
    const problem = system.algebraic ? settle(system, t) : undefined;
    if (problem) return { fired, problem };
  }
  return { fired };
}

function worstOf(system: System): number {
  const { K, X, S } = system.memory;
  let worst = 0;
  const size = (k: number): number => {
    const move = Math.abs(K[k]!) / Math.max(S[k]!, Math.abs(X[k]!));
    return Number.isNaN(move) ? Infinity : move;
  };
  for (let k = 1; k < X.length; k++) if (size(k) > size(worst)) worst = k;
  return worst;
}
