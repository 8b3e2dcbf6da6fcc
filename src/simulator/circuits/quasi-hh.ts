import { parameter } from "../models/device.js";
import { crossings, currentOf, nameCircuit, stateOf, voltageOf } from "./named.js";

/**
 * Quasi-Hodgkin-Huxley neuron of two second-order devices. ILLUSTRATIVE, as `wo3-pedot` is: the source gives neither
 * equations nor values. M1 takes the input; R2 and C2 hold the membrane; M2 makes the spike and passes it to R3, the output.
 *
 * What makes a threshold is M2: the protons that a current moves speed up the growth of its conductance (`a`), which
 * raises the current. Below threshold they return (tau_z) before that runs away and the membrane leaks through R2; above
 * it M2 is on within a millisecond and empties C2, whatever the input was. Afterwards it stays on until the protons are
 * back, which keeps the membrane down (refractory), and its battery drives the output below rest.
 */
export const quasiHh = nameCircuit({
  name: "quasi-hh",
  title: "quasi-Hodgkin-Huxley neuron of two W/WO3/PEDOT:PSS/Pt devices (illustrative)",
  source: "behaviour of Huang H.-M. et al., Adv. Mater. 31 (2019) 1803849; all values chosen",
  parameters: [
    parameter("R2", "ohm", 1e6, 1e-3, 1e12, "from the membrane to ground [C]"),
    parameter("C2", "F", 100e-9, 1e-18, 1, "membrane capacitance [C]"),
    parameter("R3", "ohm", 10e3, 1e-3, 1e12, "from the output to ground [C]"),
    parameter("C3", "F", 1e-9, 1e-18, 1, "at the output [C]"),
    parameter("gamma1", "A", 50e-9, 1e-15, 1, "current prefactor of M1: a small device [C]"),
    parameter("gamma2", "A", 100e-6, 1e-15, 1, "current prefactor of M2: a large one [C]"),
    parameter("Q1", "C", 200e-9, 1e-18, 1, "charge that moves the protons of M1 [C]"),
    parameter("Q2", "C", 1e-9, 1e-18, 1, "charge that moves the protons of M2 [C]"),
    parameter("a2", "", 20, 0, 20, "speeding up of growth by protons moved, M2; 0: no threshold [C]"),
    parameter("lambda2", "Hz", 1e-4, 0, 1e9, "growth of M2, 1/s [C]"),
    parameter("eta2", "1/V", 14, 0.01, 40, "steepness of that growth [C]"),
    parameter("tau_z2", "s", 20e-3, 1e-9, 1e6, "return of the protons of M2 [C]"),
    parameter("E_b", "V", 0.15, 0, 2, "largest voltage of the battery of each [C]"),
  ],
  drive: () => ({
    kind: "voltage",
    wave: {
      kind: "pulse",
      low: 0,
      high: 2,
      delay_s: 5e-3,
      rise_s: 10e-6,
      fall_s: 10e-6,
      width_s: 2e-3,
      period_s: 6e-3,
      count: 12,
    },
  }),
  stop_s: 0.3,
  spiceStep_s: 20e-6,
  start: "rest",
  drives: ["voltage"],
  events: crossings("Vout_up", "Vout_dn", { kind: "voltage", node: "out" }, 50e-3),
  columns: [
    voltageOf("V_m", "m"),
    voltageOf("V_out", "out"),
    currentOf("i1", "M1"),
    currentOf("i2", "M2"),
    stateOf("w1", "M1", 0),
    stateOf("z1", "M1", 1),
    stateOf("w2", "M2", 0),
    stateOf("z2", "M2", 1),
  ],
  elements: (k, drive) => {
    const E_b = k.get("E_b");
    const input = { gamma: k.get("gamma1"), alpha: 1e-9, Q_z: k.get("Q1"), E_b };
    const growth = { lambda: k.get("lambda2"), eta: k.get("eta2"), a: k.get("a2") };
    const output = { gamma: k.get("gamma2"), alpha: 1e-10, delta: 1, Q_z: k.get("Q2"), tau_z: k.get("tau_z2"), E_b };
    return [
      { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave },
      { kind: "device", name: "M1", a: "in", b: "m", model: "wo3-pedot", parameters: input },
      { kind: "R", name: "R2", a: "m", b: "0", R_ohm: k.get("R2") },
      { kind: "C", name: "C2", a: "m", b: "0", C_F: k.get("C2") },
      {
        kind: "device",
        name: "M2",
        a: "m",
        b: "out",
        model: "wo3-pedot",
        parameters: { ...output, ...growth, tau_0: 5e-3, c: 2 },
      },
      { kind: "R", name: "R3", a: "out", b: "0", R_ohm: k.get("R3") },
      { kind: "C", name: "C3", a: "out", b: "0", C_F: k.get("C3") },
    ];
  },
});
