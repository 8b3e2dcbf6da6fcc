import { unitNamed } from "./numbers.js";

/** A name and the unit that stands with it: "I (mA)", "Current[A]", "Voltage / V", "current_A". */
export function splitName(text: string): { name: string; unit: string } {
  const bracketed = /^(.*?)\s*[([{]\s*([^)\]}]*?)\s*[)\]}]\s*$/u.exec(text);
  if (bracketed?.[1] !== undefined && bracketed[2] !== undefined && isUnit(bracketed[2])) {
    return { name: bracketed[1], unit: bracketed[2] };
  }
  for (const pattern of [/^(.+?)\s*[/,\s]\s*([^\s/,]+)$/u, /^(.+)_([^_]+)$/u]) {
    const [, name, unit] = pattern.exec(text) ?? [];
    if (name !== undefined && unit !== undefined && unitFits(name, unit)) return { name, unit };
  }
  return { name: text, unit: "" };
}

/** Without brackets a last letter is a unit only where the name allows it: V_S is the source's voltage, not siemens. */
function unitFits(name: string, unit: string): boolean {
  const base = unitNamed(unit)?.base;
  const meaning = meaningOf(name);
  return base !== undefined && (meaning === undefined ? /^(V|A|s|ohm)$/.test(base) : base === unitOf[meaning]);
}

/** A cell of a row of units: "V", "(mA)", "[s]". */
export function unitCell(text: string): string | undefined {
  const inside = /^[([{]?\s*(.*?)\s*[)\]}]?$/u.exec(text)?.[1] ?? text;
  return isUnit(inside) ? inside : undefined;
}

function isUnit(text: string): boolean {
  return unitNamed(text) !== undefined;
}

/** What a column may be, by its name. */
export type Meaning =
  "voltage" | "current" | "asked voltage" | "asked current" | "time" | "cycle" | "rOn" | "rOff" | "iOn" | "iOff";

/** The unit each of them is kept in. */
export const unitOf: Readonly<Record<Meaning, "V" | "A" | "s" | "ohm" | "">> = {
  voltage: "V",
  current: "A",
  "asked voltage": "V",
  "asked current": "A",
  time: "s",
  cycle: "",
  rOn: "ohm",
  rOff: "ohm",
  iOn: "A",
  iOff: "A",
};

/** Names as instruments and people write them, lower case, without unit, spaces, dashes and underscores. The first that fits counts. */
const names: readonly (readonly [Meaning, RegExp])[] = [
  ["cycle", /^(cycle|sweep|loop|repeat|repetition|run|zyklus)(s|no|nr|num|number|index|#)?\d*$/],
  ["time", /^(t|time|times|timestamp|elapsedtime|relativetime|relative|zeit|temps)\d*$/],
  ["rOn", /^(r(esistance)?(on|lrs)|lrs|(on|lrs)resistance)$/],
  ["rOff", /^(r(esistance)?(off|hrs)|hrs|(off|hrs)resistance)$/],
  ["iOn", /^(i(on|lrs)|(on|lrs)current)$/],
  ["iOff", /^(i(off|hrs)|(off|hrs)current)$/],
  ["asked voltage", /^(v|volt|voltage)(prog|programmed|asked|source|sourced|forced?|applied|setpoint|nominal|soll)$/],
  ["asked voltage", /^(prog|programmed|asked|sourced?|forced?|applied|nominal|soll)(v|volt|voltage)$/],
  ["asked current", /^(i|curr|current)(prog|programmed|asked|source|sourced|forced?|applied|setpoint|nominal|soll)$/],
  ["asked current", /^(prog|programmed|asked|sourced?|forced?|applied|nominal|soll)(i|a|curr|current)$/],
  [
    "voltage",
    /^([a-d]?v\d*|u\d*|v(d|s|f|m|dut|cell|bias|meas|measured|sense|device|te|be)|volt|volts|voltage\d*|bias|spannung|tension)$/,
  ],
  [
    "voltage",
    /^((smu|ch|channel)\d*|meas|measured|dut|cell|device|bias|drain|source|gate|anode|cathode|te|be)(v|volt|voltage)\d*$/,
  ],
  [
    "current",
    /^([a-d]?i\d*|i(d|s|f|m|dut|cell|meas|measured|sense|device|te|be)|curr|current\d*|amp|amps|strom|courant|intensity)$/,
  ],
  [
    "current",
    /^((smu|ch|channel)\d*|meas|measured|dut|cell|device|drain|source|gate|anode|cathode|te|be)(i|curr|current)\d*$/,
  ],
];

/** What a column is by its name; undefined where the name says nothing. */
export function meaningOf(name: string): Meaning | undefined {
  const bare = name
    .toLowerCase()
    .replace(/#\d+$/, "")
    .replace(/[\s_\-.:/]+/g, "");
  return names.find(([, pattern]) => pattern.test(bare))?.[0];
}

/** Values Clarius writes beside the data, by their name: thresholds, and the currents of both states. */
const references = /^(v_?(set|reset|form|forming)|i_?(lrs|hrs|reset|set|form))$/i;

/** A column of one value a table, in which the instrument's software keeps what it made of the data. */
export function isReferenceName(name: string): boolean {
  return references.test(name);
}
