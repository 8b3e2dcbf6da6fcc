import { si } from "../../units.js";
import type { SolveFailure } from "./api.js";
import type { System } from "./system.js";

/** Why an equation would not be solved; the time is added by who knows it. */
export interface SolveProblem {
  readonly where: string;
  readonly state: Readonly<Record<string, number>>;
  readonly why: string;
}

/** @param unknown position of the unknown that is worst; -1 when none is to blame alone */
export function refusedSolve(system: System, unknown: number, why: string): SolveProblem {
  const name = system.layout.names[unknown];
  return { where: name === undefined ? "the circuit" : placeName(name), state: system.named(system.memory.X), why };
}

/** "V(k)" is node k, "X1.0" is state 0 of X1. */
export function placeName(name: string): string {
  const node = /^V\((.*)\)$/.exec(name)?.[1];
  return node === undefined
    ? `state ${name.split(".").at(-1)} of ${name.slice(0, name.lastIndexOf("."))}`
    : `node ${node}`;
}

/** The problem as told to the person. */
export function failureOf({ where, state, why }: SolveProblem, t_s: number, circuit: string): SolveFailure {
  const values = Object.entries(state)
    .map(([name, value]) => `${name} = ${Number(value.toPrecision(6))}`)
    .join(", ");
  return {
    t_s,
    where,
    state,
    message:
      `${circuit}: the solve ended at ${si(t_s, "s")} (${t_s} s) at ${where}: ${why}. The state there: ${values}. What was ` +
      `computed until then holds. Give jumps of sources a rise time, nodes a small capacitance (1 pF) or a parallel ` +
      `resistance, or ask for a looser tolerance.`,
  };
}
