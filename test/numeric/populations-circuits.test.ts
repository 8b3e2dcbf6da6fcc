import assert from "node:assert/strict";
import test from "node:test";
import { burstsOf, metricOf, spikesOf, spikeTrainOf } from "../../src/analysis/index.js";
import { circuitNamed } from "../../src/simulator/circuits/index.js";
import { gridOf, runCircuits, seeded, type CircuitItem } from "../../src/simulator/populations/index.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";

// The neurons of the reference cases; C1, C2 include 1 nF of stray each.
const tonic = {
  RL2: 6e3,
  C1: 6e-9,
  C2: 3e-9,
  Cstray: 0,
  V1: -1.5,
  V2: 1.5,
  Re1: 200,
  Re2: 200,
  Rshunt1: 15e3,
  Rshunt2: 15e3,
};
const burst = {
  RL2: 10e3,
  C1: 11e-9,
  C2: 1e-9,
  Cstray: 0,
  V1: -1.75,
  V2: 1.75,
  Re1: 250,
  Re2: 250,
  Rshunt1: 13e3,
  Rshunt2: 13e3,
};

function stepOf(current_A: number): NonNullable<CircuitItem["drive"]> {
  return { kind: "current", wave: { kind: "pwl", times_s: [0, 10e-6, 10.1e-6], values: [0, 0, current_A] } };
}

test("a grid of currents gives a rising spike frequency, the same on 1, 2 and 3 threads", async () => {
  const items = gridOf({ current_A: [30e-6, 60e-6, 100e-6] }).map(({ current_A }): CircuitItem => {
    return { circuit: "vo2-tonic", parameters: tonic, drive: stepOf(current_A), stop_s: 0.5e-3 };
  });
  const found: string[] = [];
  for (const threads of [1, 2, 3]) {
    const { results, failures } = await runCircuits(items, { threads });
    assert.deepEqual(failures, []);
    assert.ok(results.every((run) => run?.status === "done"));
    const spikes = results.map((run) => run?.events["VK_up"] ?? new Float64Array(0));
    const rates = spikes.map((times) => spikeTrainOf(times.slice(2)).frequency_Hz);
    assert.ok((rates[0] ?? NaN) < (rates[1] ?? NaN) && (rates[1] ?? NaN) < (rates[2] ?? NaN), rates.join(", "));
    found.push(spikes.map((times) => times.join()).join(";"));
  }
  assert.equal(found[1], found[0]);
  assert.equal(found[2], found[0]);
});

test("the tonic neuron at 60 uA spikes every 48.65 us without irregularity, seen by its events and in its waveform", () => {
  const circuit = circuitNamed("vo2-tonic");
  const result = transient(compileCircuit(circuit.build(tonic, stepOf(60e-6))), {
    stop_s: 0.6e-3,
    initial: "rest",
    events: circuit.eventsWith(tonic),
  });
  const events_s = result.events.filter(({ event }) => event === "VK_up").map(({ t_s }) => t_s);
  const column = circuit.columns.find(({ name }) => name === "V_K");
  assert.ok(column);
  const { start_s, peak } = spikesOf(result.waveforms.polyline(column.quantity), { above: 0.7, below: 0.5 });
  assert.equal(start_s.length, events_s.length);
  assert.ok(start_s.every((t, k) => Math.abs(t - (events_s[k] ?? NaN)) < 20e-9)); // straight lines to 1e-3 of the range
  assert.ok(peak.every((peak_V) => peak_V > 0.9 && peak_V < 1.3));
  const settled = spikeTrainOf(events_s.slice(3));
  assert.ok(Math.abs(settled.interval_s.mean / 48.646e-6 - 1) < 1e-4, `${settled.interval_s.mean} s`); // reference: BDF at 1e-12
  assert.ok(settled.interval_s.cv < 1e-3 && settled.cv2 < 1e-3);
});

test("the bursting neuron at 25 uA makes bursts of 6 spikes every 179.64 us, 7.7 to 16.7 us apart inside", async () => {
  const { results } = await runCircuits(
    [{ circuit: "vo2-tonic", parameters: burst, drive: stepOf(25e-6), stop_s: 1e-3 }],
    { threads: 1 },
  );
  const spikes_s = results[0]?.events["X2_on"] ?? new Float64Array(0);
  const found = burstsOf(spikes_s);
  assert.deepEqual(found.spikesPerBurst, { mean: 6, sd: 0, cv: 0, n: found.length - 2 });
  assert.ok(Math.abs(found.period_s.mean / 179.6425e-6 - 1) < 1e-4, `${found.period_s.mean} s`); // reference: BDF at 1e-12
  const inside = spikes_s.slice(found.first[1], found.first[2]);
  const gaps_us = Array.from(inside.slice(1), (t, k) => 1e6 * (t - (inside[k] ?? NaN)));
  assert.ok(
    Math.abs((gaps_us[0] ?? NaN) - 7.7) < 0.1 && Math.abs((gaps_us.at(-1) ?? NaN) - 16.7) < 0.1,
    gaps_us.join(", "),
  );
});

test("twelve seeded oscillators have periods of their own; those that can not be are named and the others are run", async () => {
  const items: CircuitItem[] = [
    ...seeded([{ circuit: "pearson-anson", stop_s: 60e-6 }], 12, 1),
    { circuit: "pearson-anson", parameters: { C: -1e-9 } },
    { circuit: "pearson-hanson" },
  ];
  const { results, failures } = await runCircuits(items, { threads: 2 });
  const periods = results
    .slice(0, 12)
    .map((run) => spikeTrainOf((run?.events["X1_on"] ?? []).slice(1)).interval_s.mean);
  const oscillating = periods.filter((period_s) => Number.isFinite(period_s));
  assert.ok(oscillating.length >= 9, `${periods.join(", ")}`); // a threshold drawn above 3 V never fires
  assert.ok(metricOf(oscillating).cv > 0.02);
  assert.equal(new Set(oscillating).size, oscillating.length);
  assert.deepEqual(
    failures.map(({ index }) => index),
    [12, 13],
  );
  assert.match(failures[0]?.message ?? "", /^C of pearson-anson/);
  assert.match(failures[1]?.message ?? "", /no circuit "pearson-hanson"/);
});
