/**
 * The quasi-HH neuron. ILLUSTRATIVE: Huang et al., Adv. Mater. 31 (2019) 1803849, publish behaviour and no numbers, so it is
 * behaviour that is held: leaky integration, an all-or-none spike, its after-hyperpolarisation, a refractory time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Waveform } from "../../src/simulator/netlist/types.js";
import { runCircuit, voltage } from "./circuit-runs.js";

/** Pulses of 2 ms, the first at `delay_s`. */
function train(high: number, count: number, period_s = 6e-3, delay_s = 5e-3): Waveform {
  return { kind: "pulse", low: 0, high, delay_s, rise_s: 1e-5, fall_s: 1e-5, width_s: 2e-3, period_s, count };
}

/** Highest and lowest output, V, from `from_s` on. */
function output(
  wave: Waveform,
  set: Readonly<Record<string, number>> = {},
  from_s = 0,
): { peak_V: number; least_V: number } {
  const run = runCircuit("quasi-hh", { set, drive: voltage(wave), stop_s: 0.5 });
  const { times_s, values } = run.atSteps("V_out");
  const late = values.filter((_, i) => (times_s[i] ?? 0) >= from_s);
  return { peak_V: Math.max(...late), least_V: Math.min(...late) };
}

test("quasi-HH integrates pulses and leaks between them: 12 pulses fire it at 4 to 8 ms apart, not at 20 or 40 ms", () => {
  const peaks_V = [4e-3, 6e-3, 8e-3, 20e-3, 40e-3].map((period_s) => output(train(2, 12, period_s)).peak_V);
  assert.ok(Math.min(...peaks_V.slice(0, 3)) > 0.1, `${peaks_V.join(", ")} V`);
  assert.ok(Math.max(...peaks_V.slice(3)) < 10e-6, `${peaks_V.join(", ")} V`);
  const run = runCircuit("quasi-hh", { drive: voltage(train(1.5, 60)) });
  const [first = 0, second = 0, pause = 0] = run.column("V_m", [7e-3, 13e-3, 0.29]);
  assert.ok(second > 1.2 * first, `integrates: ${first}, ${second} V`);
  assert.ok(pause < 0.3, `settles where the leak balances the pulses: ${pause} V`);
});

test("quasi-HH spikes all or none: seven pulses of 2 V give nothing, eight a spike, more the same one", () => {
  const [seven = 0, eight = 0, ten = 0, twenty = 0] = [7, 8, 10, 20].map((count) => output(train(2, count)).peak_V);
  assert.ok(eight > 1000 * seven, `${seven} V after seven pulses, ${eight} V after eight`);
  assert.ok(Math.abs(ten / eight - 1) < 0.4, `${eight} V after eight pulses, ${ten} V after ten`);
  assert.ok(Math.abs(twenty / ten - 1) < 1e-3, `${ten} V after ten pulses, ${twenty} V after twenty`);
});

test("quasi-HH spikes all or none in the height of the pulses: 3 % more input, 1000 times the output, then within a factor of 2", () => {
  const peak_V = (high: number) => output(train(high, 60)).peak_V;
  const [below, above] = [peak_V(1.7), peak_V(1.75)];
  assert.ok(above > 1000 * below, `${below} V at 1.7 V, ${above} V at 1.75 V`);
  // the current that 2.2 V drives through M1 is three times that of 1.75 V
  const heights = [above, peak_V(1.9), peak_V(2.05), peak_V(2.2)];
  assert.ok(Math.max(...heights) < 2 * Math.min(...heights), heights.join(", "));
});

test("without the speeding up by protons (a2 = 0) nothing amplifies and the same input gives no threshold: that is what makes it", () => {
  const peaks_V = [1.7, 1.75, 1.9, 2.05, 2.2].map((high) => output(train(high, 60), { a2: 0 }).peak_V);
  peaks_V.slice(1).forEach((peak_V, i) => {
    const ratio = peak_V / (peaks_V[i] ?? NaN);
    assert.ok(ratio > 1 && ratio < 6, `no step of the input multiplies the output: ${peaks_V.join(", ")} V`);
  });
  assert.ok((peaks_V.at(-1) ?? NaN) < 1e-3, `${peaks_V.join(", ")} V`);
});

test("quasi-HH: after a spike the output goes below rest, for which its battery is the reason: not with E_b = 0", () => {
  const after = output(train(2, 12));
  assert.ok(after.least_V < -0.5e-3, `${after.least_V} V`);
  const without = output(train(2, 12), { E_b: 0 });
  assert.ok(without.peak_V > 0.1, `${without.peak_V} V`);
  assert.ok(without.least_V > -1e-9, `${without.least_V} V without a battery`);
});

test("quasi-HH is refractory: the same pulses again 100 ms after the first give no spike, 200 ms after them they do", () => {
  const again = (after_s: number) =>
    output({ kind: "sum", of: [train(2, 12), train(2, 12, 6e-3, after_s)] }, {}, after_s).peak_V;
  const [early, late] = [again(0.1), again(0.2)];
  const first = output(train(2, 12)).peak_V;
  assert.ok(early < 0.25 * first, `${early} V of ${first} V`);
  assert.ok(late > 0.8 * first, `${late} V of ${first} V`);
});
