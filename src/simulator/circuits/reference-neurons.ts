import { channelParameters, rest_V } from "../neurons/hodgkin-huxley.js";
import { lifNeuron } from "../models/lif-neuron.js";
import { parameter } from "../models/device.js";
import { crossings, nameCircuit, stateOf, step, voltageOf } from "./named.js";

/** A spike is seen this far below threshold: at the threshold itself the potential has already gone. */
const justBelow_V = 1e-9;

/** Leaky integrate-and-fire neuron under an injected current, or held by a voltage through its contact. */
export const lif = nameCircuit({
  name: "lif",
  title: "leaky integrate-and-fire neuron",
  source: lifNeuron.source,
  parameters: lifNeuron.parameters,
  drive: () => ({ kind: "current", wave: { kind: "dc", value: 2e-9 } }),
  stop_s: 0.2,
  spiceStep_s: 20e-6,
  start: "own",
  events: (k) => [
    {
      event: "spike",
      quantity: { kind: "state", element: "M1", index: 0 },
      level: k.get("V_th") - justBelow_V,
      direction: "up",
    },
  ],
  columns: [stateOf("V", "M1", 0, "V"), voltageOf("V_in", "in")],
  elements: (k, drive) => [
    drive.kind === "voltage"
      ? { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave }
      : { kind: "I", name: "Iin", from: "0", to: "in", wave: drive.wave },
    {
      kind: "device",
      name: "M1",
      a: "in",
      b: "0",
      model: "lif-neuron",
      parameters: Object.fromEntries(lifNeuron.parameters.map(({ name }) => [name, k.get(name)])),
    },
  ],
});

/** Hodgkin-Huxley membrane patch beside its capacitance, under an injected current or held by a voltage (a clamp). */
export const hodgkinHuxley = nameCircuit({
  name: "hodgkin-huxley",
  title: "Hodgkin-Huxley squid axon membrane",
  source: "Hodgkin, Huxley, J. Physiol. 117 (1952) 500",
  parameters: [
    ...channelParameters,
    parameter("area", "m^2", 1e-4, 1e-15, 1, "of the membrane; the default is 1 cm^2, so that drives are per cm^2"),
  ],
  drive: () => ({ kind: "current", wave: step(10e-6, 10e-6, 5e-3) }),
  stop_s: 0.1,
  spiceStep_s: 20e-6,
  start: "own",
  events: crossings("spike", "spike_end", { kind: "voltage", node: "m" }, 0),
  columns: [voltageOf("V", "m"), stateOf("m", "M1", 0), stateOf("h", "M1", 1), stateOf("n", "M1", 2)],
  elements: (k, drive) => {
    const area_m2 = k.get("area");
    const channels = channelParameters
      .filter(({ name }) => name !== "C_m")
      .map(({ name }) => [name, k.get(name)] as const);
    return [
      drive.kind === "voltage"
        ? { kind: "V", name: "Vclamp", plus: "m", minus: "0", wave: drive.wave }
        : { kind: "I", name: "Iin", from: "0", to: "m", wave: drive.wave },
      { kind: "C", name: "Cm", a: "m", b: "0", C_F: k.get("C_m") * area_m2, initial_V: rest_V },
      {
        kind: "device",
        name: "M1",
        a: "m",
        b: "0",
        model: "hh-membrane",
        parameters: { ...Object.fromEntries(channels), area: area_m2, C_m: 0 },
      },
    ];
  },
});
