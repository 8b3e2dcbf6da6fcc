import type { Drive } from "../../simulator/one-port.js";
import type { SourceFunction } from "./settings.js";

/**
 * What a source puts on its terminals: ideal behind its limit, which acts at once.
 *
 * @param level volts or amperes; @param limit magnitude of the other quantity
 */
export function driveOf(of: SourceFunction, level: number, limit: number): Drive {
  if (of === "VOLT") return { emf: steady(level), series_ohm: 0, limit_A: limit };
  return { emf: steady(Math.sign(level) * limit), series_ohm: 0, limit_A: Math.abs(level) };
}

const levelTime_s = [0];

function steady(level_V: number): Drive["emf"] {
  return { times_s: levelTime_s, values: [level_V] };
}
