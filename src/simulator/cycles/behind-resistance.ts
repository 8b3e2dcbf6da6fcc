import type { Device } from "../models/device.js";
import type { OneState } from "./exponential-step.js";

/** A Newton step this much smaller than the voltage leaves an error at the last bit (convergence is quadratic). */
const settled = 1e-9;
const maxNewtonSteps = 200;

/** A device of one state behind a source and its resistance, as an equation of its state alone: the terminal voltage follows from it. */
export class BehindResistance implements OneState {
  /** Terminal voltage at the last state asked for; where Newton starts. */
  voltage_V = 0;
  private readonly x = new Float64Array(1);
  private readonly out = new Float64Array(1);

  constructor(
    private readonly device: Device,
    private readonly series_ohm: number,
  ) {}

  /** [0] is the source's voltage; [2] becomes the current. */
  flow(io: Float64Array): void {
    const { device, x, out } = this;
    x[0] = io[1]!;
    this.solve(io[0]!);
    device.rates(this.voltage_V, x, out);
    io[2] = device.current_A(this.voltage_V, x);
    io[3] = out[0]!;
  }

  linearise(io: Float64Array): void {
    const { device, x, out, series_ohm } = this;
    this.flow(io);
    const v = this.voltage_V;
    device.ratesByState(v, x, out);
    const byState = out[0]!;
    device.ratesByVoltage(v, x, out);
    const byVoltage = out[0]!;
    device.currentByState(v, x, out);
    io[7] = byState - (byVoltage * series_ohm * out[0]!) / (1 + series_ohm * device.conductance_S(v, x));
  }

  /** Root of emf = v + R i(v) between 0 and emf, where both sides rise with v. */
  private solve(emf_V: number): void {
    const { device, series_ohm, x } = this;
    const least = Math.min(0, emf_V);
    const most = Math.max(0, emf_V);
    let v = series_ohm === 0 ? emf_V : Math.min(most, Math.max(least, this.voltage_V));
    for (let i = 0; series_ohm > 0 && i < maxNewtonSteps; i++) {
      const missing_V = emf_V - v - series_ohm * device.current_A(v, x);
      const next = v + missing_V / (1 + series_ohm * device.conductance_S(v, x));
      const inside = Math.min(most, Math.max(least, next));
      const moved = Math.abs(inside - v);
      v = inside;
      if (moved <= settled * Math.abs(v)) break;
    }
    this.voltage_V = v;
  }
}
