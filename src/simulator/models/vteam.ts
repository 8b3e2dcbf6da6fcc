/**
 * VTEAM: a memristor whose state moves only beyond a threshold voltage.
 *
 * Kvatinsky et al., IEEE Trans. Circuits Syst. II 62 (2015) 786; window: Biolek et al., Radioengineering 18 (2009) 210.
 * The state is the paper's w between its bounds: x = (w - w_on)/(w_off - w_on), 0 fully on ... 1 fully off. Positive
 * voltage drives towards off.
 *
 *   i = v/R(x)   R = R_on + (R_off - R_on) x   or, with exponential = 1,   R = R_on (R_off/R_on)^x
 *   v > v_off: dw/dt = k_off (v/v_off - 1)^a_off (1 - x^2p)
 *   v < v_on:  dw/dt = k_on (v/v_on - 1)^a_on (1 - (1 - x)^2p)     between: 0
 *
 * The defaults are a set in common use [P*]; the paper fits others to each device. It gives no spread: sigma_* are 0.
 */
import { clip } from "./bounded.js";
import { mustExceed } from "./checks.js";
import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { oneStateDevice, type OneStateLaw } from "./one-state.js";

const parameters = [
  parameter("R_on", "ohm", 50, 1e-3, 1e12, "resistance fully on [P*]"),
  parameter("R_off", "ohm", 1e3, 1e-3, 1e15, "resistance fully off [P*]"),
  parameter("exponential", "", 0, 0, 1, "0: resistance linear in the state; 1: its logarithm is"),
  parameter("v_off", "V", 0.02, 1e-6, 100, "threshold towards off, positive [P*]"),
  parameter("v_on", "V", -0.2, -100, -1e-6, "threshold towards on, negative [P*]"),
  parameter("k_off", "m/s", 5e-4, 0, 1e12, "speed towards off at twice the threshold [P*]"),
  parameter("k_on", "m/s", -10, -1e12, 0, "speed towards on at twice the threshold, negative [P*]"),
  parameter("a_off", "", 1, 1, 20, "exponent towards off [P*]"),
  parameter("a_on", "", 3, 1, 20, "exponent towards on [P*]"),
  parameter("w_on", "m", 0, 0, 1e-3, "state variable fully on [P*]"),
  parameter("w_off", "m", 3e-9, 1e-12, 1e-3, "state variable fully off [P*]"),
  parameter("p", "", 2, 1, 50, "exponent of the window is 2p [C]"),
  parameter("x_0", "", 1, 0, 1, "state at the start: 0 fully on, 1 fully off"),
  parameter("sigma_device", "", 0, 0, 0.5, "spread of ln of each threshold over devices, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.5, "spread of ln of each threshold from cycle to cycle"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals"),
];

/** Constants by the letters of the header. */
export type VteamParameters = ParametersOf<typeof parameters>;

export const vteam: DeviceModel = {
  name: "vteam",
  title: "VTEAM voltage-threshold memristor",
  source:
    "Kvatinsky et al., IEEE Trans. Circuits Syst. II 62 (2015) 786; window: Biolek et al., Radioengineering 18 (2009) 210",
  parameters,
  create(given, draws) {
    const k = given as VteamParameters;
    mustExceed("vteam", k, "w_off", "w_on");
    mustExceed("vteam", k, "R_off", "R_on");
    const spread = (sigma: number, normal: number | undefined) => Math.exp(sigma * (normal ?? 0));
    const device = {
      ...k,
      v_off: k.v_off * spread(k.sigma_device, draws.device?.normal()),
      v_on: k.v_on * spread(k.sigma_device, draws.device?.normal()),
    };
    let now = device;
    // a threshold is drawn where the other one acts, so no motion under way changes its law
    const redraw = (off: boolean) => {
      const factor = spread(k.sigma_cycle, draws.cycle.normal());
      now = off ? { ...now, v_off: device.v_off * factor } : { ...now, v_on: device.v_on * factor };
      return vteamLaw(now);
    };
    const limits = { lowest: 0, highest: 1, lower: 0.3, upper: 0.7 };
    const plan = { initial: k.x_0, scale: 0.01, capacitance_F: k.C, ...limits };
    return oneStateDevice(vteamLaw(device), k.sigma_cycle > 0 ? { ...plan, redraw } : plan);
  },
};

/** The equations of the header as functions of v and x. */
export function vteamLaw(k: VteamParameters): OneStateLaw {
  const length = k.w_off - k.w_on;
  const [off_per_s, on_per_s] = [k.k_off / length, k.k_on / length];
  const lnRatio = Math.log(k.R_off / k.R_on);
  const window = 2 * k.p;
  const resistance_ohm = (x: number) => {
    const inside = clip(x, 0, 1);
    return k.exponential > 0.5 ? k.R_on * Math.exp(lnRatio * inside) : k.R_on + (k.R_off - k.R_on) * inside;
  };
  return {
    current_A: (v, x) => v / resistance_ohm(x),
    conductance_S: (_v, x) => 1 / resistance_ohm(x),
    currentByState(v, x) {
      if (x < 0 || x > 1) return 0;
      const R = resistance_ohm(x);
      return -(v / (R * R)) * (k.exponential > 0.5 ? lnRatio * R : k.R_off - k.R_on);
    },
    rate_per_s(v, x) {
      if (v > k.v_off) return off_per_s * (v / k.v_off - 1) ** k.a_off * (1 - Math.abs(x) ** window);
      if (v < k.v_on) return on_per_s * (v / k.v_on - 1) ** k.a_on * (1 - Math.abs(1 - x) ** window);
      return 0;
    },
    rateByVoltage(v, x) {
      if (v > k.v_off)
        return ((off_per_s * k.a_off) / k.v_off) * (v / k.v_off - 1) ** (k.a_off - 1) * (1 - Math.abs(x) ** window);
      if (v < k.v_on)
        return ((on_per_s * k.a_on) / k.v_on) * (v / k.v_on - 1) ** (k.a_on - 1) * (1 - Math.abs(1 - x) ** window);
      return 0;
    },
    rateByState(v, x) {
      const edge = (distance: number) => window * Math.sign(distance) * Math.abs(distance) ** (window - 1);
      if (v > k.v_off) return -off_per_s * (v / k.v_off - 1) ** k.a_off * edge(x);
      if (v < k.v_on) return on_per_s * (v / k.v_on - 1) ** k.a_on * edge(1 - x);
      return 0;
    },
  };
}
