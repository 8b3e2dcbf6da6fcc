import { drivers } from "../../drivers/index.js";
import type { Kind } from "../../drivers/index.js";
import type { Wire } from "../virtual/bench-plan.js";
import { listed, unknownName } from "./complaints.js";
import type { Complaints } from "./complaints.js";
import type { InstrumentConfig } from "./config.js";
import type { BenchFile } from "./schema.js";

/** Names of the nodes in a bench file. `dut.in` and `dut.out` are other words for the two ends of the device. */
const nodes: ReadonlyMap<string, Wire["node"]> = new Map([
  ["dut.top", "dut.top"],
  ["dut.bottom", "dut.bottom"],
  ["dut.in", "dut.top"],
  ["dut.out", "dut.bottom"],
  ["ground", "ground"],
] as const);

/** Names that a terminal of each kind of instrument may have. An SMU's channel 1 is `high` or `1.high`. */
const terminals: Readonly<Record<Kind, readonly string[]>> = {
  smu: ["high", "low", "2.high", "2.low"],
  awg: ["1", "2"],
  scope: ["1", "2", "3", "4", "5", "6", "7", "8"],
  thermal: [],
  switch: [],
};

/** Pulse channels of an SMU's instrument are channels of their own, far from the SMUs. */
export const FIRST_PULSE_CHANNEL = 100;
export const pulseTerminal = (channel: number): string => `pmu${channel}`;

/** The channel of a pulse card that a terminal belongs to; undefined: it is none. */
export function pulseChannelOf(terminal: string): number | undefined {
  const number = /^pmu(\d)$/.exec(terminal)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The channel that a terminal belongs to. */
export function channelOfTerminal(terminal: string): number {
  const pulses = pulseChannelOf(terminal);
  if (pulses !== undefined) return FIRST_PULSE_CHANNEL + pulses;
  const [first = ""] = terminal.split(".");
  return /^\d+$/.test(first) ? Number(first) : 1;
}

/** What can be wired of an instrument. */
function terminalsOf({ driver }: InstrumentConfig, kind: Kind): readonly string[] {
  return [...terminals[kind], ...((driver === undefined ? undefined : drivers.get(driver)?.terminals) ?? [])];
}

/** Which instruments a converter may stand in front of. */
const throughFor: Readonly<Record<string, readonly Kind[]>> = {
  isolator: ["awg"],
  shunt: ["scope"],
  series: ["smu", "awg"],
};

/** The kind of an instrument; undefined before it was asked, and for a driver that is not known (which has its own complaint). */
export function kindOf(instrument: InstrumentConfig): Kind | undefined {
  return instrument.driver === undefined ? undefined : drivers.get(instrument.driver)?.kind;
}

/** Which terminal meets which node; one SMU needs no wiring where nothing else has a terminal at the device. */
export function readWiring(
  written: BenchFile["wiring"],
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): Wire[] {
  if (written === undefined) return wiringOfOneSmu(instruments, complaints);
  const wires: Wire[] = [];
  for (const [name, target] of Object.entries(written)) {
    const wire = readWire(name, target, instruments, complaints);
    if (!wire) continue;
    if (wires.some((other) => other.instrument === wire.instrument && other.terminal === wire.terminal)) {
      complaints.add(
        ["wiring", name],
        `${wire.instrument}.${wire.terminal} is wired twice. One terminal meets one node.`,
      );
    }
    wires.push(wire);
  }
  return wires;
}

function wiringOfOneSmu(instruments: readonly InstrumentConfig[], complaints: Complaints): Wire[] {
  if (instruments.some(({ driver }) => driver === undefined)) return []; // known once they were asked who they are
  const atDevice = instruments.filter((instrument) => terminals[kindOf(instrument) ?? "smu"].length > 0);
  const [only] = atDevice;
  if (only === undefined) return [];
  if (atDevice.length === 1 && kindOf(only) === "smu") {
    return [
      { instrument: only.label, terminal: "high", node: "dut.top" },
      { instrument: only.label, terminal: "low", node: "dut.bottom" },
    ];
  }
  const example = atDevice.map(
    (instrument) => `${instrument.label}.${String(terminals[kindOf(instrument) ?? "smu"][0])}: dut.top`,
  );
  complaints.add(
    ["wiring"],
    `"wiring" may be left out for one SMU only; here are ${listed(atDevice.map(({ label }) => label))}. Write for example wiring: { ${example.join(", ")} }.`,
  );
  return [];
}

function readWire(
  name: string,
  target: { to: string; through?: Readonly<Record<string, number | undefined>> | undefined },
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): Wire | undefined {
  const at = ["wiring", name];
  const dot = name.indexOf(".");
  const label = name.slice(0, Math.max(dot, 0));
  const terminal = name
    .slice(dot + 1)
    .toLowerCase()
    .replace(/^1\.(?=high$|low$)/, "");
  const instrument = instruments.find((candidate) => candidate.label === label);
  const node = nodes.get(target.to);
  const kind = instrument && kindOf(instrument);
  if (!instrument) {
    const labels = instruments.map((candidate) => candidate.label);
    complaints.add(
      at,
      `${unknownName("an instrument", label || name, labels)} Write instrument.terminal, for example smu.high.`,
    );
  }
  if (!node) complaints.add([...at, "to"], unknownName("a node", target.to, [...nodes.keys()]));
  if (!instrument || !node) return undefined;
  // Not asked yet who it is: the terminal is looked at once that is known.
  if (!kind) return { instrument: label, terminal, node };
  if (terminals[kind].length === 0) {
    complaints.add(
      at,
      `${label} (${instrument.driver ?? ""}) has no terminal at the device. Leave it out of the wiring.`,
    );
    return undefined;
  }
  const known = terminalsOf(instrument, kind);
  if (!known.includes(terminal)) {
    complaints.add(at, unknownName(`a terminal of ${label} (${instrument.driver ?? ""})`, terminal, known));
    return undefined;
  }
  const through = readThrough(target.through ?? {}, kind, [...at, "through"], complaints);
  return { instrument: label, terminal, node, ...(Object.keys(through).length > 0 ? { through } : {}) };
}

function readThrough(
  written: Readonly<Record<string, number | undefined>>,
  kind: Kind,
  at: readonly string[],
  complaints: Complaints,
): NonNullable<Wire["through"]> {
  for (const key of Object.keys(written)) {
    const kinds = throughFor[key] ?? [];
    if (kinds.includes(kind)) continue;
    const fitting = Object.entries(throughFor).flatMap(([other, of]) => (of.includes(kind) ? [other] : []));
    complaints.add(
      [...at, key],
      `"${key}" can not stand before ${kind === "awg" ? "an AWG" : kind === "smu" ? "an SMU" : "a scope"}; allowed there is ${listed(fitting)}.`,
    );
  }
  const { isolator, shunt, series } = written;
  return {
    ...(shunt === undefined ? {} : { shunt_ohm: shunt }),
    ...(isolator === undefined ? {} : { isolator_A_per_V: isolator }),
    ...(series === undefined ? {} : { series_ohm: series }),
  };
}
