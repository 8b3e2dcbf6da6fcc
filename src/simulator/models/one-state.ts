import type { Device } from "./device.js";
import { clip } from "./bounded.js";

/** A device with a single state as six plain functions of v and x. Conditions as for `Device`. */
export interface OneStateLaw {
  current_A(v: number, x: number): number;
  conductance_S(v: number, x: number): number;
  /** di/dx */
  currentByState(v: number, x: number): number;
  rate_per_s(v: number, x: number): number;
  /** df/dv */
  rateByVoltage(v: number, x: number): number;
  /** df/dx */
  rateByState(v: number, x: number): number;
}

export interface OneStatePlan {
  readonly initial: number;
  /** Size of the state that matters. */
  readonly scale: number;
  /** Bounds of the state: what a solver leaves beyond them by rounding is put back. */
  readonly lowest: number;
  readonly highest: number;
  readonly capacitance_F: number;
  /** The state crosses these once up and once down in a cycle: rising through `upper`, falling through `lower`. */
  readonly lower: number;
  readonly upper: number;
  /**
   * The law from now on, drawn where the state has risen through `upper` (`high`) or fallen through `lower`; it must
   * give the same current there as the one before. Left out: every cycle is the same.
   */
  readonly redraw?: (high: boolean) => OneStateLaw;
  /** The law of the present cycle on a stage at another temperature, K. Left out: the model knows none. */
  readonly onStage?: (temperature_K: number) => OneStateLaw;
}

/** A device of one state from its law. */
export function oneStateDevice(law: OneStateLaw, plan: OneStatePlan): Device {
  return new OneStateDevice(law, plan);
}

class OneStateDevice implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly initial: readonly number[];
  readonly scale: readonly number[];
  readonly setTemperature?: (temperature_K: number) => void;
  private high: boolean;

  constructor(
    private law: OneStateLaw,
    private readonly plan: OneStatePlan,
  ) {
    this.capacitance_F = plan.capacitance_F;
    this.initial = [plan.initial];
    this.scale = [plan.scale];
    this.high = plan.initial > (plan.lower + plan.upper) / 2;
    const { onStage } = plan;
    if (onStage) this.setTemperature = (temperature_K) => void (this.law = onStage(temperature_K));
  }

  current_A(v: number, x: Float64Array): number {
    return this.law.current_A(v, x[0]!);
  }

  conductance_S(v: number, x: Float64Array): number {
    return this.law.conductance_S(v, x[0]!);
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.law.currentByState(v, x[0]!);
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.law.rate_per_s(v, x[0]!);
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.law.rateByVoltage(v, x[0]!);
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.law.rateByState(v, x[0]!);
  }

  guard(_v: number, x: Float64Array): number {
    if (!this.plan.redraw) return -1;
    return this.high ? this.plan.lower - x[0]! : x[0]! - this.plan.upper;
  }

  fire(): void {
    this.high = !this.high;
    if (this.plan.redraw) this.law = this.plan.redraw(this.high);
  }

  accepted(x: Float64Array): void {
    x[0] = clip(x[0]!, this.plan.lowest, this.plan.highest);
  }
}
