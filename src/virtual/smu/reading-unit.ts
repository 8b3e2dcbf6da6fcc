import { INFINITY, NOT_A_NUMBER } from "../scpi/index.js";
import { OVERRANGE } from "./models.js";
import type { ReadingUnit } from "./reading-buffer.js";

/** Largest resistance that autorange goes up to. */
export const MOST_OHM = 2e8;

const known: readonly ReadingUnit[] = ["VOLT", "AMP", "OHM", "WATT"];

/** @throws Error a word that is no unit: a fault of the program */
export function readingUnit(word: string): ReadingUnit {
  const unit = known.find((each) => each === word);
  if (!unit) throw new Error(`${word} is no unit of a reading`);
  return unit;
}

/**
 * What is measured in the unit that is set: the quantity itself, or the resistance or power it makes with the other one.
 *
 * @param connected false: the output is off, and a resistance is open
 * @returns 9.9E37 for an open circuit, 9.91E37 where either quantity is beyond its range
 */
export function inUnit(unit: ReadingUnit, voltage_V: number, current_A: number, connected: boolean): number {
  if (unit === "VOLT") return voltage_V;
  if (unit === "AMP") return current_A;
  if (Math.max(Math.abs(voltage_V), Math.abs(current_A)) >= INFINITY) return NOT_A_NUMBER;
  if (unit === "WATT") return voltage_V * current_A;
  return !connected || current_A === 0 ? INFINITY : voltage_V / current_A;
}

/** A resistance beyond the range that is fixed, or beyond the largest one, reads as overflow. */
export function withinOhms(value_ohm: number, range_ohm = MOST_OHM): number {
  if (value_ohm === NOT_A_NUMBER) return value_ohm;
  return Math.abs(value_ohm) > range_ohm * OVERRANGE ? INFINITY : value_ohm;
}
