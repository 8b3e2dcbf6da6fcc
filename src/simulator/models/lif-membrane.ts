/**
 * The membrane of a leaky integrate-and-fire neuron as a device of a circuit, potentials counted from rest: a leak R with
 * a capacitance tau/R, and a switch that closes where the potential reaches V_th and opens t_ref later.
 *
 *   open: i = v/R       closed: i = v (1/R + g_r), C/g_r = t_ref/reset_share
 *
 * The neuron of the textbooks is reset at once and held; here the capacitance discharges in t_ref/reset_share, and a current I
 * leaves I/g_r of potential when the switch opens: of R I the share t_ref/(reset_share tau), 2e-5 by default.
 */
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";

const parameters = [
  parameter("tau", "s", 10e-3, 1e-9, 1e3, "membrane time constant [P]"),
  parameter("R", "ohm", 10e6, 1e-3, 1e15, "membrane resistance"),
  parameter("V_th", "V", 15e-3, 1e-6, 10, "threshold above rest [P]"),
  parameter("t_ref", "s", 2e-3, 1e-9, 1e3, "time the switch is closed"),
  parameter("reset_share", "", 1e4, 10, 1e6, "refractory time over the time of the discharge"),
  parameter("sigma_device", "", 0, 0, 0.3, "spread of ln V_th over devices, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.3, "spread of ln V_th from spike to spike"),
];

/** Constants by the letters of the header. */
export type LifMembraneParameters = ParametersOf<typeof parameters>;

export const lifMembrane: DeviceModel = {
  name: "lif-membrane",
  title: "Leaky integrate-and-fire membrane",
  source: "Gerstner et al., Neuronal Dynamics, Cambridge University Press (2014), section 1.3",
  parameters,
  create: (given, draws) => new Membrane(given, draws),
};

/** State: share of the refractory time that has passed; 0 while the switch is open. */
class Membrane implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly initial = [0];
  readonly scale = [1];
  private readonly leak_S: number;
  private readonly reset_S: number;
  private readonly deviceThreshold_V: number;
  private readonly cycle: Draws["cycle"];
  private threshold_V: number;
  private closed = false;

  constructor(
    private readonly k: LifMembraneParameters,
    draws: Draws,
  ) {
    this.capacitance_F = k.tau / k.R;
    this.leak_S = 1 / k.R;
    this.reset_S = (this.capacitance_F * k.reset_share) / k.t_ref;
    this.deviceThreshold_V = k.V_th * Math.exp(k.sigma_device * (draws.device?.normal() ?? 0));
    this.threshold_V = this.deviceThreshold_V;
    this.cycle = draws.cycle;
  }

  current_A(v: number): number {
    return v * this.conductance_S();
  }

  conductance_S(): number {
    return this.closed ? this.leak_S + this.reset_S : this.leak_S;
  }

  currentByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = 0;
  }

  rates(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = this.closed ? 1 / this.k.t_ref : 0;
  }

  ratesByVoltage(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = 0;
  }

  ratesByState(_v: number, _x: Float64Array, out: Float64Array): void {
    out[0] = 0;
  }

  guard(v: number, x: Float64Array): number {
    return this.closed ? x[0]! - 1 : v - this.threshold_V;
  }

  fire(_v: number, x: Float64Array): void {
    this.closed = !this.closed;
    x[0] = 0;
    if (!this.closed) this.threshold_V = this.deviceThreshold_V * Math.exp(this.k.sigma_cycle * this.cycle.normal());
  }

  accepted(): void {
    // nothing to round
  }
}
