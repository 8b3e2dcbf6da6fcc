import { readFileSync } from "node:fs";
import { MemrigError, messageOf } from "../errors.js";
import type { CircuitDrive } from "../simulator/circuits/index.js";
import type { Waveform } from "../simulator/netlist/types.js";
import { parseQuantity, type Unit } from "../units.js";

/** A part of a waveform as a person writes it: in this order, or as name=value. */
interface Part {
  readonly name: string;
  /** `value`: the unit of the drive, V or A. */
  readonly unit: Unit | "value";
  /** Left out: it has to be given. */
  readonly default?: number;
}

interface Form {
  readonly parts: readonly Part[];
  wave(part: (name: string) => number): Waveform;
}

const edge = { unit: "s", default: 0 } as const;
const once = Infinity;

const forms: Readonly<Record<string, Form>> = {
  dc: { parts: [{ name: "value", unit: "value" }], wave: (part) => ({ kind: "dc", value: part("value") }) },
  pulse: {
    parts: [
      { name: "low", unit: "value" },
      { name: "high", unit: "value" },
      { name: "delay", unit: "s" },
      { name: "rise", ...edge },
      { name: "fall", ...edge },
      { name: "width", unit: "s" },
      { name: "period", unit: "s", default: once },
      { name: "count", unit: "", default: once },
    ],
    wave: (part) => ({
      kind: "pulse",
      low: part("low"),
      high: part("high"),
      delay_s: part("delay"),
      rise_s: part("rise"),
      fall_s: part("fall"),
      width_s: part("width"),
      ...(part("period") === once ? {} : { period_s: part("period") }),
      ...(part("count") === once ? {} : { count: part("count") }),
    }),
  },
  sine: {
    parts: [
      { name: "offset", unit: "value" },
      { name: "amplitude", unit: "value" },
      { name: "frequency", unit: "Hz" },
      { name: "delay", unit: "s", default: 0 },
      { name: "phase", unit: "", default: 0 },
    ],
    wave: (part) => ({
      kind: "sine",
      offset: part("offset"),
      amplitude: part("amplitude"),
      frequency_Hz: part("frequency"),
      delay_s: part("delay"),
      phase_rad: part("phase"),
    }),
  },
  chirp: {
    parts: [
      { name: "offset", unit: "value" },
      { name: "amplitude", unit: "value" },
      { name: "start", unit: "Hz" },
      { name: "stop", unit: "Hz" },
      { name: "duration", unit: "s" },
      { name: "delay", unit: "s", default: 0 },
    ],
    wave: (part) => ({
      kind: "chirp",
      offset: part("offset"),
      amplitude: part("amplitude"),
      start_Hz: part("start"),
      stop_Hz: part("stop"),
      duration_s: part("duration"),
      delay_s: part("delay"),
    }),
  },
  noise: {
    parts: [
      { name: "size", unit: "value" },
      { name: "interval", unit: "s" },
      { name: "seed", unit: "", default: 1 },
      { name: "start", unit: "s", default: 0 },
      { name: "normal", unit: "", default: 0 },
    ],
    wave: (part) => ({
      kind: "noise",
      distribution: part("normal") === 0 ? "uniform" : "normal",
      size: part("size"),
      interval_s: part("interval"),
      seed: part("seed"),
      start_s: part("start"),
    }),
  },
};

/** What --drive may be, for help and messages. */
export const driveHelp =
  "voltage: or current:, then dc:VALUE | pwl:TIME:VALUE,TIME:VALUE,... | " +
  Object.entries(forms)
    .filter(([name]) => name !== "dc")
    .map(([name, { parts }]) => `${name}:${parts.map((part) => part.name).join(",")}`)
    .join(" | ") +
  " (in this order or as name=value; later ones may be left out) | @FILE.csv (two columns, seconds and value)";

/**
 * The drives a person wrote; several of one kind are added.
 *
 * @throws MemrigError `invalid-request`: what was not understood, and what is allowed
 */
export function drivesFrom(texts: readonly string[]): CircuitDrive {
  const drives = texts.map(driveFrom);
  const [first] = drives;
  if (!first) throw new MemrigError("invalid-request", `--drive is empty; write ${driveHelp}.`);
  if (drives.length === 1) return first;
  if (drives.some(({ kind }) => kind !== first.kind)) {
    throw new MemrigError(
      "invalid-request",
      `--drive was given as a voltage and as a current; a circuit has one input. Several drives of one kind are added.`,
      { texts },
    );
  }
  return { kind: first.kind, wave: { kind: "sum", of: drives.map(({ wave }) => wave) } };
}

function driveFrom(text: string): CircuitDrive {
  const [, kind, form = "", rest = ""] = /^(voltage|current):([a-z]+|@)(?::?)(.*)$/su.exec(text) ?? [];
  if (kind !== "voltage" && kind !== "current") throw refused(text, `it begins with neither voltage: nor current:`);
  const unit = kind === "voltage" ? "V" : "A";
  try {
    if (form === "@") return { kind, wave: fromFile(rest, unit) };
    if (form === "pwl") return { kind, wave: corners(rest, unit) };
    const found = forms[form];
    if (!found) throw new MemrigError("invalid-request", `there is no form "${form}"`);
    return { kind, wave: found.wave(partsFrom(found, rest, unit)) };
  } catch (error) {
    throw refused(text, messageOf(error), error);
  }
}

function refused(text: string, why: string, cause?: unknown): MemrigError {
  return new MemrigError("invalid-request", `--drive "${text}": ${why}. Allowed is ${driveHelp}.`, { text }, cause);
}

function partsFrom(form: Form, text: string, unit: Unit): (name: string) => number {
  const given = new Map<string, number>();
  text
    .split(",")
    .filter((piece) => piece.trim() !== "")
    .forEach((piece, i) => {
      const at = piece.indexOf("=");
      const name = at < 0 ? form.parts[i]?.name : piece.slice(0, at).trim();
      const part = form.parts.find((candidate) => candidate.name === name);
      if (!part) throw new MemrigError("invalid-request", `"${piece}" is none of its parts`);
      given.set(part.name, parseQuantity(piece.slice(at + 1).trim(), part.unit === "value" ? unit : part.unit));
    });
  for (const part of form.parts) {
    const value = given.get(part.name) ?? part.default;
    if (value === undefined) throw new MemrigError("invalid-request", `"${part.name}" is missing`);
    given.set(part.name, value);
  }
  return (name) => given.get(name) ?? NaN;
}

function corners(text: string, unit: Unit): Waveform {
  const points = text.split(",").map((piece) => {
    const [time, value, ...more] = piece.split(":");
    if (time === undefined || value === undefined || more.length > 0) {
      throw new MemrigError("invalid-request", `"${piece}" is not TIME:VALUE`);
    }
    return [parseQuantity(time, "s"), parseQuantity(value, unit)] as const;
  });
  return { kind: "pwl", times_s: points.map(([time]) => time), values: points.map(([, value]) => value) };
}

/** Two columns: seconds and value. A line that does not begin with a number is a header or a comment. */
function fromFile(path: string, unit: Unit): Waveform {
  const times_s: number[] = [];
  const values: number[] = [];
  for (const [i, line] of readFileSync(path, "utf8").split(/\r?\n/u).entries()) {
    const cells = line.split(/[,;\t]/u);
    if (line.trim() === "" || (times_s.length === 0 && !/^\s*[-+.\d]/u.test(line))) continue;
    if (line.startsWith("#")) continue;
    if (cells.length < 2) throw new MemrigError("invalid-request", `line ${i + 1} of ${path} has no second column`);
    times_s.push(parseQuantity(cells[0] ?? "", "s"));
    values.push(parseQuantity(cells[1] ?? "", unit));
  }
  if (times_s.length === 0) throw new MemrigError("invalid-request", `${path} has no line with two numbers`);
  const interval_s = evenInterval_s(times_s);
  // recorded samples: joined by lines without a restart at each
  if (interval_s !== undefined) return { kind: "samples", interval_s, values, start_s: times_s[0] ?? 0 };
  return { kind: "pwl", times_s, values };
}

/** The interval of many points at equal distances; undefined for others. */
function evenInterval_s(times_s: readonly number[]): number | undefined {
  const last = times_s.length - 1;
  if (last < 16) return undefined;
  const first_s = times_s[0] ?? 0;
  const interval_s = ((times_s[last] ?? 0) - first_s) / last;
  const even = times_s.every((t_s, i) => Math.abs(t_s - first_s - i * interval_s) < 1e-6 * interval_s);
  return even ? interval_s : undefined;
}
