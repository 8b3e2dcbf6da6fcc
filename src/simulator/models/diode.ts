import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { stateless } from "./stateless.js";

const parameters = [
  parameter("I_s", "A", 2.52e-9, 1e-30, 1, "saturation current; default of the 1N4148 SPICE card"),
  parameter("N", "", 1.752, 0.1, 100, "emission coefficient; default of the 1N4148 SPICE card"),
  parameter("V_T", "V", 0.025852, 0.001, 1, "thermal voltage; default at 300 K"),
];

/** Beyond this many N V_T the exponential goes on as a straight line: no current of interest is there. */
const maxArgument = 100;

/** A junction diode without series resistance: i = I_s (exp(v/(N V_T)) - 1). */
export const diode: DeviceModel = {
  name: "diode",
  title: "Junction diode",
  source: "Shockley, Bell Syst. Tech. J. 28 (1949) 435",
  parameters,
  create(given) {
    const { I_s, N, V_T } = given as ParametersOf<typeof parameters>;
    const scale_V = N * V_T;
    return stateless(
      (v) => {
        const q = v / scale_V;
        return q < maxArgument ? I_s * Math.expm1(q) : I_s * Math.exp(maxArgument) * (1 + q - maxArgument);
      },
      (v) => (I_s / scale_V) * Math.exp(Math.min(v / scale_V, maxArgument)),
    );
  },
};
