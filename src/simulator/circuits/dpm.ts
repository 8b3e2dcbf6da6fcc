import { parameter } from "../models/device.js";
import type { Element } from "../netlist/types.js";
import { crossings, currentOf, nameCircuit, stateOf, voltageOf } from "./named.js";

const pulseTrain = { kind: "pulse", low: 0, high: 1.8, delay_s: 10e-6, rise_s: 10e-9, fall_s: 10e-9 } as const;

/**
 * Dynamic pseudo-memcapacitor and neuro-transistor: a diffusive device with its own capacitance in series with the gate
 * of a transistor. Before the device switches, the gate sees Vin Cp/(Cp + Cgs); after, all of Vin.
 *
 * `toGate` 1: the device sets when the input is above the gate (Wang Z. et al., 2018). 0: it sets when the gate is above
 * the input, between pulses (the port as Schroedter et al. have it): pulses charge the gate, switching discharges it.
 */
export const dpm = nameCircuit({
  name: "dpm",
  title: "Ag/SiOx pseudo-memcapacitor driving the gate of a neuro-transistor",
  source:
    "Wang Z. et al., Nat. Commun. 9 (2018) 3208: arrangement; Schroedter et al., MOCAST 2023, doi " +
    "10.1109/MOCAST57943.2023.10176398: values; Rd is chosen",
  parameters: [
    parameter("Cp", "F", 5e-12, 1e-18, 1, "of the device"),
    parameter("Cgs", "F", 45e-12, 1e-18, 1, "of the gate, with what is added to it"),
    parameter("Rs", "ohm", 10, 1e-3, 1e12, "of the source"),
    parameter("Rleak", "ohm", 0, 0, 1e15, "beside the gate; 0 for none"),
    parameter("Vdd", "V", 3, 0, 100, "supply of the drain"),
    parameter("Rd", "ohm", 1e3, 1e-3, 1e12, "at the drain [C]"),
    parameter("k", "A/V^2", 6.9e-4, 1e-12, 10, "of the transistor: W/L 4, 12 nm of oxide, 600 cm2/Vs"),
    parameter("Vth", "V", 0.45, -10, 10, "threshold of the transistor"),
    parameter("toGate", "", 1, 0, 1, "1: sets with the input above the gate; 0: with the gate above the input"),
    parameter("tau_x", "s", 1e9, 1e-12, 1e9, "spontaneous relaxation of the device; the default is none"),
  ],
  drive: () => ({ kind: "voltage", wave: { ...pulseTrain, width_s: 10e-6, period_s: 100e-6 } }),
  stop_s: 1e-3,
  spiceStep_s: 50e-9,
  start: "rest",
  drives: ["voltage"],
  events: crossings("X1_on", "X1_off", { kind: "state", element: "X1", index: 0 }, 0.5),
  columns: [
    voltageOf("V_gate", "g"),
    voltageOf("V_in", "in"),
    voltageOf("V_drain", "d"),
    currentOf("i_drain", "M1"),
    currentOf("i1", "X1"),
    stateOf("x1", "X1"),
  ],
  elements: (k, drive) => {
    const [a, b] = k.get("toGate") >= 0.5 ? ["in", "g"] : ["g", "in"];
    const Rleak: Element[] =
      k.get("Rleak") > 0 ? [{ kind: "R", name: "Rleak", a: "g", b: "0", R_ohm: k.get("Rleak") }] : [];
    return [
      { kind: "V", name: "Vin", plus: "s", minus: "0", wave: drive.wave },
      { kind: "R", name: "Rs", a: "s", b: "in", R_ohm: k.get("Rs") },
      {
        kind: "device",
        name: "X1",
        a,
        b,
        model: "ag-siox",
        parameters: { C: k.get("Cp"), tau_x: k.get("tau_x") },
      },
      { kind: "C", name: "Cgs", a: "g", b: "0", C_F: k.get("Cgs") },
      ...Rleak,
      { kind: "V", name: "Vdd", plus: "dd", minus: "0", wave: { kind: "dc", value: k.get("Vdd") } },
      { kind: "R", name: "Rd", a: "dd", b: "d", R_ohm: k.get("Rd") },
      { kind: "nmos", name: "M1", drain: "d", gate: "g", source: "0", k_A_per_V2: k.get("k"), vth_V: k.get("Vth") },
    ];
  },
});
