export { createDevice, modelCatalogue } from "./catalogue.js";
export type { ModelInfo, ParameterInfo } from "./models/device.js";
export { SimulationError, type Drive, type OnePort, type Probe, type Pwl } from "./one-port.js";
export { createRandom, type Random } from "./random.js";
