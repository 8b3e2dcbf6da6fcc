import { parameter } from "../models/device.js";
import type { Element } from "../netlist/types.js";
import { constantVoltage, crossings, currentOf, nameCircuit, stateOf, voltageOf } from "./named.js";
import { chargedThrough } from "./zno-rc.js";

/** Rise over ambient at which the film is half metallic with the default device, K: Tc - T_a. */
const half_K = 40;

/** VOx neuron: C dV/dt = (Vin - V)/R - V G(T) - V/R_leak. */
export const voxRc = nameCircuit({
  name: "vox-rc",
  title: "VOx spiking and leaky integrate-and-fire neuron: R, C, a thermal switch, and a leak that tunes it",
  source: "Shih et al., ACS Nano 2025, doi 10.1021/acsnano.5c11481: observables; R, C and the device are a calibration",
  parameters: [
    parameter("R", "ohm", 677.6, 1e-3, 1e12, "from the input [C]"),
    parameter("C", "F", 2.764e-9, 1e-18, 1, "across the device [C]"),
    parameter("R_leak", "ohm", 0, 0, 1e12, "across the device, the tunable leak; 0 for none"),
    parameter("sigma_device", "", 0, 0, 1, "spread over devices; drawn only with a seed; not published"),
    parameter("sigma_cycle", "", 0, 0, 1, "spread over cycles; drawn only with a seed; not published"),
  ],
  drive: () => constantVoltage(3),
  stop_s: 20e-6,
  spiceStep_s: 5e-9,
  start: "own",
  events: crossings("X1_on", "X1_off", { kind: "state", element: "X1", index: 0 }, half_K),
  columns: [voltageOf("V", "out"), currentOf("i1", "X1"), stateOf("dT1", "X1", 0, "K")],
  elements: (k, drive) => {
    const R_leak: Element[] =
      k.get("R_leak") > 0 ? [{ kind: "R", name: "Rleak", a: "out", b: "0", R_ohm: k.get("R_leak") }] : [];
    return [
      ...chargedThrough(k.get("R"), drive),
      { kind: "C", name: "C1", a: "out", b: "0", C_F: k.get("C") },
      ...R_leak,
      {
        kind: "device",
        name: "X1",
        a: "out",
        b: "0",
        model: "vox-ndr",
        parameters: { sigma_device: k.get("sigma_device"), sigma_cycle: k.get("sigma_cycle") },
      },
    ];
  },
});
