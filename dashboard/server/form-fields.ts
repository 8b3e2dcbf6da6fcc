import type { AnyProtocol } from "../../src/engine/protocol.js";
import { si, type Range } from "../../src/units.js";
import type { FormField, FormPreset } from "./desk-wire.js";
import { declaredIn } from "./parameters.js";

type Declared = Readonly<Record<string, unknown>>;

/** The fields of a protocol's form, from its declaration alone: one of a person's own has the same standing as ours. */
export function fieldsOf(protocol: AnyProtocol): readonly FormField[] {
  return Object.entries(declaredIn(protocol)).map(([name, declared]) => fieldOf(name, declared));
}

function fieldOf(name: string, declared: Declared): FormField {
  const unit = typeof declared["unit"] === "string" ? declared["unit"] : "";
  const choices = choicesOf(declared);
  const fallback = declared["default"];
  const numeric = typeof fallback === "number" || typeof declared["unit"] === "string";
  const kind = choices
    ? "choice"
    : isFlag(declared)
      ? "flag"
      : numeric && !Array.isArray(fallback)
        ? "quantity"
        : "text";
  return {
    name,
    kind,
    unit,
    description: typeof declared["description"] === "string" ? declared["description"] : "",
    ...(fallback === undefined ? {} : { fallback: written(fallback, unit) }),
    ...(choices ? { choices } : {}),
    allowed: allowedIn(declared["range"], unit),
  };
}

function choicesOf({ enum: words }: Declared): readonly string[] | undefined {
  return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
}

/** Yes or no: a boolean, or one beside the words for it. */
function isFlag({ type, anyOf }: Declared): boolean {
  const others: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [];
  return (
    type === "boolean" ||
    others.some((each) => typeof each === "object" && each !== null && "type" in each && each.type === "boolean")
  );
}

/** For reading only: what a run gets of a field left empty is the declaration's own value, not this text. */
function written(value: unknown, unit: string): string {
  if (typeof value === "number") return si(value, unit);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((item) => written(item, unit)).join("; ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function allowedIn(range: unknown, unit: string): string {
  if (typeof range !== "object" || range === null) return "";
  const { min, max, above, below } = range as Range;
  // Nobody thinks of an hour as 3.6 ks.
  const value = (number: number): string =>
    (unit === "" || unit === "s") && Math.abs(number) >= 1000 ? `${number} ${unit}`.trim() : si(number, unit);
  return [
    min === undefined ? "" : `at least ${value(min)}`,
    above === undefined ? "" : `more than ${value(above)}`,
    max === undefined || max === Number.MAX_SAFE_INTEGER ? "" : `at most ${value(max)}`,
    below === undefined ? "" : `less than ${value(below)}`,
  ]
    .filter((bound) => bound !== "")
    .join(", ");
}

/** As they are filled in: to the last digit. */
export function presetsOf({ presets = {} }: AnyProtocol): readonly FormPreset[] {
  return Object.entries(presets).map(([name, { description, settings }]) => ({
    name,
    description,
    settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
  }));
}
