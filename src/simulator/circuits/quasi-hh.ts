import { parameter } from "../models/device.js";
import { crossings, currentOf, nameCircuit, stateOf, voltageOf } from "./named.js";

/**
 * Quasi-Hodgkin-Huxley neuron of two second-order devices. ILLUSTRATIVE, as `wo3-pedot` is: the source gives neither
 * equations nor values. M1 takes the input; R2 and C2 hold the membrane; M2 passes it on to R3, the output.
 *
 * The membrane integrates and leaks, the output rises steeply beyond a threshold and overshoots below rest by the battery
 * of M2. All-or-none spikes are NOT there and can not be: at every voltage the device has one steady current, which
 * rises with the voltage, so that nothing in the circuit amplifies.
 */
export const quasiHh = nameCircuit({
  name: "quasi-hh",
  title: "quasi-Hodgkin-Huxley neuron of two W/WO3/PEDOT:PSS/Pt devices (illustrative)",
  source: "behaviour of Huang H.-M. et al., Adv. Mater. 31 (2019) 1803849; all values chosen",
  parameters: [
    parameter("R2", "ohm", 2e6, 1e-3, 1e12, "from the membrane to ground [C]"),
    parameter("C2", "F", 5e-9, 1e-18, 1, "membrane capacitance [C]"),
    parameter("R3", "ohm", 50e3, 1e-3, 1e12, "from the output to ground [C]"),
    parameter("C3", "F", 0.1e-9, 1e-18, 1, "at the output [C]"),
    parameter("Q1", "C", 2e-7, 1e-18, 1, "charge that charges the battery of M1 [C]"),
    parameter("Q2", "C", 2e-8, 1e-18, 1, "charge that charges the battery of M2 [C]"),
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
      period_s: 10e-3,
      count: 10,
    },
  }),
  stop_s: 0.2,
  spiceStep_s: 50e-6,
  start: "rest",
  drives: ["voltage"],
  events: crossings("Vout_up", "Vout_dn", { kind: "voltage", node: "out" }, 0.05),
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
  elements: (k, drive) => [
    { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave },
    { kind: "device", name: "M1", a: "in", b: "m", model: "wo3-pedot", parameters: { Q_z: k.get("Q1") } },
    { kind: "R", name: "R2", a: "m", b: "0", R_ohm: k.get("R2") },
    { kind: "C", name: "C2", a: "m", b: "0", C_F: k.get("C2") },
    { kind: "device", name: "M2", a: "m", b: "out", model: "wo3-pedot", parameters: { Q_z: k.get("Q2") } },
    { kind: "R", name: "R3", a: "out", b: "0", R_ohm: k.get("R3") },
    { kind: "C", name: "C3", a: "out", b: "0", C_F: k.get("C3") },
  ],
});
