import { hodgkinHuxley } from "./hodgkin-huxley.js";
import { izhikevich } from "./izhikevich.js";
import { lif } from "./lif.js";
import type { NeuronModel } from "./neuron.js";

export type { Neuron, NeuronModel, NeuronState } from "./neuron.js";
export { runNeuron, type NeuronRun, type NeuronRunOptions } from "./run.js";
export { lif, lifRate_Hz, type LifParameters } from "./lif.js";
export { hodgkinHuxley, type ChannelParameters } from "./hodgkin-huxley.js";
export {
  izhikevich,
  izhikevichEuler,
  izhikevichPresets,
  izhikevichRest_mV,
  type EulerRun,
  type IzhikevichParameters,
} from "./izhikevich.js";

/** The reference neurons by name. */
export const neuronCatalogue: ReadonlyMap<string, NeuronModel> = new Map(
  [lif, hodgkinHuxley, izhikevich].map((model) => [model.name, model]),
);
