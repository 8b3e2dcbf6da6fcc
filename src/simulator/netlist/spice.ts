import { MemrigError } from "../../errors.js";
import { complete, deviceModel, drawsOf } from "../catalogue.js";
import { checkCircuit, terminalsOf } from "./check.js";
import { spiceDevice } from "./spice/devices.js";
import { Lines, number, type Dialect } from "./spice/lines.js";
import { writeSource } from "./spice/waves.js";
import { ground, type Circuit, type Element } from "./types.js";
import { atomsOf, waveValue } from "./waveform.js";

export interface SpiceOptions {
  readonly dialect: Dialect;
  readonly stop_s: number;
  /** Longest step: SPICE codes miss a turn-on they step over. A five-thousandth of the whole when left out. */
  readonly maxStep_s?: number;
  /** SPICE's reltol; 1e-5 when left out. At the usual 1e-3 Mott devices give wrong spike counts or abort. */
  readonly reltol?: number;
  /** Start values as `restState` names them: `V(node)`, `X1.0`. Left out: the circuit's own. */
  readonly initial?: Readonly<Record<string, number>>;
}

/**
 * The circuit as a netlist that runs as it is, with its parameters and initial state. ngspice: `ngspice -b FILE` writes
 * `<circuit>.txt` with the voltages of all nodes, device states among them. LTspice: open it and run.
 *
 * @throws MemrigError `invalid-request`: the circuit is refused by `checkCircuit`, a device has a seed or spread (SPICE
 *   can not draw the same cycles), or a model no SPICE form
 */
export function spiceNetlist(circuit: Circuit, options: SpiceOptions): string {
  checkCircuit(circuit);
  const { dialect, stop_s, maxStep_s = stop_s / 5000, reltol = 1e-5, initial } = options;
  const lines = new Lines(dialect);
  const node = nodeNames();
  for (const element of circuit.elements) writeElement(lines, element, node, stop_s, initial);
  const starts = initialVoltages(circuit, node, initial);
  const plotted = [...starts.keys()];
  lines.add(
    ...wrapped(
      ".ic",
      [...starts].map(([name, value]) => `V(${name})=${number(value)}`),
    ),
  );
  lines.add(
    `.options reltol=${number(reltol)} abstol=1e-12 vntol=1e-8 chgtol=1e-18 trtol=1 method=trap maxord=2 itl4=200 itl1=500`,
    `.tran ${number(maxStep_s)} ${number(stop_s)} 0 ${number(maxStep_s)} uic`,
  );
  if (dialect === "ngspice") {
    lines.add(".control", "run", "set wr_vecnames", "set wr_singlescale", "set numdgt=10");
    lines.add(`wrdata ${circuit.name}.txt ${plotted.map((name) => `V(${name})`).join(" ")}`, "quit", ".endc");
  } else {
    // LTspice would keep only what a plot needs, in single precision
    lines.add(".options plotwinsize=0 numdgt=15", `.save ${plotted.map((name) => `V(${name})`).join(" ")}`);
  }
  lines.add(".end");
  return [`* ${circuit.name}: ${circuit.title}`, `* Source: ${circuit.source}`, ...lines.text(), ""].join("\n");
}

function writeElement(
  lines: Lines,
  element: Element,
  node: (name: string) => string,
  stop_s: number,
  initial: SpiceOptions["initial"],
): void {
  switch (element.kind) {
    case "R":
      return lines.add(`${named("R", element.name)} ${node(element.a)} ${node(element.b)} ${number(element.R_ohm)}`);
    case "C": {
      const start = initial || element.initial_V === undefined ? "" : ` IC=${number(element.initial_V)}`;
      return lines.add(
        `${named("C", element.name)} ${node(element.a)} ${node(element.b)} ${number(element.C_F)}${start}`,
      );
    }
    case "V":
      return writeSource(
        lines,
        "V",
        bare("V", element.name),
        node(element.plus),
        node(element.minus),
        element.wave,
        stop_s,
      );
    case "I":
      return writeSource(
        lines,
        "I",
        bare("I", element.name),
        node(element.from),
        node(element.to),
        element.wave,
        stop_s,
      );
    case "limited":
      return writeLimited(lines, element, node, stop_s);
    case "nmos": {
      const [d, g, s] = [node(element.drain), node(element.gate), node(element.source)];
      const over = `max(V(${g})-min(V(${d}),V(${s}))-${number(element.vth_V)},0)`;
      const across = `abs(V(${d},${s}))`;
      const used = `min(${across},${over})`;
      const longer = `(1+${number(element.lambda_per_V ?? 0)}*${across})`;
      const k = number(element.k_A_per_V2);
      lines.comment(`${element.name}: n-channel MOS by the square law`);
      return lines.current(element.name, d, s, `${k}*sgn(V(${d},${s}))*(${over}*${used}-${used}*${used}/2)*${longer}`);
    }
    case "device":
      return writeDevice(lines, element, node);
  }
}

/** emf behind a resistance, its current limited; the limiter takes its response time. */
function writeLimited(
  lines: Lines,
  element: Extract<Element, { kind: "limited" }>,
  node: (name: string) => string,
  stop_s: number,
): void {
  const [p, n] = [node(element.plus), node(element.minus)];
  const emf = `${element.name.toLowerCase()}_emf`;
  const R_ohm = Math.max(element.series_ohm, 1e-3);
  const most_V = number(Math.min(R_ohm * element.limit_A, 1e30));
  writeSource(lines, "V", `${element.name}_emf`, emf, "0", element.wave, stop_s);
  const over = `(V(${emf})-V(${p},${n}))`;
  const within = `max(min(${over},${most_V}),-${most_V})`;
  const response_s = element.response_s ?? 0;
  if (response_s > 0) {
    const taken = `${element.name.toLowerCase()}_p`;
    lines.state(taken, 1e-9, `(${over}-${within}-V(${taken}))/${number(response_s)}`);
    lines.current(element.name, n, p, `(${over}-V(${taken}))/${number(R_ohm)}`);
  } else lines.current(element.name, n, p, `${within}/${number(R_ohm)}`);
  if ((element.cable_F ?? 0) > 0) lines.capacitor(element.name, p, n, element.cable_F ?? 0);
}

type DeviceElement = Extract<Element, { kind: "device" }>;

/** A sub-circuit of its own for each device: its numbers stand in it, to be read and changed. */
function writeDevice(lines: Lines, element: DeviceElement, node: (name: string) => string): void {
  const { name, model } = element;
  refuseSpread(element);
  const form = spiceDevice(model);
  const k = complete(deviceModel(model), element.parameters ?? {});
  const type = `${name.toLowerCase()}_${model.replaceAll("-", "_")}`;
  lines.add(`.subckt ${[type, "pos", "neg", ...form.states].join(" ")}`);
  form.write(lines, k, "pos", "neg", form.states);
  if ((k["C"] ?? 0) > 0) lines.capacitor("own", "pos", "neg", k["C"] ?? 0);
  lines.add(`.ends ${type}`);
  const nodes = [node(element.a), node(element.b), ...form.states.map((state) => stateNode(name, state))];
  lines.add(`X${bare("X", name)} ${nodes.join(" ")} ${type}`);
}

function refuseSpread(element: DeviceElement): void {
  const spread = Object.entries(element.parameters ?? {}).find(
    ([name, value]) => name.startsWith("sigma_") && value > 0,
  );
  if (element.seed === undefined && !spread) return;
  throw new MemrigError(
    "invalid-request",
    `${element.name} was given ${spread ? `${spread[0]} = ${spread[1]}` : `seed ${element.seed}`}: SPICE can not draw the ` +
      `same devices and cycles. Write the netlist of the nominal circuit, without seed and spread.`,
    { element: element.name },
  );
}

/** Where every node and state starts, by the netlist's names. */
function initialVoltages(
  circuit: Circuit,
  node: (name: string) => string,
  initial: SpiceOptions["initial"],
): Map<string, number> {
  const starts = new Map<string, number>();
  const forced = forcedVoltages(circuit);
  for (const element of circuit.elements) {
    for (const name of terminalsOf(element)) {
      if (name !== ground) starts.set(node(name), initial?.[`V(${name})`] ?? forced.get(name) ?? 0);
    }
    if (element.kind !== "device") continue;
    const form = spiceDevice(element.model);
    const model = deviceModel(element.model);
    const own =
      element.initial ??
      model.create(complete(model, element.parameters ?? {}), drawsOf(element.model, undefined)).initial;
    const states = own.map((value, i) => initial?.[`${element.name}.${i}`] ?? value);
    const volts = form.initial?.(states) ?? states;
    form.states.forEach((state, i) => starts.set(stateNode(element.name, state), volts[i] ?? 0));
  }
  return starts;
}

/** Nodes whose voltage sources tell it, at time 0. */
function forcedVoltages(circuit: Circuit): Map<string, number> {
  const known = new Map([[ground, 0]]);
  const sources = circuit.elements.filter((element) => element.kind === "V");
  for (let found = true; found;) {
    found = false;
    for (const { plus, minus, wave } of sources) {
      const value = waveValue(atomsOf(wave), 0);
      const [low, high] = [known.get(minus), known.get(plus)];
      if (low !== undefined && high === undefined) known.set(plus, low + value);
      else if (low === undefined && high !== undefined) known.set(minus, high - value);
      else continue;
      found = true;
    }
  }
  return known;
}

/** Node names for SPICE, which does not tell capitals apart and has another name for ground: those that clash get a number. */
function nodeNames(): (name: string) => string {
  const names = new Map<string, string>([[ground, "0"]]);
  const used = new Set<string>(["0", "gnd"]);
  return (name) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const plain = name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_");
    let free = plain;
    for (let i = 2; used.has(free); i++) free = `${plain}_${i}`;
    used.add(free);
    names.set(name, free);
    return free;
  };
}

function stateNode(device: string, state: string): string {
  return `${device.toLowerCase()}_${state}`;
}

/** The element's name behind the letter that says what it is, which it may already have. */
function named(letter: string, name: string): string {
  return letter + bare(letter, name);
}

function bare(letter: string, name: string): string {
  return name.toUpperCase().startsWith(letter) ? name.slice(1) : name;
}

function wrapped(head: string, words: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(words.length / 4) }, (_, i) =>
    [i === 0 ? head : "+", ...words.slice(4 * i, 4 * i + 4)].join(" "),
  );
}
