import type { SourceMeasureUnit } from "../src/capabilities/index.js";
import type { RunContext } from "../src/engine/protocol.js";
import type { Nudger } from "./nudger.js";
import { quantityOr } from "./parameters.js";
import type { Reading, Stress } from "./shots.js";

/** Parameters of the read with a source-measure unit, and its limit. */
export const smuReadParameters = () => ({
  compliance: quantityOr(100e-6, "A", "largest current, in force in every pulse and read", { above: 0 }),
  read_amplitude: quantityOr(0.1, "V", "level of the reads; low enough to leave the state alone, other than 0"),
  read_width: quantityOr(20e-3, "s", "settling time before a read is taken", { above: 0 }),
  gap: quantityOr(1e-3, "s", "rest at 0 V after every pulse and read", { min: 0 }),
});

/** What a pulse is limited to. */
export interface SmuLimit {
  readonly compliance_A: number;
}
export const smuLimit = (plan: { readonly compliance: number }): SmuLimit => ({ compliance_A: plan.compliance });

/** Below this voltage or current a reading is taken for nothing: what a good source-measure unit's noise is at one power line cycle. */
const floor_A = 1e-11;

/**
 * Single pulses and reads of a source-measure unit that holds levels. The pulse is as long as asked plus what the instrument takes
 * to change its level and to measure once at the end; charge and energy are those of that one reading times the width asked for.
 */
export class SmuShots implements Nudger {
  #time_s = 0;

  constructor(
    private readonly smu: SourceMeasureUnit,
    private readonly limit: SmuLimit,
    private readonly plan: { readonly read_amplitude: number; readonly read_width: number; readonly gap: number },
    private readonly context: RunContext,
  ) {
    context.atEnd(() => smu.release(1));
  }

  get time_s(): number {
    return this.#time_s;
  }

  async read(): Promise<Reading> {
    const { voltage_V, current_A } = await this.held(this.plan.read_amplitude, this.plan.read_width);
    const read_at_floor = !(Math.abs(current_A) > floor_A && voltage_V * current_A > 0);
    return { rRead_ohm: Math.abs(voltage_V / (read_at_floor ? floor_A : current_A)), read_at_floor };
  }

  async pulseAndRead(level_V: number, width_s: number): Promise<Stress & Reading> {
    const { voltage_V, current_A } = await this.held(level_V, width_s);
    const stress = { peak_A: current_A, charge_C: current_A * width_s, energy_J: voltage_V * current_A * width_s };
    return { ...stress, ...(await this.read()) };
  }

  async between(completed: number): Promise<void> {
    if (this.context.pausing) await this.smu.release(1); // held at 0 V is not off
    await this.context.between(completed);
  }

  /** A level for a time, measured at its end, then 0 V for the gap. */
  private async held(level_V: number, duration_s: number) {
    const bias = { channel: 1, drive: "voltage", compliance: this.limit.compliance_A } as const;
    await this.smu.hold({ ...bias, level: level_V }, this.context.signal);
    await this.context.wait(duration_s);
    const reading = await this.smu.measure(1);
    await this.smu.hold({ ...bias, level: 0 }, this.context.signal);
    await this.context.wait(this.plan.gap);
    this.#time_s += duration_s + this.plan.gap;
    return reading;
  }
}
