/**
 * Ag/SiOx threshold switch: silver bridges the gap beyond a set voltage and leaves it beyond a reset voltage.
 *
 * Compact implementation of Schroedter et al., MOCAST 2023, doi 10.1109/MOCAST57943.2023.10176398 [P], of the diffusive
 * memristors of Wang Z. et al., Nat. Mater. 16 (2017) 101, and Nat. Commun. 9 (2018) 3208, in pseudo-memcapacitors and
 * neuro-transistors. The stochastic diffusion model of the first is published without its constants and is not here.
 *
 *   dx/dt = (1 - x) exp(eta_s (v - V_s)) - x exp(-eta_r (v - V_r)) - x/tau_x        (unit prefactor, 1/s)
 *   i = K_I(x) sinh(K_a(x) v) + v/R_p     K_I = i_off + (i_on - i_off) x     K_a = a_off + (a_on - a_off) x
 *
 * Published, the first term holds for v >= 0 and the second for v < 0; the one that does not hold is below 1e-21 of a
 * rate per second there, so both always stand. Spontaneous relaxation (tau_x) is not in that implementation: off unless
 * set [C]. For the solver: a rate r is r/(1 + r/r_max), and |i| approaches I_cc as z/(1 + z^16)^(1/16), z = i/I_cc,
 * instead of being cut there. No spread is published; all are off unless set.
 */
import { boundedCosh, boundedSinh } from "./bounded.js";
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import type { Random } from "../random.js";
import { capped, cappedSlope, finiteExp } from "./smooth.js";

const parameters = [
  parameter("i_on", "A", 1e-6, 1e-15, 1, "current prefactor, bridged [P]"),
  parameter("i_off", "A", 1e-7, 1e-15, 1, "current prefactor, open [P]"),
  parameter("a_on", "1/V", 4, 0.01, 40, "slope of sinh, bridged [P]"),
  parameter("a_off", "1/V", 2, 0.01, 40, "slope of sinh, open [P]"),
  parameter("eta_s", "1/V", 250, 1, 1e4, "steepness of set [P]"),
  parameter("eta_r", "1/V", 100, 1, 1e4, "steepness of reset [P]"),
  parameter("V_s", "V", 0.5, 0.01, 20, "voltage at which set takes a second [P]"),
  parameter("V_r", "V", -0.5, -20, -0.01, "voltage at which reset takes a second [P]"),
  parameter("I_cc", "A", 1e-3, 1e-12, 10, "largest current [P]"),
  parameter("R_p", "ohm", 200e6, 1, 1e15, "resistance across the terminals [P]"),
  parameter("tau_x", "s", 1e9, 1e-12, 1e9, "spontaneous relaxation; the default is none [C]"),
  parameter("r_max", "Hz", 1e9, 1e-3, 1e15, "fastest change of the state, 1/s [C]"),
  parameter("x0", "", 0, 0, 1, "state at the start [P]"),
  parameter("sigma_device", "", 0, 0, 0.3, "relative spread of V_s and V_r over devices; not published"),
  parameter("sigma_cycle", "", 0, 0, 0.3, "relative spread of V_s and V_r, drawn after each reset; not published"),
  parameter("C", "F", 5e-12, 0, 1, "capacitance across the terminals [P]"),
];

/** Constants by the letters of the header. */
export type AgSioxParameters = ParametersOf<typeof parameters>;

export const agSiox: DeviceModel = {
  name: "ag-siox",
  title: "Ag/SiOx diffusive threshold switch",
  source:
    "Schroedter et al., MOCAST 2023, doi 10.1109/MOCAST57943.2023.10176398, after Wang Z. et al., Nat. Mater. 2017",
  parameters,
  create: (given, draws) => new AgSioxDevice(given, draws),
};

/** Sharpness of the current limit. */
const corner = 16;
/** Bridged above, open below. */
const [onAt, offAt] = [0.5, 0.1];

class AgSioxDevice implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly fires: boolean;
  readonly initial: readonly number[];
  readonly scale = [0.01];
  private readonly cycle: Random;
  private readonly deviceShare: number;
  private V_s = 0;
  private V_r = 0;
  private on = false;

  constructor(
    private readonly k: AgSioxParameters,
    draws: Draws,
  ) {
    this.capacitance_F = k.C;
    this.fires = k.sigma_cycle > 0;
    this.initial = [k.x0];
    this.cycle = draws.cycle;
    this.deviceShare = k.sigma_device * (draws.device?.normal() ?? 0);
    this.drawCycle();
  }

  current_A(v: number, x: Float64Array): number {
    return limited(this.free_A(v, x[0]!), this.k.I_cc) + v / this.k.R_p;
  }

  conductance_S(v: number, x: Float64Array): number {
    const k = this.k;
    const q = this.slope_per_V(x[0]!) * v;
    const free_S = this.prefactor_A(x[0]!) * this.slope_per_V(x[0]!) * boundedCosh(q);
    return free_S * limitedSlope(this.free_A(v, x[0]!), k.I_cc) + 1 / k.R_p;
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const q = this.slope_per_V(x[0]!) * v;
    const steeper = this.prefactor_A(x[0]!) * boundedCosh(q) * v * (k.a_on - k.a_off);
    const free = (k.i_on - k.i_off) * boundedSinh(q) + steeper;
    out[0] = free * limitedSlope(this.free_A(v, x[0]!), k.I_cc);
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    const { r_max, tau_x } = this.k;
    out[0] = (1 - x[0]!) * capped(this.set(v), r_max) - x[0]! * (capped(this.reset(v), r_max) + 1 / tau_x);
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    const { eta_s, eta_r, r_max } = this.k;
    const set = this.set(v);
    const reset = this.reset(v);
    out[0] = (1 - x[0]!) * slopeByExponent(set, r_max) * eta_s + x[0]! * slopeByExponent(reset, r_max) * eta_r;
  }

  ratesByState(v: number, _x: Float64Array, out: Float64Array): void {
    const { r_max, tau_x } = this.k;
    out[0] = -capped(this.set(v), r_max) - capped(this.reset(v), r_max) - 1 / tau_x;
  }

  guard(_v: number, x: Float64Array): number {
    if (!this.fires) return -1;
    return this.on ? offAt - x[0]! : x[0]! - onAt;
  }

  fire(): void {
    this.on = !this.on;
    if (!this.on) this.drawCycle();
  }

  accepted(x: Float64Array): void {
    if (Math.abs(x[0]!) < 1e-30) x[0] = 0; // denormal numbers are slow
  }

  private set(v: number): number {
    return finiteExp(this.k.eta_s * (v - this.V_s));
  }

  private reset(v: number): number {
    return finiteExp(-this.k.eta_r * (v - this.V_r));
  }

  private free_A(v: number, x: number): number {
    return this.prefactor_A(x) * boundedSinh(this.slope_per_V(x) * v);
  }

  private prefactor_A(x: number): number {
    return this.k.i_off + (this.k.i_on - this.k.i_off) * x;
  }

  private slope_per_V(x: number): number {
    return this.k.a_off + (this.k.a_on - this.k.a_off) * x;
  }

  private drawCycle(): void {
    const { V_s, V_r, sigma_cycle } = this.k;
    const share = 1 + this.deviceShare + (sigma_cycle > 0 ? sigma_cycle * this.cycle.normal() : 0);
    const positive = Math.max(share, 0.1); // a threshold never changes sign, however large the spread
    this.V_s = V_s * positive;
    this.V_r = V_r * positive;
  }
}

/** d capped(r)/d ln r. */
function slopeByExponent(r: number, most: number): number {
  return r * cappedSlope(r, most);
}

function limited(i_A: number, most_A: number): number {
  return i_A / (1 + Math.abs(i_A / most_A) ** corner) ** (1 / corner);
}

/** d limited/di. */
function limitedSlope(i_A: number, most_A: number): number {
  return (1 + Math.abs(i_A / most_A) ** corner) ** (-1 / corner - 1);
}
