/** Behaviours of the phasic and mixed-mode VO2 neurons; sources and tolerances as in circuits-vo2.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pulses, pwl, step } from "../../src/simulator/circuits/named.js";
import { near, runCircuit, voltage, type CircuitRunOptions } from "./circuit-runs.js";

const start = 10e-6;
const slow = 0.1e-6;

function spikes(preset: string, wave: Parameters<typeof voltage>[0], more: CircuitRunOptions = {}): number {
  return runCircuit("vo2-phasic", { preset, drive: voltage(wave), ...more }).at("VK_up").length;
}

test("phasic spiking with the table's values: a step of 1 to 3 V gives one spike, 0.7 V none", () => {
  assert.deepEqual(
    [0.7, 1, 1.5, 3].map((height) => spikes("phasic-spike", step(height, slow))),
    [0, 1, 1, 1],
  );
});

test("phasic bursting with the table's values: a step of 1.5 to 4 V gives four spikes, 1 V none", () => {
  assert.deepEqual(
    [1, 1.5, 2.5, 4].map((height) => spikes("phasic-burst", step(height, slow))),
    [0, 4, 4, 4],
  );
});

test("rebound spike with the table's values: -0.5 and -0.6 V give one spike 1.7 to 2 us after release, -0.4 V none", () => {
  const run = (height: number) =>
    runCircuit("vo2-phasic", { preset: "rebound-spike", drive: voltage(pulses(slow, [start, 50e-6, height])) }).at(
      "VK_up",
    );
  assert.equal(run(-0.4).length, 0);
  for (const height of [-0.5, -0.6]) {
    const times = run(height);
    assert.equal(times.length, 1);
    const after = (times[0] ?? NaN) - start - 50e-6;
    assert.ok(after > 1.5e-6 && after < 2.1e-6, `${after} s after release of ${height} V`);
  }
});

test("rebound needs 20 us of -0.5 V, 10 us are not enough (published 5 and 4 us)", () => {
  const count = (width: number) => spikes("rebound-spike", pulses(slow, [start, width, -0.5]));
  assert.deepEqual([5e-6, 10e-6, 20e-6, 50e-6].map(count), [0, 0, 1, 1]);
});

test("rebound burst with the table's values: -0.75 to -1.5 V for 50 us leaves three spikes", () => {
  for (const height of [-0.75, -1, -1.5]) {
    const times = runCircuit("vo2-phasic", {
      preset: "rebound-burst",
      drive: voltage(pulses(slow, [start, 50e-6, height])),
    })
      .at("VK_up")
      .filter((t) => t > start + 50e-6);
    assert.equal(times.length, 3, `${height} V`);
  }
});

test("threshold variability: neither pulse fires alone, both do 0.5 us apart, and no more from 1 us on (published longer)", () => {
  const low = [start, 5e-6, -0.4] as const;
  const high = (gap: number) => [start + 5e-6 + gap, 5e-6, 0.2] as const;
  const count = (...each: (readonly [number, number, number])[]) =>
    spikes("threshold-variability", pulses(slow, ...each));
  assert.deepEqual([count(low), count(high(0.5e-6))], [0, 0]);
  assert.deepEqual(
    [0.4e-6, 1.5e-6, 3e-6].map((gap) => count(low, high(gap))),
    [1, 0, 0],
  );
});

test("accommodation at 5 % less bias: a rise to 1.5 V within 20 us fires, within 50 us and more it does not", () => {
  const count = (rise: number) => spikes("accommodation-bias", pwl([0, 0], [start, 0], [start + rise, 1.5]));
  const fires = [1e-6, 10e-6, 20e-6].map(count);
  assert.ok(
    fires.every((n) => n >= 1 && n <= 2),
    fires.join(),
  );
  assert.deepEqual([50e-6, 200e-6].map(count), [0, 0]);
});

test("after-potential with an isolator of 80 kohm and 6 % more bias: one spike at 200 uA, a second from 300 uA", () => {
  const count = (amperes: number) => spikes("after-potential-80k", step(amperes * 80e3, slow));
  assert.deepEqual([200e-6, 300e-6, 500e-6].map(count), [1, 2, 2]);
});

test("the resonator is a band-pass: 0.4 V none, 0.5 V nine spikes at 2 to 10 kHz (published centre 17 kHz: NOT met)", () => {
  const chirp = (amplitude: number) =>
    ({ kind: "chirp", amplitude, start_Hz: 100, stop_Hz: 60e3, duration_s: 10e-3, delay_s: start }) as const;
  assert.equal(spikes("resonator", chirp(0.4)), 0);
  const times = runCircuit("vo2-phasic", { preset: "resonator", drive: voltage(chirp(0.5)) }).at("VK_up");
  assert.equal(times.length, 9);
  for (const t of times) {
    const at_Hz = 100 + (59.9e3 * (t - start)) / 10e-3;
    assert.ok(at_Hz > 1.5e3 && at_Hz < 11e3, `${at_Hz} Hz`);
  }
});

test("the resonator with 1.2 kohm: 0.6 V none, 0.65 V 25 spikes, 0.7 V 40 with their median near 18.5 kHz", () => {
  const run = (amplitude: number) =>
    runCircuit("vo2-phasic", {
      preset: "resonator-1k2",
      drive: voltage({ kind: "chirp", amplitude, start_Hz: 100, stop_Hz: 60e3, duration_s: 10e-3, delay_s: start }),
    }).at("VK_up");
  assert.equal(run(0.6).length, 0);
  near(run(0.65).length, 25, 0.1, "0.65 V");
  const times = run(0.7);
  near(times.length, 40, 0.05, "0.7 V");
  near(100 + (59.9e3 * ((times[times.length >> 1] ?? NaN) - start)) / 10e-3, 18.5e3, 0.15, "median");
});

test("mixed mode with the table's values: intervals 30.2, 51.8, 136.8 us, then steady at 137.26 us", () => {
  const gaps = runCircuit("vo2-mixed", { preset: "mixed-mode" }).intervals("VK_up");
  [30.2e-6, 51.8e-6, 136.8e-6, 137.26e-6, 137.26e-6].forEach((expected, i) =>
    near(gaps[i], expected, 0.001, `interval ${i}`),
  );
});
