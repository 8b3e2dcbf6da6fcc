import type { SourceMeasureUnit } from "../src/capabilities/index.js";
import type { RunContext } from "../src/engine/protocol.js";
import type { RunClock } from "./run-clock.js";

/** A level that is applied, and for how long. */
export interface Spot {
  readonly level_V: number;
  readonly compliance_A: number;
  /** Readings at the level, one every `dwell_s`. */
  readonly readings: number;
  readonly dwell_s: number;
}

/** What was read at a level: means, and whether the limit was active in any reading. */
export interface SpotResult {
  readonly voltage_V: number;
  readonly current_A: number;
  readonly in_compliance: boolean;
}

/** Applies a level for some readings, timed by the instrument, with the output off before and after. */
export async function readOnce(
  smu: SourceMeasureUnit,
  { level_V, compliance_A, readings, dwell_s }: Spot,
  clock: RunClock,
  context: RunContext,
): Promise<SpotResult> {
  let [volts, amperes, count, limited] = [0, 0, 0, false];
  const levels = Array.from({ length: readings }, () => level_V);
  const plan = { drive: "voltage", levels, cycles: 1, compliance: compliance_A, dwell_s } as const;
  for await (const block of smu.sweep(plan, context.signal)) {
    for (const { voltage_V, current_A, inCompliance } of block) {
      volts += voltage_V;
      amperes += current_A;
      count += 1;
      limited ||= inCompliance;
    }
  }
  clock.measured(readings * dwell_s);
  return { voltage_V: volts / count, current_A: amperes / count, in_compliance: limited };
}
