import type { Axis, Figure, Series } from "../../../src/analysis/figure.js";
import { circuitNamed, type CircuitDrive } from "../../../src/simulator/circuits/index.js";
import { pulses } from "../../../src/simulator/circuits/named.js";
import { defaultTolerance } from "../../../src/simulator/transient/api.js";
import { compileCircuit } from "../../../src/simulator/transient/compile.js";
import { transient } from "../../../src/simulator/transient/transient.js";

const time: Axis = { label: "Time", unit: "s", scale: "linear" };
const volts: Axis = { label: "Voltage", unit: "V", scale: "linear" };

interface Simulation {
  readonly circuit: string;
  /** Settings and drive of a preset, before those given here. */
  readonly preset?: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly drive?: CircuitDrive;
  readonly stop_s?: number;
  readonly tolerance?: number;
  /** As in `TransientOptions`. */
  readonly growthLimited?: boolean;
  /** Columns of the circuit that are drawn, and their names in the legend. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Waveforms of a circuit from its own start. @throws Error the solve ended early */
function waveforms(simulation: Simulation): Series[] {
  const { circuit: name, preset: asked, parameters, drive, stop_s, columns } = simulation;
  const circuit = circuitNamed(name);
  const preset = asked === undefined ? undefined : circuit.presets.get(asked);
  if (asked !== undefined && !preset) throw new RangeError(`${name} has no preset ${asked}`);
  const system = compileCircuit(circuit.build({ ...preset?.parameters, ...parameters }, drive ?? preset?.drive));
  const result = transient(system, {
    stop_s: stop_s ?? preset?.stop_s ?? circuit.stop_s,
    tolerance: simulation.tolerance ?? defaultTolerance,
    growthLimited: simulation.growthLimited ?? true,
    ...(circuit.start === "rest" && { initial: "rest" as const }),
  });
  if (result.failure) throw new Error(`${name}: ${result.failure.message}`);
  return Object.entries(columns).map(([column, title]) => {
    const found = circuit.columns.find(({ name: each }) => each === column);
    if (!found) throw new RangeError(`${name} has no column ${column}`);
    const { times_s, values } = result.waveforms.polyline(found.quantity, 1e-3);
    return { name: title, ...thinned(times_s, found.of ? Array.from(values, found.of) : Array.from(values)), style: "line" };
  });
}

/** Without the points that a figure of a thousand pixels would put on top of each other. */
function thinned(t_s: ArrayLike<number>, values: readonly number[]): { x: number[]; y: number[] } {
  const last = values.length - 1;
  const range = Math.max(...values) - Math.min(...values);
  const kept = { x: [] as number[], y: [] as number[] };
  values.forEach((value, k) => {
    const far =
      Math.abs(t_s[k]! - (kept.x.at(-1) ?? -Infinity)) > t_s[last]! / 1000 ||
      Math.abs(value - (kept.y.at(-1) ?? -Infinity)) > range / 300;
    if (!far && k !== last) return;
    kept.x.push(t_s[k]!);
    kept.y.push(value);
  });
  return kept;
}

function overTime(name: string, title: string, y: Axis, ...simulations: readonly Simulation[]): [string, () => Figure] {
  return [name, () => ({ name, title, x: time, y, series: simulations.flatMap(waveforms) })];
}

const nodes = { V_Na: "Na node", V_K: "K node" };

function neuron(name: string, title: string, circuit: string, preset: string, stop_s?: number): [string, () => Figure] {
  return overTime(name, title, volts, { circuit, preset, columns: nodes, ...(stop_s !== undefined && { stop_s }) });
}

/** A 10 us pulse into the neuristor. */
function input(value_V: number): CircuitDrive {
  return { kind: "voltage", wave: pulses(10e-9, [10e-6, 10e-6, value_V]) };
}

/** Near the hold current, where a device leaves its metallic branch slowly. */
const nearHold = {
  circuit: "vo2-tonic",
  preset: "inhibition-burst-a",
  parameters: { Re1: 500, Re2: 500, Rshunt1: 15e3, Rshunt2: 15e3 },
  stop_s: 0.3e-3,
};

export const circuitFigures: ReadonlyMap<string, () => Figure> = new Map([
  overTime("pearson-anson", "VO2 oscillator: 3 V through 10 kohm, 1 nF", volts, {
    circuit: "pearson-anson",
    stop_s: 50e-6,
    columns: { V: "device and capacitor" },
  }),
  neuron("vo2-tonic-spike", "Tonic spiking: 60 µA, RL2 6 kohm", "vo2-tonic", "tonic-spike-6k", 0.3e-3),
  neuron("vo2-tonic-burst", "Tonic bursting: 25 µA, bias 1.75 V", "vo2-tonic", "tonic-burst-1v75", 0.6e-3),
  neuron("vo2-phasic-spike", "Phasic spike: a step through Cin", "vo2-phasic", "phasic-spike", 60e-6),
  neuron("vo2-mixed-mode", "Mixed mode: a step of 5 V", "vo2-mixed", "mixed-mode", 0.5e-3),
  overTime(
    "growth-limit",
    "One circuit, three solves: V_K under -90 µA",
    volts,
    { ...nearHold, tolerance: 1e-8, columns: { V_K: "tolerance 1e-8" } },
    { ...nearHold, tolerance: 1e-4, columns: { V_K: "1e-4" } },
    { ...nearHold, tolerance: 1e-4, growthLimited: false, columns: { V_K: "1e-4, steps not limited" } },
  ),
  overTime("zno-rc", "ZnO neuron: 0.8 V through 1 Mohm, 47 nF", volts, {
    circuit: "zno-rc",
    columns: { V: "device and capacitor" },
  }),
  overTime("vox-rc", "VOx neuron: 3 V through 678 ohm, 2.76 nF", volts, {
    circuit: "vox-rc",
    stop_s: 10e-6,
    columns: { V: "device and capacitor" },
  }),
  overTime(
    "nbo2-neuristor",
    "NbO2 neuristor: output for 10 µs inputs",
    volts,
    ...[0.2, 0.28, 0.3, 0.4].map((value_V) => ({
      circuit: "nbo2-neuristor",
      drive: input(value_V),
      columns: { V_out: `${value_V.toFixed(2)} V` },
    })),
  ),
  overTime("dpm", "Neuro-transistor: gate under 1.8 V pulses", volts, {
    circuit: "dpm",
    columns: { V_in: "input", V_gate: "gate", V_drain: "drain" },
  }),
  overTime("quasi-hh", "Quasi-HH neuron (illustrative): twelve 2 V pulses", volts, {
    circuit: "quasi-hh",
    columns: { V_m: "membrane", V_out: "output" },
  }),
  overTime(
    "taox-synapse",
    "TaOx synapse: state under the spikes of a VO2 neuron",
    { label: "State x", unit: "", scale: "linear" },
    { circuit: "taox-synapse", columns: { x: "potentiation from 0.05" } },
    { circuit: "taox-synapse", parameters: { polarity: -1, x0: 0.3 }, columns: { x: "depression from 0.3" } },
  ),
]);
