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
 */
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
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
  parameter("dT", "K", 43, 0.1, 1e3, "transition temperature above ambient, Table S2"),
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
    0.0945,
    0,
    0.5,
    "spread of ln rho_met from cycle to cycle, drawn at turn-off: set so that Roff/Ron at 1.5 mA has the published " +
      "histogram width [C]",
  ),
];

/** Constants by the letters of the header. */
export type Vo2Parameters = ParametersOf<typeof parameters>;

export const vo2Mott: DeviceModel = {
  name: "vo2-mott",
  title: "VO2 Mott threshold switch",
  source: "Yi et al., Nat. Commun. 9 (2018) 4661; Pickett, Williams, Nanotechnology 23 (2012) 215202",
  parameters,
  create: (given, draws) => new Vo2Device(given, draws),
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

export function vo2Constants(k: Vo2Parameters): Vo2Constants {
  const area = Math.PI * k.r * k.r;
  return {
    Rins_ohm: (k.rho_ins * k.L) / area,
    a: k.rho_ins / k.rho_met - 1,
    Q0_W: 2 * Math.PI * k.L * k.kappa * k.dT,
    A_J: area * k.L * k.cp * k.dT,
    B_J: area * k.L * k.dh_tr,
    Re_ohm: k.Re,
    gShunt_S: 1 / k.Rshunt,
  };
}

/** u^2 below which exp(-2/y) underflows to nothing that matters; also keeps 1/y finite at and below y = 0. */
const coldest = 1e-3;

/** Metallic share of the cross-section, u^2. */
export function metallicShare(y: number): number {
  return y > coldest ? Math.exp(-2 / y) : 0;
}

/** Conductance of the channel alone, S. */
export function channel_S(y: number, c: Vo2Constants): number {
  return (1 + c.a * metallicShare(y)) / c.Rins_ohm;
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

class Vo2Device implements Device {
  readonly size = 1;
  readonly capacitance_F = 0;
  readonly initial = [0];
  readonly scale = [0.1];
  private readonly drawn: Vo2Parameters;
  private readonly cycle: Random;
  private c: Vo2Constants;
  private on = false;

  constructor(given: Vo2Parameters, draws: Draws) {
    this.cycle = draws.cycle;
    const share = given.sigma_device * Math.SQRT1_2;
    const longer = Math.exp(share * (draws.device?.normal() ?? 0));
    const wider = Math.exp(share * (draws.device?.normal() ?? 0));
    this.drawn = { ...given, L: given.L * longer, r: given.r * wider };
    this.c = this.drawCycle();
  }

  current_A(v: number, x: Float64Array): number {
    const g = this.inner_S(x[0]!);
    return (v * g) / (1 + this.c.Re_ohm * g);
  }

  conductance_S(_v: number, x: Float64Array): number {
    const g = this.inner_S(x[0]!);
    return g / (1 + this.c.Re_ohm * g);
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    const g = this.inner_S(x[0]!);
    out[0] = (v * this.channelByState(x[0]!)) / (1 + this.c.Re_ohm * g) ** 2;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    const y = x[0]!;
    out[0] = (this.power_W(v, y) - this.c.Q0_W * y) / heatCapacity_J(y, metallicShare(y), this.c);
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    const y = x[0]!;
    const divider = 1 + this.c.Re_ohm * this.inner_S(y);
    out[0] = (2 * v * channel_S(y, this.c)) / (divider * divider * heatCapacity_J(y, metallicShare(y), this.c));
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    const y = x[0]!;
    const c = this.c;
    const e = metallicShare(y);
    const byState = this.channelByState(y);
    const channel = channel_S(y, c);
    const divider = 1 + c.Re_ohm * (channel + c.gShunt_S);
    const power = (v / divider) ** 2 * (byState - (2 * channel * c.Re_ohm * byState) / divider);
    const heat = heatCapacity_J(y, e, c);
    const rate = (this.power_W(v, y) - c.Q0_W * y) / heat;
    out[0] = (power - c.Q0_W - rate * heatCapacityByState(y, e, c)) / heat;
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
    const rho_met = this.drawn.rho_met * Math.exp(this.drawn.sigma_cycle * this.cycle.normal());
    return vo2Constants({ ...this.drawn, rho_met });
  }

  /** Channel and shunt together, S. */
  private inner_S(y: number): number {
    return channel_S(y, this.c) + this.c.gShunt_S;
  }

  /** d(channel_S)/dy. */
  private channelByState(y: number): number {
    const e = metallicShare(y);
    return e > 0 ? (2 * this.c.a * e) / (y * y * this.c.Rins_ohm) : 0;
  }

  private power_W(v: number, y: number): number {
    const channel = channel_S(y, this.c);
    const across = v / (1 + this.c.Re_ohm * (channel + this.c.gShunt_S));
    return across * across * channel;
  }
}

/** d2H/dy2, J. */
function heatCapacityByState(y: number, e: number, c: Vo2Constants): number {
  if (e === 0) return 0;
  const slope = (2 * e) / (y * y);
  return c.A_J * (-slope / 2 - slope / y + e / (y * y)) + 2 * c.B_J * (slope / (y * y) - (2 * e) / (y * y * y));
}
