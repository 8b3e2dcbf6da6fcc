/**
 * Hodgkin-Huxley squid axon: Hodgkin, Huxley, J. Physiol. 117 (1952) 500, with the sign of today (inside against
 * outside, spikes up) and rest near -65 mV. Per area, SI: 1 mS/cm^2 = 10 S/m^2, 1 uF/cm^2 = 0.01 F/m^2, 1 uA/cm^2 = 0.01 A/m^2.
 *
 *   C dV/dt = I - g_Na m^3 h (V - E_Na) - g_K n^4 (V - E_K) - g_L (V - E_L)     dm/dt = phi (a_m (1 - m) - b_m m), h and n alike
 *   a_m = 0.1 (V + 40)/(1 - e^(-(V + 40)/10))    b_m = 4 e^(-(V + 65)/18)       V in mV here, rates in 1/ms
 *   a_h = 0.07 e^(-(V + 65)/20)                  b_h = 1/(1 + e^(-(V + 35)/10))
 *   a_n = 0.01 (V + 55)/(1 - e^(-(V + 55)/10))   b_n = 0.125 e^(-(V + 65)/80)   phi = 3^((T - 6.3)/10), T in degrees Celsius
 *
 * Reversal potentials are those of the paper, +50, -77 and -54.387 mV; reviews quote others (+67, -83 mV).
 */
import { parameter, type ParametersOf } from "../models/device.js";
import type { NeuronModel } from "./neuron.js";

export const channelParameters = [
  parameter("g_Na", "S/m^2", 1200, 0, 1e6, "sodium conductance, 120 mS/cm^2 [P]"),
  parameter("g_K", "S/m^2", 360, 0, 1e6, "potassium conductance, 36 mS/cm^2 [P]"),
  parameter("g_L", "S/m^2", 3, 0, 1e6, "leak conductance, 0.3 mS/cm^2 [P]"),
  parameter("E_Na", "V", 50e-3, -0.5, 0.5, "sodium reversal potential [P]"),
  parameter("E_K", "V", -77e-3, -0.5, 0.5, "potassium reversal potential [P]"),
  parameter("E_L", "V", -54.387e-3, -0.5, 0.5, "leak reversal potential [P]"),
  parameter("C_m", "F/m^2", 0.01, 1e-6, 10, "membrane capacitance, 1 uF/cm^2 [P]"),
  parameter("T_C", "", 6.3, -50, 60, "temperature, degrees Celsius [P]"),
];

/** Constants by the letters of the header. */
export type ChannelParameters = ParametersOf<typeof channelParameters>;

/** x/(1 - e^-x): 1 + x/2 near 0, where both are nothing. */
function ratio(x: number): number {
  return Math.abs(x) < 1e-4 ? 1 + x / 2 + (x * x) / 12 : x / -Math.expm1(-x);
}

/** d ratio/dx. */
function ratioSlope(x: number): number {
  if (Math.abs(x) < 1e-2) return 0.5 + x / 6 - (x * x * x) / 180;
  const below = -Math.expm1(-x);
  return (below - x * Math.exp(-x)) / (below * below);
}

/** Beyond this the rates stay as they are here: no membrane lives there, and the exponentials would overflow. */
const lethal_V = 0.3;

/** Opening and closing rates of the three gates, 1/s, and their derivatives by V, 1/(V s). */
export class GateRates {
  /** In the order m, h, n. */
  readonly open = new Float64Array(3);
  readonly close = new Float64Array(3);
  readonly openSlope = new Float64Array(3);
  readonly closeSlope = new Float64Array(3);
  private readonly phi: number;
  private lastV = NaN;

  constructor(T_C: number) {
    this.phi = 3 ** ((T_C - 6.3) / 10);
  }

  /** @param V volts */
  look(V: number): void {
    if (V === this.lastV) return;
    this.lastV = V;
    const mV = 1e3 * Math.max(-lethal_V, Math.min(lethal_V, V));
    const perSecond = 1e3 * this.phi;
    const perVolt = Math.abs(V) < lethal_V ? 1e3 * perSecond : 0;
    const set = (gate: number, open: number, openSlope: number, close: number, closeSlope: number) => {
      this.open[gate] = perSecond * open;
      this.openSlope[gate] = perVolt * openSlope;
      this.close[gate] = perSecond * close;
      this.closeSlope[gate] = perVolt * closeSlope;
    };
    const [xm, xn] = [(mV + 40) / 10, (mV + 55) / 10];
    const bm = 4 * Math.exp(-(mV + 65) / 18);
    set(0, ratio(xm), ratioSlope(xm) / 10, bm, -bm / 18);
    const ah = 0.07 * Math.exp(-(mV + 65) / 20);
    const bh = 1 / (1 + Math.exp(-(mV + 35) / 10));
    set(1, ah, -ah / 20, bh, (bh * (1 - bh)) / 10);
    const bn = 0.125 * Math.exp(-(mV + 65) / 80);
    set(2, 0.1 * ratio(xn), ratioSlope(xn) / 100, bn, -bn / 80);
  }

  /** Share of open gates in the long run. */
  settled(gate: number): number {
    return this.open[gate]! / (this.open[gate]! + this.close[gate]!);
  }
}

/** Where V starts: every gate is as it is in the long run there, and the currents nearly cancel. */
export const rest_V = -65e-3;

/** Conductance of the open channels, S/m^2. */
export function conductance_S_per_m2(m: number, h: number, n: number, k: ChannelParameters): number {
  return k.g_Na * m ** 3 * h + k.g_K * n ** 4 + k.g_L;
}

/** Current out of the cell, A/m^2. */
export function channelCurrent_A_per_m2(V: number, m: number, h: number, n: number, k: ChannelParameters): number {
  return k.g_Na * m ** 3 * h * (V - k.E_Na) + k.g_K * n ** 4 * (V - k.E_K) + k.g_L * (V - k.E_L);
}

/** Its derivatives by m, h and n into `out` from `at` on. */
export function currentByGates(
  V: number,
  m: number,
  h: number,
  n: number,
  k: ChannelParameters,
  out: Float64Array,
  at = 0,
): void {
  out[at] = 3 * k.g_Na * m * m * h * (V - k.E_Na);
  out[at + 1] = k.g_Na * m ** 3 * (V - k.E_Na);
  out[at + 2] = 4 * k.g_K * n ** 3 * (V - k.E_K);
}

export const hodgkinHuxley: NeuronModel = {
  name: "hodgkin-huxley",
  title: "Hodgkin-Huxley squid axon",
  source: "Hodgkin, Huxley, J. Physiol. 117 (1952) 500",
  parameters: channelParameters,
  states: [
    { name: "V", unit: "V" },
    { name: "m", unit: "" },
    { name: "h", unit: "" },
    { name: "n", unit: "" },
  ],
  inputUnit: "A/m^2",
  create(given) {
    const k = given as ChannelParameters;
    const gates = new GateRates(k.T_C);
    const slopes = new Float64Array(3);
    gates.look(rest_V);
    return {
      size: 4,
      initial: [rest_V, gates.settled(0), gates.settled(1), gates.settled(2)],
      scale: [0.01, 0.1, 0.1, 0.1],
      rates(x, I, out) {
        out[0] = (I - channelCurrent_A_per_m2(x[0]!, x[1]!, x[2]!, x[3]!, k)) / k.C_m;
        gates.look(x[0]!);
        for (let g = 0; g < 3; g++) out[g + 1] = gates.open[g]! * (1 - x[g + 1]!) - gates.close[g]! * x[g + 1]!;
      },
      ratesByState(x, _I, out) {
        out.fill(0);
        out[0] = -conductance_S_per_m2(x[1]!, x[2]!, x[3]!, k) / k.C_m;
        currentByGates(x[0]!, x[1]!, x[2]!, x[3]!, k, slopes);
        gates.look(x[0]!);
        for (let g = 0; g < 3; g++) {
          const row = 4 * (g + 1);
          out[g + 1] = -slopes[g]! / k.C_m;
          out[row] = gates.openSlope[g]! * (1 - x[g + 1]!) - gates.closeSlope[g]! * x[g + 1]!;
          out[row + g + 1] = -(gates.open[g]! + gates.close[g]!);
        }
      },
      ratesByInput: [1 / k.C_m, 0, 0, 0],
      threshold: (x) => x[0]!, // 0 mV, half way up a spike
      refractory_s: 0,
    };
  },
};
