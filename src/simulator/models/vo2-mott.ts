/**
 * VO2 Mott memristor: a metallic core at the transition temperature grows in an insulating channel heated by current.
 *
 * Equations: Pickett, Williams, Nanotechnology 23 (2012) 215202, as used for VO2 by Yi et al., Nat. Commun. 9 (2018)
 * 4661, Supplementary Note 4 and Table 2, where the constants come from. With u = r_met/r the metallic share of the radius:
 *
 *   R(u) = R_ins / (1 + a u^2)   R_ins = rho_ins L/(pi r^2)   a = rho_ins/rho_met - 1
 *   du/dt = (P - Gamma(u) dT) / (dH/du)   Gamma(u) = 2 pi L kappa / ln(1/u)   P = v_ch^2/R
 *   H(u) = pi L r^2 (dh_tr u^2 + cp dT (1 - u^2) / (2 ln(1/u)))
 *
 * The state kept is y = 1/ln(1/u), proportional to the heat that leaves the channel: it is bounded (0 cold, about 40 at
 * most in use), where u falls to 1e-64 in ordinary runs. With e = u^2 = exp(-2/y):
 *
 *   dy/dt = (P - Q0 y) / Hy   Q0 = 2 pi L kappa dT
 *   Hy = dH/dy = A ((1 - e)/2 - e/y) + 2 B e/y^2   A = pi r^2 L cp dT   B = pi r^2 L dh_tr
 *
 * Around the channel: Rshunt beside it, Re (electrodes) before both; only the channel's power heats it.
 *
 * Stage temperature T [the fit of Yi et al., Fig. S6c: ln(G/T^2) against 1/T below the transition]: insulating VO2, in
 * the channel and in the leakage beside it, has rho_ins (T_0/T)^2 exp(E_a/k_B (1/T - 1/T_0)); a share
 * f = 1/(1 + exp((T_c - T)/w_T)) of its grains, T_c = T_0 + dT, is metallic without any current, in parallel; what
 * heating has left to do is dT(T) = w_T ln(1 + exp((T_c - T)/w_T)), the integral of 1 - f. At T = T_0 all this is the model
 * above to the last bit. Heating only: the hysteresis of a cooling stage is not modelled.
 */
import { boltzmann_V_per_K } from "./constants.js";
import { parameter, type Device, type DeviceModel, type DeviceText, type Draws, type ParametersOf } from "./device.js";
import { expBelowZero } from "./exp-below-zero.js";
import { mottFlow, mottNumberCount, mottText, type MottNumbers } from "./mott-text.js";
import { logistic, softplus } from "./smooth.js";
import type { Random } from "../random.js";

const parameters = [
  parameter("r", "m", 56e-9, 1e-9, 1e-5, "channel radius, Table S2"),
  parameter("L", "m", 100e-9, 1e-9, 1e-5, "channel length, Table S2"),
  parameter("Re", "ohm", 370, 0, 1e6, "electrode resistance in series, Fig. S3 (150 to 500 in Table S2)"),
  parameter("Rshunt", "ohm", 15e3, 1, 1e15, "leakage beside the channel, Table S2 (13 to 17 kohm)"),
  parameter("cp", "J/(m^3 K)", 3.3e6, 1, 1e9, "heat capacity, Table S2"),
  parameter("dh_tr", "J/m^3", 2.35e8, 0, 1e12, "latent heat of the transition, Table S2"),
  parameter("kappa", "W/(m K)", 3.5, 1e-3, 1e4, "thermal conductivity, Table S2"),
  parameter("rho_met", "ohm m", 3e-6, 1e-9, 1e3, "metallic resistivity, Table S2"),
  parameter("rho_ins", "ohm m", 1e-2, 1e-9, 1e6, "insulating resistivity, Table S2"),
  parameter("dT", "K", 43, 0.1, 1e3, "transition temperature above T_0, Table S2"),
  parameter("T", "K", 297, 200, 400, "temperature of the stage"),
  parameter(
    "T_0",
    "K",
    297,
    200,
    400,
    "stage temperature at which rho_ins, Rshunt and dT hold: T_c is 340 K in Table S1",
  ),
  parameter("E_a", "eV", 0.205, 0, 2, "activation of the insulating state, Fig. S6c"),
  parameter("w_T", "K", 0.7, 0.05, 20, "width of the film's transition: rises above 60 °C, Fig. S6c [C]"),
  parameter(
    "sigma_device",
    "",
    0.1,
    0,
    0.5,
    "relative spread of L/r over devices, half each from L and r; the threshold goes as L/r. Drawn only with a seed [C]",
  ),
  parameter(
    "sigma_cycle",
    "",
    0.0905,
    0,
    0.5,
    "spread of ln rho_met from cycle to cycle, drawn at turn-off: set so that Roff/Ron at 1.5 mA has the published " +
      "histogram width [C]",
  ),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of the header. */
export type Vo2Parameters = ParametersOf<typeof parameters>;

export const vo2Mott: DeviceModel = {
  name: "vo2-mott",
  title: "VO2 Mott threshold switch",
  source: "Yi et al., Nat. Commun. 9 (2018) 4661; Pickett, Williams, Nanotechnology 23 (2012) 215202",
  parameters,
  create: (given, draws) => new MottDevice(given, draws),
};

/** What follows from the parameters, once a cycle. */
export interface Vo2Constants {
  readonly Rins_ohm: number;
  /** rho_ins/rho_met - 1 */
  readonly a: number;
  readonly Q0_W: number;
  readonly A_J: number;
  readonly B_J: number;
  readonly Re_ohm: number;
  readonly gShunt_S: number;
}

/** @param rho_met of this cycle */
export function vo2Constants(k: Vo2Parameters, rho_met = k.rho_met): Vo2Constants {
  const area = Math.PI * k.r * k.r;
  const { rho_ins, dT } = atStage(k, rho_met);
  return {
    Rins_ohm: (rho_ins * k.L) / area,
    a: Math.max(rho_ins / rho_met - 1, 0),
    Q0_W: 2 * Math.PI * k.L * k.kappa * dT,
    A_J: area * k.L * k.cp * dT,
    B_J: area * k.L * k.dh_tr,
    Re_ohm: k.Re,
    gShunt_S: k.rho_ins / rho_ins / k.Rshunt,
  };
}

/** eV/K */
/** Above the transition the device is metal at any current; a heat balance remains, so that y stays finite. */
const least_dT_K = 0.1;

/** Resistivity outside the core, and heating to the transition, at the temperature of the stage. */
function atStage(k: Vo2Parameters, rho_met: number): { rho_ins: number; dT: number } {
  const missing_K = k.T_0 + k.dT - k.T;
  const metallic = logistic(-missing_K / k.w_T);
  const rho = k.rho_ins * (k.T_0 / k.T) ** 2 * Math.exp((k.E_a / boltzmann_V_per_K) * (1 / k.T - 1 / k.T_0));
  return {
    rho_ins: rho / (1 + metallic * (rho / rho_met - 1)),
    dT: Math.max(missing_K > 40 * k.w_T ? missing_K : k.w_T * softplus(missing_K / k.w_T), least_dT_K),
  };
}

/** u^2 below which exp(-2/y) underflows to nothing that matters; also keeps 1/y finite at and below y = 0. */
const coldest = 1e-3;

/** Metallic share of the cross-section, u^2. */
export function metallicShare(y: number): number {
  return y > coldest ? expBelowZero(-2 / y) : 0;
}

/** Conductance of the channel alone, S; e is the metallic share. */
export function channel_S(e: number, c: Vo2Constants): number {
  return (1 + c.a * e) / c.Rins_ohm;
}

/** Heat stored at y above the cold device, J: H(u) of the header. */
export function heat_J(y: number, c: Vo2Constants): number {
  const e = metallicShare(y);
  return c.B_J * e + (c.A_J * y * (1 - e)) / 2;
}

/** dH/dy, J. */
function heatCapacity_J(y: number, e: number, c: Vo2Constants): number {
  return e > 0 ? c.A_J * ((1 - e) / 2 - e / y) + (2 * c.B_J * e) / (y * y) : c.A_J / 2;
}

/** u = 0.25: on above. The literature's marker of a switched device. */
const onAt_y = 1 / Math.log(1 / 0.25);
/** u = 0.1: off below, far under any y at which a device can stay on. */
const offAt_y = 1 / Math.log(1 / 0.1);

/** A metallic core in a heated channel, of any material: `nbo2-mott` is one too. */
export class MottDevice implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly initial = [0];
  readonly scale = [0.1];
  readonly fires: boolean;
  private drawn: Vo2Parameters;
  private readonly cycle: Random;
  /** Of this cycle. */
  private rho_met = Number.NaN;
  private c: Vo2Constants;
  private readonly k = new Float64Array(mottNumberCount);
  readonly text: DeviceText = { ...mottText, constants: this.k };
  private series_ohm = 0;
  private on = false;
  private lastY = 0;
  private lastShare = 0;

  /** @param onStage false: the constants hold at one temperature only, and a stage changes nothing */
  constructor(
    given: Vo2Parameters,
    draws: Draws,
    private readonly onStage = true,
  ) {
    this.capacitance_F = given.C;
    this.fires = given.sigma_cycle > 0;
    this.cycle = draws.cycle;
    const share = given.sigma_device * Math.SQRT1_2;
    const longer = Math.exp(share * (draws.device?.normal() ?? 0));
    const wider = Math.exp(share * (draws.device?.normal() ?? 0));
    this.drawn = { ...given, L: given.L * longer, r: given.r * wider };
    this.c = this.drawCycle();
  }

  setTemperature(temperature_K: number): void {
    if (!this.onStage) return;
    this.drawn = { ...this.drawn, T: temperature_K };
    this.c = this.constants();
  }

  current_A(v: number, x: Float64Array): number {
    return v * this.conductance_S(v, x);
  }

  conductance_S(_v: number, x: Float64Array): number {
    const g = channel_S(this.share(x[0]!), this.c) + this.c.gShunt_S;
    return g / (1 + this.c.Re_ohm * g);
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    const e = this.share(x[0]!);
    out[0] = (v * channelByState(x[0]!, e, this.c)) / this.divider(e) ** 2;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.rate_per_s(v, x[0]!);
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    const y = x[0]!;
    const e = this.share(y);
    out[0] = (2 * v * channel_S(e, this.c)) / (this.divider(e) ** 2 * heatCapacity_J(y, e, this.c));
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    const y = x[0]!;
    const c = this.c;
    const e = this.share(y);
    const divider = this.divider(e);
    const powerByChannel = (v / divider) ** 2 * (1 - (2 * channel_S(e, c) * c.Re_ohm) / divider);
    const heatFlow_W = powerByChannel * channelByState(y, e, c) - c.Q0_W;
    out[0] = (heatFlow_W - this.rate_per_s(v, y) * heatCapacityByState(y, e, c)) / heatCapacity_J(y, e, c);
  }

  flow(io: Float64Array): void {
    mottFlow(io, this.k);
  }

  linearise(io: Float64Array): void {
    const k = this.k;
    const v = io[0]!;
    const y = io[1]!;
    const w = y > coldest ? 1 / y : 0;
    const e = y > coldest ? expBelowZero(-2 * w) : 0;
    const slope = 2 * e * w * w;
    const heat_J = k[6]! * (1 - e) - k[7]! * e * w + k[8]! * e * w * w;
    const heatByState = k[7]! * (-slope / 2 - slope * w + e * w * w) + k[8]! * w * w * (slope - 2 * e * w);
    const channel = k[0]! + k[1]! * e;
    const all = k[2]! + k[1]! * e;
    const share = 1 / (k[3]! + k[4]! * e);
    const perHeat = 1 / heat_J;
    const across = v * share;
    const power = across * across * (k[1]! - 2 * channel * k[4]! * share) * slope;
    const rate = (across * across * channel - k[5]! * y) * perHeat;
    io[2] = across * all;
    io[3] = rate;
    io[4] = all * share;
    io[5] = across * share * k[1]! * slope;
    io[6] = 2 * across * share * channel * perHeat;
    io[7] = (power - k[5]! - rate * heatByState) * perHeat;
  }

  behind(series_ohm: number): void {
    this.series_ohm = series_ohm;
    this.k.set(this.numbers(this.c));
  }

  guard(_v: number, x: Float64Array): number {
    return this.on ? offAt_y - x[0]! : x[0]! - onAt_y;
  }

  fire(): void {
    this.on = !this.on;
    if (!this.on) this.c = this.drawCycle();
  }

  accepted(x: Float64Array): void {
    if (Math.abs(x[0]!) < 1e-30) x[0] = 0; // denormal numbers are slow
  }

  private drawCycle(): Vo2Constants {
    this.rho_met = this.drawn.rho_met * Math.exp(this.drawn.sigma_cycle * this.cycle.normal());
    return this.constants();
  }

  private constants(): Vo2Constants {
    const c = vo2Constants(this.drawn, this.rho_met);
    this.k.set(this.numbers(c));
    return c;
  }

  private numbers(c: Vo2Constants): MottNumbers {
    const g_S = 1 / c.Rins_ohm;
    const all_S = g_S + c.gShunt_S;
    const before_ohm = c.Re_ohm + this.series_ohm;
    const [D0, DByShare] = [1 + before_ohm * all_S, before_ohm * c.a * g_S];
    return [g_S, c.a * g_S, all_S, D0, DByShare, c.Q0_W, c.A_J / 2, c.A_J, 2 * c.B_J];
  }

  private rate_per_s(v: number, y: number): number {
    const e = this.share(y);
    const across_V = v / this.divider(e);
    return (across_V * across_V * channel_S(e, this.c) - this.c.Q0_W * y) / heatCapacity_J(y, e, this.c);
  }

  /** Terminal voltage over channel voltage. */
  private divider(e: number): number {
    return 1 + this.c.Re_ohm * (channel_S(e, this.c) + this.c.gShunt_S);
  }

  /** Metallic share; the last one is kept: a solve asks for several quantities of the same state. */
  private share(y: number): number {
    if (y !== this.lastY) {
      this.lastY = y;
      this.lastShare = metallicShare(y);
    }
    return this.lastShare;
  }
}

/** d(channel_S)/dy. */
function channelByState(y: number, e: number, c: Vo2Constants): number {
  return e > 0 ? (2 * c.a * e) / (y * y * c.Rins_ohm) : 0;
}

/** d2H/dy2, J. */
function heatCapacityByState(y: number, e: number, c: Vo2Constants): number {
  if (e === 0) return 0;
  const slope = (2 * e) / (y * y);
  return c.A_J * (-slope / 2 - slope / y + e / (y * y)) + 2 * c.B_J * (slope / (y * y) - (2 * e) / (y * y * y));
}
