import type { System } from "./system.js";

const maxIterations = 12;
/** Newton has settled when no unknown moves by more than this share of itself or its scale, */
const settled = 1e-13;
/** or by less than this and no less than before: rounding moves it to and fro where the curve is steep. */
const rounding = 1e-10;
/** Farthest an unknown may move from one solution to the next, in units of its scale: farther is another branch. */
const farthestMove = 3;
/** A step so long that what moves at all has come to rest; what moves slower stays. */
export const patience_s = 1e3;

/**
 * Newton towards the state that stays, with the sources as they are, from the state X. States that move too slowly to
 * matter, those of a nonvolatile device below its threshold, stay where they are.
 *
 * @returns false: none was found from here, or a device would have an event there; X is then of no use
 */
export function equilibrium(system: System): boolean {
  const { X, X1, F } = system.memory;
  for (let round = 0; round < 4; round++) {
    const start = X.slice();
    let found = false;
    let before = Infinity;
    for (let i = 0; i < maxIterations && !found; i++) {
      system.prepare(0);
      system.timesMass(start, X, X1);
      for (let k = 0; k < X.length; k++) X1[k]! /= patience_s;
      if (!F.every(Number.isFinite) || !system.newton(patience_s)) return false;
      const move = lastMove(system);
      if (!Number.isFinite(move)) return false;
      found = move < settled || (move < rounding && move > 0.1 * before);
      before = move;
    }
    if (!found) return false;
    if (distance(system, start) < rounding) break;
  }
  return system.guard(0, X) < 0;
}

/** Whether X is so near that it is on the same branch. */
export function isNear(system: System, last: Float64Array): boolean {
  const { X, S } = system.memory;
  return X.every((value, i) => Math.abs(value - last[i]!) <= farthestMove * Math.max(S[i]!, 0.1 * Math.abs(value)));
}

/** No growing disturbance in any block of node and device state: past a fold there is one. */
export function isStable(system: System): boolean {
  system.prepare(0);
  return system.memory.R[1]! <= 0;
}

/** Largest move of the Newton step just made, in units of the unknown or its scale. */
function lastMove(system: System): number {
  const { X, K, S } = system.memory;
  let most = 0;
  for (let k = 0; k < X.length; k++) {
    const move = Math.abs(K[k]!) / Math.max(S[k]!, Math.abs(X[k]!));
    if (!(move <= most)) most = move;
  }
  return most;
}

function distance(system: System, from: Float64Array): number {
  const { X, S } = system.memory;
  return X.reduce((most, value, i) => Math.max(most, Math.abs(value - from[i]!) / Math.max(S[i]!, Math.abs(value))), 0);
}
