/**
 * Yakopcic's generalised memristor: hyperbolic-sine conduction and a state that moves beyond threshold voltages.
 *
 * Yakopcic et al., IEEE Electron Device Lett. 32 (2011) 1436; IEEE Trans. Comput.-Aided Des. 32 (2013) 1201. State x:
 * 0 off ... 1 on. Positive voltage drives towards on when eta = 1, towards off when eta = -1.
 *
 *   i = a1 x sinh(b v) for v >= 0, a2 x sinh(b v) below     dx/dt = eta g(v) f(x)
 *   g = A_p (e^v - e^V_p) for v > V_p, -A_n (e^-v - e^V_n) for v < -V_n, else 0
 *   growing:   f = e^(-alpha_p (x - x_p)) ((x_p - x)/(1 - x_p) + 1) for x >= x_p, else 1
 *   shrinking: f = e^(alpha_n (x + x_n - 1)) x/(1 - x_n) for x <= 1 - x_n, else 1
 *
 * The defaults are a published set [P*], found beside another with V_p = 0.65 V and V_n = 0.56 V. Motion slows to
 * nothing at x = 0 and 1 by the windows. The sources give no spread: sigma_* are 0.
 */
import { boundedCosh, boundedExp, boundedExpSlope, boundedSinh, clip } from "./bounded.js";
import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { oneStateDevice, type OneStateLaw } from "./one-state.js";

const parameters = [
  parameter("a1", "A", 0.17, 1e-15, 1e3, "current prefactor for positive voltage [P*]"),
  parameter("a2", "A", 0.17, 1e-15, 1e3, "current prefactor for negative voltage [P*]"),
  parameter("b", "1/V", 0.05, 1e-4, 100, "curvature of the current [P*]"),
  parameter("V_p", "V", 0.16, 1e-3, 30, "positive threshold [P*]"),
  parameter("V_n", "V", 0.15, 1e-3, 30, "magnitude of the negative threshold [P*]"),
  parameter("A_p", "Hz", 4000, 0, 1e15, "speed beyond the positive threshold, 1/s [P*]"),
  parameter("A_n", "Hz", 4000, 0, 1e15, "speed beyond the negative threshold, 1/s [P*]"),
  parameter("x_p", "", 0.3, 0.001, 0.999, "state above which growing slows [P*]"),
  parameter("x_n", "", 0.5, 0.001, 0.999, "1 minus the state below which shrinking slows [P*]"),
  parameter("alpha_p", "", 1, 0, 100, "how sharply growing slows [P*]"),
  parameter("alpha_n", "", 5, 0, 100, "how sharply shrinking slows [P*]"),
  parameter("eta", "", 1, -1, 1, "1: positive voltage switches on; -1: off; between: slower"),
  parameter("x_0", "", 0.11, 1e-6, 1, "state at the start [P*]"),
  parameter("sigma_device", "", 0, 0, 0.5, "spread of ln of each threshold over devices, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.5, "spread of ln of each threshold from cycle to cycle"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals"),
];

/** Constants by the letters of the header. */
export type YakopcicParameters = ParametersOf<typeof parameters>;

/** The window of growing is e^-alpha_p as x nears 1; nothing conducts below this state, where current would be lost. */
export const leastState = 1e-6;

export const yakopcic: DeviceModel = {
  name: "yakopcic",
  title: "Yakopcic generalised memristor",
  source: "Yakopcic et al., IEEE Electron Device Lett. 32 (2011) 1436; IEEE Trans. Comput.-Aided Des. 32 (2013) 1201",
  parameters,
  create(given, draws) {
    const k = given as YakopcicParameters;
    const spread = (sigma: number, normal: number | undefined) => Math.exp(sigma * (normal ?? 0));
    const device = {
      ...k,
      V_p: k.V_p * spread(k.sigma_device, draws.device?.normal()),
      V_n: k.V_n * spread(k.sigma_device, draws.device?.normal()),
    };
    let now = device;
    // a threshold is drawn where the other one acts, so no motion under way changes its law
    const redraw = (on: boolean) => {
      const factor = spread(k.sigma_cycle, draws.cycle.normal());
      const grownBy_V_p = k.eta > 0;
      now = on === grownBy_V_p ? { ...now, V_n: device.V_n * factor } : { ...now, V_p: device.V_p * factor };
      return yakopcicLaw(now);
    };
    const limits = { lowest: leastState, highest: 1, lower: 0.3, upper: 0.7 };
    const plan = { initial: k.x_0, scale: 0.01, capacitance_F: k.C, ...limits };
    return oneStateDevice(yakopcicLaw(device), k.sigma_cycle > 0 ? { ...plan, redraw } : plan);
  },
};

/** The equations of the header as functions of v and x. */
export function yakopcicLaw(k: YakopcicParameters): OneStateLaw {
  const prefactor_A = (v: number, x: number) => (v >= 0 ? k.a1 : k.a2) * clip(x, leastState, 1);
  return {
    current_A: (v, x) => prefactor_A(v, x) * boundedSinh(k.b * v),
    conductance_S: (v, x) => prefactor_A(v, x) * k.b * boundedCosh(k.b * v),
    currentByState: (v, x) => (x < leastState || x > 1 ? 0 : prefactor_A(v, 1) * boundedSinh(k.b * v)),
    rate_per_s(v, x) {
      const g = k.eta * threshold_per_s(v, k);
      return g === 0 ? 0 : g * window(g > 0, x, k);
    },
    rateByVoltage(v, x) {
      const g = k.eta * threshold_per_s(v, k);
      return g === 0 ? 0 : k.eta * thresholdByVoltage(v, k) * window(g > 0, x, k);
    },
    rateByState(v, x) {
      const g = k.eta * threshold_per_s(v, k);
      return g === 0 ? 0 : g * windowByState(g > 0, x, k);
    },
  };
}

/** g of the header. */
function threshold_per_s(v: number, k: YakopcicParameters): number {
  if (v > k.V_p) return k.A_p * (boundedExp(v) - Math.exp(k.V_p));
  if (v < -k.V_n) return -k.A_n * (boundedExp(-v) - Math.exp(k.V_n));
  return 0;
}

function thresholdByVoltage(v: number, k: YakopcicParameters): number {
  if (v > k.V_p) return k.A_p * boundedExpSlope(v);
  return v < -k.V_n ? k.A_n * boundedExpSlope(-v) : 0;
}

/** f of the header. */
function window(growing: boolean, x: number, k: YakopcicParameters): number {
  if (growing) return x < k.x_p ? 1 : Math.exp(-k.alpha_p * (x - k.x_p)) * ((k.x_p - x) / (1 - k.x_p) + 1);
  return x > 1 - k.x_n ? 1 : (Math.exp(k.alpha_n * (x + k.x_n - 1)) * x) / (1 - k.x_n);
}

function windowByState(growing: boolean, x: number, k: YakopcicParameters): number {
  if (growing) {
    if (x < k.x_p) return 0;
    return Math.exp(-k.alpha_p * (x - k.x_p)) * (-k.alpha_p * ((k.x_p - x) / (1 - k.x_p) + 1) - 1 / (1 - k.x_p));
  }
  if (x > 1 - k.x_n) return 0;
  return (Math.exp(k.alpha_n * (x + k.x_n - 1)) * (k.alpha_n * x + 1)) / (1 - k.x_n);
}
