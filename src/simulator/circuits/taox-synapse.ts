import { parameter } from "../models/device.js";
import { currentOf, nameCircuit, stateOf, step, valuesOf, voltageOf } from "./named.js";
import { vo2NeuronElements, vo2Tonic } from "./vo2-neuron.js";
import { complete } from "../catalogue.js";

/** The neuron as it is when nothing about it is set. */
const neuron = valuesOf(complete(vo2Tonic, {}));

/**
 * TaOx synapse driven by the spikes of a tonic VO2 neuron. A transistor follows the K node, so that the neuron does not
 * feel the synapse; Rs keeps setting gradual, which runs away behind an ideal source.
 */
export const taoxSynapse = nameCircuit({
  name: "taox-synapse",
  title: "TaOx synapse driven by a VO2 neuron, potentiated or depressed by its spikes",
  source:
    "Yi et al., Nat. Commun. 9 (2018) 4661: neuron; Strachan et al., IEEE Trans. Electron Devices 60 (2013) 2194: " +
    "synapse; the follower between them is chosen",
  parameters: [
    parameter(
      "polarity",
      "",
      1,
      -1,
      1,
      "1: spikes set (potentiate); -1: the device is turned round and spikes reset it",
    ),
    parameter("x0", "", 0.05, 1e-3, 1, "state of the synapse at the start"),
    parameter("Rs", "ohm", 100, 1e-3, 1e12, "in series with the synapse [C]"),
    parameter("k", "A/V^2", 0.1, 1e-12, 10, "of the follower [C]"),
    parameter("Vth", "V", 0.3, -10, 10, "threshold of the follower: above what K rests at [C]"),
    parameter("Vdd", "V", 3, 0, 100, "supply of the follower [C]"),
  ],
  drive: () => ({ kind: "current", wave: step(60e-6, 0.1e-6) }),
  stop_s: 1e-3,
  spiceStep_s: 0.1e-6,
  start: "rest",
  events: vo2Tonic.events,
  columns: [
    ...vo2Tonic.columns,
    voltageOf("V_follower", "f"),
    voltageOf("V_synapse", "s"),
    currentOf("i_synapse", "X3"),
    stateOf("x", "X3"),
  ],
  elements: (k, drive) => [
    ...vo2NeuronElements("tonic", neuron, drive),
    { kind: "V", name: "Vdd", plus: "dd", minus: "0", wave: { kind: "dc", value: k.get("Vdd") } },
    { kind: "nmos", name: "M1", drain: "dd", gate: "k", source: "f", k_A_per_V2: k.get("k"), vth_V: k.get("Vth") },
    { kind: "R", name: "Rs", a: "f", b: "s", R_ohm: k.get("Rs") },
    {
      kind: "device",
      name: "X3",
      a: k.get("polarity") >= 0 ? "s" : "0",
      b: k.get("polarity") >= 0 ? "0" : "s",
      model: "taox",
      parameters: { x0: k.get("x0") },
      initial: [k.get("x0")],
    },
  ],
});
