/**
 * Behaviours of the VO2 neurons, Yi et al., Nat. Commun. 9 (2018) 4661: what the model does with equal devices. The numbers
 * are those an independent solver (BDF, rtol 1e-10 and tighter) gave for the same equations; where the paper's own differ,
 * the title says so. Times within 0.5 % (printed to three digits), counts exact.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pulses, pwl, step } from "../../src/simulator/circuits/named.js";
import { vo2Tonic } from "../../src/simulator/circuits/vo2-neuron.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { restState } from "../../src/simulator/transient/rest.js";
import { current, near, runCircuit, voltage, type CircuitRunOptions } from "./circuit-runs.js";

const start = 10e-6;
const [fast, slow] = [10e-9, 0.1e-6];

function spikes(circuit: string, options: CircuitRunOptions): number {
  return runCircuit(circuit, options).at("VK_up").length;
}

test("all-or-nothing: 0.1 and 0.15 V give no spike, 0.25 and 0.4 V one each, of equal height", () => {
  const runs = [0.1, 0.15, 0.25, 0.4].map((height) =>
    runCircuit("vo2-tonic", { preset: "all-or-nothing", drive: voltage(pulses(fast, [start, 10e-6, height])) }),
  );
  assert.deepEqual(
    runs.map((run) => run.at("VK_up").length),
    [0, 0, 1, 1],
  );
  const [, , low, high] = runs.map((run) => Math.max(...run.atSteps("V_K").values));
  near(low, 1.092, 0.005, "height after 0.25 V");
  near(high, low ?? NaN, 0.003, "height after 0.4 V");
});

test("refractory period with RL2 of 6 kohm: two pulses 20 us apart give one spike, 40 us apart two (published 80 and 100 us)", () => {
  const count = (apart: number) =>
    spikes("vo2-tonic", {
      preset: "refractory-6k",
      drive: current(pulses(fast, [start, 10e-6, 100e-6], [start + apart, 10e-6, 100e-6])),
    });
  assert.deepEqual([20e-6, 40e-6, 80e-6].map(count), [1, 2, 2]);
});

test("absolute, then relative refractory period at 5 % less bias", () => {
  const count = (apart: number, second: number) =>
    spikes("vo2-tonic", {
      preset: "refractory-relative-bias",
      drive: voltage(pulses(fast, [start, 8e-6, 0.75], [start + apart, 8e-6, second])),
    });
  const both = (apart: number) => [count(apart, 0.75), count(apart, 1.5)];
  assert.deepEqual(both(12e-6), [1, 1]);
  assert.deepEqual(both(24e-6), [1, 2]);
  assert.deepEqual(both(36e-6), [2, 2]);
});

test("tonic spiking with the table's values: intervals 116.9 us at 20 uA and 63.07 us at 40 uA", () => {
  const interval = (amperes: number) =>
    runCircuit("vo2-tonic", { preset: "tonic-spike", drive: current(step(amperes, slow)) })
      .intervals("VK_up")
      .at(-1);
  near(interval(20e-6), 116.9e-6, 0.001, "20 uA");
  near(interval(40e-6), 63.07e-6, 0.001, "40 uA");
});

test("tonic bursting: eight spikes a burst, a burst every 132 us", () => {
  const run = runCircuit("vo2-tonic", { preset: "tonic-burst" });
  const gaps = run.intervals("VK_up");
  const long = gaps.map((gap, i) => (gap > 40e-6 ? i : -1)).filter((i) => i >= 0);
  assert.deepEqual(
    long.slice(1, 5).map((i, k) => i - (long[k] ?? NaN)),
    [8, 8, 8, 8],
  );
  const [first = 0, second = 0] = long.slice(2);
  const period = gaps.slice(first, second).reduce((sum, gap) => sum + gap, 0);
  near(period, 132e-6, 0.01, "burst period");
});

test("spikes per burst grow with C1, the burst period in proportion to it: 0.63 + 0.52 per nF and 17.3 us per nF at 25 uA", () => {
  const bursts = [10, 20, 30].map((C1_nF) => {
    const run = runCircuit("vo2-tonic", {
      preset: "tonic-burst-1v75",
      set: { C1: C1_nF / 1e9 },
      stop_s: 2.5e-3,
    });
    const gaps = run.intervals("VK_up");
    const pause = Math.max(...gaps) / 2;
    const ends = gaps.map((gap, i) => (gap > pause ? i : -1)).filter((i) => i >= 0);
    const times = run.at("VK_up");
    const cycles = ends.length - 1;
    return {
      spikes: ((ends.at(-1) ?? 0) - (ends[0] ?? 0)) / cycles,
      period_us: (1e6 * ((times[ends.at(-1) ?? 0] ?? 0) - (times[ends[0] ?? 0] ?? 0))) / cycles,
    };
  });
  const [ten, twenty, thirty] = bursts;
  assert.ok(ten && twenty && thirty);
  near(((thirty.spikes - ten.spikes) / 20) * 1, 0.52, 0.12, "spikes per nF");
  // published 17.76 us per nF; the current tunes it
  for (const [burst, nF] of [
    [ten, 10],
    [twenty, 20],
    [thirty, 30],
  ] as const) {
    near(burst.period_us / nF, 17.33, 0.08, `period per nF at ${nF} nF`);
  }
});

test("class 1 with RL2 of 6 kohm starts slowly: quiet at 12 uA, below 6 kHz at 15 uA, about 40 kHz at 160 uA", () => {
  const rate = (amperes: number) =>
    1 /
    (runCircuit("vo2-tonic", { preset: "class-1-6k", drive: current(step(amperes, slow)), stop_s: 0.8e-3 })
      .intervals("VK_up")
      .at(-1) ?? Infinity);
  assert.equal(rate(12e-6), 0);
  assert.ok(rate(15e-6) > 3e3 && rate(15e-6) < 6.5e3, `${rate(15e-6)} Hz at 15 uA`);
  near(rate(160e-6), 40e3, 0.1, "160 uA");
});

test("class 2 starts at once: quiet at 12 uA, about 19 kHz at 15 uA, 26 kHz at 100 uA", () => {
  const rate = (amperes: number) => {
    const times = runCircuit("vo2-tonic", {
      preset: "class-2",
      drive: current(step(amperes, slow)),
      stop_s: 0.8e-3,
    }).at("VK_up");
    const late = times.filter((t) => t > 0.2e-3);
    return late.length < 2 ? 0 : (late.length - 1) / ((late.at(-1) ?? 0) - (late[0] ?? 0));
  };
  assert.equal(rate(12e-6), 0);
  near(rate(15e-6), 19e3, 0.1, "15 uA");
  near(rate(100e-6), 26e3, 0.1, "100 uA");
});

test("tonic adaptation: the interval doubles, 34 to 72 us, over nine spikes", () => {
  const run = runCircuit("vo2-tonic", { preset: "adaptation-tonic" });
  const gaps = run.intervals("VK_up");
  assert.equal(gaps.length, 8);
  near(Math.min(...gaps), 34.5e-6, 0.03, "shortest");
  near(gaps.at(-1), 72e-6, 0.03, "last");
});

test("phasic adaptation: intervals 15.8, 19.1, 24.4, 38.0 us, then quiet", () => {
  const gaps = runCircuit("vo2-phasic", { preset: "adaptation-phasic" }).intervals("VK_up");
  assert.equal(gaps.length, 4);
  [15.8e-6, 19.1e-6, 24.4e-6, 38.0e-6].forEach((expected, i) => near(gaps[i], expected, 0.005, `interval ${i}`));
});

test("latency falls with the pulse height, 22.9 to 15.0 us between 0.45 and 2 V (bias 1.38 V instead of 1.5 V)", () => {
  const latency = (height: number) =>
    (runCircuit("vo2-tonic", { preset: "latency-bias", drive: voltage(pulses(fast, [start, 10e-6, height])) }).at(
      "VK_up",
    )[0] ?? NaN) - start;
  const heights = [0.45, 0.7, 1, 1.5, 2];
  const latencies = heights.map(latency);
  near(latencies[0], 22.9e-6, 0.03, "0.45 V");
  near(latencies.at(-1), 15.0e-6, 0.03, "2 V");
  latencies.slice(1).forEach((value, i) => assert.ok(value < (latencies[i] ?? 0)));
});

test("sub-threshold oscillation at 3 % less bias: at 100 uA X1 oscillates and K stays, at 150 uA K spikes now and then", () => {
  const run = (amperes: number) =>
    runCircuit("vo2-tonic", { preset: "subthreshold-oscillation-bias", drive: current(step(amperes, slow)) });
  const [quiet, mixed] = [run(100e-6), run(150e-6)];
  assert.ok(quiet.at("X1_on").length > 20);
  assert.equal(quiet.at("VK_up").length, 0);
  assert.ok(mixed.at("VK_up").length > 3);
  assert.ok(mixed.at("X1_on").length > 1.5 * mixed.at("VK_up").length);
});

test("integrator at 3 % less bias: two pulses fire up to 18 us apart, not 20 us (published 14 and 16 us); one does not", () => {
  const count = (...starts: number[]) =>
    spikes("vo2-tonic", {
      preset: "integrator-bias",
      drive: voltage(pulses(fast, ...starts.map((at) => [at, 6e-6, 0.5] as const))),
    });
  assert.equal(count(start), 0);
  assert.equal(count(start, start + 14e-6), 1);
  assert.equal(count(start, start + 18e-6), 1);
  assert.equal(count(start, start + 20e-6), 0);
});

test("bistability: one pulse starts lasting oscillation every 26.3 us, a second one in its window stops it", () => {
  const after = (second: number | undefined) =>
    runCircuit("vo2-tonic", {
      preset: "bistability",
      stop_s: 500e-6,
      drive: current(
        pulses(
          fast,
          [start, 15e-6, 85e-6],
          ...(second === undefined ? [] : ([[start + second, 15e-6, 85e-6]] as const)),
        ),
      ),
    });
  const lasting = after(undefined);
  near(lasting.intervals("VK_up").at(-1), 26.3e-6, 0.02, "interval");
  assert.ok((lasting.at("VK_up").at(-1) ?? 0) > 450e-6);
  // windows of 1 to 3 us in each interval; which of these tries meets one is not laid down
  const stopped = Array.from({ length: 27 }, (_, i) => after(138e-6 + i * 1e-6)).filter(
    (run) => (run.at("VK_up").at(-1) ?? 0) < 300e-6,
  );
  assert.ok(stopped.length >= 1 && stopped.length <= 8, `${stopped.length} of 27 phases stop it`);
});

test("inhibition-induced spiking: -90 uA gives spikes every 49 us that stop on release, -30 uA none", () => {
  const run = runCircuit("vo2-tonic", { preset: "inhibition-spike" });
  near(run.intervals("VK_up").at(-1), 49.1e-6, 0.01, "interval");
  assert.ok((run.at("VK_up").at(-1) ?? 1) < 1.03e-3);
  const weak = spikes("vo2-tonic", {
    preset: "inhibition-spike",
    drive: current(pulses(slow, [start, 1e-3, -30e-6])),
  });
  assert.equal(weak, 0);
});

test("inhibition-induced bursting is NOT reproduced: both circuits spike regularly, no gap stands out", () => {
  for (const preset of ["inhibition-burst-a", "inhibition-burst-b"]) {
    const gaps = runCircuit("vo2-tonic", { preset }).intervals("VK_up").slice(3);
    assert.ok(gaps.length > 20);
    assert.ok(
      Math.max(...gaps) < 1.25 * Math.min(...gaps),
      `${preset}: ${Math.max(...gaps)} after ${Math.min(...gaps)}`,
    );
  }
});

// The independent simulator gives 89 to 138 uA. The last spike is not determined: the device waits on a branch that slowly loses
// its stability, and at tolerances from 1e-5 to 1e-12 leaves it at 132.8 to 136.4 uA, in no order; hence 4 % there.
test("excitation block: on a ramp it spikes from 89 to about 138 uA, then K stays at 1.10 V (published 25 to 95 uA, 1.05 V)", () => {
  const run = runCircuit("vo2-tonic", { preset: "excitation-block" });
  const drive = (t: number) => (200e-6 * (t - start)) / 4e-3;
  const times = run.at("VK_up");
  near(drive(times[0] ?? NaN), 89e-6, 0.02, "first spike");
  near(drive(times.at(-1) ?? NaN), 138e-6, 0.04, "last spike");
  near(run.column("V_K", [4.005e-3])[0], 1.1, 0.02, "K at the end");
});

test("the latch rule: with RL2 of 5 kohm and Re of 200 ohm a strong current locks both devices on, with 6 kohm it does not", () => {
  const states = (RL2: number) => {
    const run = runCircuit("vo2-tonic", { set: { RL2 }, drive: current(step(100e-6, slow)), stop_s: 1e-3 });
    return [run.result.final["X1.0"] ?? 0, run.result.final["X2.0"] ?? 0, run.at("VK_up").length] as const;
  };
  const [y1, y2, locked] = states(5e3);
  assert.ok(y1 > 0.7 && y2 > 0.7 && locked <= 3, `y ${y1}, ${y2}, ${locked} spikes`);
  assert.ok(states(6e3)[2] > 15);
});

test("the rest rule: with a grounded voltage input 1.5 V of bias leaves no rest state, 1.38 V does", () => {
  const rest = (V: number) =>
    restState(compileCircuit(vo2Tonic.build({ RL1: 6e3, RL2: 6e3, V1: -V, V2: V }, voltage(pwl([0, 0]))))).status;
  assert.equal(rest(1.5), "none");
  assert.equal(rest(1.38), "found");
});
