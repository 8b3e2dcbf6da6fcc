/**
 * Leaky integrate-and-fire neuron: tau dV/dt = -(V - E_L) + R I; at V = V_th it spikes, goes to V_reset, and is held
 * there for t_ref. Lapicque 1907; as in Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics (2014), section 1.3.
 *
 * Under a constant current it fires at 1/(t_ref + tau ln((R I + E_L - V_reset)/(R I + E_L - V_th))): `lifRate_Hz`.
 */
import { mustExceed } from "../models/checks.js";
import { parameter, type ParametersOf } from "../models/device.js";
import type { NeuronModel } from "./neuron.js";

const parameters = [
  parameter("tau", "s", 10e-3, 1e-9, 1e3, "membrane time constant [P]"),
  parameter("R", "ohm", 10e6, 1e-3, 1e15, "membrane resistance"),
  parameter("E_L", "V", -70e-3, -10, 10, "resting potential [P]"),
  parameter("V_th", "V", -55e-3, -10, 10, "threshold [P]"),
  parameter("V_reset", "V", -70e-3, -10, 10, "potential after a spike"),
  parameter("t_ref", "s", 2e-3, 0, 1e3, "time it is held there"),
];

/** Constants by the letters of the header. */
export type LifParameters = ParametersOf<typeof parameters>;

export const lif: NeuronModel = {
  name: "lif",
  title: "Leaky integrate-and-fire neuron",
  source: "Gerstner et al., Neuronal Dynamics, Cambridge University Press (2014), section 1.3",
  parameters,
  states: [{ name: "V", unit: "V" }],
  inputUnit: "A",
  create(given) {
    const k = given as LifParameters;
    mustExceed("lif", k, "V_th", "V_reset");
    return {
      size: 1,
      initial: [k.E_L < k.V_th ? k.E_L : k.V_reset],
      scale: [k.V_th - k.V_reset],
      rates(x, I_A, out) {
        out[0] = (k.R * I_A - (x[0]! - k.E_L)) / k.tau;
      },
      ratesByState(_x, _I_A, out) {
        out[0] = -1 / k.tau;
      },
      ratesByInput: [k.R / k.tau],
      threshold: (x) => x[0]! - k.V_th,
      reset(x) {
        x[0] = k.V_reset;
      },
      refractory_s: k.t_ref,
    };
  },
};

/** Firing rate under a constant current, Hz: the solution in closed form. 0 where the threshold is not reached. */
export function lifRate_Hz(I_A: number, k: LifParameters): number {
  const beyond_V = k.R * I_A + k.E_L - k.V_th;
  if (beyond_V <= 0) return 0;
  return 1 / (k.t_ref + k.tau * Math.log1p((k.V_th - k.V_reset) / beyond_V));
}
