import { MemrigError } from "../../errors.js";
import { complete, deviceModel } from "../catalogue.js";
import { checkConnections } from "./connections.js";
import { ground, type Circuit, type Element, type Quantity, type Waveform } from "./types.js";

/**
 * Refuses what can not be simulated, by name.
 *
 * @throws MemrigError `invalid-request`: names the element or node, says what is wrong and what to write instead
 */
export function checkCircuit(circuit: Circuit): void {
  const names = new Set<string>();
  for (const element of circuit.elements) {
    if (names.has(element.name)) throw refused(circuit, `there are two elements named ${element.name}`);
    names.add(element.name);
    checkNumbers(circuit, element);
  }
  checkConnections(circuit);
  const nodes = new Set([ground, ...circuit.elements.flatMap(terminalsOf)]);
  for (const probe of circuit.probes) checkQuantity(circuit, probe.quantity, nodes, `the probe ${probe.name}`);
}

/** The nodes an element touches. */
export function terminalsOf(element: Element): string[] {
  switch (element.kind) {
    case "R":
    case "C":
    case "device":
      return [element.a, element.b];
    case "V":
    case "limited":
      return [element.plus, element.minus];
    case "I":
      return [element.from, element.to];
    case "nmos":
      return [element.drain, element.gate, element.source];
  }
}

/** Circuits also come from programs that no compiler has checked. */
function unknownKind(given: object, what: string, allowed: readonly string[]): MemrigError {
  const kind = "kind" in given ? String(given.kind) : "none";
  return new MemrigError(
    "invalid-request",
    `"${kind}" was given as the kind of ${what}; there are: ${allowed.join(", ")}.`,
    { kind, allowed },
  );
}

/**
 * @param what who asks, for the message
 * @throws MemrigError `invalid-request`: there is no such node, element or state in the circuit
 */
export function checkQuantity(circuit: Circuit, quantity: Quantity, nodes: ReadonlySet<string>, what: string): void {
  if (quantity.kind === "voltage") {
    for (const node of [quantity.node, quantity.over ?? ground]) {
      if (!nodes.has(node)) {
        throw refused(
          circuit,
          `${what} asks for node ${node}, which is not there; there are: ${[...nodes].join(", ")}`,
        );
      }
    }
    return;
  }
  const element = circuit.elements.find(({ name }) => name === quantity.element);
  if (!element) {
    const names = circuit.elements.map(({ name }) => name).join(", ");
    throw refused(circuit, `${what} asks for element ${quantity.element}, which is not there; there are: ${names}`);
  }
  if (quantity.kind !== "state") return;
  if (element.kind !== "device") throw refused(circuit, `${what} asks for a state of ${element.name}, which has none`);
  const size = statesOf(element);
  if (!(Number.isInteger(quantity.index) && quantity.index >= 0 && quantity.index < size)) {
    throw refused(circuit, `${what} asks for state ${quantity.index} of ${element.name}, which has ${size}, from 0`);
  }
}

/** Number of states of a device element. */
function statesOf(element: Extract<Element, { kind: "device" }>): number {
  const model = deviceModel(element.model);
  const still = { uniform: () => 0.5, normal: () => 0 };
  return model.create(complete(model, element.parameters ?? {}), { cycle: still }).size;
}

function checkNumbers(circuit: Circuit, element: Element): void {
  const need = (sound: boolean, is: string, must: string): void => {
    if (!sound) throw refused(circuit, `${element.name} has ${is}; it must be ${must}`, { element: element.name });
  };
  const positive = (value: number, what: string): void =>
    need(value > 0 && value < Infinity, `${what} = ${value}`, "finite and above 0");
  const notNegative = (value: number, what: string): void =>
    need(value >= 0 && value < Infinity, `${what} = ${value}`, "finite and at least 0");
  switch (element.kind) {
    case "R":
      return positive(element.R_ohm, "R_ohm");
    case "C":
      need(Number.isFinite(element.initial_V ?? 0), `initial_V = ${element.initial_V}`, "finite");
      return positive(element.C_F, "C_F");
    case "V":
    case "I":
      return checkWave(element.wave, need);
    case "limited":
      checkWave(element.wave, need);
      notNegative(element.series_ohm, "series_ohm");
      need(element.limit_A > 0, `limit_A = ${element.limit_A}`, "above 0 (Infinity for no limit)");
      notNegative(element.response_s ?? 0, "response_s");
      return notNegative(element.cable_F ?? 0, "cable_F");
    case "nmos":
      positive(element.k_A_per_V2, "k_A_per_V2");
      need(Number.isFinite(element.vth_V), `vth_V = ${element.vth_V}`, "finite");
      return notNegative(element.lambda_per_V ?? 0, "lambda_per_V");
    case "device": {
      const model = deviceModel(element.model);
      complete(model, element.parameters ?? {});
      const given = element.initial;
      if (!given) return;
      const size = statesOf(element);
      need(
        given.length === size && given.every(Number.isFinite),
        `initial = ${given.join(", ")}`,
        `${size} finite states`,
      );
      return;
    }
    default:
      throw unknownKind(element, "an element", ["R", "C", "V", "I", "limited", "nmos", "device"]);
  }
}

type Need = (sound: boolean, is: string, must: string) => void;

function checkWave(wave: Waveform, need: Need): void {
  const finite = (values: ArrayLike<number>, what: string): void => {
    for (let i = 0; i < values.length; i++) need(Number.isFinite(values[i]), `${what} = ${values[i]}`, "finite");
  };
  const above0 = (value: number, what: string): void =>
    need(value > 0 && value < Infinity, `${what} = ${value}`, "finite and above 0");
  switch (wave.kind) {
    case "dc":
      return finite([wave.value], "value");
    case "pulse": {
      finite([wave.low, wave.high, wave.delay_s ?? 0], "a level or delay");
      const shape_s = [wave.rise_s ?? 0, wave.width_s, wave.fall_s ?? 0];
      need(
        shape_s.every((part_s) => part_s >= 0 && part_s < Infinity),
        `a rise, width or fall of ${shape_s.join(", ")} s`,
        "at least 0",
      );
      if (wave.period_s === undefined) return;
      above0(wave.period_s, "period_s");
      const long_s = shape_s.reduce((sum, part_s) => sum + part_s, 0);
      return need(
        long_s <= wave.period_s,
        `a pulse of ${long_s} s in a period of ${wave.period_s} s`,
        "shorter than its period",
      );
    }
    case "pwl":
      need(
        wave.times_s.length > 0 && wave.times_s.length === wave.values.length,
        `${wave.times_s.length} times and ${wave.values.length} values`,
        "at least one point, as many times as values",
      );
      finite(wave.times_s, "times_s");
      finite(wave.values, "values");
      for (let i = 1; i < wave.times_s.length; i++) {
        need(
          wave.times_s[i]! >= wave.times_s[i - 1]!,
          `the time ${wave.times_s[i]} s after ${wave.times_s[i - 1]} s`,
          "in rising order",
        );
      }
      return;
    case "sine":
      finite(
        [wave.amplitude, wave.offset ?? 0, wave.phase_rad ?? 0, wave.delay_s ?? 0],
        "amplitude, offset, phase or delay",
      );
      return above0(wave.frequency_Hz, "frequency_Hz");
    case "chirp":
      finite([wave.amplitude, wave.offset ?? 0, wave.delay_s ?? 0], "amplitude, offset or delay");
      above0(wave.start_Hz, "start_Hz");
      above0(wave.stop_Hz, "stop_Hz");
      return above0(wave.duration_s, "duration_s");
    case "samples":
      need(wave.values.length > 0, "no samples", "at least one value");
      finite(wave.values, "values");
      return above0(wave.interval_s, "interval_s");
    case "noise":
      need(wave.size >= 0 && wave.size < Infinity, `size = ${wave.size}`, "finite and at least 0");
      finite([wave.seed], "seed");
      return above0(wave.interval_s, "interval_s");
    case "sum":
      need(wave.of.length > 0, "a sum of nothing", "a sum of at least one waveform");
      return wave.of.forEach((part) => checkWave(part, need));
    default:
      throw unknownKind(wave, "a waveform", ["dc", "pulse", "pwl", "sine", "chirp", "samples", "noise", "sum"]);
  }
}

export function refused(circuit: Circuit, what: string, details: Readonly<Record<string, unknown>> = {}): MemrigError {
  return new MemrigError("invalid-request", `Circuit ${circuit.name}: ${what}.`, { circuit: circuit.name, ...details });
}
