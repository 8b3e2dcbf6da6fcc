import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { stateless } from "./stateless.js";

const parameters = [parameter("R", "ohm", 1e3, 1e-3, 1e15, "resistance")];

/** An ohmic resistor: i = v/R. */
export const resistor: DeviceModel = {
  name: "resistor",
  title: "Resistor",
  source: "Ohm's law",
  parameters,
  create(given) {
    const { R } = given as ParametersOf<typeof parameters>;
    return stateless(
      (v) => v / R,
      () => 1 / R,
    );
  },
};
