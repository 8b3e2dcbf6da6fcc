import { parameter } from "../models/device.js";
import type { Element } from "../netlist/types.js";
import { constantVoltage, crossings, currentOf, nameCircuit, stateOf, voltageOf, type CircuitDrive } from "./named.js";

/**
 * The node a drive charges: a voltage through `R`, a current directly. Used by the circuits of one device beside one
 * capacitor.
 */
export function chargedThrough(R_ohm: number, drive: CircuitDrive, name = "R"): Element[] {
  if (drive.kind === "current") return [{ kind: "I", name: "Iin", from: "0", to: "out", wave: drive.wave }];
  return [
    { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave },
    { kind: "R", name, a: "in", b: "out", R_ohm },
  ];
}

/** Above what any open gap carries, below what a bridge does, A. */
const bridged_A = 10e-6;

/** ZnO neuron: the input charges C through R; where the device bridges, C discharges in a spike. */
export const znoRc = nameCircuit({
  name: "zno-rc",
  title: "ZnO leaky integrate-and-fire and oscillation neuron: R, C and a diffusive switch",
  source: "Wang L. et al., leaky integrate-and-fire and oscillation neurons based on ZnO diffusive memristors (2025)",
  parameters: [
    parameter("R", "ohm", 1e6, 1e-3, 1e12, "from the input"),
    parameter("C", "F", 47e-9, 1e-18, 1, "across the device"),
    parameter("sigma_device", "", 0.4, 0, 2, "spread over devices; drawn only with a seed"),
    parameter("sigma_cycle", "", 0.21, 0, 1, "spread of ln theta over cycles; drawn only with a seed"),
    parameter("sigma_hold", "", 0.041, 0, 0.2, "spread of the hold voltage over cycles; drawn only with a seed"),
  ],
  drive: () => constantVoltage(0.8),
  stop_s: 0.1,
  spiceStep_s: 20e-6,
  start: "own",
  events: crossings("X1_on", "X1_off", { kind: "current", element: "X1" }, bridged_A),
  columns: [voltageOf("V", "out"), currentOf("i1", "X1"), stateOf("x1", "X1", 0), stateOf("p1", "X1", 1)],
  elements: (k, drive) => [
    ...chargedThrough(k.get("R"), drive),
    { kind: "C", name: "C1", a: "out", b: "0", C_F: k.get("C") },
    {
      kind: "device",
      name: "X1",
      a: "out",
      b: "0",
      model: "zno-diffusive",
      parameters: {
        sigma_device: k.get("sigma_device"),
        sigma_cycle: k.get("sigma_cycle"),
        sigma_hold: k.get("sigma_hold"),
      },
    },
  ],
});
