import { parameter } from "../models/device.js";
import type { Element } from "../netlist/types.js";
import { crossings, nameCircuit, pulses, voltageOf } from "./named.js";
import { mottColumns, mottEvents } from "./vo2-neuron.js";

const { u, i, y } = mottColumns(["X1", "X2"]);

/** Halfway up a spike: the largest response below threshold is a fifth of it. */
const spikeAt_V = 0.2;

/** Two NbO2 channels of a Hodgkin-Huxley axon in miniature: node 1 with X1 to -Vdc, node 2 with X2 to +Vdc. */
export const nbo2Neuristor = nameCircuit({
  name: "nbo2-neuristor",
  title: "NbO2 neuristor: all-or-none spikes from two Mott devices",
  source:
    "Pickett, Medeiros-Ribeiro, Williams, Nat. Mater. 12 (2013) 114: topology; the element values are a calibration, " +
    "the paper's were not found",
  parameters: [
    parameter("Vdc", "V", 1.87, 0, 100, "supplies, -Vdc at X1 and +Vdc at X2 [C]"),
    parameter("RL1", "ohm", 10.2e3, 1e-3, 1e12, "from the input to node 1 [C]"),
    parameter("RL2", "ohm", 8.27e3, 1e-3, 1e12, "from node 1 to node 2 [C]"),
    parameter("C1", "F", 0.73e-9, 1e-18, 1, "at node 1 [C]"),
    parameter("C2", "F", 0.138e-9, 1e-18, 1, "at node 2 [C]"),
    parameter("Rout", "ohm", 4.7e3, 1e-3, 1e12, "from node 2, the output, to ground [C]"),
    parameter("Rs", "ohm", 1235, 0, 1e6, "in series with each device [C]"),
  ],
  drive: () => ({ kind: "voltage", wave: pulses(10e-9, [10e-6, 10e-6, 0.3]) }),
  stop_s: 60e-6,
  spiceStep_s: 20e-9,
  start: "rest",
  events: [...mottEvents(["X1", "X2"]), ...crossings("Vout_up", "Vout_dn", { kind: "voltage", node: "2" }, spikeAt_V)],
  columns: [voltageOf("V_1", "1"), voltageOf("V_out", "2"), ...u, ...i, ...y],
  elements: (k, drive) => {
    const device = (name: string, node: string, supply: string): Element => ({
      kind: "device",
      name,
      a: node,
      b: supply,
      model: "nbo2-mott",
      parameters: { Re: k.get("Rs") },
    });
    const input: Element[] =
      drive.kind === "current"
        ? [{ kind: "I", name: "Iin", from: "0", to: "1", wave: drive.wave }]
        : [
            { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave },
            { kind: "R", name: "RL1", a: "in", b: "1", R_ohm: k.get("RL1") },
          ];
    return [
      ...input,
      { kind: "C", name: "C1", a: "1", b: "0", C_F: k.get("C1") },
      device("X1", "1", "e1"),
      { kind: "V", name: "V1", plus: "e1", minus: "0", wave: { kind: "dc", value: -k.get("Vdc") } },
      { kind: "R", name: "RL2", a: "1", b: "2", R_ohm: k.get("RL2") },
      { kind: "C", name: "C2", a: "2", b: "0", C_F: k.get("C2") },
      device("X2", "2", "e2"),
      { kind: "V", name: "V2", plus: "e2", minus: "0", wave: { kind: "dc", value: k.get("Vdc") } },
      { kind: "R", name: "Rout", a: "2", b: "0", R_ohm: k.get("Rout") },
    ];
  },
});
