import { boolean, optional, raw, takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";

/**
 * Outputs of a generator inside a scope: they can be turned on and off, and asked. What they play is not simulated.
 *
 * @param patterns one for each output, or with suffixes for several; further parameters (a load) are taken and forgotten
 * @param shown how the answer reads
 */
export function generatorOutputs(
  scpi: ScpiInstrument,
  patterns: readonly string[],
  shown: (on: boolean) => string = (on) => (on ? "1" : "0"),
): void {
  for (const pattern of patterns) {
    const on = new Set<number>();
    scpi.tree.command(
      pattern,
      takes([boolean(), optional(raw()), optional(raw())], ([asked], { suffixes: [output = 1] }) => {
        if (asked) on.add(output);
        else on.delete(output);
      }),
    );
    scpi.tree.query(
      pattern,
      takes([], (_, { suffixes: [output = 1] }) => shown(on.has(output))),
    );
    scpi.onReset(() => on.clear());
  }
}
