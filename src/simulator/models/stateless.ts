import type { Device } from "./device.js";

/** A device whose current follows its voltage at once: nothing to integrate but its capacitance. */
export function stateless(current_A: (v: number) => number, conductance_S: (v: number) => number, C_F = 0): Device {
  const nothing = () => undefined;
  return {
    size: 0,
    capacitance_F: C_F,
    initial: [],
    scale: [],
    current_A,
    conductance_S,
    currentByState: nothing,
    rates: nothing,
    ratesByVoltage: nothing,
    ratesByState: nothing,
    guard: () => -1,
    fire: nothing,
    accepted: nothing,
  };
}
