import assert from "node:assert/strict";
import test from "node:test";
import type { Circuit, Element, Probe, Quantity, Waveform } from "../../../src/simulator/netlist/types.js";
import type { TransientOptions, TransientResult } from "../../../src/simulator/transient/api.js";
import { compileCircuit } from "../../../src/simulator/transient/compile.js";
import { transient } from "../../../src/simulator/transient/transient.js";

const dc = (value: number): Waveform => ({ kind: "dc", value });
const node = (name: string): Quantity => ({ kind: "voltage", node: name });
const through = (element: string): Quantity => ({ kind: "current", element });
const probe = (quantity: Quantity): Probe => ({ name: JSON.stringify(quantity), quantity, unit: "" });

function run(elements: Element[], options: TransientOptions, currents: string[] = []): TransientResult {
  const circuit: Circuit = {
    name: "trial",
    title: "",
    source: "test",
    elements,
    probes: currents.map((name) => probe(through(name))),
  };
  const result = transient(compileCircuit(circuit), options);
  assert.equal(result.status, "done", result.failure?.message);
  return result;
}

function at(result: TransientResult, quantity: Quantity, t_s: number): number {
  return result.waveforms.sample(quantity, [t_s])[0] ?? NaN;
}

function near(got: number, wanted: number, share: number, what: string): void {
  assert.ok(Math.abs(got - wanted) <= share * Math.max(Math.abs(wanted), 1e-6), `${what}: ${got}, not ${wanted}`);
}

test("an RC circuit charges as it should after a jump of its source, with the jump's edge in the waveform", () => {
  const result = run(
    [
      {
        kind: "V",
        name: "V1",
        plus: "s",
        minus: "0",
        wave: { kind: "pulse", low: 0, high: 2, delay_s: 1e-3, width_s: 1 },
      },
      { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e3 },
      { kind: "C", name: "C1", a: "a", b: "0", C_F: 1e-6 },
    ],
    { stop_s: 6e-3 },
    ["V1", "R1", "C1"],
  );
  for (const t_s of [0.5e-3, 1.2e-3, 2e-3, 5.9e-3]) {
    const wanted = t_s < 1e-3 ? 0 : 2 * (1 - Math.exp(-(t_s - 1e-3) / 1e-3));
    near(at(result, node("a"), t_s), wanted, 1e-6, `V at ${t_s}`);
    const current = t_s < 1e-3 ? 0 : 2e-3 * Math.exp(-(t_s - 1e-3) / 1e-3);
    near(at(result, through("R1"), t_s), current, 1e-4, `R1 at ${t_s}`);
    near(at(result, through("C1"), t_s), current, 1e-4, `C1 at ${t_s}`);
    // from plus through the source to minus: a source that delivers has a negative current
    near(at(result, through("V1"), t_s), -current, 1e-4, `V1 at ${t_s}`);
  }
  assert.deepEqual([at(result, node("s"), 0.999e-3), at(result, node("s"), 1.001e-3)], [0, 2]);
});

test("a jump through a capacitive divider moves the floating middle by the ratio of the capacitors, at once", () => {
  const result = run(
    [
      {
        kind: "V",
        name: "V1",
        plus: "s",
        minus: "0",
        wave: { kind: "pulse", low: 0, high: 1, delay_s: 1e-6, width_s: 1 },
      },
      { kind: "C", name: "C1", a: "s", b: "m", C_F: 1e-9 },
      { kind: "C", name: "C2", a: "m", b: "0", C_F: 3e-9 },
      { kind: "R", name: "Rleak", a: "m", b: "0", R_ohm: 1e6 },
    ],
    { stop_s: 1e-3 },
  );
  near(at(result, node("m"), 1.0001e-6), 0.25, 1e-6, "just after the jump");
  near(at(result, node("m"), 1e-3), 0.25 * Math.exp(-(1e-3 - 1e-6) / 4e-3), 1e-6, "after a while");
});

test("an edge through the same divider gives the same", () => {
  const result = run(
    [
      { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "pwl", times_s: [1e-6, 1.1e-6], values: [0, 1] } },
      { kind: "C", name: "C1", a: "s", b: "m", C_F: 1e-9 },
      { kind: "C", name: "C2", a: "m", b: "0", C_F: 3e-9 },
      { kind: "R", name: "Rleak", a: "m", b: "0", R_ohm: 1e6 },
    ],
    { stop_s: 1e-3 },
  );
  near(at(result, node("m"), 1.1e-6), 0.25, 2e-5, "after the edge");
});

test("nodes without capacitance follow their sources: a bridge with a source in its middle", () => {
  const result = run(
    [
      { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e3 } },
      { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e3 },
      { kind: "V", name: "V2", plus: "a", minus: "b", wave: dc(0.5) },
      { kind: "R", name: "R2", a: "b", b: "0", R_ohm: 3e3 },
    ],
    { stop_s: 2e-3 },
    ["V2"],
  );
  for (const t_s of [1e-4, 3.1e-4, 1.7e-3]) {
    const current = (Math.sin(2e3 * Math.PI * t_s) - 0.5) / 4e3;
    near(at(result, node("b"), t_s), 3e3 * current, 1e-5, `V(b) at ${t_s}`);
    near(at(result, node("a"), t_s), 3e3 * current + 0.5, 1e-5, `V(a) at ${t_s}`);
    near(at(result, through("V2"), t_s), current, 1e-4, `V2 at ${t_s}`);
  }
});

test("a loop of capacitors and sources needs no resistance: the source sets the charge", () => {
  const result = run(
    [
      { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "pwl", times_s: [0, 1e-3], values: [0, 1] } },
      { kind: "C", name: "C1", a: "s", b: "0", C_F: 1e-6 },
    ],
    { stop_s: 1e-3 },
    ["C1", "V1"],
  );
  near(at(result, through("C1"), 5e-4), 1e-3, 1e-9, "C dV/dt");
  near(at(result, through("V1"), 5e-4), -1e-3, 1e-9, "out of the source");
});

test("an initial voltage of a capacitor is where it starts", () => {
  const result = run(
    [
      { kind: "C", name: "C1", a: "a", b: "0", C_F: 1e-9, initial_V: 2 },
      { kind: "R", name: "R1", a: "a", b: "0", R_ohm: 1e3 },
    ],
    { stop_s: 3e-6 },
  );
  near(at(result, node("a"), 2e-6), 2 * Math.exp(-2), 1e-6, "discharge");
});

test("an event on a sine is found where the sine passes the level, to 1e-9 of a period, up and down", () => {
  const result = run(
    [
      { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e3 } },
      { kind: "R", name: "R1", a: "s", b: "0", R_ohm: 1e3 },
    ],
    {
      stop_s: 3e-3,
      events: [
        { event: "up", quantity: node("s"), level: 0.5, direction: "up" },
        { event: "down", quantity: node("s"), level: 0.5, direction: "down" },
      ],
    },
  );
  const wanted = [0, 1, 2].flatMap((i) => [(i + 1 / 12) * 1e-3, (i + 5 / 12) * 1e-3]);
  assert.deepEqual(
    result.events.map(({ event }) => event),
    ["up", "down", "up", "down", "up", "down"],
  );
  result.events.forEach(({ t_s }, i) => assert.ok(Math.abs(t_s - (wanted[i] ?? NaN)) < 1e-12, `${t_s}, ${wanted[i]}`));
});

test("a run ends at the event it was told to stop at", () => {
  const result = transient(
    compileCircuit({
      name: "stop",
      title: "",
      source: "test",
      elements: [
        { kind: "V", name: "V1", plus: "s", minus: "0", wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e3 } },
        { kind: "R", name: "R1", a: "s", b: "0", R_ohm: 1e3 },
      ],
      probes: [],
    }),
    {
      stop_s: 1,
      events: [{ event: "up", quantity: node("s"), level: 0.5, direction: "up" }],
      stopWhen: { event: "up", count: 3 },
    },
  );
  assert.equal(result.status, "stopped");
  assert.ok(Math.abs(result.end_s - (2 + 1 / 12) * 1e-3) < 1e-12, `ended at ${result.end_s}`);
});

test("a transistor follows the square law, in and out of saturation and with drain and source exchanged", () => {
  const current = (drain_V: number, gate_V: number): number => {
    const result = run(
      [
        { kind: "V", name: "Vd", plus: "d", minus: "0", wave: dc(drain_V) },
        { kind: "V", name: "Vg", plus: "g", minus: "0", wave: dc(gate_V) },
        {
          kind: "nmos",
          name: "M1",
          drain: "d",
          gate: "g",
          source: "0",
          k_A_per_V2: 2e-3,
          vth_V: 0.5,
          lambda_per_V: 0.1,
        },
        { kind: "C", name: "C1", a: "x", b: "0", C_F: 1e-9 },
        { kind: "R", name: "R1", a: "x", b: "0", R_ohm: 1e3 },
      ],
      { stop_s: 1e-6 },
      ["M1", "Vd"],
    );
    near(at(result, through("Vd"), 5e-7), -at(result, through("M1"), 5e-7), 1e-9, "the supply's current");
    return at(result, through("M1"), 5e-7);
  };
  near(current(2, 1.5), 1e-3 * 1.2, 1e-12, "saturated");
  near(current(0.4, 1.5), 2e-3 * (0.4 - 0.08) * 1.04, 1e-12, "below saturation");
  assert.equal(current(2, 0.4), 0);
  near(current(-0.4, 1.1), -2e-3 * (1.0 * 0.4 - 0.08) * 1.04, 1e-12, "backwards");
});

/** A source of 1 V with a limit of 1 mA on 100 ohm, which would draw 9.9 mA. */
const limited = (response_s: number, cable_F: number): Element[] => [
  {
    kind: "limited",
    name: "S1",
    plus: "a",
    minus: "0",
    wave: { kind: "pwl", times_s: [0, 1e-9], values: [0, 1] },
    series_ohm: 1,
    limit_A: 1e-3,
    response_s,
    cable_F,
  },
  { kind: "R", name: "R1", a: "a", b: "0", R_ohm: 100 },
];

test("a limiter that acts at once lets no more than its limit flow", () => {
  const result = run(limited(0, 0), { stop_s: 1e-6 }, ["R1", "S1"]);
  near(at(result, through("R1"), 5e-7), 1e-3, 1e-6, "limited current");
  const most = Math.max(...result.waveforms.atSteps(through("R1")));
  assert.ok(most <= 1e-3 * (1 + 1e-6), `largest current ${most}`);
});

test("a limiter that takes 1 us lets ten times the limit flow at first, and the limit in the end", () => {
  const result = run(limited(1e-6, 0), { stop_s: 50e-6 }, ["R1"]);
  near(at(result, through("R1"), 1e-9), 1 / 101, 0.01, "at once");
  // the voltage falls with the current, so the limiter's own 1 us is stretched by (R + Rs)/Rs
  near(at(result, through("R1"), 50e-6), 1e-3 + (1 / 101 - 1e-3) * Math.exp(-50 / 101), 0.01, "on the way");
});

test("the charge of the cable goes through the device, whatever the limit says", () => {
  const elements = limited(0, 100e-12);
  const result = run(
    [
      ...elements.slice(0, 1),
      { kind: "R", name: "Rbig", a: "a", b: "0", R_ohm: 1e6 },
      // a switch that closes at 10 us: 1 kohm of a transistor
      {
        kind: "V",
        name: "Vg",
        plus: "g",
        minus: "0",
        wave: { kind: "pwl", times_s: [10e-6, 10.001e-6], values: [0, 3] },
      },
      { kind: "nmos", name: "M1", drain: "a", gate: "g", source: "0", k_A_per_V2: 1e-2, vth_V: 0.5 },
    ],
    { stop_s: 12e-6 },
    ["M1", "S1"],
  );
  const { values } = result.waveforms.polyline(through("M1"), 1e-4);
  assert.ok(Math.max(...values) > 5e-3, `peak ${Math.max(...values)} A under a limit of 1 mA`);
  near(at(result, through("M1"), 12e-6), 1e-3, 0.01, "afterwards the limit");
});

test("an unknown quantity, tolerance or stop is refused; a current without a probe says to add one", () => {
  const elements: Element[] = [
    { kind: "V", name: "V1", plus: "s", minus: "0", wave: dc(1) },
    { kind: "R", name: "R1", a: "s", b: "0", R_ohm: 1e3 },
  ];
  assert.throws(() => run(elements, { stop_s: -1 }), /stop at -1 s/);
  assert.throws(() => run(elements, { stop_s: 1, tolerance: 1e-13 }), /tolerance of 1e-13/);
  assert.throws(() => run(elements, { stop_s: 1, initial: { V_Na: 1 } }), /V_Na was given an initial value/);
  assert.throws(
    () => run(elements, { stop_s: 1, stopWhen: { event: "spike" } }),
    /stop at spike; its events are: none/,
  );
  const result = run(elements, { stop_s: 1 });
  near(at(result, through("R1"), 0.5), 1e-3, 1e-12, "a current that follows from the states needs no probe");
  assert.throws(() => result.waveforms.sample(node("s"), [2]), /asked for at 2 s/);
  const hybrid = run(limited(0, 0), { stop_s: 1e-6 });
  assert.throws(() => hybrid.waveforms.sample(through("R1"), [0]), /no probe for it.*Add a probe/);
});

test("the same system gives the same run again, bit by bit, also with devices that draw their cycles", () => {
  const system = compileCircuit({
    name: "zno",
    title: "",
    source: "test",
    elements: [
      { kind: "V", name: "V1", plus: "s", minus: "0", wave: dc(0.8) },
      { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 1e6 },
      { kind: "C", name: "C1", a: "a", b: "0", C_F: 47e-9 },
      { kind: "device", name: "X1", a: "a", b: "0", model: "zno-diffusive", seed: 3 },
    ],
    probes: [],
  });
  const options: TransientOptions = {
    stop_s: 0.1,
    tolerance: 1e-5,
    events: [{ event: "fires", quantity: node("a"), level: 0.15, direction: "down" }],
  };
  const first = transient(system, options);
  const second = transient(system, options);
  assert.ok(first.events.length >= 5, `${first.events.length} spikes in 0.1 s`);
  assert.deepEqual(second.events, first.events);
  const intervals = first.events.slice(1).map(({ t_s }, i) => t_s - (first.events[i]?.t_s ?? NaN));
  assert.ok(Math.max(...intervals) > 1.05 * Math.min(...intervals), "cycles differ with a seed");
});
