export { createBenchDevice, createDevice, modelCatalogue } from "./catalogue.js";
export type { ModelInfo, ParameterInfo } from "./models/device.js";
export { SimulationError, type Drive, type Network, type OnePort, type Probe, type Pwl } from "./one-port.js";
export { createRandom, type Random } from "./random.js";
export { checkCircuit } from "./netlist/check.js";
export type { Circuit, Element, EventSpec, Probe as CircuitProbe, Quantity, Waveform } from "./netlist/types.js";
export type {
  QuasiStaticOptions,
  QuasiStaticPoint,
  RestState,
  System,
  TransientOptions,
  TransientResult,
  Waveforms,
} from "./transient/api.js";
export { compileCircuit } from "./transient/compile.js";
export { quasiStatic } from "./transient/quasi-static.js";
export { restState } from "./transient/rest.js";
export { transient } from "./transient/transient.js";
