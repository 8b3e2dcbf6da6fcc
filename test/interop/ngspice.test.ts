/**
 * Netlists in ngspice, as they are written. ngspice's own accuracy at reltol 1e-5 is a few 1e-4 of a switching time (against an
 * independent solver at 1e-12, on the VO2 circuits: 2e-5 to 2.5e-4): that is what agreement can mean.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { pwl } from "../../src/simulator/circuits/named.js";
import { circuitNamed, circuits, type CircuitDrive } from "../../src/simulator/circuits/index.js";
import { spiceNetlist } from "../../src/simulator/netlist/spice.js";
import type { Circuit, Quantity } from "../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { restState } from "../../src/simulator/transient/rest.js";
import { transient } from "../../src/simulator/transient/transient.js";
import { needs } from "../support/needs.js";
import { ngspice, type Table } from "./ngspice-run.js";

/** Times at which a column rises through a level, on straight lines between rows. */
function rises({ times_s }: Table, values: readonly number[], level: number): number[] {
  return values.flatMap((value, i) => {
    const [before, t0, t1] = [values[i - 1], times_s[i - 1] ?? NaN, times_s[i] ?? NaN];
    return before !== undefined && before < level && value >= level
      ? [t0 + ((t1 - t0) * (level - before)) / (value - before)]
      : [];
  });
}

interface Case {
  readonly circuit: Circuit;
  readonly rest: boolean;
  readonly stop_s: number;
  readonly maxStep_s: number;
}

/** The largest relative difference of the times at which `quantity` rises through the middle of its range. */
async function disagreement(
  t: TestContext,
  program: string,
  { circuit, rest, stop_s, maxStep_s }: Case,
  quantity: Quantity,
  column: string,
): Promise<{ worst: number; count: number }> {
  const system = compileCircuit(circuit);
  const initial = rest ? { initial: restState(system).values } : {};
  const netlist = spiceNetlist(circuit, { dialect: "ngspice", stop_s, maxStep_s, ...initial });
  const theirs = await ngspice(t, program, netlist, circuit.name);
  const start = rest ? ({ initial: "rest" } as const) : {};
  const wave = transient(system, { stop_s, ...start }).waveforms.atSteps(quantity);
  const level = (Math.max(...wave) + Math.min(...wave)) / 2;
  const events = [{ event: "rise", quantity, level, direction: "up" }] as const;
  const ours = transient(compileCircuit(circuit), { stop_s, events, ...start }).events.map(({ t_s }) => t_s);
  const found = rises(theirs, theirs.column(column), level);
  assert.equal(found.length, ours.length, `ngspice rises ${found.length} times, ours ${ours.length}`);
  const differences = ours.map((t_s, i) => Math.abs((found[i] ?? NaN) - t_s) / t_s);
  return { worst: Math.max(...differences), count: ours.length };
}

/** What is watched in each circuit, until when, and how far ngspice may be off. */
const watched: Readonly<Record<string, { node?: string; state?: string; stop_s?: number; within: number }>> = {
  "pearson-anson": { node: "out", within: 3e-4 },
  "vo2-tonic": { node: "k", stop_s: 0.3e-3, within: 5e-4 },
  "vo2-phasic": { node: "k", within: 5e-4 },
  "vo2-mixed": { node: "k", stop_s: 0.3e-3, within: 5e-4 },
  "zno-rc": { node: "out", within: 5e-4 },
  "vox-rc": { node: "out", within: 5e-4 },
  "nbo2-neuristor": { node: "2", within: 5e-4 },
  dpm: { node: "g", stop_s: 0.3e-3, within: 2e-4 },
  "quasi-hh": { node: "out", stop_s: 0.1, within: 5e-4 },
  "taox-synapse": { node: "s", stop_s: 0.2e-3, within: 1e-3 },
  lif: { state: "m1_v", stop_s: 0.1, within: 5e-4 },
  "hodgkin-huxley": { node: "m", within: 5e-4 },
};

for (const named of circuits.values()) {
  test(`the netlist of ${named.name} runs in ngspice without edits and switches when ours does`, async (t) => {
    const program = needs(t, "ngspice");
    if (program === undefined) return;
    const how = watched[named.name];
    assert.ok(how, `it is laid down what is watched in ${named.name}`);
    const { worst, count } = await disagreement(
      t,
      program,
      {
        circuit: named.build({}),
        rest: named.start === "rest",
        stop_s: how.stop_s ?? named.stop_s,
        maxStep_s: named.spiceStep_s,
      },
      how.node === undefined ? { kind: "state", element: "M1", index: 0 } : { kind: "voltage", node: how.node },
      how.node === undefined ? `v(${how.state})` : `v(${how.node})`,
    );
    t.diagnostic(`${count} rises, largest relative difference ${worst.toExponential(1)}`);
    assert.ok(count > 0);
    assert.ok(worst < how.within, `relative difference ${worst}`);
  });
}

const drives: Readonly<Record<string, CircuitDrive["wave"]>> = {
  "a finite pulse train": { kind: "pulse", low: 0, high: 1, delay_s: 1e-6, width_s: 2e-6, period_s: 5e-6, count: 3 },
  "a late sine with a phase": {
    kind: "sine",
    amplitude: 1,
    frequency_Hz: 1e5,
    delay_s: 3e-6,
    phase_rad: 1,
    offset: 0.1,
  },
  "a chirp": { kind: "chirp", amplitude: 1, start_Hz: 1e4, stop_Hz: 3e5, duration_s: 15e-6, delay_s: 2e-6 },
  "samples and noise together": {
    kind: "sum",
    of: [
      { kind: "samples", interval_s: 1e-6, values: [0, 1, 0.5, 0.25, 1, 0] },
      { kind: "noise", distribution: "normal", size: 0.2, interval_s: 0.5e-6, seed: 3 },
    ],
  },
};

for (const [what, wave] of Object.entries(drives)) {
  test(`${what} is the same source in ngspice: an RC behind it is charged alike within 1 mV`, async (t) => {
    const program = needs(t, "ngspice");
    if (program === undefined) return;
    const circuit: Circuit = {
      name: "rc",
      title: what,
      source: "test",
      elements: [
        { kind: "V", name: "Vin", plus: "in", minus: "0", wave },
        { kind: "R", name: "R1", a: "in", b: "out", R_ohm: 1e3 },
        { kind: "C", name: "C1", a: "out", b: "0", C_F: 1e-9 },
      ],
      probes: [],
    };
    const stop_s = 20e-6;
    const theirs = await ngspice(
      t,
      program,
      spiceNetlist(circuit, { dialect: "ngspice", stop_s, maxStep_s: 10e-9 }),
      "rc",
    );
    const times_s = theirs.times_s.map((t_s) => Math.min(Math.max(t_s, 0), stop_s));
    const ours = transient(compileCircuit(circuit), { stop_s }).waveforms.sample(
      { kind: "voltage", node: "out" },
      times_s,
    );
    theirs.column("v(out)").forEach((value, i) => {
      assert.ok(Math.abs(value - (ours[i] ?? NaN)) < 1e-3, `${value} V and ${ours[i]} V at ${times_s[i]} s`);
    });
  });
}

test("a source with compliance, a finite limiter and a cable is the same in ngspice", async (t) => {
  const program = needs(t, "ngspice");
  if (program === undefined) return;
  const circuit: Circuit = {
    name: "limited",
    title: "a VO2 device switched by a limited source",
    source: "test",
    elements: [
      {
        kind: "limited",
        name: "S1",
        plus: "a",
        minus: "0",
        wave: pwl([0, 0], [10e-6, 2]),
        series_ohm: 50,
        limit_A: 0.5e-3,
        response_s: 0.2e-6,
        cable_F: 100e-12,
      },
      { kind: "device", name: "X1", a: "a", b: "0", model: "vo2-mott" },
    ],
    probes: [],
  };
  const { worst, count } = await disagreement(
    t,
    program,
    { circuit, rest: false, stop_s: 12e-6, maxStep_s: 5e-9 },
    { kind: "voltage", node: "a" },
    "v(a)",
  );
  assert.ok(count > 0 && worst < 1e-3, `${count} rises, ${worst}`);
});

test("every preset has a netlist in both dialects", () => {
  for (const circuit of circuits.values()) {
    for (const preset of circuit.presets.values()) {
      for (const dialect of ["ngspice", "ltspice"] as const) {
        const netlist = spiceNetlist(circuit.build(preset.parameters, preset.drive), {
          dialect,
          stop_s: preset.stop_s,
        });
        assert.ok(netlist.trimEnd().endsWith(".end"), `${circuit.name} ${preset.name}`);
        if (dialect === "ltspice") assert.ok(!/\.control|[IV]=\{/.test(netlist), `${circuit.name} ${preset.name}`);
      }
    }
  }
});

test("a circuit with a seed has no netlist: SPICE can not draw the same cycles", () => {
  const circuit = circuitNamed("zno-rc").build({}, undefined, 5);
  assert.throws(() => spiceNetlist(circuit, { dialect: "ngspice", stop_s: 1 }), /SPICE can not draw/);
});
