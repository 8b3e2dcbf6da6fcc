import { parameter } from "../models/device.js";
import { constantVoltage, nameCircuit, voltageOf } from "./named.js";
import { mottColumns, mottEvents } from "./vo2-neuron.js";

const { u, i, y } = mottColumns(["X1"]);

/** Pearson-Anson relaxation oscillator: C dV/dt = (Vdc - V)/RL - I(V, y). */
export const pearsonAnson = nameCircuit({
  name: "pearson-anson",
  title: "VO2 relaxation oscillator: a supply through RL charges C until the device switches",
  source: "Yi et al., Nat. Commun. 9 (2018) 4661, Supplementary Fig. 3; C is not given there",
  parameters: [
    parameter("RL", "ohm", 10e3, 1e-3, 1e12, "load resistor"),
    parameter("C", "F", 1e-9, 1e-18, 1, "across the device"),
    parameter("Vdc", "V", 3, -100, 100, "supply; a voltage drive takes its place"),
    parameter("Re", "ohm", 370, 0, 1e6, "electrodes of the device"),
    parameter("Rshunt", "ohm", 15e3, 1, 1e15, "leakage beside the channel"),
    parameter("r", "m", 56e-9, 1e-9, 1e-5, "channel radius"),
    parameter("L", "m", 100e-9, 1e-9, 1e-5, "channel length"),
    parameter("sigma_device", "", 0.1, 0, 0.5, "spread over devices; drawn only with a seed"),
    parameter("sigma_cycle", "", 0.0905, 0, 0.5, "spread over cycles; drawn only with a seed"),
  ],
  drive: (k) => constantVoltage(k.get("Vdc")),
  stop_s: 0.1e-3,
  spiceStep_s: 0.1e-6,
  start: "own",
  events: mottEvents(["X1"]),
  columns: [voltageOf("V", "out"), ...u, ...i, ...y],
  elements: (k, drive) => [
    ...(drive.kind === "voltage"
      ? [
          {
            kind: "V",
            name: "Vdc",
            plus: "s",
            minus: "0",
            wave: drive.wave,
          } as const,
          { kind: "R", name: "RL", a: "s", b: "out", R_ohm: k.get("RL") } as const,
        ]
      : [{ kind: "I", name: "Iin", from: "0", to: "out", wave: drive.wave } as const]),
    { kind: "C", name: "C1", a: "out", b: "0", C_F: k.get("C") },
    {
      kind: "device",
      name: "X1",
      a: "out",
      b: "0",
      model: "vo2-mott",
      parameters: {
        r: k.get("r"),
        L: k.get("L"),
        Re: k.get("Re"),
        Rshunt: k.get("Rshunt"),
        sigma_device: k.get("sigma_device"),
        sigma_cycle: k.get("sigma_cycle"),
      },
    },
  ],
});
