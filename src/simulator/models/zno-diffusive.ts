/**
 * Pt/Ag/ZnO/Pt diffusive threshold switch: an Ag filament nucleates, grows, and ruptures by itself.
 *
 * Wang L. et al., leaky integrate-and-fire and oscillation neurons based on ZnO diffusive memristors (2025). The paper
 * gives observables (thresholds, resistances, delay, frequencies), no equations: this hybrid model and all constants
 * marked [C] are a calibration that meets those observables. They are one solution, not measured material constants.
 *
 *   n  nucleation progress, fires at theta          p  residual Ag left by the last filament, 0 ... 1
 *   g  filament conductance, S; kept as ln(g/g_0) while growing and g/g_s while shrinking: nearly straight in time
 *   V_H  hold voltage of this cycle                 theta  nucleation needed in this cycle
 *
 * Open:    i = I_h sinh(v/V_h) + g_r p v            dn/dt = 1/t_nuc(v) - n/tau_n        dp/dt = -p/tau_p
 *          t_nuc = exp(L0 - |v|/V_n) + t_1 exp(-|v|/V_e)
 * Bridged: i = v g/(1 + R_s g)
 *          |v| > V_H: dg/dt = g (1 - g/g_max) min((exp((|v| - V_H)/V_g) - 1)/tau_g, r_max)
 *          |v| < V_H: dg/dt = -(g_max/tau_d) (1 - exp((|v| - V_H)/V_g)) g/(g + g_s)
 * Bridges at n = theta with g = g_0; ruptures at g = g_0/2, leaving n and p in proportion to its largest g.
 *
 * Under a current limit nothing is added: v falls as g grows until growth stops at |v| = V_H, so g = limit/V_H comes
 * out of the dynamics. The rate is continuous there but bends by a factor of a thousand and more, so growing and
 * shrinking are two branches, each smooth, that change over at an event: a solver that steps across the bend chatters.
 */
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import type { Random } from "../random.js";

const parameters = [
  parameter("sigma_cycle", "", 0.21, 0, 1, "spread of ln theta from cycle to cycle [C]"),
  parameter("sigma_device", "", 0.4, 0, 2, "spread of ln theta over devices, drawn only with a seed [C]"),
  parameter("sigma_hold", "", 0.041, 0, 0.2, "relative spread of the hold voltage from cycle to cycle [C]"),
  parameter("V_hold", "V", 0.1, 0.001, 10, "mean hold voltage, published"),
  parameter("I_h", "A", 0.566e-9, 0, 1e-3, "prefactor of the open-state current [C]"),
  parameter("V_h", "V", 0.1, 0.01, 10, "voltage scale of the open-state current [C]"),
  parameter("V_n", "V", 0.01451, 0.002, 10, "voltage scale of slow nucleation [C]"),
  parameter("L0", "", 8.3227, -40, 100, "ln of the slow nucleation time at 0 V in seconds [C]"),
  parameter("t_1", "s", 0.03583, 1e-15, 1e6, "transfer-limited nucleation time at 0 V [C]"),
  parameter("V_e", "V", 0.10115, 0.005, 10, "voltage scale of transfer-limited nucleation [C]"),
  parameter("tau_n", "s", 0.057, 1e-12, 1e9, "back-diffusion of the nucleus [C]"),
  parameter("n_r", "", 0.202, 0, 0.99, "nucleus left by a full-size filament, as a share of theta [C]"),
  parameter("g_r", "S", 0.987e-6, 0, 1, "leakage of the residual Ag [C]"),
  parameter("tau_p", "s", 0.102, 1e-12, 1e9, "decay of the residual Ag [C]"),
  parameter("V_g", "V", 0.05, 0.001, 10, "voltage scale of filament growth [C]"),
  parameter("tau_g", "s", 1e-7, 1e-15, 1e6, "time scale of filament growth [C]"),
  parameter("r_max", "Hz", 2e9, 1e-3, 1e15, "fastest relative growth, 1/s [C]"),
  parameter("g_max", "S", 1 / 30, 1e-9, 10, "largest filament conductance [C]"),
  parameter("R_s", "ohm", 100, 0, 1e9, "spreading and electrode resistance in series with the filament [C]"),
  parameter("g_0", "S", 2e-7, 1e-12, 1, "conductance of a fresh bridge [C]"),
  parameter("g_s", "S", 1e-5, 1e-12, 1, "conductance below which rupture runs away [C]"),
  parameter("tau_d", "s", 4.63e-8, 1e-15, 1e6, "time scale of filament rupture [C]"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of the header. */
export type ZnoParameters = ParametersOf<typeof parameters>;

export const znoDiffusive: DeviceModel = {
  name: "zno-diffusive",
  title: "Pt/Ag/ZnO/Pt diffusive threshold switch",
  source:
    "Wang L. et al., Leaky integrate-and-fire and oscillation neurons based on ZnO diffusive memristors (2025): " +
    "observables; equations and constants marked [C] are a calibration that meets them",
  parameters,
  create: (given, draws) => new ZnoDevice(given, draws),
};

/** Largest arguments of exp and sinh: beyond, the model says nothing and the solver must not overflow. */
const maxGrowthArgument = 60;
const maxNucleationArgument = 200;
const maxSinhArgument = 8;
/** Residual Ag no current shows; rounded to nothing before it becomes a denormal number, which is slow. */
const forgotten = 1e-12;
/** How far past the bend, in units of V_g, the branch changes: 50 pV, far above rounding and far below any meaning. */
const changeover = 1e-9;

/** Current of the open gap, A. */
export function openCurrent_A(v: number, p: number, k: ZnoParameters): number {
  return k.I_h * Math.sinh(clip(v / k.V_h, maxSinhArgument)) + k.g_r * p * v;
}

/** Current of the bridged gap, A. */
export function bridgedCurrent_A(v: number, g: number, k: ZnoParameters): number {
  return (v * g) / (1 + k.R_s * g);
}

/** Time to nucleate at a constant voltage without back-diffusion, s. */
export function nucleationTime_s(v: number, k: ZnoParameters): number {
  const a = Math.abs(v);
  return Math.exp(clip(k.L0 - a / k.V_n, maxNucleationArgument)) + k.t_1 * Math.exp(-a / k.V_e);
}

/** d(ln g)/dt of the growing filament, 1/s; q = (|v| - V_H)/V_g. */
export function growth_per_s(q: number, g: number, k: ZnoParameters): number {
  return (1 - g / k.g_max) * freeGrowth_per_s(q, k);
}

/** dg/dt of the shrinking filament, S/s; q as above. */
export function shrinking_S_per_s(q: number, g: number, k: ZnoParameters): number {
  return ((k.g_max / k.tau_d) * Math.expm1(Math.min(q, maxGrowthArgument)) * g) / (g + k.g_s);
}

/** Growth of a thin filament. */
function freeGrowth_per_s(q: number, k: ZnoParameters): number {
  return Math.min(Math.expm1(Math.min(q, maxGrowthArgument)) / k.tau_g, k.r_max);
}

function clip(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}

type Phase = "open" | "growing" | "shrinking";

/** States: [n, p] open, [ln(g/g_0), p] growing, [g/g_s, p] shrinking. */
class ZnoDevice implements Device {
  readonly size = 2;
  readonly capacitance_F: number;
  readonly initial = [0, 0];
  /** The first state matters near 1 in every phase; 0.001 of residual Ag is a tenth of the open current. */
  readonly scale = [1, 1e-3];
  private phase: Phase = "open";
  private theta = 1;
  private V_H = 0;
  private g_peak = 0;
  private lastLn = NaN;
  private last_g_S = 0;
  private readonly deviceLnTheta: number;
  private readonly cycle: Random;

  constructor(
    private readonly k: ZnoParameters,
    draws: Draws,
  ) {
    this.capacitance_F = k.C;
    this.deviceLnTheta = k.sigma_device * (draws.device?.normal() ?? 0);
    this.cycle = draws.cycle;
    this.drawCycle();
  }

  current_A(v: number, x: Float64Array): number {
    return this.phase === "open" ? openCurrent_A(v, x[1]!, this.k) : bridgedCurrent_A(v, this.g_S(x), this.k);
  }

  conductance_S(v: number, x: Float64Array): number {
    const k = this.k;
    if (this.phase === "open") {
      const q = v / k.V_h;
      return (Math.abs(q) < maxSinhArgument ? (k.I_h / k.V_h) * Math.cosh(q) : 0) + k.g_r * x[1]!;
    }
    const g = this.g_S(x);
    return g / (1 + k.R_s * g);
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    if (this.phase === "open") {
      out[0] = 0;
      out[1] = k.g_r * v;
    } else {
      const g = this.g_S(x);
      out[0] = (v * this.g_SByState(g)) / (1 + k.R_s * g) ** 2;
      out[1] = 0;
    }
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    out[1] = -x[1]! / k.tau_p;
    if (this.phase === "open") out[0] = 1 / nucleationTime_s(v, k) - x[0]! / k.tau_n;
    else if (this.phase === "growing") out[0] = growth_per_s(this.drive(v), this.g_S(x), k);
    else out[0] = shrinking_S_per_s(this.drive(v), this.g_S(x), k) / k.g_s;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const q = this.drive(v);
    let byMagnitude: number;
    if (this.phase === "open") byMagnitude = nucleationByVoltage(Math.abs(v), k);
    else if (this.phase === "growing") {
      const free = freeGrowth_per_s(q, k);
      byMagnitude = free < k.r_max ? ((1 - this.g_S(x) / k.g_max) * (free + 1 / k.tau_g)) / k.V_g : 0;
    } else {
      const g = this.g_S(x);
      byMagnitude = ((k.g_max / k.tau_d) * Math.exp(q) * g) / (k.V_g * (g + k.g_s) * k.g_s);
    }
    out[0] = v < 0 ? -byMagnitude : byMagnitude;
    out[1] = 0;
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const g = this.g_S(x);
    if (this.phase === "open") out[0] = -1 / k.tau_n;
    else if (this.phase === "growing") out[0] = -(g / k.g_max) * freeGrowth_per_s(this.drive(v), k);
    else out[0] = (((k.g_max / k.tau_d) * Math.expm1(this.drive(v))) / (g + k.g_s)) * (k.g_s / (g + k.g_s));
    out[1] = 0;
    out[2] = 0;
    out[3] = -1 / k.tau_p;
  }

  guard(v: number, x: Float64Array): number {
    const k = this.k;
    if (this.phase === "open") return x[0]! - this.theta;
    if (this.phase === "growing") return -this.drive(v) - changeover;
    return Math.max(k.g_0 / 2 - k.g_s * x[0]!, this.drive(v) - changeover);
  }

  fire(_v: number, x: Float64Array): void {
    const k = this.k;
    if (this.phase === "open") {
      this.phase = "growing";
      x[0] = 0;
      this.g_peak = k.g_0;
    } else if (this.phase === "growing") {
      this.g_peak = Math.max(this.g_peak, this.g_S(x));
      x[0] = this.g_S(x) / k.g_s;
      this.phase = "shrinking";
    } else if (this.g_S(x) > k.g_0 / 2) {
      x[0] = Math.log(this.g_S(x) / k.g_0);
      this.phase = "growing";
    } else this.rupture(x);
  }

  accepted(x: Float64Array): void {
    if (x[1]! < forgotten) x[1] = 0;
  }

  private rupture(x: Float64Array): void {
    const size = Math.min(1, (2 * this.g_peak) / this.k.g_max);
    x[0] = this.k.n_r * size * this.theta;
    x[1] = Math.max(x[1]!, size);
    this.phase = "open";
    this.drawCycle();
  }

  private drawCycle(): void {
    const k = this.k;
    this.theta = Math.exp(this.deviceLnTheta + k.sigma_cycle * this.cycle.normal());
    this.V_H = k.V_hold * Math.max(0.01, 1 + k.sigma_hold * this.cycle.normal());
  }

  /** q of the growth law: how far the voltage is above holding, in units of V_g. */
  private drive(v: number): number {
    return (Math.abs(v) - this.V_H) / this.k.V_g;
  }

  /** Filament conductance. The last one is kept: a solve asks for several quantities of the same state. */
  private g_S(x: Float64Array): number {
    if (this.phase !== "growing") return this.k.g_s * x[0]!;
    if (x[0] !== this.lastLn) {
      this.lastLn = x[0]!;
      this.last_g_S = this.k.g_0 * Math.exp(this.lastLn);
    }
    return this.last_g_S;
  }

  /** dg/dx of the first state. */
  private g_SByState(g: number): number {
    return this.phase === "growing" ? g : this.k.g_s;
  }
}

/** d(1/t_nuc)/d|v|. */
function nucleationByVoltage(a: number, k: ZnoParameters): number {
  const slow = Math.exp(clip(k.L0 - a / k.V_n, maxNucleationArgument));
  const transfer = k.t_1 * Math.exp(-a / k.V_e);
  return (slow / k.V_n + transfer / k.V_e) / (slow + transfer) ** 2;
}
