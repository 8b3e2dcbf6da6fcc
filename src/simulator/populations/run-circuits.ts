import type { CircuitItem, CircuitRun } from "./circuit-task.js";
import { runMany, siblingModule, type Many, type ManyOutcome } from "./run-many.js";

/**
 * Runs circuits on several threads: a grid of parameters, a population of seeded devices, repetitions. `gridOf` and `seeded` make
 * the items.
 *
 * @param options as for `runMany`
 * @returns a run for each item; an item that can not be (no such circuit, a value out of range, no rest to start from) is among
 *   `failures`, a solve that ended early is a run with status `failed`
 */
export function runCircuits(
  items: readonly CircuitItem[],
  options: Omit<Many<CircuitItem, CircuitRun>, "module" | "items"> = {},
): Promise<ManyOutcome<CircuitRun>> {
  return runMany<CircuitItem, CircuitRun>({
    ...options,
    module: siblingModule(import.meta.url, "circuit-task"),
    items,
  });
}
