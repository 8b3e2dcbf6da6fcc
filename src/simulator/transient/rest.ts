import type { RestState } from "./api.js";
import { placeName } from "./problem.js";
import type { System } from "./system.js";

const maxIterations = 12;
const settled = 1e-13;
/** Least part of the sources by which they are raised before the search ends. */
const leastRaise = 1e-9;
/** Farthest an unknown may move in one raise, in units of its scale: farther is another branch. */
const farthestMove = 3;
/** A step so long that what moves at all has come to rest; what moves slower stays. */
const patience_s = 1e3;

/**
 * The state in which a circuit rests with its sources as they are at time 0, found by raising all of them from zero while
 * every device stays on the branch it starts on: a neuron whose devices are off rests with its devices off. Leaves the
 * system in that state, or, when there is none, in the last one found.
 */
export function restState(system: System): RestState {
  system.restart();
  const { X } = system.memory;
  let share = 0;
  let raise = 0.05;
  let last = solveAt(system, 0) ? X.slice() : undefined;
  let before: Float64Array | undefined;
  let lastRaise = 0;
  while (last && share < 1) {
    const next = Math.min(1, share + raise);
    if (before) {
      const ahead = (next - share) / lastRaise;
      for (let i = 0; i < X.length; i++) X[i] = last[i]! + ahead * (last[i]! - before[i]!);
    }
    if (solveAt(system, next) && isNear(system, last)) {
      [before, last] = [last, X.slice()];
      lastRaise = next - share;
      share = next;
      raise = Math.min(2 * lastRaise, 0.1);
      continue;
    }
    X.set(last);
    raise = (next - share) / 4;
    before = undefined;
    if (raise < leastRaise) break;
  }
  const values = system.named(X);
  if (share === 1) return { status: "found", values, share, message: "" };
  return { status: "none", values, share, message: noRest(system, share) };
}

/** Newton at that share of the sources, from the state X. */
function solveAt(system: System, share: number): boolean {
  const { X, X1, K, S, F } = system.memory;
  system.scaleSources(share);
  for (let round = 0; round < 4; round++) {
    const start = X.slice();
    let found = false;
    for (let i = 0; i < maxIterations && !found; i++) {
      system.prepare(0);
      system.timesMass(start, X, X1);
      for (let k = 0; k < X.length; k++) X1[k]! /= patience_s;
      if (!F.every(Number.isFinite) || !system.newton(patience_s)) return false;
      let move = 0;
      for (let k = 0; k < X.length; k++) move = Math.max(move, Math.abs(K[k]!) / Math.max(S[k]!, Math.abs(X[k]!)));
      if (!Number.isFinite(move)) return false;
      found = move < settled;
    }
    if (!found) return false;
    if (farthest(system, start) < settled) break;
  }
  return system.guard(0, X) < 0;
}

function farthest(system: System, from: Float64Array): number {
  const { X, S } = system.memory;
  return X.reduce((most, value, i) => Math.max(most, Math.abs(value - from[i]!) / Math.max(S[i]!, Math.abs(value))), 0);
}

function isNear(system: System, last: Float64Array): boolean {
  const { X, S } = system.memory;
  return X.every((value, i) => Math.abs(value - last[i]!) <= farthestMove * S[i]!) && isStable(system);
}

/** No growing disturbance in any block of node and device state: past a fold there is one. */
function isStable(system: System): boolean {
  system.prepare(0);
  return system.memory.R[1]! <= 0;
}

function noRest(system: System, share: number): string {
  const { K, X, S } = system.memory;
  let worst = 0;
  for (let i = 1; i < X.length; i++) {
    if (Math.abs(K[i]!) / S[i]! > Math.abs(K[worst]!) / S[worst]!) worst = i;
  }
  const name = placeName(system.layout.names[worst] ?? "");
  return (
    `Circuit ${system.circuit.name} has no rest state with its devices on the branch they start on: raised from zero ` +
    `together, the sources can be followed up to ${(100 * share).toPrecision(4)} % of their value, where ${name} runs ` +
    `away. Lower the bias, raise a threshold, or start from given initial values.`
  );
}
