import { MemrigError } from "../errors.js";
import { parseQuantity, type Unit } from "../unit-text.js";

const units: readonly string[] = ["V", "A", "W", "J", "s", "Hz", "ohm", "S", "F", "K", "V/decade", ""];

/** A number a person compares a metric with, `0.2`, `200 mV`, `10k`, in the metric's unit. @throws MemrigError `invalid-request` */
export function quantity(text: string, unit: string): number {
  const plain = Number(text);
  if (!Number.isNaN(plain)) return plain;
  if (units.includes(unit)) return parseQuantity(text, unit as Unit);
  throw new MemrigError("invalid-request", `"${text}" is no number to compare a metric with.`, { text });
}
