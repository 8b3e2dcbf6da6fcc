/**
 * Izhikevich's simple neuron: IEEE Trans. Neural Netw. 14 (2003) 1569.
 *
 *   v' = 0.04 v^2 + 5 v + 140 - u + I     u' = a (b v - u)     at v = 30: v = c, u = u + d       v in mV, time in ms
 *
 * The patterns the paper shows belong to its scheme as much as to its equations: two half steps of Euler for v and one
 * step for u each millisecond, spikes seen only at whole milliseconds. `izhikevichEuler` is that scheme; the model here
 * is the equations, which the runner solves.
 */
import { parameter, type ParametersOf } from "../models/device.js";
import type { NeuronModel } from "./neuron.js";

const parameters = [
  parameter("a", "", 0.02, 0, 10, "rate of recovery, 1/ms [P]"),
  parameter("b", "", 0.2, -10, 10, "sensitivity of recovery to v [P]"),
  parameter("c", "", -65, -200, 29, "v after a spike, mV [P]"),
  parameter("d", "", 8, -100, 100, "step of u at a spike [P]"),
];

/** Constants by the letters of the header. */
export type IzhikevichParameters = ParametersOf<typeof parameters>;

/** Regular spiking, fast spiking, chattering, intrinsically bursting, low-threshold spiking: figure 2 of the paper [P]. */
export const izhikevichPresets: ReadonlyMap<string, IzhikevichParameters> = new Map([
  ["RS", { a: 0.02, b: 0.2, c: -65, d: 8 }],
  ["FS", { a: 0.1, b: 0.2, c: -65, d: 2 }],
  ["CH", { a: 0.02, b: 0.2, c: -50, d: 2 }],
  ["IB", { a: 0.02, b: 0.2, c: -55, d: 4 }],
  ["LTS", { a: 0.02, b: 0.25, c: -65, d: 2 }],
]);

/** v of a spike. */
const peak_mV = 30;
/** The equations are in milliseconds. */
const perSecond = 1e3;

/** v at rest: the lower root of 0.04 v^2 + (5 - b) v + 140, or its bottom where there is none. */
export function izhikevichRest_mV(b: number): number {
  const linear = 5 - b;
  return (-linear - Math.sqrt(Math.max(0, linear * linear - 4 * 0.04 * 140))) / 0.08;
}

export const izhikevich: NeuronModel = {
  name: "izhikevich",
  title: "Izhikevich's simple neuron",
  source: "Izhikevich, IEEE Trans. Neural Netw. 14 (2003) 1569",
  parameters,
  states: [
    { name: "v_mV", unit: "" },
    { name: "u", unit: "" },
  ],
  inputUnit: "",
  create(given) {
    const k = given as IzhikevichParameters;
    const rest_mV = izhikevichRest_mV(k.b);
    return {
      size: 2,
      initial: [rest_mV, k.b * rest_mV],
      scale: [10, 1],
      rates(x, I, out) {
        const [v, u] = [x[0]!, x[1]!];
        out[0] = perSecond * (0.04 * v * v + 5 * v + 140 - u + I);
        out[1] = perSecond * k.a * (k.b * v - u);
      },
      ratesByState(x, _I, out) {
        out[0] = perSecond * (0.08 * x[0]! + 5);
        out[1] = -perSecond;
        out[2] = perSecond * k.a * k.b;
        out[3] = -perSecond * k.a;
      },
      ratesByInput: [perSecond, 0],
      threshold: (x) => x[0]! - peak_mV,
      reset(x) {
        x[0] = k.c;
        x[1]! += k.d;
      },
      refractory_s: 0,
    };
  },
};

export interface EulerRun {
  /** Whole milliseconds at whose beginning v was found at or above 30 mV. */
  readonly spikes_s: readonly number[];
  /** v and u at the beginning of every millisecond, spikes not cut. */
  readonly v_mV: Float64Array;
  readonly u: Float64Array;
}

/**
 * The scheme of the paper: at the beginning of each millisecond a spike is seen and reset; then two Euler steps of 0.5 ms
 * for v with u held, and one of 1 ms for u.
 *
 * @param input current at a time in seconds
 * @param length_ms whole milliseconds
 * @param start_mV v at the start, u = b v; the paper starts from -65
 */
export function izhikevichEuler(
  k: IzhikevichParameters,
  input: (t_s: number) => number,
  length_ms: number,
  start_mV = -65,
): EulerRun {
  const [vs, us] = [new Float64Array(length_ms), new Float64Array(length_ms)];
  const spikes_s: number[] = [];
  let v = start_mV;
  let u = k.b * v;
  for (let ms = 0; ms < length_ms; ms++) {
    vs[ms] = v;
    us[ms] = u;
    if (v >= peak_mV) {
      spikes_s.push(ms / perSecond);
      v = k.c;
      u += k.d;
    }
    const I = input(ms / perSecond);
    v += 0.5 * (0.04 * v * v + 5 * v + 140 - u + I);
    v += 0.5 * (0.04 * v * v + 5 * v + 140 - u + I);
    u += k.a * (k.b * v - u);
  }
  return { spikes_s, v_mV: vs, u: us };
}
