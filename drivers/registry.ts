import type { DriverEntry, SafeState } from "./entry.js";

/**
 * The drivers by their names in a bench file. What the types can not say of a safe state is looked at here, when the program
 * starts, and not when an output has to go off.
 *
 * @throws Error an entry that can not work, and what is wrong with it: a fault of the driver's file
 */
export function registry(entries: readonly DriverEntry[]): ReadonlyMap<string, DriverEntry> {
  const drivers = new Map<string, DriverEntry>();
  for (const entry of entries) {
    const fault = drivers.has(entry.name) ? "another driver has this name" : faultOf(entry);
    if (fault !== undefined) throw new Error(`The driver "${entry.name}" can not be used: ${fault}.`);
    drivers.set(entry.name, entry);
  }
  return drivers;
}

function faultOf({ name, identifies, safe }: DriverEntry): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return "a name is small letters, digits and hyphens, a letter first";
  if (identifies.global || identifies.sticky)
    return "identifies must not be global or sticky: it would match every other time";
  if (identifies.test("")) return "identifies matches an instrument that says nothing";
  return faultOfSafe(safe);
}

function faultOfSafe({ halt, ramps, measured = [], off, isOn }: SafeState): string | undefined {
  if (off.length === 0) return "its safe state turns nothing off";
  const messages = [
    ...[...halt, ...off, ...isOn, ...ramps.flatMap(({ isOn, level, set }) => [isOn, level, set])],
    ...measured.flatMap(({ when, voltage, current, set }) => [when.question, voltage, current, set]),
  ];
  const broken = messages.find((message) => message.trim() === "" || /[\r\n]/.test(message));
  if (broken !== undefined) return `"${broken}" of its safe state is no message of one line`;
  for (const { set, when } of ramps) {
    if (!set.includes("{level}")) return `"${set}" of its safe state has no {level}`;
    if (when && !isPattern(when.matches)) return `"${when.matches}" of its safe state is no regular expression`;
  }
  for (const { set, when, reads, ranges } of measured) {
    const missing = ["{level}", "{limit}"].find((place) => !set.includes(place));
    if (missing !== undefined) return `"${set}" of its safe state has no ${missing}`;
    const broken = [when.matches, reads].find((text) => !isPattern(text));
    if (broken !== undefined) return `"${broken}" of its safe state is no regular expression`;
    if (ranges.length === 0) return `"${set}" of its safe state has no ranges`;
  }
  return undefined;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
