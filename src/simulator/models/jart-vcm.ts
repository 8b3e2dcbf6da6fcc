/**
 * JART VCM v1b, deterministic: filamentary HfO2 cell; the vacancy concentration of the disc at the active electrode sets
 * the Schottky barrier there. SET at negative, RESET at positive voltage.
 *
 * Cueppers et al., APL Mater. 7 (2019) 091105; Bengel et al., IEEE Trans. Circuits Syst. I 67 (2020) 4618. Written from
 * the equations: circulating ports multiply by the plug length's resistivity where it divides, or lose a sign.
 *
 *   v = s + i (R_disc + R_plug + R_TiOx + R_0) + R_0^2 alpha_line R_thline i^3          A = pi r^2
 *   R_disc = l_disc/(z e mu N A)   R_plug = (l_cell - l_disc)/(z e mu N_plug A)   T = T_0 + R_th P, P = i (s + i (R_disc + R_plug))
 *   dN/dt = -(c a nu_0/l_disc) (exp(-dW_min/kT) - exp(-dW_max/kT)) F_lim   c = (N_plug + N)/2
 *   dW_min, dW_max = dW_A (sqrt(1 - g^2) -+ g pi/2 + g asin g)   g = z a E/(pi dW_A)
 *   v < 0: E = i R_disc/l_disc             F_lim = 1 - (N/N_max)^10   R_th = R_th0 (45 nm/r)^2
 *   v > 0: E = (s + i (R_disc + R_plug))/l_cell   F_lim = 1 - (N_min/N)^10   R_th 0.27 times that
 *
 * s is the voltage of the Schottky contact: see `schottky-contact.ts`. The source solves j(s) = i in every step; with the
 * image force j(s) falls over a range of positive s, and that equation has up to three solutions. Here s is a state
 * charged through the contact's capacitance (eps eps_0 A/l_disc is 2 fF), C_S ds/dt = i - j(s, N, T) [C]: faster than all else, it follows the
 * solution it is on and jumps where that ends, and i(v) is single-valued.
 *
 * States: s in volts, n = ln(N/1e26 m^-3). P is negative while C_S discharges: no cooling is made of that.
 */
import { clip } from "./bounded.js";
import { mustExceed } from "./checks.js";
import { boltzmann_V_per_K, electron_C } from "./constants.js";
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import { SchottkyContact } from "./schottky-contact.js";

const parameters = [
  parameter("T_0", "K", 293, 100, 1000, "temperature of the stage: the ambient [P]"),
  parameter("eps", "", 17, 1, 1000, "static relative permittivity of the oxide [P]"),
  parameter("eps_phiB", "", 5.5, 1, 1000, "relative permittivity in image-force lowering [P]"),
  parameter("phi_Bn0", "V", 0.18, 0.02, 2, "nominal Schottky barrier over the electron charge [P]"),
  parameter("phi_n", "V", 0.1, 0, 1, "Fermi level to conduction band over the electron charge [P]"),
  parameter("mu", "m^2/Vs", 4e-6, 1e-9, 1, "electron mobility [P]"),
  parameter("N_max", "1/m^3", 20e26, 1e22, 1e29, "largest vacancy concentration in the disc [P]"),
  parameter("N_min", "1/m^3", 0.008e26, 1e22, 1e29, "least vacancy concentration in the disc [P]"),
  parameter("N_plug", "1/m^3", 20e26, 1e22, 1e29, "vacancy concentration in the plug [P]"),
  parameter(
    "N_0",
    "1/m^3",
    0.008e26,
    1e22,
    1e29,
    "vacancy concentration in the disc at the start, held within N_min and N_max: the least is off [P]",
  ),
  parameter("a", "m", 0.25e-9, 1e-11, 1e-8, "hopping distance of the vacancies [P]"),
  parameter("nu_0", "Hz", 2e13, 1e8, 1e16, "attempt frequency [P]"),
  parameter("dW_A", "V", 1.35, 0.1, 5, "activation energy of a hop over the electron charge [P]"),
  parameter("R_th0", "K/W", 15.72e6, 0, 1e9, "thermal resistance at a radius of 45 nm [P]"),
  parameter("R_th_reset", "", 0.27, 0, 1, "share of it in RESET [P]"),
  parameter("r", "m", 45e-9, 1e-9, 1e-6, "radius of the filament [P]"),
  parameter("l_cell", "m", 3e-9, 1e-10, 1e-7, "length of disc and plug [P]"),
  parameter("l_disc", "m", 0.4e-9, 1e-11, 1e-8, "length of the disc [P]"),
  parameter("R_TiOx", "ohm", 650, 0, 1e9, "resistance of the TiOx layer [P]"),
  parameter("R_0", "ohm", 719.244, 0, 1e9, "resistance of the lines at T_0, whatever that is [P]"),
  parameter("R_thline", "K/W", 90471.47, 0, 1e9, "thermal resistance of the lines [P]"),
  parameter("alpha_line", "1/K", 3.92e-3, 0, 1, "temperature coefficient of the lines [P]"),
  parameter("A_R", "A/(m^2 K^2)", 6.01e5, 1, 1e8, "Richardson constant [P]"),
  parameter("C_S", "F", 1e-15, 1e-20, 1e-6, "capacitance of the contact [C]"),
  parameter("sigma_device", "", 0.1, 0, 0.3, "spread of ln of r and l_disc over devices, drawn only with a seed [P*]"),
  parameter("sigma_cycle", "", 0, 0, 0.5, "spread of ln N_min from cycle to cycle; a fifth of it for N_max"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals"),
];

/** Constants by the letters of the header. */
export type JartParameters = ParametersOf<typeof parameters>;

/** Charge number of an oxygen vacancy. */
export const z = 2;
/** The radius R_th0 is given for. */
export const thermalRadius_m = 45e-9;
/** State n counts from here. */
export const unit_per_m3 = 1e26;
/** The source heats without a bound; hotter, no rate grows further. */
export const maxRise_K = 3000;
/** A hop has a barrier only below g = 1. */
export const largest_g = 0.98;

export const jartVcm: DeviceModel = {
  name: "jart-vcm",
  title: "JART VCM v1b filamentary oxide cell",
  source: "Cueppers et al., APL Mater. 7 (2019) 091105; Bengel et al., IEEE Trans. Circuits Syst. I 67 (2020) 4618",
  parameters,
  create(given, draws) {
    const k = given as JartParameters;
    mustExceed("jart-vcm", k, "N_max", "N_min");
    mustExceed("jart-vcm", k, "l_cell", "l_disc");
    const spread = () => Math.exp(k.sigma_device * clip(draws.device?.normal() ?? 0, -2, 2));
    return new JartDevice({ ...k, r: k.r * spread(), l_disc: Math.min(k.l_disc * spread(), 0.9 * k.l_cell) }, draws);
  },
};

class JartDevice implements Device {
  readonly size = 2;
  readonly capacitance_F: number;
  readonly initial: readonly number[];
  readonly scale = [0.01, 1];
  private readonly contact: SchottkyContact;
  /** n half way between off and on, and the swing to either side that counts as switched. */
  private readonly middle: number;
  private readonly swing: number;
  private on: boolean;
  private T_0: number;
  private N_min: number;
  private N_max: number;
  private readonly plug_ohm: number;
  private readonly lines_ohm: number;
  private readonly cubic: number;
  // of the point last looked at: a solve asks for several quantities of it
  private ofV = NaN;
  private ofS = NaN;
  private ofN = NaN;
  private i = 0;
  private g_S = 0;
  private iByN = 0;
  private rateS = 0;
  private rateSByV = 0;
  private rateSByS = 0;
  private rateSByN = 0;
  private rateN = 0;
  private rateNByV = 0;
  private rateNByS = 0;
  private rateNByN = 0;

  constructor(
    private readonly k: JartParameters,
    private readonly draws: Draws,
  ) {
    const area = Math.PI * k.r * k.r;
    this.capacitance_F = k.C;
    this.contact = new SchottkyContact({ ...k, area, z });
    this.plug_ohm = (k.l_cell - k.l_disc) / (z * electron_C * k.mu * k.N_plug * area);
    this.lines_ohm = k.R_TiOx + k.R_0;
    this.cubic = k.R_0 * k.R_0 * k.alpha_line * k.R_thline;
    this.T_0 = k.T_0;
    this.N_min = k.N_min;
    this.N_max = k.N_max;
    const [least, most] = [Math.log(k.N_min / unit_per_m3), Math.log(k.N_max / unit_per_m3)];
    this.middle = (least + most) / 2;
    this.swing = (most - least) / 8;
    const start = clip(Math.log(k.N_0 / unit_per_m3), least, most);
    this.initial = [0, start];
    this.on = start > this.middle;
  }

  setTemperature(temperature_K: number): void {
    this.T_0 = temperature_K;
    this.ofV = NaN;
  }

  current_A(v: number, x: Float64Array): number {
    this.look(v, x);
    return this.i;
  }

  conductance_S(v: number, x: Float64Array): number {
    this.look(v, x);
    return this.g_S;
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x);
    out[0] = -this.g_S;
    out[1] = this.iByN;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x);
    out[0] = this.rateS;
    out[1] = this.rateN;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x);
    out[0] = this.rateSByV;
    out[1] = this.rateNByV;
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    this.look(v, x);
    out[0] = this.rateSByS;
    out[1] = this.rateSByN;
    out[2] = this.rateNByS;
    out[3] = this.rateNByN;
  }

  guard(_v: number, x: Float64Array): number {
    if (this.k.sigma_cycle === 0) return -1;
    return this.on ? this.middle - this.swing - x[1]! : x[1]! - this.middle - this.swing;
  }

  /** The bound that is not near is drawn: the current does not change. */
  fire(): void {
    this.on = !this.on;
    const normal = this.draws.cycle.normal();
    if (this.on) this.N_min = this.k.N_min * Math.exp(this.k.sigma_cycle * normal);
    else this.N_max = this.k.N_max * Math.exp((this.k.sigma_cycle / 5) * normal);
    this.ofV = NaN;
  }

  accepted(): void {
    // F_lim keeps the concentration within its bounds
  }

  /** Everything at one point. Names ending in ByV, ByS, ByN are partial derivatives by v, s and n. */
  private look(v: number, x: Float64Array): void {
    const s = x[0]!;
    const n = x[1]!;
    if (v === this.ofV && s === this.ofS && n === this.ofN) return;
    [this.ofV, this.ofS, this.ofN] = [v, s, n];
    const k = this.k;
    const N = unit_per_m3 * Math.exp(n);
    const disc_ohm = k.l_disc / (z * electron_C * k.mu * N * Math.PI * k.r * k.r); // d/dn is minus itself
    const oxide_ohm = disc_ohm + this.plug_ohm;
    const i = this.seriesCurrent_A(v - s, oxide_ohm + this.lines_ohm);
    const g = 1 / (oxide_ohm + this.lines_ohm + 3 * this.cubic * i * i);
    const iByN = g * disc_ohm * i;
    this.i = i;
    this.g_S = g;
    this.iByN = iByN;

    // temperature
    const R_th = k.R_th0 * (thermalRadius_m / k.r) ** 2 * (v > 0 ? k.R_th_reset : 1);
    const rise_K = R_th * i * (s + i * oxide_ohm);
    const bound = rise_K < 0 || rise_K > maxRise_K;
    const T = this.T_0 + clip(rise_K, 0, maxRise_K);
    const heatByI = bound ? 0 : R_th * (s + 2 * i * oxide_ohm);
    const TByV = heatByI * g;
    const TByS = bound ? 0 : R_th * i - TByV;
    const TByN = heatByI * iByN - (bound ? 0 : R_th * i * i * disc_ohm);

    // contact
    const { contact } = this;
    contact.look(s, N, T);
    this.rateS = (i - contact.current_A) / k.C_S;
    this.rateSByV = (g - contact.byT * TByV) / k.C_S;
    this.rateSByS = (-g - contact.byS - contact.byT * TByS) / k.C_S;
    this.rateSByN = (iByN - contact.byLnN - contact.byT * TByN) / k.C_S;

    // drift of the vacancies
    const reset = v > 0;
    const length = reset ? k.l_cell : k.l_disc;
    const across_ohm = reset ? oxide_ohm : disc_ohm;
    const lever = (z * k.a) / (Math.PI * k.dW_A * length);
    const wanted = lever * ((reset ? s : 0) + i * across_ohm);
    const h = clip(wanted, -largest_g, largest_g);
    const free = h === wanted ? lever : 0;
    const hByV = free * across_ohm * g;
    const hByS = free * (reset ? 1 : 0) - hByV;
    const hByN = free * (across_ohm * iByN - i * disc_ohm);

    const kT_V = boltzmann_V_per_K * T;
    const root = Math.sqrt(1 - h * h) + h * Math.asin(h);
    const slope = (h * Math.PI) / 2;
    const easy = Math.exp((-k.dW_A * (root - slope)) / kT_V);
    const hard = Math.exp((-k.dW_A * (root + slope)) / kT_V);
    const hops = easy - hard;
    const arc = Math.asin(h);
    const hopsByH = (-k.dW_A / kT_V) * (easy * (arc - Math.PI / 2) - hard * (arc + Math.PI / 2));
    const hopsByT = ((k.dW_A / kT_V) * (easy * (root - slope) - hard * (root + slope))) / T;

    const full = reset ? (this.N_min / N) ** 10 : (N / this.N_max) ** 10;
    const limit = 1 - full;
    const limitByN = (reset ? 10 : -10) * full;
    const perHop = -((k.N_plug / N + 1) / 2) * ((k.a * k.nu_0) / k.l_disc);
    const perHopByN = (k.N_plug / N / 2) * ((k.a * k.nu_0) / k.l_disc);
    this.rateN = perHop * hops * limit;
    this.rateNByV = perHop * limit * (hopsByH * hByV + hopsByT * TByV);
    this.rateNByS = perHop * limit * (hopsByH * hByS + hopsByT * TByS);
    this.rateNByN =
      perHop * limit * (hopsByH * hByN + hopsByT * TByN) + perHopByN * hops * limit + perHop * hops * limitByN;
  }

  /** Solves u = R i + cubic i^3, in closed form: both terms rise with i. */
  private seriesCurrent_A(u: number, R: number): number {
    if (this.cubic === 0) return u / R;
    const scale = Math.sqrt(R / (3 * this.cubic));
    return 2 * scale * Math.sinh(Math.asinh((1.5 * u) / (R * scale)) / 3);
  }
}
