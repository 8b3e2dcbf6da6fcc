import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { stateless } from "./stateless.js";

const parameters = [parameter("C", "F", 1e-9, 1e-18, 1, "capacitance")];

/** An ideal capacitor: i = C dv/dt, discharged at the start. */
export const capacitor: DeviceModel = {
  name: "capacitor",
  title: "Capacitor",
  source: "i = C dv/dt",
  parameters,
  create(given) {
    const { C } = given as ParametersOf<typeof parameters>;
    return stateless(
      () => 0,
      () => 0,
      C,
    );
  },
};
