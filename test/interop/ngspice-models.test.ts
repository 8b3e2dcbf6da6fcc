/**
 * Every device model in the same small circuit (source, resistance, device), once in our transient engine and once in
 * ngspice. Compared is the mean difference over time of the device's voltage, as a share of its range, and where the
 * states end: a switching that ngspice sees a little early or late is a large difference for a short time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceModels } from "../../src/simulator/catalogue.js";
import { pwl } from "../../src/simulator/circuits/named.js";
import { spiceNetlist } from "../../src/simulator/netlist/spice.js";
import type { Circuit, Quantity, Waveform } from "../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";
import { needs } from "../support/needs.js";
import { ngspice } from "./ngspice-run.js";

interface Trial {
  readonly wave: Waveform;
  readonly series_ohm: number;
  readonly stop_s: number;
  /** A two-thousandth of the whole when left out. */
  readonly maxStep_s?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  /** States compared at the end, by their names in the netlist and their number. */
  readonly states: Readonly<Record<string, number>>;
  /** Share of the range; 1e-4 when left out. */
  readonly within?: number;
}

/** 0, to the first peak, to the second, to 0, at one rate if both peaks are as high. */
function loop(first: number, second: number, period_s: number): Waveform {
  return pwl([0, 0], [period_s / 4, first], [(3 * period_s) / 4, second], [period_s, 0]);
}

function upAndDown(peak: number, stop_s: number): Waveform {
  return pwl([0, 0], [stop_s / 2, peak], [stop_s, 0]);
}

const trials: Readonly<Record<string, Trial>> = {
  "zno-diffusive": { wave: upAndDown(0.5, 20e-3), series_ohm: 1e4, stop_s: 20e-3, states: { p: 1 } },
  "vo2-mott": { wave: upAndDown(2.5, 20e-6), series_ohm: 1e3, stop_s: 20e-6, states: { y: 0 } },
  "nbo2-mott": { wave: upAndDown(2.5, 20e-6), series_ohm: 2e3, stop_s: 20e-6, states: { y: 0 } },
  "vox-ndr": { wave: upAndDown(3, 40e-6), series_ohm: 677, stop_s: 40e-6, maxStep_s: 10e-9, states: { dt: 0 } },
  taox: { wave: loop(1.2, -1.2, 1e-3), series_ohm: 300, stop_s: 1e-3, states: { x: 0 } },
  "ag-siox": { wave: loop(1, -1, 10e-3), series_ohm: 1e3, stop_s: 10e-3, states: { x: 0 } },
  "wo3-pedot": {
    wave: loop(1, -1, 1),
    series_ohm: 1e4,
    stop_s: 1,
    parameters: { a: 5, Q_z: 1e-7 },
    states: { w: 0, z: 1 },
  },
  ots: { wave: upAndDown(2.5, 100e-6), series_ohm: 1e4, stop_s: 100e-6, states: { x: 0 } },
  vteam: { wave: loop(1, -0.5, 1e-6), series_ohm: 100, stop_s: 1e-6, parameters: { x_0: 0.5 }, states: { x: 0 } },
  yakopcic: { wave: loop(0.5, -0.5, 10e-3), series_ohm: 10, stop_s: 10e-3, states: { x: 0 } },
  // beyond the voltage at which the gap just begins to open, which no two solvers agree on
  "stanford-rram": { wave: loop(2, -3, 1e-3), series_ohm: 1e3, stop_s: 1e-3, states: { x: 0 } },
  "jart-vcm": { wave: loop(-1.5, 1.6, 4e-3), series_ohm: 100, stop_s: 4e-3, states: { s: 0, n: 1 } },
  // ngspice finds each of its resets within a step or two
  "lif-neuron": {
    wave: upAndDown(0.1, 50e-3),
    series_ohm: 2e7,
    stop_s: 50e-3,
    maxStep_s: 4e-6,
    states: { v: 0 },
    within: 2e-3,
  },
  "hh-membrane": { wave: upAndDown(0.1, 50e-3), series_ohm: 5e3, stop_s: 50e-3, states: { m: 0, h: 1, n: 2 } },
  resistor: { wave: upAndDown(1, 1), series_ohm: 1e3, stop_s: 1, states: {} },
  capacitor: { wave: upAndDown(1, 1e-3), series_ohm: 1e3, stop_s: 1e-3, states: {} },
  diode: { wave: loop(1, -1, 1e-3), series_ohm: 1e3, stop_s: 1e-3, states: {} },
};

for (const [model] of deviceModels) {
  test(`${model} behind a resistance does in ngspice what it does in our engine`, async (t) => {
    const program = needs(t, "ngspice");
    if (program === undefined) return;
    const trial = trials[model];
    assert.ok(trial, `it is laid down how ${model} is driven`);
    const { wave, stop_s, maxStep_s = stop_s / 2000, parameters = {}, within = 1e-4 } = trial;
    const circuit: Circuit = {
      name: "one",
      title: model,
      source: "test",
      elements: [
        { kind: "V", name: "Vin", plus: "in", minus: "0", wave },
        { kind: "R", name: "R1", a: "in", b: "d", R_ohm: trial.series_ohm },
        { kind: "device", name: "M1", a: "d", b: "0", model, parameters },
      ],
      probes: [],
    };
    const theirs = await ngspice(t, program, spiceNetlist(circuit, { dialect: "ngspice", stop_s, maxStep_s }), "one");
    const times_s = theirs.times_s.map((t_s) => Math.min(Math.max(t_s, 0), stop_s));
    assert.ok(Math.abs((times_s.at(-1) ?? 0) - stop_s) < 1e-9 * stop_s, "ngspice came to the end");
    const ours = transient(compileCircuit(circuit), { stop_s });
    assert.equal(ours.status, "done");
    const both = (quantity: Quantity, column: string) =>
      [ours.waveforms.sample(quantity, times_s), theirs.column(column)] as const;
    const [our_V, their_V] = both({ kind: "voltage", node: "d" }, "v(d)");
    const share = meanDifference(times_s, our_V, their_V) / range(our_V);
    t.diagnostic(
      `${model}: mean difference ${share.toExponential(1)} of the range of ${range(our_V).toPrecision(3)} V`,
    );
    assert.ok(share < within, `mean difference ${share}`);
    for (const [name, index] of Object.entries(trial.states)) {
      const [our, their] = both({ kind: "state", element: "M1", index }, `v(m1_${name})`);
      const [ended = NaN, endsAt = NaN] = [their.at(-1), our.at(-1)];
      assert.ok(
        Math.abs(ended - endsAt) < Math.max(10 * within, 2e-3) * range(our),
        `${name} ends at ${endsAt}, in ngspice at ${ended}`,
      );
    }
  });
}

function range(values: ArrayLike<number>): number {
  return Math.max(...Array.from(values)) - Math.min(...Array.from(values));
}

function meanDifference(times_s: readonly number[], one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 1; i < times_s.length; i++) {
    sum += Math.abs((one[i] ?? NaN) - (other[i] ?? NaN)) * ((times_s[i] ?? NaN) - (times_s[i - 1] ?? NaN));
  }
  return sum / (times_s.at(-1) ?? NaN);
}
