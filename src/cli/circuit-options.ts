import { InvalidArgumentError, type Command } from "commander";
import { MemrigError } from "../errors.js";
import { complete } from "../simulator/catalogue.js";
import { circuitNamed, circuits, type NamedCircuit, type Preset } from "../simulator/circuits/index.js";
import type { Circuit, Probe } from "../simulator/netlist/types.js";
import { parseQuantity, si, type Unit } from "../units.js";
import { driveHelp, drivesFrom } from "./drive-text.js";
import { textTable } from "./output.js";
import { collect, keyValues } from "./settings.js";

/** What `simulate` and `netlist` are asked for in the same words. */
export interface CircuitTexts {
  readonly set?: string[];
  readonly preset?: string;
  readonly drive?: string[];
  readonly initial?: string[];
  readonly stop?: string;
  readonly seed?: string;
  readonly tolerance?: string;
}

/** The same, understood. */
export interface CircuitRequest {
  readonly named: NamedCircuit;
  readonly circuit: Circuit;
  /** Complete, base units. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly stop_s: number;
  /** `own`: the circuit's initial values. */
  readonly initial: "rest" | "own" | Readonly<Record<string, number>>;
  readonly tolerance: number | undefined;
}

export function addCircuitOptions(command: Command): Command {
  return command
    .argument("[circuit]", "name of the circuit; without it, the list")
    .option("--set <key=value>", "parameters of the circuit, with units: RL2=6k,C1=5nF; repeatable", collect)
    .option("--preset <name>", "parameters, drive and stop under which the circuit shows something named")
    .option("--drive <drive>", `the input: ${driveHelp}; several are added`, collect)
    .option(
      "--initial <key=value>",
      "start from these values (V_Na=0,y1=0.02), or from `rest` or `own` (the circuit's own: capacitors empty)",
      collect,
    )
    .option("--stop <time>", "end of the simulation")
    .option(
      "--seed <number>",
      "draw devices and cycles from the models' spreads; without it they are nominal",
      seedFrom,
    );
}

function seedFrom(text: string): string {
  if (!/^\d{1,12}$/u.test(text)) throw new InvalidArgumentError("a whole number is expected.");
  return text;
}

/** @throws MemrigError `invalid-request`: what can not be, and what is allowed */
export function circuitRequest(name: string, texts: CircuitTexts): CircuitRequest {
  const named = circuitNamed(name);
  const preset = texts.preset === undefined ? undefined : presetNamed(named, texts.preset);
  const given = { ...preset?.parameters, ...settingsFrom(named, texts.set ?? []) };
  const drive = texts.drive ? drivesFrom(texts.drive) : preset?.drive;
  const circuit = named.build(given, drive, texts.seed === undefined ? undefined : Number(texts.seed));
  return {
    named,
    circuit,
    parameters: { ...complete(named, given), ...(texts.seed === undefined ? unseen(named, given) : {}) },
    stop_s: texts.stop === undefined ? (preset?.stop_s ?? named.stop_s) : positive(texts.stop, "s", "--stop"),
    initial: initialFrom(named, circuit.probes, texts.initial),
    tolerance: texts.tolerance === undefined ? undefined : positive(texts.tolerance, "", "--tolerance"),
  };
}

/** Without a seed, spreads that were not asked for are not there. */
function unseen(named: NamedCircuit, given: Readonly<Record<string, number>>): Record<string, number> {
  const spreads = named.parameters.filter(({ name }) => name.startsWith("sigma_") && !(name in given));
  return Object.fromEntries(spreads.map(({ name }) => [name, 0]));
}

function presetNamed(named: NamedCircuit, name: string): Preset {
  const preset = named.presets.get(name);
  if (preset) return preset;
  const known = [...named.presets.keys()];
  const elsewhere = [...circuits.values()].find((circuit) => circuit.presets.has(name));
  throw new MemrigError(
    "invalid-request",
    `${named.name} has no preset "${name}"${elsewhere ? `, ${elsewhere.name} has` : ""}. ` +
      (known.length > 0 ? `It has: ${known.join(", ")}.` : "It has none."),
    { circuit: named.name, preset: name, allowed: known },
  );
}

function settingsFrom(named: NamedCircuit, texts: readonly string[]): Record<string, number> {
  const pairs = keyValues(texts, "--set");
  return Object.fromEntries(
    Object.entries(pairs).map(([key, text]) => {
      const parameter = named.parameters.find((candidate) => candidate.name === key);
      if (!parameter) {
        const allowed = named.parameters.map((candidate) => candidate.name);
        throw new MemrigError(
          "invalid-request",
          `--set ${key}: ${named.name} has no parameter of that name; it has: ${allowed.join(", ")}.`,
          { circuit: named.name, name: key, allowed },
        );
      }
      return [key, quantityOf(text, parameter.unit, `--set ${key}`)];
    }),
  );
}

const parsed: ReadonlySet<string> = new Set<Unit>(["V", "A", "W", "J", "s", "Hz", "ohm", "S", "F", "K", ""]);

/** A number with its unit; units that only models use (m, A/V^2) may be written behind the prefix or left out. */
function quantityOf(text: string, unit: string, what: string): number {
  try {
    if (parsed.has(unit)) return parseQuantity(text, unit as Unit);
    return parseQuantity(text.endsWith(unit) ? text.slice(0, -unit.length).trimEnd() : text, "");
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    throw new MemrigError(error.kind, `${what}: ${error.message}`, error.details, error);
  }
}

function positive(text: string, unit: Unit, what: string): number {
  const value = quantityOf(text, unit, what);
  if (value > 0) return value;
  throw new MemrigError("invalid-request", `${what} was given as ${si(value, unit)}; it must be above 0.`, { value });
}

function initialFrom(
  named: NamedCircuit,
  probes: readonly Probe[],
  texts: readonly string[] | undefined,
): CircuitRequest["initial"] {
  if (texts === undefined) return named.start === "rest" ? "rest" : "own";
  const [only] = texts;
  if (texts.length === 1 && (only === "rest" || only === "own")) return only;
  const startable = probes.filter(({ quantity }) => quantity.kind !== "current");
  return Object.fromEntries(
    Object.entries(keyValues(texts, "--initial")).map(([key, text]) => {
      const probe = startable.find(({ name }) => name === key);
      if (probe) return [key, quantityOf(text, probe.unit, `--initial ${key}`)];
      const allowed = startable.map(({ name }) => name);
      throw new MemrigError(
        "invalid-request",
        `--initial ${key}: ${named.name} can start from values of: ${allowed.join(", ")}; or write --initial rest.`,
        { circuit: named.name, name: key, allowed },
      );
    }),
  );
}

/** All circuits, or one with its parameters and presets, for a person. */
export function circuitList(): string {
  return textTable(
    ["circuit", "what it is"],
    [...circuits.values()].map(({ name, title }) => [name, title]),
  );
}

/** The same for programs. */
export function circuitListData(): object[] {
  return [...circuits.values()].map(({ name, title, source, parameters, presets }) => ({
    name,
    title,
    source,
    parameters,
    presets: [...presets.values()].map((preset) => ({
      name: preset.name,
      title: preset.title,
      shown: preset.shown,
      remark: preset.remark,
    })),
  }));
}

/** One circuit's parameters, presets, events and columns. */
export function circuitDescription(named: NamedCircuit): string {
  const presets = [...named.presets.values()];
  return [
    `${named.name}: ${named.title}`,
    `Source: ${named.source}`,
    "",
    "Parameters (--set name=value):",
    textTable(
      ["name", "default", "meaning"],
      named.parameters.map(({ name, unit, default: nominal, description }) => [name, si(nominal, unit), description]),
    ),
    "",
    ...(presets.length > 0
      ? ["Presets (--preset name):", textTable(["name", "shown", "what it shows"], presets.map(presetRow)), ""]
      : []),
    `Events: ${[...new Set(named.events.map(({ event }) => event))].join(" ")}`,
    `Columns: t_s ${named.columns.map(({ name }) => name).join(" ")}`,
  ].join("\n");
}

function presetRow({ name, shown, title, remark }: Preset): string[] {
  return [name, shown, `${title}. ${remark}`];
}
