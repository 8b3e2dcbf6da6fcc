/**
 * VOx threshold switch with snap-back negative differential resistance: current heats the film through its
 * insulator-metal transition as a whole.
 *
 * Shih et al., ACS Nano 2025, doi 10.1021/acsnano.5c11481: observables of its abstract; it gives no circuit, threshold or
 * geometry. Lumped electrothermal model with Newton cooling; every constant is a calibration [C] that meets those
 * observables in the circuit of `vox-rc`, not a measured material constant.
 *
 *   i = v G(T) + v/R_leak     G(T) = G0 exp(-(Ea/k_B)(1/T - 1/T0)) (1 - s) + s/R_m     s = 1/(1 + exp(-(T - Tc)/w))
 *   C_th dT/dt = v^2 G(T) - (T - T_a)/R_th
 *
 * The state kept is the rise T - T_a. In a relaxation oscillator the discharge heats this single volume to some 700 K,
 * which a real device spreads: the temperature is not a prediction. T below 100 K, where only a trial step can get,
 * counts as 100 K.
 */
import { boltzmann_V_per_K } from "./constants.js";
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import type { Random } from "../random.js";
import { logistic } from "./smooth.js";

const parameters = [
  parameter("G0", "S", 3.4555e-4, 1e-12, 10, "conductance of the insulating film at T0 [C]"),
  parameter("Ea", "eV", 0.22, 0, 2, "activation of the insulating film [C]"),
  parameter("R_m", "ohm", 54.26, 1e-3, 1e9, "resistance of the metallic film [C]"),
  parameter("Tc", "K", 340, 100, 2000, "middle of the transition [C]"),
  parameter("w", "K", 2, 0.05, 200, "width of the transition [C]"),
  parameter("R_th", "K/W", 1.8087e4, 1, 1e12, "thermal resistance to ambient [C]"),
  parameter("C_th", "J/K", 2.162e-12, 1e-20, 1, "heat capacity [C]"),
  parameter("T0", "K", 300, 100, 1000, "temperature at which G0 holds"),
  parameter("T_a", "K", 300, 100, 1000, "ambient temperature"),
  parameter(
    "R_leak",
    "ohm",
    1e15,
    1,
    1e15,
    "leak across the terminals that does not heat the film; the default is none",
  ),
  parameter("sigma_device", "", 0, 0, 1, "spread of ln R_th over devices (threshold: half of it); not published"),
  parameter("sigma_cycle", "", 0, 0, 1, "spread of ln R_m from cycle to cycle, drawn at turn-off; not published"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of the header. */
export type VoxParameters = ParametersOf<typeof parameters>;

export const voxNdr: DeviceModel = {
  name: "vox-ndr",
  title: "VOx threshold switch with thermal negative differential resistance",
  source: "Shih et al., ACS Nano 2025, doi 10.1021/acsnano.5c11481: observables; all constants are a calibration",
  parameters,
  create: (given, draws) => new VoxDevice(given, draws),
};

/** eV/K */
const coldest_K = 100;
/** A turn-off is this many widths below the middle of the transition. */
const offBelow = 3;

class VoxDevice implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly fires: boolean;
  readonly initial = [0];
  /** Kelvin; the transition is a few wide. */
  readonly scale = [1];
  private readonly cycle: Random;
  private drawn: VoxParameters;
  private k: VoxParameters;
  private on = false;
  // of the rise last looked at: conductance of the film and its derivative
  private lastRise_K = NaN;
  private film_S = 0;
  private filmByState_S_per_K = 0;

  constructor(given: VoxParameters, draws: Draws) {
    this.capacitance_F = given.C;
    this.fires = given.sigma_cycle > 0;
    this.cycle = draws.cycle;
    this.drawn = { ...given, R_th: given.R_th * Math.exp(given.sigma_device * (draws.device?.normal() ?? 0)) };
    this.k = this.drawCycle();
  }

  setTemperature(temperature_K: number): void {
    this.drawn = { ...this.drawn, T_a: temperature_K };
    this.k = { ...this.k, T_a: temperature_K };
    this.lastRise_K = NaN;
  }

  current_A(v: number, x: Float64Array): number {
    return v * this.conductance_S(v, x);
  }

  conductance_S(_v: number, x: Float64Array): number {
    this.look(x[0]!);
    return this.film_S + 1 / this.k.R_leak;
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(x[0]!);
    out[0] = v * this.filmByState_S_per_K;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    this.look(x[0]!);
    out[0] = (v * v * this.film_S - x[0]! / this.k.R_th) / this.k.C_th;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    this.look(x[0]!);
    out[0] = (2 * v * this.film_S) / this.k.C_th;
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(x[0]!);
    out[0] = (v * v * this.filmByState_S_per_K - 1 / this.k.R_th) / this.k.C_th;
  }

  flow(io: Float64Array): void {
    const { R_leak, R_th, C_th } = this.k;
    const v = io[0]!;
    this.look(io[1]!);
    io[2] = v * (this.film_S + 1 / R_leak);
    io[3] = (v * v * this.film_S - io[1]! / R_th) / C_th;
  }

  linearise(io: Float64Array): void {
    const { R_leak, R_th, C_th } = this.k;
    const v = io[0]!;
    this.flow(io);
    io[4] = this.film_S + 1 / R_leak;
    io[5] = v * this.filmByState_S_per_K;
    io[6] = (2 * v * this.film_S) / C_th;
    io[7] = (v * v * this.filmByState_S_per_K - 1 / R_th) / C_th;
  }

  guard(_v: number, x: Float64Array): number {
    const k = this.k;
    if (!this.fires) return -1;
    const above_K = k.T_a + x[0]! - k.Tc;
    return this.on ? -above_K / k.w - offBelow : above_K / k.w;
  }

  fire(): void {
    this.on = !this.on;
    if (!this.on) this.k = this.drawCycle();
  }

  accepted(x: Float64Array): void {
    if (Math.abs(x[0]!) < 1e-30) x[0] = 0; // denormal numbers are slow
  }

  /** The film at this rise above ambient. Kept: a solve asks for several quantities of the same state. */
  private look(rise_K: number): void {
    if (rise_K === this.lastRise_K) return;
    this.lastRise_K = rise_K;
    const k = this.k;
    const T = Math.max(k.T_a + rise_K, coldest_K);
    const insulating = k.G0 * Math.exp((k.Ea / boltzmann_V_per_K) * (1 / k.T0 - 1 / T));
    const activation = T > coldest_K ? (insulating * k.Ea) / (boltzmann_V_per_K * T * T) : 0;
    const s = logistic((k.T_a + rise_K - k.Tc) / k.w);
    this.film_S = insulating * (1 - s) + s / k.R_m;
    this.filmByState_S_per_K = activation * (1 - s) + (s * (1 - s) * (1 / k.R_m - insulating)) / k.w;
  }

  private drawCycle(): VoxParameters {
    const { sigma_cycle, R_m } = this.drawn;
    this.lastRise_K = NaN;
    if (sigma_cycle === 0) return this.drawn;
    return { ...this.drawn, R_m: R_m * Math.exp(sigma_cycle * this.cycle.normal()) };
  }
}
