import type { RestState } from "./api.js";
import { equilibrium, isNear, isStable } from "./equilibrium.js";
import { placeName } from "./problem.js";
import type { System } from "./system.js";

/** Least part of the sources by which they are raised before the search ends. */
const leastRaise = 1e-9;

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
    if (solveAt(system, next) && isNear(system, last) && isStable(system)) {
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

/** Rest at that share of the sources, from the state X. */
function solveAt(system: System, share: number): boolean {
  system.scaleSources(share);
  return equilibrium(system);
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
