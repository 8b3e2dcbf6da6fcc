import { si } from "../../src/units.js";
import type { Axis } from "../../src/analysis/figure.js";

/** Column and metric names end in their unit; those of more than one word are written out. */
const units: Readonly<Record<string, string>> = {
  V_per_decade: "V/decade",
  V_per_s: "V/s",
  ohm: "ohm",
  V: "V",
  A: "A",
  s: "s",
  S: "S",
  W: "W",
  J: "J",
  K: "K",
  F: "F",
  C: "C",
  eV: "eV",
  Hz: "Hz",
};

/** Symbols of the field, with their index: `vth` is V_th. */
export const symbols: Readonly<Record<string, readonly [string, string]>> = {
  vth: ["V", "th"],
  vhold: ["V", "hold"],
  rOn: ["R", "on"],
  rOff: ["R", "off"],
  iOn: ["I", "on"],
  iOff: ["I", "off"],
  vthNeg: ["V", "th,neg"],
  vholdNeg: ["V", "hold,neg"],
  pSet: ["P", "set"],
  rPulse: ["R", "pulse"],
  rRead: ["R", "read"],
};

const words: Readonly<Record<string, string>> = {
  ratio: "Off/on ratio",
  slope: "Switching slope",
  delay: "Delay time",
  rise: "Rise time",
  energy: "Energy",
  switched: "Share that switched",
};

/** `vth_V` → quantity `vth`, unit `V`. */
export function splitUnit(name: string): { quantity: string; unit: string } {
  for (const [suffix, unit] of Object.entries(units)) {
    if (name.endsWith(`_${suffix}`)) return { quantity: name.slice(0, -suffix.length - 1), unit };
  }
  return { quantity: name, unit: "" };
}

/** The name of a quantity in plain characters, for a legend: "R_on". */
export function plainName(quantity: string): string {
  const symbol = symbols[quantity];
  if (symbol) return symbol.join("_");
  const [, of, number = "", unit = ""] = /^(.+)_at_(\d+)([munp]?[A-Z])$/.exec(quantity) ?? [];
  if (of !== undefined) return `${plainName(of)} at ${number} ${unit.replace(/^u/, "µ")}`; // rOn_at_100nA
  const spaced =
    words[quantity] ??
    quantity.replace(/_/g, " ").replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Name of a curve: a column name loses its unit, which stands on the axis. */
export function curveName(name: string): string {
  const { quantity, unit } = splitUnit(name);
  return unit === "" ? name : plainName(quantity);
}

/** A value of an axis, for the reading under the pointer. */
export function reading(value: number, axis: Axis): string {
  return axis.unit === "" ? `${axis.label.toLowerCase()} ${Number(value.toPrecision(6))}` : si(value, axis.unit);
}

/** Whole numbers with thin spaces between thousands: 123 000. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** A value for a table: with its unit, or a bare number that stays readable when it is large (1.489 × 10⁶). */
export function valueText(value: number, unit: string): string {
  if (unit !== "" || (Math.abs(value) < 1e5 && Math.abs(value) >= 1e-3) || value === 0) return si(value, unit);
  const [mantissa = "", exponent = ""] = value.toExponential(3).split("e");
  const raised = [...String(Number(exponent))]
    .map((digit) => (digit === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "")))
    .join("");
  return `${Number(mantissa)} × 10${raised}`;
}

/** "35 ms", "3.0 s", "2 min 05 s", "1 h 20 min". */
export function duration(time_s: number): string {
  if (time_s > 0 && time_s < 0.095) return si(time_s, "s");
  if (time_s < 9.95) return `${time_s.toFixed(1)} s`;
  const whole = Math.round(time_s);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Local date and time to the second; the day is left out for today. */
export function when(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const pad = (value: number): string => String(value).padStart(2, "0");
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return date.toDateString() === now.toDateString() ? time : `${day} ${time}`;
}
