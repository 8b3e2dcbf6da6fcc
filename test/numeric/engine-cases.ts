/** The reference cases: circuits and event times from an independent solver, both read from the files in data/. */
import { readFileSync } from "node:fs";
import type { Circuit, Element, EventSpec, Waveform } from "../../src/simulator/netlist/types.js";

export interface ReferenceCase {
  readonly name: string;
  readonly circuit: Circuit;
  readonly initial: Readonly<Record<string, number>>;
  readonly stop_s: number;
  readonly specs: readonly EventSpec[];
  readonly events: readonly { readonly event: string; readonly t_s: number }[];
}

/** u = 0.25 in the state y = 1/ln(1/u). */
const on_y = 1 / Math.log(4);

export const caseNames = ["pearson_anson", "tonic", "burst", "phasic", "mixed"] as const;

export function referenceCase(name: string): ReferenceCase {
  const text = readFileSync(new URL(`data/${name}_spikes.csv`, import.meta.url), "utf8");
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const header = lines.filter((line) => line.startsWith("#")).join("\n");
  const number = (key: string): number | undefined => {
    // the last line of parameters is in SI; the title before it has its own units
    const found = [...header.matchAll(new RegExp(`\\b${key}=([-+0-9.e]+)`, "g"))].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const need = (key: string): number => number(key) ?? missing(name, key);
  const corners = [...(/t:value (.*)/.exec(header)?.[1] ?? "").matchAll(/(\S+):(\S+)/g)];
  const wave: Waveform = {
    kind: "pwl",
    times_s: corners.map((c) => Number(c[1])),
    values: corners.map((c) => Number(c[2])),
  };
  const start = /initial state ([^=]*) = (.*)/.exec(header);
  const names = (start?.[1] ?? "").split(",").map((key) => key.trim());
  const values = (start?.[2] ?? "").trim().split(/\s+/).map(Number);
  const initial = Object.fromEntries(names.map((key, i) => [key, values[i] ?? NaN]));
  const elements = number("RL2") === undefined ? oscillator(need, wave) : neuron(header, need, number, wave);
  const devices = elements.filter(({ kind }) => kind === "device").map((element) => element.name);
  const specs = [...new Set(devices)].flatMap((device): EventSpec[] => {
    const quantity = { kind: "state", element: device, index: 0 } as const;
    return [
      { event: `${device}_on`, quantity, level: on_y, direction: "up" },
      { event: `${device}_off`, quantity, level: on_y, direction: "down" },
    ];
  });
  if (devices.length > 1) {
    const quantity = { kind: "voltage", node: "k" } as const;
    specs.push({ event: "VK_up", quantity, level: 0.7, direction: "up" });
    specs.push({ event: "VK_dn", quantity, level: 0.7, direction: "down" });
  }
  const rows = lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(","));
  return {
    name,
    circuit: {
      name,
      title: name,
      source: "reference",
      elements,
      probes: [
        { name: "V_Na", quantity: { kind: "voltage", node: "na" }, unit: "V" },
        { name: "y1", quantity: { kind: "state", element: "X1", index: 0 }, unit: "" },
        ...(devices.length > 1
          ? [
              { name: "V_K", quantity: { kind: "voltage", node: "k" }, unit: "V" } as const,
              { name: "y2", quantity: { kind: "state", element: "X2", index: 0 }, unit: "" } as const,
            ]
          : [{ name: "V", quantity: { kind: "voltage", node: "na" }, unit: "V" } as const]),
      ],
    },
    initial,
    stop_s: Number(corners.at(-1)?.[1]),
    specs,
    events: rows.map(([event = "", t = ""]) => ({ event, t_s: Number(t) })),
  };
}

function missing(name: string, key: string): never {
  throw new Error(`${key} is not in the header of ${name}`);
}

function vo2(name: string, a: string, b: string, Re: number, Rshunt: number): Element {
  return { kind: "device", name, a, b, model: "vo2-mott", parameters: { Re, Rshunt, sigma_cycle: 0 } };
}

function oscillator(need: (key: string) => number, wave: Waveform): Element[] {
  return [
    { kind: "V", name: "Vdc", plus: "s", minus: "0", wave },
    { kind: "R", name: "RL", a: "s", b: "na", R_ohm: need("RL") },
    { kind: "C", name: "C1", a: "na", b: "0", C_F: need("C") },
    vo2("X1", "na", "0", need("Re"), need("Rshunt")),
  ];
}

function neuron(
  header: string,
  need: (key: string) => number,
  number: (key: string) => number | undefined,
  wave: Waveform,
): Element[] {
  const elements: Element[] = [
    { kind: "C", name: "C1", a: "na", b: "0", C_F: need("C1") },
    vo2("X1", "na", "e1", need("Re1"), need("Rshunt1")),
    { kind: "V", name: "V1", plus: "e1", minus: "0", wave: { kind: "dc", value: need("V1") } },
    { kind: "R", name: "RL2", a: "na", b: "k", R_ohm: need("RL2") },
    { kind: "C", name: "C2", a: "k", b: "0", C_F: need("C2") },
    vo2("X2", "k", "e2", need("Re2"), need("Rshunt2")),
    { kind: "V", name: "V2", plus: "e2", minus: "0", wave: { kind: "dc", value: need("V2") } },
  ];
  if (/current into node/.test(header)) return [...elements, { kind: "I", name: "Iin", from: "0", to: "na", wave }];
  elements.push({ kind: "V", name: "Vin", plus: "in", minus: "0", wave });
  elements.push({ kind: "C", name: "Cin", a: "in", b: "na", C_F: need("Cin") });
  const RL1 = number("RL1");
  if (RL1 !== undefined && Number.isFinite(RL1))
    elements.push({ kind: "R", name: "RL1", a: "in", b: "na", R_ohm: RL1 });
  return elements;
}
