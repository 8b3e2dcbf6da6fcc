/**
 * TaOx non-volatile memristor: the volume share x of a metallic channel, set by positive and reset by negative voltage.
 *
 * Strachan et al., IEEE Trans. Electron Devices 60 (2013) 2194; simulation notes: Ascoli, Tetzlaff, Chua, Radioengineering
 * 24 (2015) 384. Constants [P*]: as two independent public implementations give them, to be checked against the original
 * before they are called the paper's values. Valid to about ±1.5 V, the range they were fitted in.
 *
 *   i = v (G_m x + a exp(b sqrt|v|) (1 - x))
 *   v > 0: dx/dt =  B sinh(v/s_on)   exp(-(x/x_on)^2)  exp(i v/s_p)
 *   v < 0: dx/dt = -A sinh(-v/s_off) exp(-(x_off/x)^2) exp(1/(1 + beta i v))
 *
 * Set behind an ideal source runs away (power goes as x, the rate as its exponential); a series resistor makes it
 * gradual. Rates span more than thirty decades. What is added for the solver: a rate r is r/(1 + r/r_max), which no
 * observable time resolves; set ends at x = 1 with a factor tanh((1 - x)/edge) that is 1 to the last bit below
 * x = 0.98. Reset needs no lower bound, exp(-(x_off/x)^2) ends it. No spread is published; all are off unless set.
 */
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import type { Random } from "../random.js";
import { finiteExp, capped, cappedSlope } from "./smooth.js";

const parameters = [
  parameter("G_m", "S", 0.025, 1e-9, 10, "conductance of the full channel [P*]"),
  parameter("a", "S", 7.2e-6, 0, 1, "leakage beside the channel at 0 V [P*]"),
  parameter("b", "V^-0.5", 4.7, 0, 20, "growth of the leakage with the root of the voltage [P*]"),
  parameter("A", "Hz", 1e-10, 1e-30, 1e10, "reset rate, 1/s [P*]"),
  parameter("s_off", "V", 0.013, 0.002, 10, "voltage scale of reset [P*]"),
  parameter("x_off", "", 0.4, 0.01, 2, "state scale of reset [P*]"),
  parameter("beta", "1/W", 500, 0, 1e9, "slowing of reset by power [P*]"),
  parameter("B", "Hz", 1e-4, 1e-30, 1e10, "set rate, 1/s [P*]"),
  parameter("s_on", "V", 0.45, 0.01, 10, "voltage scale of set [P*]"),
  parameter("x_on", "", 0.06, 0.001, 2, "state scale of set [P*]"),
  parameter("s_p", "W", 4e-5, 1e-9, 1, "power scale of set [P*]"),
  parameter("x0", "", 0.05, 1e-3, 1, "state at the start [C]"),
  parameter("r_max", "Hz", 1e15, 1e6, 1e18, "fastest change of the state, 1/s: a limit for the solver"),
  parameter("sigma_device", "", 0, 0, 2, "spread of ln G_m over devices; not published"),
  parameter("sigma_cycle", "", 0, 0, 5, "spread of ln A and ln B, drawn at each change of polarity; not published"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of the header. */
export type TaoxParameters = ParametersOf<typeof parameters>;

export const taox: DeviceModel = {
  name: "taox",
  title: "TaOx non-volatile memristor",
  source: "Strachan et al., IEEE Trans. Electron Devices 60 (2013) 2194; constants by later implementations",
  parameters,
  create: (given, draws) => new TaoxDevice(given, draws),
};

/** Width of the end of the range at x = 1. */
const edge = 1e-3;
/** Below it reset has long ended; keeps x_off/x finite in trial steps. */
const smallest = 1e-3;
/** A change of polarity is one once the voltage has passed this. */
const polarity_V = 1e-3;

class TaoxDevice implements Device {
  readonly size = 1;
  readonly capacitance_F: number;
  readonly fires: boolean;
  readonly initial: readonly number[];
  readonly scale = [0.01];
  private readonly k: TaoxParameters;
  private readonly cycle: Random;
  private polarity = 1;
  /** ln of this cycle's set and reset rates. */
  private lnB = 0;
  private lnA = 0;
  // at the voltage and state last looked at: current, rate f, and their derivatives
  private lastV = NaN;
  private lastX = NaN;
  private i_A = 0;
  private i_v = 0;
  private i_x = 0;
  private f = 0;
  private f_v = 0;
  private f_x = 0;

  constructor(given: TaoxParameters, draws: Draws) {
    this.capacitance_F = given.C;
    this.fires = given.sigma_cycle > 0;
    this.initial = [given.x0];
    this.k = { ...given, G_m: given.G_m * Math.exp(given.sigma_device * (draws.device?.normal() ?? 0)) };
    this.cycle = draws.cycle;
    this.drawCycle();
  }

  current_A(v: number, x: Float64Array): number {
    this.look(v, x[0]!);
    return this.i_A;
  }

  conductance_S(v: number, x: Float64Array): number {
    this.look(v, x[0]!);
    return this.i_v;
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x[0]!);
    out[0] = this.i_x;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x[0]!);
    out[0] = this.f;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x[0]!);
    out[0] = this.f_v;
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x[0]!);
    out[0] = this.f_x;
  }

  flow(io: Float64Array): void {
    this.look(io[0]!, io[1]!);
    io[2] = this.i_A;
    io[3] = this.f;
  }

  linearise(io: Float64Array): void {
    this.flow(io);
    io[4] = this.i_v;
    io[5] = this.i_x;
    io[6] = this.f_v;
    io[7] = this.f_x;
  }

  guard(v: number): number {
    return this.fires ? -this.polarity * v - polarity_V : -1;
  }

  fire(): void {
    this.polarity = -this.polarity;
    this.drawCycle();
  }

  accepted(x: Float64Array): void {
    if (x[0]! > 1) x[0] = 1;
  }

  /** Current, rate and their derivatives at v and x. Kept: a solve asks for several quantities of the same state. */
  private look(v: number, x: number): void {
    if (v === this.lastV && x === this.lastX) return;
    this.lastV = v;
    this.lastX = x;
    const k = this.k;
    const root = Math.sqrt(Math.abs(v));
    const leakage_S = k.a * Math.exp(k.b * root);
    this.i_A = v * (k.G_m * x + leakage_S * (1 - x));
    this.i_v = k.G_m * x + leakage_S * (1 - x) * (1 + (k.b * root) / 2);
    this.i_x = v * (k.G_m - leakage_S);
    if (v >= 0) this.set(v, x);
    else this.reset(v, x);
  }

  private set(v: number, x: number): void {
    const k = this.k;
    // all exponentials in one, with exp(v/s_on)/2 for sinh and cosh
    const common = finiteExp(this.lnB + v / k.s_on - (x / k.x_on) ** 2 + (v * this.i_A) / k.s_p) / 2;
    const opposite = Math.expm1((-2 * v) / k.s_on);
    const rate = -common * opposite;
    const byVoltage = (common * (2 + opposite)) / k.s_on + (rate * (this.i_A + v * this.i_v)) / k.s_p;
    const byState = rate * ((v * this.i_x) / k.s_p - (2 * x) / (k.x_on * k.x_on));
    const end = Math.tanh((1 - x) / edge);
    const slope = cappedSlope(rate, k.r_max) * end;
    this.f = capped(rate, k.r_max) * end;
    this.f_v = byVoltage * slope;
    this.f_x = byState * slope - (capped(rate, k.r_max) * (1 - end * end)) / edge;
  }

  private reset(v: number, x: number): void {
    const k = this.k;
    const narrow = k.x_off / Math.max(x, smallest);
    const cooling = 1 / (1 + k.beta * v * this.i_A);
    const common = finiteExp(this.lnA - v / k.s_off - narrow * narrow + cooling) / 2;
    const opposite = Math.expm1((2 * v) / k.s_off);
    const rate = -common * opposite;
    const coolingByPower = -k.beta * cooling * cooling;
    const byVoltage = (-common * (2 + opposite)) / k.s_off + rate * coolingByPower * (this.i_A + v * this.i_v);
    const narrowing = x > smallest ? (2 * narrow * narrow) / x : 0;
    const byState = rate * (narrowing + coolingByPower * v * this.i_x);
    const slope = cappedSlope(rate, k.r_max);
    this.f = -capped(rate, k.r_max);
    this.f_v = -byVoltage * slope;
    this.f_x = -byState * slope;
  }

  private drawCycle(): void {
    this.lastV = NaN;
    const { A, B, sigma_cycle } = this.k;
    this.lnB = Math.log(B) + (sigma_cycle > 0 ? sigma_cycle * this.cycle.normal() : 0);
    this.lnA = Math.log(A) + (sigma_cycle > 0 ? sigma_cycle * this.cycle.normal() : 0);
  }
}
