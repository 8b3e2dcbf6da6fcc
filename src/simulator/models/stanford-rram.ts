/**
 * Stanford/PKU metal-oxide RRAM: the gap between filament tip and electrode closes under positive voltage.
 *
 * Jiang, Wong, Stanford University Resistive-Switching Random Access Memory Verilog-A Model 1.0.0, nanoHUB (2014),
 * doi 10.4231/D37H1DN48; defaults from there [P]. State x: gap in nanometres.
 *
 *   i = I_0 exp(-gap/g_0) sinh(v/V_0)                    T = T_0 + R_th |i v|
 *   gamma = gamma_0 - beta (gap/1 nm)^alpha
 *   dgap/dt = -Vel_0 exp(-E_a/kT) sinh(a_0 gamma v/(t_ox kT))   (energies in eV)
 *
 * The gap moves only while the local field gamma |v|/t_ox is above F_min, and between gap_min and gap_max. The source
 * cuts hard at all three; here each is a tanh, as in Maldonado et al., J. Appl. Phys. 130 (2021) 054503: over 0.2 % of
 * F_min, and over edge_nm of gap [C]. Its per-step noise deltaGap0 depends on the step of the simulator that draws it,
 * so it is not here; sigma_cycle draws the widest gap of each cycle instead [C].
 */
import { boundedCosh, boundedSinh, clip } from "./bounded.js";
import { mustExceed } from "./checks.js";
import { boltzmann_V_per_K } from "./constants.js";
import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { oneStateDevice, type OneStateLaw } from "./one-state.js";
import { logistic } from "./smooth.js";

const parameters = [
  parameter("g_0", "m", 0.25e-9, 1e-12, 1e-8, "decay length of the current with the gap [P]"),
  parameter("V_0", "V", 0.25, 0.01, 10, "voltage scale of the current [P]"),
  parameter("I_0", "A", 1e-3, 1e-12, 10, "current prefactor [P]"),
  parameter("Vel_0", "m/s", 10, 0, 1e9, "attempt speed of the gap [P]"),
  parameter("E_a", "V", 0.6, 0, 5, "activation energy over the electron charge [P]"),
  parameter("a_0", "m", 0.25e-9, 1e-12, 1e-8, "hopping distance [P]"),
  parameter("gamma_0", "", 16, 0.1, 1e3, "field enhancement at no gap [P]"),
  parameter("alpha", "", 3, 1, 10, "exponent of its fall with the gap [P]"),
  parameter("beta", "", 0.8, 0, 100, "its fall at a gap of 1 nm [P]"),
  parameter("F_min", "V/m", 1.4e9, 1e6, 1e12, "least local field that moves the gap [P]"),
  parameter("t_ox", "m", 12e-9, 1e-10, 1e-6, "oxide thickness [P]"),
  parameter("gap_min", "m", 0.2e-9, 0, 1e-8, "narrowest gap [P]"),
  parameter("gap_max", "m", 1.7e-9, 1e-11, 1e-7, "widest gap [P]"),
  parameter("gap_0", "m", 1.7e-9, 0, 1e-7, "gap at the start, the widest when it is wider: the off state"),
  parameter("R_th", "K/W", 2.1e3, 0, 1e9, "thermal resistance [P]"),
  parameter("T_0", "K", 298, 4, 1000, "temperature of the stage: the ambient [P]"),
  parameter("edge_nm", "", 0.02, 1e-4, 1, "distance from the ends over which the motion stops, nm [C]"),
  parameter("sigma_device", "", 0, 0, 0.3, "spread of ln gamma_0, hence of the thresholds, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.3, "spread of ln of the widest gap from cycle to cycle"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals"),
];

/** Constants by the letters of the header. */
export type StanfordParameters = ParametersOf<typeof parameters>;

/** The source gives the heating without a bound; no oxide is one here. Hotter, the rates stay those of this rise. */
export const maxRise_K = 2000;
/** Width of the logistic at F_min, as a share of it; (1 + tanh)/2 over twice that. */
export const fieldEdge = 1e-3;

export const stanfordRram: DeviceModel = {
  name: "stanford-rram",
  title: "Stanford/PKU metal-oxide RRAM",
  source: "Jiang, Wong, nanoHUB (2014), doi 10.4231/D37H1DN48",
  parameters,
  create(given, draws) {
    const k = given as StanfordParameters;
    mustExceed("stanford-rram", k, "gap_max", "gap_min");
    let device = { ...k, gamma_0: k.gamma_0 * Math.exp(k.sigma_device * (draws.device?.normal() ?? 0)) };
    const [narrow, wide] = [k.gap_min * 1e9, k.gap_max * 1e9];
    let now = device;
    const least = k.gap_min + 0.7 * (k.gap_max - k.gap_min);
    // the widest gap is drawn in the on state, where it bounds nothing
    const redraw = (off: boolean) => {
      const drawn = k.gap_max * Math.exp(k.sigma_cycle * draws.cycle.normal());
      if (!off) now = { ...device, gap_max: Math.max(drawn, least) };
      return stanfordLaw(now);
    };
    const onStage = (T_0: number) => {
      [device, now] = [
        { ...device, T_0 },
        { ...now, T_0 },
      ];
      return stanfordLaw(now);
    };
    const plan = {
      onStage,
      initial: clip(k.gap_0 * 1e9, narrow, wide),
      scale: 0.01,
      lowest: narrow,
      highest: 2 * wide,
      capacitance_F: k.C,
      lower: narrow + 0.5 * (wide - narrow),
      upper: narrow + 0.6 * (wide - narrow),
    };
    return oneStateDevice(stanfordLaw(device), k.sigma_cycle > 0 ? { ...plan, redraw } : plan);
  },
};

/** The equations of the header as functions of v and the gap x in nm; rates in nm/s. */
export function stanfordLaw(k: StanfordParameters): OneStateLaw {
  const decay_per_nm = 1e-9 / k.g_0;
  const [narrow, wide] = [k.gap_min * 1e9, k.gap_max * 1e9];
  const prefactor_A = (x: number) => k.I_0 * Math.exp(-decay_per_nm * Math.max(x, 0));
  const current_A = (v: number, x: number) => prefactor_A(x) * boundedSinh(v / k.V_0);
  const conductance_S = (v: number, x: number) => (prefactor_A(x) / k.V_0) * boundedCosh(v / k.V_0);
  const currentByState = (v: number, x: number) => (x > 0 ? -decay_per_nm * current_A(v, x) : 0);

  let [ofV, ofX, rate, rateByV, rateByX] = [NaN, NaN, 0, 0, 0];
  /** Speed of the gap and its derivatives by v and x together: they share nearly everything. */
  const move = (v: number, x: number) => {
    if (v === ofV && x === ofX) return;
    [ofV, ofX] = [v, x];
    const gap = Math.max(x, 0);
    const power_W = current_A(v, x) * v;
    const heats = power_W * k.R_th < maxRise_K;
    const kT_V = boltzmann_V_per_K * (k.T_0 + Math.min(power_W * k.R_th, maxRise_K));
    const kTByPower = heats ? boltzmann_V_per_K * k.R_th : 0;
    const kTByV = kTByPower * (current_A(v, x) + v * conductance_S(v, x));
    const kTByX = kTByPower * v * currentByState(v, x);

    const gamma = k.gamma_0 - k.beta * gap ** k.alpha;
    const gammaByX = x > 0 ? -k.beta * k.alpha * gap ** (k.alpha - 1) : 0;
    const field = (gamma * Math.abs(v)) / k.t_ox;
    const moving = logistic((field - k.F_min) / (fieldEdge * k.F_min));
    const movingByField = (moving * (1 - moving)) / (fieldEdge * k.F_min);

    const lever = k.a_0 / k.t_ox;
    const q = (lever * gamma * v) / kT_V;
    const attempt = 1e9 * k.Vel_0 * Math.exp(-k.E_a / kT_V);
    const attemptBykT = (attempt * k.E_a) / (kT_V * kT_V);
    const hop = boundedSinh(q);
    const hopByQ = boundedCosh(q);

    const closing = v > 0;
    const edge = Math.tanh((closing ? x - narrow : wide - x) / k.edge_nm);
    const edgeByX = ((closing ? 1 : -1) * (1 - edge * edge)) / k.edge_nm;

    const free = -attempt * hop;
    rate = free * moving * edge;
    const freeByV = -attemptBykT * kTByV * hop - attempt * hopByQ * ((lever * gamma - q * kTByV) / kT_V);
    const freeByX = -attemptBykT * kTByX * hop - attempt * hopByQ * ((lever * gammaByX * v - q * kTByX) / kT_V);
    const movingByV = (movingByField * gamma * Math.sign(v)) / k.t_ox;
    const movingByX = (movingByField * gammaByX * Math.abs(v)) / k.t_ox;
    rateByV = (freeByV * moving + free * movingByV) * edge;
    rateByX = (freeByX * moving + free * movingByX) * edge + free * moving * edgeByX;
  };
  return {
    current_A,
    conductance_S,
    currentByState,
    rate_per_s(v, x) {
      move(v, x);
      return rate;
    },
    rateByVoltage(v, x) {
      move(v, x);
      return rateByV;
    },
    rateByState(v, x) {
      move(v, x);
      return rateByX;
    },
  };
}
