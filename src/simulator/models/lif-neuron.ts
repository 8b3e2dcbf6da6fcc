/**
 * Leaky integrate-and-fire neuron as a two-terminal device: its terminals see the membrane potential V through a small
 * contact resistance, so that V, like every state, can jump. Equations and constants: `neurons/lif`.
 *
 *   i = (v - V)/R_c     tau dV/dt = -(V - E_L) + R i     at V = V_th: V = V_reset, held for t_ref
 *
 * A current I makes it the neuron of the textbooks exactly, v = V + R_c I. States: V, and the share w of the refractory
 * time that has passed (0 while it integrates). A spread is one of the way from V_reset to V_th.
 */
import { lif, type LifParameters } from "../neurons/lif.js";
import { mustExceed } from "./checks.js";
import { parameter, type Device, type DeviceModel, type Draws } from "./device.js";

const own = [
  parameter("R_c", "ohm", 1e3, 1e-3, 1e12, "resistance of the contact to the membrane [C]"),
  parameter("sigma_device", "", 0, 0, 0.3, "spread of ln(V_th - V_reset) over devices, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.3, "spread of ln(V_th - V_reset) from spike to spike"),
];

/** Constants by the letters of the header. */
type LifDeviceParameters = LifParameters & Readonly<Record<(typeof own)[number]["name"], number>>;

export const lifNeuron: DeviceModel = {
  name: "lif-neuron",
  title: "Leaky integrate-and-fire neuron",
  source: lif.source,
  parameters: [...lif.parameters, ...own],
  create(given, draws) {
    const k = given as LifDeviceParameters;
    mustExceed("lif-neuron", k, "V_th", "V_reset");
    return new LifDevice(k, draws);
  },
};

class LifDevice implements Device {
  readonly size = 2;
  readonly capacitance_F = 0;
  readonly emf_V: number;
  readonly initial: readonly number[];
  readonly scale: readonly number[];
  private readonly deviceWay_V: number;
  private threshold_V: number;
  private waiting = false;

  constructor(
    private readonly k: LifDeviceParameters,
    private readonly draws: Draws,
  ) {
    this.initial = [k.E_L < k.V_th ? k.E_L : k.V_reset, 0];
    this.scale = [k.V_th - k.V_reset, 1];
    this.deviceWay_V = (k.V_th - k.V_reset) * Math.exp(k.sigma_device * (draws.device?.normal() ?? 0));
    this.threshold_V = k.V_reset + this.deviceWay_V;
    // no draw is this far out
    const highest_V = k.V_reset + this.deviceWay_V * Math.exp(10 * k.sigma_cycle);
    this.emf_V = Math.max(Math.abs(k.E_L), Math.abs(k.V_reset), Math.abs(highest_V));
  }

  current_A(v: number, x: Float64Array): number {
    return (v - x[0]!) / this.k.R_c;
  }

  conductance_S(): number {
    return 1 / this.k.R_c;
  }

  currentByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = -1 / this.k.R_c;
    out[1] = 0;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    const { E_L, R, R_c, tau, t_ref } = this.k;
    out[0] = this.waiting ? 0 : (E_L - x[0]! + (R / R_c) * (v - x[0]!)) / tau;
    out[1] = this.waiting ? 1 / t_ref : 0;
  }

  ratesByVoltage(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = this.waiting ? 0 : this.k.R / this.k.R_c / this.k.tau;
    out[1] = 0;
  }

  ratesByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out.fill(0, 0, 4);
    if (!this.waiting) out[0] = -(1 + this.k.R / this.k.R_c) / this.k.tau;
  }

  guard(_v: number, x: Float64Array): number {
    return this.waiting ? x[1]! - 1 : x[0]! - this.threshold_V;
  }

  fire(_v: number, x: Float64Array): void {
    if (!this.waiting) {
      const { V_reset, sigma_cycle } = this.k;
      x[0] = V_reset;
      if (sigma_cycle > 0) {
        this.threshold_V = V_reset + this.deviceWay_V * Math.exp(sigma_cycle * this.draws.cycle.normal());
      }
    }
    x[1] = 0;
    this.waiting = !this.waiting && this.k.t_ref > 0;
  }

  accepted(): void {
    // nothing to round
  }
}
