/**
 * NbO2 Mott memristor: the equations of `vo2-mott` (a metallic core that grows in a channel heated by current) with the
 * constants of niobium dioxide.
 *
 * Pickett, Medeiros-Ribeiro, Williams, Nat. Mater. 12 (2013) 114; equations: Pickett, Williams, Nanotechnology 23 (2012)
 * 215202. [P] published there or in Yi et al. (2018), Table S1; [P*] quoted from that work second-hand, to be checked
 * against the original before it is called the paper's value; [C] calibrated here, not measured.
 *
 * Nothing is clamped: the state y = 1/ln(1/u) is bounded where u would need limits at both ends (see `vo2-mott`).
 * No spread of devices or cycles is published; both are off unless set.
 */
import { parameter, type DeviceModel, type ParametersOf } from "./device.js";
import { MottDevice } from "./vo2-mott.js";

const parameters = [
  parameter("r", "m", 30e-9, 1e-9, 1e-5, "channel radius [C]"),
  parameter("L", "m", 20e-9, 1e-9, 1e-5, "channel length [C]"),
  parameter("Re", "ohm", 0, 0, 1e6, "electrode resistance in series"),
  parameter("Rshunt", "ohm", 1e15, 1, 1e15, "leakage beside the channel; the default is none"),
  parameter("cp", "J/(m^3 K)", 2.6e6, 1, 1e9, "heat capacity [P]"),
  parameter("dh_tr", "J/m^3", 1.6e8, 0, 1e12, "latent heat of the transition [P]"),
  parameter("kappa", "W/(m K)", 1.5, 1e-3, 1e4, "thermal conductivity [P*]"),
  parameter("rho_met", "ohm m", 3e-4, 1e-9, 1e3, "metallic resistivity [P*]"),
  parameter("rho_ins", "ohm m", 1e-2, 1e-9, 1e6, "insulating resistivity [P*]"),
  parameter("dT", "K", 783, 1, 5e3, "transition temperature above ambient [P*]"),
  parameter(
    "sigma_device",
    "",
    0,
    0,
    0.5,
    "relative spread of L/r over devices, half each from L and r; not published",
  ),
  parameter("sigma_cycle", "", 0, 0, 0.5, "spread of ln rho_met from cycle to cycle, drawn at turn-off; not published"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of `vo2-mott`. */
export type Nbo2Parameters = ParametersOf<typeof parameters>;

/** Transport at other temperatures is not known: E_a is 0 and ambient is where dT was taken. */
const atAmbient = { T: 297, T_0: 297, E_a: 0, w_T: 1 };

export const nbo2Mott: DeviceModel = {
  name: "nbo2-mott",
  title: "NbO2 Mott threshold switch",
  source:
    "Pickett, Medeiros-Ribeiro, Williams, Nat. Mater. 12 (2013) 114; Pickett, Williams, Nanotechnology 23 (2012) " +
    "215202; geometry calibrated",
  parameters,
  create: (given, draws) => new MottDevice({ ...(given as Nbo2Parameters), ...atAmbient }, draws, false),
};
