import { checkCircuit } from "../netlist/check.js";
import type { Circuit } from "../netlist/types.js";
import { System } from "./system.js";

/**
 * Makes equations of a circuit: nodal analysis with voltage sources taken out, which leaves a system of index 1 at most
 * with a constant mass matrix, written as straight-line code.
 *
 * @throws MemrigError `invalid-request`: the circuit can not be simulated; see `checkCircuit`
 */
export function compileCircuit(circuit: Circuit): System {
  checkCircuit(circuit);
  return new System(circuit);
}
