/**
 * Ovonic threshold switch: trap-limited conduction through an amorphous chalcogenide, part of which switches on.
 *
 * Conduction: Ielmini, Zhang, J. Appl. Phys. 102 (2007) 054517; switching into a thin off layer and an on layer:
 * Ielmini, Phys. Rev. B 78 (2008) 035308. State x: share of the thickness that can switch which is on, 0 ... 1.
 *
 *   u_on = (u_a - u_min) x   u_off = u_a - u_on                 layers that are on and off
 *   v_off = v - F_on u_on tanh(v/(F_on u_on + V_T))             the on layer takes its field, the off layer the rest
 *   i = I_00 sinh(v_off/V_T)   V_T = 2 u_off kT/dz              I_00 = 2 q A N_T (dz/tau_0) exp(-E_a/kT)
 *   dx/dt = (1 - x) exp((|v_off|/u_off - F_c)/F_s)/tau_s - x/tau_r
 *
 * The sources give the current and the two layers as a stationary solution; the rate of x is ours [C]: switching on is
 * exponential in the field of the off layer beyond a critical one, going off is a relaxation. Each layer that switches
 * raises the field of the rest, so the voltage snaps back. The current goes on as a straight line where its slope
 * reaches 1/R_on: electrodes and the on layer are not perfect [C]. Both polarities are alike. T is that of the stage: the
 * sources heat nothing, and neither F_c nor the rates are given at another one.
 */
import { boundedExp, boundedExpSlope } from "./bounded.js";
import { mustExceed } from "./checks.js";
import { boltzmann_V_per_K, electron_C } from "./constants.js";
import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { oneStateDevice, type OneStateLaw } from "./one-state.js";

const parameters = [
  parameter("area", "m^2", 2e-15, 1e-18, 1e-8, "area of the contact, about 50 nm across [C]"),
  parameter("u_a", "m", 30e-9, 1e-9, 1e-6, "thickness of the amorphous layer, 20 to 50 nm [P*]"),
  parameter("u_min", "m", 5e-9, 1e-10, 1e-6, "thickness that stays off in the on state [C]"),
  parameter("dz", "m", 6e-9, 1e-10, 1e-7, "distance between traps, 5 to 8 nm [P*]"),
  parameter("tau_0", "s", 1e-14, 1e-18, 1e-9, "attempt time of an escape, 1e-15 to 1e-13 s [P*]"),
  parameter("N_T", "1/m^3", 1e25, 1e20, 1e29, "density of traps, 1e25 to 1e26 per cubic metre [P*]"),
  parameter("E_a", "V", 0.35, 0.05, 2, "E_C - E_F over the electron charge, 0.25 to 0.4 V [P*]"),
  parameter("T", "K", 300, 100, 600, "temperature of the stage"),
  parameter("F_c", "V/m", 5e7, 1e5, 1e10, "critical field [C]"),
  parameter("F_s", "V/m", 2e6, 1e3, 1e9, "field scale of switching on [C]"),
  parameter("tau_s", "s", 1e-6, 1e-15, 1e3, "time to switch on at the critical field [C]"),
  parameter("F_on", "V/m", 1.5e7, 1e3, 1e9, "field of the on layer [C]"),
  parameter("tau_r", "s", 1e-8, 1e-15, 1e3, "relaxation into the off state [C]"),
  parameter("R_on", "ohm", 500, 1e-3, 1e9, "least differential resistance [C]"),
  parameter("sigma_device", "", 0, 0, 0.3, "spread of ln F_c over devices, drawn only with a seed"),
  parameter("sigma_cycle", "", 0, 0, 0.3, "spread of ln F_c from cycle to cycle"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals"),
];

/** Constants by the letters of the header. */
export type OtsParameters = ParametersOf<typeof parameters>;

/** Fastest switching, 1/s: beyond the attempt rate of the traps it means nothing, and a solver would overflow. */
export const fastest_per_s = 1e13;

export const ots: DeviceModel = {
  name: "ots",
  title: "Ovonic threshold switch",
  source: "Ielmini, Zhang, J. Appl. Phys. 102 (2007) 054517; Ielmini, Phys. Rev. B 78 (2008) 035308; kinetics [C]",
  parameters,
  create(given, draws) {
    const k = given as OtsParameters;
    mustExceed("ots", k, "u_a", "u_min");
    let device = { ...k, F_c: k.F_c * Math.exp(k.sigma_device * (draws.device?.normal() ?? 0)) };
    let now = device;
    const redraw = (on: boolean) => {
      if (!on) now = { ...device, F_c: device.F_c * Math.exp(k.sigma_cycle * draws.cycle.normal()) };
      return otsLaw(now);
    };
    const limits = { lowest: 0, highest: 1, lower: 0.1, upper: 0.5 };
    const onStage = (T: number) => {
      [device, now] = [
        { ...device, T },
        { ...now, T },
      ];
      return otsLaw(now);
    };
    const plan = { initial: 0, scale: 0.01, capacitance_F: k.C, ...limits, onStage };
    return oneStateDevice(otsLaw(device), k.sigma_cycle > 0 ? { ...plan, redraw } : plan);
  },
};

/** I_00 of the header. */
export function otsPrefactor_A(k: Pick<OtsParameters, "area" | "N_T" | "dz" | "tau_0" | "E_a" | "T">): number {
  return ((2 * electron_C * k.area * k.N_T * k.dz) / k.tau_0) * Math.exp(-k.E_a / (boltzmann_V_per_K * k.T));
}

/** V_T of the header over u_off. */
export function otsScale_V_per_m(k: Pick<OtsParameters, "dz" | "T">): number {
  return (2 * boltzmann_V_per_K * k.T) / k.dz;
}

/** The equations of the header as functions of v and x. */
export function otsLaw(k: OtsParameters): OneStateLaw {
  const prefactor_A = otsPrefactor_A(k);
  const switchable = k.u_a - k.u_min;
  const scaleByThickness = otsScale_V_per_m(k);
  const drop = (x: number) => k.F_on * switchable * Math.max(x, 0);
  const dropByState = (x: number) => (x > 0 ? k.F_on * switchable : 0);
  const thickness = (x: number) => k.u_a - switchable * Math.min(Math.max(x, 0), 1);
  const thicknessByState = (x: number) => (x > 0 && x < 1 ? -switchable : 0);

  const offVoltage = (v: number, x: number) => {
    const b = drop(x);
    return v - b * Math.tanh(v / (b + scaleByThickness * thickness(x)));
  };
  const offByVoltage = (v: number, x: number) => {
    const b = drop(x);
    const width = b + scaleByThickness * thickness(x);
    return 1 - (b / width) * (1 - Math.tanh(v / width) ** 2);
  };
  const offByState = (v: number, x: number) => {
    const b = drop(x);
    const width = b + scaleByThickness * thickness(x);
    const widthByState = dropByState(x) + scaleByThickness * thicknessByState(x);
    const t = Math.tanh(v / width);
    return -dropByState(x) * t + ((b * v * widthByState) / (width * width)) * (1 - t * t);
  };

  /** Slope of the reduced current at which it becomes a straight line, and where that is. */
  const steepest = (V_T: number) => Math.max(V_T / (k.R_on * prefactor_A), 1);
  const reduced = (q: number, V_T: number) => {
    const slope = steepest(V_T);
    const bend = Math.acosh(slope);
    if (Math.abs(q) <= bend) return Math.sinh(q);
    return Math.sign(q) * (Math.sinh(bend) + slope * (Math.abs(q) - bend));
  };
  const reducedSlope = (q: number, V_T: number) => {
    const slope = steepest(V_T);
    return Math.abs(q) <= Math.acosh(slope) ? Math.cosh(q) : slope;
  };
  /** What a change of the bend adds: the slope beyond it goes with V_T. */
  const reducedByScale = (q: number, V_T: number) => {
    const slope = steepest(V_T);
    const bend = Math.acosh(slope);
    return Math.abs(q) <= bend || slope === 1 ? 0 : (Math.sign(q) * (Math.abs(q) - bend) * slope) / V_T;
  };

  const free_per_s = (field: number) => Math.min(boundedExp((field - k.F_c) / k.F_s) / k.tau_s, fastest_per_s);
  const freeByField = (field: number) =>
    free_per_s(field) < fastest_per_s ? boundedExpSlope((field - k.F_c) / k.F_s) / (k.tau_s * k.F_s) : 0;
  const fieldOf = (v: number, x: number) => Math.abs(offVoltage(v, x)) / thickness(x);

  return {
    current_A(v, x) {
      const V_T = scaleByThickness * thickness(x);
      return prefactor_A * reduced(offVoltage(v, x) / V_T, V_T);
    },
    conductance_S(v, x) {
      const V_T = scaleByThickness * thickness(x);
      return (prefactor_A * reducedSlope(offVoltage(v, x) / V_T, V_T) * offByVoltage(v, x)) / V_T;
    },
    currentByState(v, x) {
      const V_T = scaleByThickness * thickness(x);
      const V_TByState = scaleByThickness * thicknessByState(x);
      const q = offVoltage(v, x) / V_T;
      const qByState = (offByState(v, x) - q * V_TByState) / V_T;
      return prefactor_A * (reducedSlope(q, V_T) * qByState + reducedByScale(q, V_T) * V_TByState);
    },
    rate_per_s: (v, x) => (1 - x) * free_per_s(fieldOf(v, x)) - x / k.tau_r,
    rateByVoltage(v, x) {
      const fieldByVoltage = (Math.sign(offVoltage(v, x)) * offByVoltage(v, x)) / thickness(x);
      return (1 - x) * freeByField(fieldOf(v, x)) * fieldByVoltage;
    },
    rateByState(v, x) {
      const field = fieldOf(v, x);
      const u = thickness(x);
      const fieldByState = (Math.sign(offVoltage(v, x)) * offByState(v, x) - field * thicknessByState(x)) / u;
      return -free_per_s(field) + (1 - x) * freeByField(field) * fieldByState - 1 / k.tau_r;
    },
  };
}
