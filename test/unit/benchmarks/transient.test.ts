import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cpuAtError, frontier, ratios } from "../../../benchmarks/transient/compare.js";
import { readDeck } from "../../../benchmarks/transient/deck.js";
import { countSpikes, crossings, largestError, readEvents } from "../../../benchmarks/transient/events.js";

const data = (name: string) => fileURLToPath(new URL(`../../../benchmarks/transient/data/${name}`, import.meta.url));

test("the tonic netlist is read with every number that is in it", () => {
  const { circuit, initial, stop_s } = readDeck(data("tonic.cir"));
  const named = new Map(circuit.elements.map((element) => [element.name, element]));
  assert.deepEqual([...named.keys()].sort(), ["C1", "C2", "Iin", "RL2", "V1", "V2", "X1", "X2"]);
  assert.deepEqual(named.get("C1"), {
    kind: "C",
    name: "C1",
    a: "na",
    b: "0",
    C_F: 6e-9,
    initial_V: -0.276792104124797,
  });
  assert.deepEqual(named.get("Iin"), {
    kind: "I",
    name: "Iin",
    from: "0",
    to: "na",
    wave: { kind: "pwl", times_s: [0, 1e-5, 1.01e-5, 1e-3], values: [0, 0, 6e-5, 6e-5] },
  });
  const X1 = named.get("X1");
  assert.ok(X1?.kind === "device" && X1.b === "e1");
  assert.deepEqual(X1.parameters, { Re: 200, Rshunt: 15e3 });
  assert.deepEqual(initial, {
    V1: -0.276792104124797,
    V2: 0.276792104124872,
    y1: 0.152209693362095,
    y2: 0.152209693362075,
  });
  assert.equal(stop_s, 1e-3);
});

test("the error of event times is the largest relative one, and infinite when a spike is invented or lost", () => {
  const expected = readEvents(data("tonic_spikes.csv"));
  assert.equal(countSpikes(expected), 21);
  assert.equal(largestError(expected, expected), 0);
  const late = expected.map((each, k) => (k === 7 ? { ...each, t_s: each.t_s * (1 + 3e-6) } : each));
  assert.ok(Math.abs(largestError(late, expected) - 3e-6) < 1e-12);
  assert.equal(largestError(expected.slice(1), expected), Infinity);
  assert.equal(largestError([...expected, { event: "X2_on", t_s: 9.99e-4 }], expected), Infinity);
});

test("a crossing between unevenly spaced samples is found on their cubic, far better than on a straight line", () => {
  const t_s = [0, 0.9, 1.6, 2.1, 2.9, 3.6, 4.4];
  const found = crossings(
    t_s,
    t_s.map((t) => t ** 3),
    10,
  );
  assert.equal(found.length, 1);
  assert.ok(found[0]?.up && Math.abs(found[0].t_s - Math.cbrt(10)) < 1e-12, `${found[0]?.t_s}`);
});

test("CPU at an error is read between settings in log-log, and what others beat in both does not count", () => {
  const points = [
    { error: 1e-3, cpu_s: 1 },
    { error: 1e-5, cpu_s: 4 },
    { error: 1e-4, cpu_s: 9 }, // worse and dearer than the one before
    { error: Infinity, cpu_s: 0.1 }, // miscounted spikes
  ];
  assert.deepEqual(frontier(points), [points[0], points[1]]);
  assert.ok(Math.abs((cpuAtError(points, 1e-4) ?? NaN) - 2) < 1e-12);
  assert.equal(cpuAtError(points, 1e-2), 1, "never cheaper than the loosest setting that was run");
  assert.equal(cpuAtError(points, 1e-6), undefined);
  const [ratio] = ratios(points, [{ error: 1e-4, cpu_s: 400 }]);
  assert.ok(Math.abs((ratio?.ratio ?? NaN) - 200) < 1e-9);
});
