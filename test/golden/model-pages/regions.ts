import { circuits } from "../../../src/simulator/circuits/index.js";
import type { Preset } from "../../../src/simulator/circuits/named.js";
import { modelCatalogue } from "../../../src/simulator/index.js";
import type { ParameterInfo } from "../../../src/simulator/models/device.js";
import { neuronCatalogue } from "../../../src/simulator/neurons/index.js";
import { si } from "../../../src/units.js";

/** Tables that the program writes into a page, between `<!-- NAME -->` and `<!-- end -->`. */
const begin = /<!-- (parameters|circuit|neuron|presets|models|circuits)(?: ([\w-]+))? -->\n/;

/** The page with every such table written anew. @throws RangeError a marker names no model or circuit, or has no end */
export function withRegions(page: string): string {
  let [done, rest] = ["", page];
  for (let found = begin.exec(rest); found; found = begin.exec(rest)) {
    const end = rest.indexOf("<!-- end -->", found.index);
    if (end < 0) throw new RangeError(`${found[0].trim()} has no <!-- end -->`);
    done += `${rest.slice(0, found.index)}${found[0]}\n${tableOf(found[1] ?? "", found[2] ?? "")}\n\n`;
    rest = rest.slice(end);
    done += "<!-- end -->";
    rest = rest.slice("<!-- end -->".length);
  }
  return done + rest;
}

function tableOf(kind: string, name: string): string {
  switch (kind) {
    case "parameters":
      return parameterTable(named(modelCatalogue, name).parameters);
    case "circuit":
      return parameterTable(named(circuits, name).parameters);
    case "neuron":
      return parameterTable(named(neuronCatalogue, name).parameters);
    case "presets":
      return presetTable([...named(circuits, name).presets.values()]);
    case "models":
      return table(["model", "what it is"], rows(modelCatalogue));
    default:
      return table(["circuit", "what it is"], rows(circuits));
  }
}

function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new RangeError(`a page has a table of ${name}; there are ${[...all.keys()].join(", ")}`);
  return found;
}

function rows(all: ReadonlyMap<string, { readonly name: string; readonly title: string }>): string[][] {
  return [...all.values()].map(({ name, title }) => [`\`${name}\``, title]);
}

function parameterTable(parameters: readonly ParameterInfo[]): string {
  return table(
    ["parameter", "default", "range", "meaning"],
    parameters.map(({ name, unit, default: nominal, min, max, description }) => [
      `\`${name}\``,
      quantity(nominal, unit),
      `${min === undefined ? "" : quantity(min, unit)} … ${max === undefined ? "" : quantity(max, unit)}`,
      description,
    ]),
  );
}

function presetTable(presets: readonly Preset[]): string {
  return table(
    ["preset", "shows", "as in the paper?", "remark"],
    presets.map(({ name, title, shown, remark }) => [`\`${name}\``, title, shown, remark]),
  );
}

const prefixed = new Set(["V", "A", "ohm", "F", "S", "s", "m", "Hz", "W", "J", "C"]);

/** With a prefix where the unit is a plain one and a prefix will do; 3.3e6 J/(m^3 K) otherwise. */
function quantity(value: number, unit: string): string {
  const size = Math.abs(value);
  if (prefixed.has(unit) && size >= 1e-18 && size < 1e12) return si(value, unit);
  const plain = value === 0 || (size >= 1e-3 && size < 1e5);
  const digits = Number(value.toPrecision(6));
  return `${plain ? digits : digits.toExponential().replace("e+", "e")} ${unit}`.trim();
}

function table(heading: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [row(heading), row(heading.map(() => "---")), ...lines.map(row)].join("\n");
}
