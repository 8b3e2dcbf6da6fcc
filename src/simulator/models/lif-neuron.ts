/**
 * Leaky integrate-and-fire neuron as a two-terminal device, reset at once as the textbooks have it (`lif-membrane` is the
 * circuit with a capacitance and a switch): a current through R drives the potential V behind it. Equations and
 * constants: `neurons/lif`.
 *
 *   i = v/R     tau dV/dt = -(V - E_L) + v     at V = V_th: V = V_reset, held for t_ref
 *
 * States: V, and the share w of the refractory time that has passed (0 while it integrates).
 */
import { lif, type LifParameters } from "../neurons/lif.js";
import { mustExceed } from "./checks.js";
import type { Device, DeviceModel } from "./device.js";

export const lifNeuron: DeviceModel = {
  name: "lif-neuron",
  title: "Leaky integrate-and-fire neuron, reset at once",
  source: lif.source,
  parameters: lif.parameters,
  create(k) {
    mustExceed("lif-neuron", k as LifParameters, "V_th", "V_reset");
    return new LifDevice(k);
  },
};

class LifDevice implements Device {
  readonly size = 2;
  readonly capacitance_F = 0;
  readonly initial: readonly number[];
  readonly scale: readonly number[];
  private waiting = false;

  constructor(private readonly k: LifParameters) {
    this.initial = [Math.min(k.E_L, k.V_reset), 0];
    this.scale = [k.V_th - k.V_reset, 1];
  }

  current_A(v: number): number {
    return v / this.k.R;
  }

  conductance_S(): number {
    return 1 / this.k.R;
  }

  currentByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = 0;
    out[1] = 0;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.waiting ? 0 : (v + this.k.E_L - x[0]!) / this.k.tau;
    out[1] = this.waiting ? 1 / this.k.t_ref : 0;
  }

  ratesByVoltage(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = this.waiting ? 0 : 1 / this.k.tau;
    out[1] = 0;
  }

  ratesByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out.fill(0, 0, 4);
    if (!this.waiting) out[0] = -1 / this.k.tau;
  }

  guard(_v: number, x: Float64Array): number {
    return this.waiting ? x[1]! - 1 : x[0]! - this.k.V_th;
  }

  fire(_v: number, x: Float64Array): void {
    if (!this.waiting) x[0] = this.k.V_reset;
    x[1] = 0;
    this.waiting = !this.waiting && this.k.t_ref > 0;
  }

  accepted(): void {}
}
