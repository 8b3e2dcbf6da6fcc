import { readFileSync } from "node:fs";
import type { Circuit, Element, Probe, Waveform } from "../../src/simulator/netlist/types.js";

/** A netlist of data/, read into a circuit: all solvers get their numbers from the same text. */
export interface Deck {
  readonly text: string;
  readonly circuit: Circuit;
  /** By probe name. */
  readonly initial: Readonly<Record<string, number>>;
  readonly stop_s: number;
}

/** The words of a line; what is in brackets stays one word with what stands before it. */
function words(line: string): string[] {
  return line.match(/[^\s(]+(\([^)]*\))?/g) ?? [];
}

/** Reads R, C, V, I (DC or PWL), the vo2 sub-circuit's instances, .ic and .tran: all the decks of data/ have. */
export function readDeck(path: string): Deck {
  const text = readFileSync(path, "utf8");
  const lines = withoutSubcircuits(text.split(/\r?\n/).slice(1));
  const elements = lines.flatMap(elementOf);
  const initial = initialOf(lines);
  const tran = lines.find((line) => line.startsWith(".tran "));
  const stop_s = Number(words(tran ?? "")[2]);
  if (!(stop_s > 0)) throw new Error(`${path}: no .tran line with a stop time`);
  const circuit: Circuit = {
    name: "deck",
    title: text.split("\n", 1)[0] ?? "",
    source: "Yi et al., Nat. Commun. 9 (2018) 4661",
    elements: elements.map((element) => started(element, initial)),
    probes: probesOf(elements),
  };
  return { text, circuit, initial: namedInitial(circuit.probes, initial), stop_s };
}

function withoutSubcircuits(lines: readonly string[]): string[] {
  let inside = false;
  return lines.filter((line) => {
    if (line.startsWith(".subckt")) inside = true;
    const keep = !inside;
    if (line.startsWith(".ends")) inside = false;
    return keep && !line.startsWith("*");
  });
}

/** The decks write plain numbers, without SPICE's suffixes. */
function numberOf(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw new Error(`"${text}" of a netlist is not a plain number`);
  return value;
}

/** Node "y1" of a deck is the state of X1, and no node of the circuit. */
function elementOf(line: string): Element[] {
  const [name = "", a = "", b = "", value = "", ...rest] = words(line);
  switch (name[0]) {
    case "R":
      return [{ kind: "R", name, a, b, R_ohm: numberOf(value) }];
    case "C":
      return [{ kind: "C", name, a, b, C_F: numberOf(value) }];
    case "V":
      return [{ kind: "V", name, plus: a, minus: b, wave: waveOf(value, rest) }];
    case "I":
      return [{ kind: "I", name, from: a, to: b, wave: waveOf(value, rest) }];
    case "X":
      return [{ kind: "device", name, a, b, model: "vo2-mott", parameters: deviceParameters(rest) }];
    default:
      return [];
  }
}

function waveOf(kind: string, rest: readonly string[]): Waveform {
  if (kind === "DC") return { kind: "dc", value: numberOf(rest[0] ?? "") };
  const points = /^PWL\((.*)\)$/.exec(kind)?.[1]?.trim().split(/\s+/).map(numberOf);
  if (!points) throw new Error(`a source of ${kind} is not read here`);
  return {
    kind: "pwl",
    times_s: points.filter((_, k) => k % 2 === 0),
    values: points.filter((_, k) => k % 2 === 1),
  };
}

/** `re=…` and `rsh=…`; the sub-circuit's other numbers are the model's defaults. */
function deviceParameters(rest: readonly string[]): Record<string, number> {
  const names: Readonly<Record<string, string>> = { re: "Re", rsh: "Rshunt" };
  const pairs = rest.filter((word) => word.includes("=")).map((word) => word.split("="));
  return Object.fromEntries(pairs.map(([key = "", value = ""]) => [names[key] ?? key, numberOf(value)]));
}

/** Voltages of nodes and states of devices at the start, as .ic has them. */
function initialOf(lines: readonly string[]): ReadonlyMap<string, number> {
  const line = lines.find((text) => text.startsWith(".ic ")) ?? "";
  return new Map([...line.matchAll(/V\((\w+)\)=(\S+)/g)].map(([, node = "", value = ""]) => [node, Number(value)]));
}

/** Capacitors and devices start from what .ic says of their nodes. */
function started(element: Element, initial: ReadonlyMap<string, number>): Element {
  const of = (node: string) => initial.get(node) ?? 0;
  if (element.kind === "C") return { ...element, initial_V: of(element.a) - of(element.b) };
  if (element.kind === "device") return { ...element, initial: [of(element.name.replace("X", "y"))] };
  return element;
}

function probesOf(elements: readonly Element[]): Probe[] {
  const devices = elements.filter((element) => element.kind === "device");
  return [
    ...devices.map(({ a }, k): Probe => ({ name: `V${k + 1}`, quantity: { kind: "voltage", node: a }, unit: "V" })),
    ...devices.map(({ name }, k): Probe => ({
      name: `y${k + 1}`,
      quantity: { kind: "state", element: name, index: 0 },
      unit: "",
    })),
  ];
}

function namedInitial(probes: readonly Probe[], initial: ReadonlyMap<string, number>): Record<string, number> {
  const valueOf = ({ name, quantity }: Probe) => initial.get(quantity.kind === "voltage" ? quantity.node : name) ?? 0;
  return Object.fromEntries(probes.map((probe) => [probe.name, valueOf(probe)]));
}
