/**
 * VO2 neurons of two unequal devices, within the spread of Re, Rshunt, r and L: behaviours that equal devices do not show,
 * or only with other circuit values. Sources and tolerances as in circuits-vo2.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pulses, pwl, step } from "../../src/simulator/circuits/named.js";
import { current, near, runCircuit, voltage } from "./circuit-runs.js";

const start = 10e-6;
const [fast, slow] = [10e-9, 0.1e-6];

test("class 1 with the table's RL2: quiet at 10 uA, then 2.61 to 11.0 kHz from 15 to 60 uA", () => {
  const rate = (amperes: number) =>
    1 /
    (runCircuit("vo2-tonic", { preset: "class-1-unequal", drive: current(step(amperes, slow)), stop_s: 1.5e-3 })
      .intervals("VK_up")
      .at(-1) ?? Infinity);
  assert.equal(rate(10e-6), 0);
  for (const [amperes, expected] of [
    [15e-6, 2.61e3],
    [20e-6, 4.62e3],
    [30e-6, 6.62e3],
    [40e-6, 8.23e3],
    [60e-6, 11.0e3],
  ] as const) {
    near(rate(amperes), expected, 0.02, `${amperes} A`);
  }
});

test("tonic spiking with the table's RL2: intervals 82.5, 49.0 and 37.8 us at 20, 40 and 60 uA", () => {
  for (const [amperes, expected] of [
    [20e-6, 82.5e-6],
    [40e-6, 49e-6],
    [60e-6, 37.8e-6],
  ] as const) {
    const gaps = runCircuit("vo2-tonic", { preset: "tonic-spike-unequal", drive: current(step(amperes, slow)) })
      .intervals("VK_up")
      .slice(-6);
    near(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length, expected, 0.01, `${amperes} A`);
  }
});

test("refractory period as published: doublets 20 to 80 us apart give one spike, 100 to 150 us two", () => {
  const count = (apart: number) =>
    runCircuit("vo2-tonic", {
      preset: "refractory-unequal",
      drive: current(pulses(fast, [start, 10e-6, 150e-6], [start + apart, 10e-6, 150e-6])),
    }).at("VK_up").length;
  assert.deepEqual([20e-6, 40e-6, 80e-6, 100e-6, 120e-6, 150e-6].map(count), [1, 1, 1, 2, 2, 2]);
});

test("rebound against pulse width as published: -0.5 V for 3 and 4 us none, for 5, 10 and 30 us one", () => {
  const count = (width: number) =>
    runCircuit("vo2-phasic", {
      preset: "rebound-duration-unequal",
      drive: voltage(pulses(slow, [start, width, -0.5])),
    }).at("VK_up").length;
  assert.deepEqual([3e-6, 4e-6, 5e-6, 10e-6, 30e-6].map(count), [0, 0, 1, 1, 1]);
});

test("threshold variability: pairs 0.5 to 8 us apart give one spike, 10 and 12 us none, neither pulse alone", () => {
  const run = (...each: (readonly [number, number, number])[]) =>
    runCircuit("vo2-phasic", { preset: "threshold-variability-unequal", drive: voltage(pulses(slow, ...each)) }).at(
      "VK_up",
    ).length;
  const low = [start, 5e-6, -0.4] as const;
  const high = (gap: number) => [start + 5e-6 + gap, 5e-6, 0.2] as const;
  assert.deepEqual([run(low), run(high(1e-6))], [0, 0]);
  assert.deepEqual(
    [0.5e-6, 2e-6, 8e-6, 10e-6, 12e-6].map((gap) => run(low, high(gap))),
    [1, 1, 1, 0, 0],
  );
});

test("accommodation as published: a rise within 20 us gives one spike, within 50 us and more none", () => {
  const count = (rise: number) =>
    runCircuit("vo2-phasic", {
      preset: "accommodation-unequal",
      drive: voltage(pwl([0, 0], [start, 0], [start + rise, 1.5])),
    }).at("VK_up").length;
  assert.deepEqual([1e-6, 5e-6, 20e-6, 50e-6, 200e-6].map(count), [1, 1, 1, 0, 0]);
});

test("skipping: with noise of 25 uA a fifth to a third of the intervals are long (published 45 %), but 1.5 times the fundamental: twice is NOT reproduced", () => {
  const gaps = runCircuit("vo2-tonic", { preset: "skipping", stop_s: 8e-3 }).intervals("VK_up");
  const sorted = [...gaps].sort((a, b) => a - b);
  near(sorted[sorted.length >> 1], 29.3e-6, 0.03, "median");
  const [fundamental_s, long] = [28.6e-6, gaps.filter((gap) => gap > 1.3 * 28.6e-6)];
  assert.ok(long.length > 0.2 * gaps.length && long.length < 0.33 * gaps.length, `${long.length} of ${gaps.length}`);
  assert.ok(long.every((gap) => gap < 1.7 * fundamental_s));
});
