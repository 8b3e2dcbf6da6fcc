import assert from "node:assert/strict";
import test from "node:test";
import type { Circuit, Element } from "../../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../../src/simulator/transient/compile.js";
import { transient } from "../../../src/simulator/transient/transient.js";

const circuit = (elements: Element[]): Circuit => ({ name: "trial", title: "", source: "test", elements, probes: [] });

/** 1 mA pulled out of a diode from 1 ms on; in reverse it lets 2.5 nA flow, so there is no voltage at which it does. */
const impossible = circuit([
  { kind: "I", name: "I1", from: "a", to: "0", wave: { kind: "pwl", times_s: [1e-3, 1e-3], values: [0, 1e-3] } },
  { kind: "device", name: "D1", a: "a", b: "0", model: "diode" },
  { kind: "R", name: "R1", a: "b", b: "0", R_ohm: 1e3 },
  { kind: "C", name: "C1", a: "b", b: "0", C_F: 1e-6, initial_V: 1 },
]);

test("a circuit without a solution fails where and when it has none, keeps what was computed, and says what to try", () => {
  const result = transient(compileCircuit(impossible), { stop_s: 2e-3 });

  assert.equal(result.status, "failed");
  assert.equal(result.failure?.where, "node a");
  assert.equal(result.failure?.t_s, 1e-3);
  assert.match(
    result.failure?.message ?? "",
    /trial.*1 ms.*node a.*V\(b\) = 0\.36.*Give jumps of sources a rise time/s,
  );
  assert.equal(result.end_s, 1e-3);
  const [before] = result.waveforms.sample({ kind: "voltage", node: "b" }, [0.9e-3]);
  assert.ok(Math.abs((before ?? NaN) - Math.exp(-0.9)) < 1e-6, `V(b) before: ${before}`);
});

test("too many steps are a failure that says so, not an endless run", () => {
  const result = transient(
    compileCircuit(
      circuit([
        { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e6 } },
        { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e3 },
        { kind: "C", name: "C1", a: "a", b: "0", C_F: 1e-9 },
      ]),
    ),
    { stop_s: 1, maxSteps: 1000 },
  );

  assert.equal(result.status, "failed");
  assert.match(result.failure?.message ?? "", /1000 steps were not enough/);
  assert.ok(result.end_s > 0 && result.end_s < 1);
});

test("a start from rest where there is none is refused with the share of the bias that could be followed", () => {
  const elements: Element[] = [
    { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "dc", value: 3 } },
    { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e4 },
    { kind: "C", name: "C1", a: "a", b: "0", C_F: 1e-9 },
    { kind: "device", name: "X1", a: "a", b: "0", model: "vo2-mott" },
  ];
  assert.throws(
    () => transient(compileCircuit(circuit(elements)), { stop_s: 1e-3, initial: "rest" }),
    /no rest state.*up to 7\d\.\d+ %.*(node a|X1).*Lower the bias/s,
  );
});

test("noise of 25 uA on an oscillating neuron neither stops the run nor restarts it at every sample", () => {
  const elements: Element[] = [
    { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "dc", value: 3 } },
    { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e4 },
    { kind: "C", name: "C1", a: "a", b: "0", C_F: 1e-9 },
    { kind: "device", name: "X1", a: "a", b: "0", model: "vo2-mott" },
    {
      kind: "I",
      name: "I1",
      from: "0",
      to: "a",
      wave: { kind: "noise", distribution: "uniform", size: 25e-6, interval_s: 1e-7, seed: 1 },
    },
  ];
  const system = compileCircuit(circuit(elements));
  const events = [
    { event: "on", quantity: { kind: "state", element: "X1", index: 0 }, level: 0.72, direction: "up" },
  ] as const;
  const result = transient(system, { stop_s: 1e-3, tolerance: 1e-5, events });
  assert.equal(result.status, "done");
  assert.ok(result.events.length > 100 && result.events.length < 130, `${result.events.length} spikes of about 118`);
  // 10 000 samples; a restart would take five steps each on top of the spikes' 150
  assert.ok(result.steps < 10_000 * 2 + 118 * 250, `${result.steps} steps`);
  assert.deepEqual(transient(system, { stop_s: 1e-3, tolerance: 1e-5, events }).events, result.events);
});
