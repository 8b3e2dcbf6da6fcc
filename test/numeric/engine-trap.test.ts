/**
 * The trap: L-stable methods damp what should grow once a step is longer than 1/growth rate, and so hold a device on its
 * unstable metallic branch. The error estimate does not see it, and at usual tolerances the waveforms look convincing.
 */
import assert from "node:assert/strict";
import test from "node:test";
import type { Circuit, Element, EventSpec } from "../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";

const vo2 = (name: string, a: string, b: string, Re: number, Rshunt: number): Element => ({
  kind: "device",
  name,
  a,
  b,
  model: "vo2-mott",
  parameters: { Re, Rshunt },
});
const dc = (name: string, plus: string, value: number): Element => ({
  kind: "V",
  name,
  plus,
  minus: "0",
  wave: { kind: "dc", value },
});
/** A tonic neuron under a negative current, with electrodes that leave the metallic branch unstable over a long stretch. */
const circuit: Circuit = {
  name: "inhibited neuron",
  title: "",
  source: "a random circuit near those of Yi et al. (2018), Supplementary Table 3",
  elements: [
    { kind: "C", name: "C1", a: "na", b: "0", C_F: 32.5e-9 },
    vo2("X1", "na", "e1", 523, 14027),
    dc("V1", "e1", -1.7244),
    { kind: "R", name: "RL2", a: "na", b: "k", R_ohm: 7989 },
    { kind: "C", name: "C2", a: "k", b: "0", C_F: 2.268e-9 },
    vo2("X2", "k", "e2", 630, 14706),
    dc("V2", "e2", 1.7244),
    {
      kind: "I",
      name: "Iin",
      from: "0",
      to: "na",
      wave: { kind: "pwl", times_s: [1e-5, 1.01e-5], values: [0, -111.7e-6] },
    },
  ],
  probes: [],
};
const on: EventSpec = {
  event: "on",
  quantity: { kind: "state", element: "X2", index: 0 },
  level: 1 / Math.log(4),
  direction: "up",
};

function spikeIntervals_s(tolerance: number, growthLimited: boolean): number[] {
  const { events, status } = transient(compileCircuit(circuit), {
    stop_s: 1.5e-3,
    tolerance,
    growthLimited,
    initial: "rest",
    events: [on],
    record: false,
  });
  assert.equal(status, "done");
  return events.slice(1).map(({ t_s }, i) => t_s - (events[i]?.t_s ?? NaN));
}

const longest = (intervals: readonly number[]): number => Math.max(...intervals.slice(2));
const tight = spikeIntervals_s(1e-8, true);

test("the neuron spikes regularly: at a tight tolerance all intervals but the first are within 5 % of each other", () => {
  const settled = tight.slice(3);
  assert.ok(settled.length > 15, `${settled.length} intervals`);
  assert.ok(Math.max(...settled) < 1.05 * Math.min(...settled), `${Math.min(...settled)} to ${Math.max(...settled)} s`);
});

test("without the limit a tolerance of 1e-6 shows a burst of a few spikes and then silence, which is not there", () => {
  const trapped = spikeIntervals_s(1e-6, false);
  assert.ok(trapped.length < tight.length / 2, `${trapped.length} intervals, ${tight.length} in truth`);
});

test("with it no interval is more than half too long from a tolerance of 1e-5 on, and at 1e-7 none by 5 %", () => {
  for (const [tolerance, factor] of [
    [1e-5, 1.5],
    [1e-6, 1.2],
    [1e-7, 1.05],
  ] as const) {
    const intervals = spikeIntervals_s(tolerance, true);
    assert.ok(
      Math.abs(intervals.length - tight.length) <= 2,
      `${intervals.length} intervals, ${tight.length} in truth`,
    );
    assert.ok(
      longest(intervals) < factor * longest(tight),
      `${tolerance}: ${longest(intervals)}, ${longest(tight)} in truth`,
    );
  }
});

test("the limit is what does it, not more steps: without it even 1e-7 shows pauses twice as long as any there is", () => {
  const trapped = spikeIntervals_s(1e-7, false);
  assert.ok(trapped.length < 0.75 * tight.length, `${trapped.length} intervals, ${tight.length} in truth`);
  assert.ok(longest(trapped) > 2 * longest(tight), `${longest(trapped)} s, ${longest(tight)} s in truth`);
});
