import assert from "node:assert/strict";
import { test } from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { createDevice, SimulationError } from "../../../src/simulator/index.js";
import type { OnePort } from "../../../src/simulator/index.js";
import type { Wire } from "../../../src/virtual/bench-plan.js";
import { Lab } from "../../../src/virtual/lab.js";

const R_ohm = 1000;
const smu: readonly Wire[] = [
  { instrument: "smu", terminal: "high", node: "dut.top" },
  { instrument: "smu", terminal: "low", node: "dut.bottom" },
];
const awg: Wire = { instrument: "awg", terminal: "1", node: "dut.top" };
const probe = (shunt_ohm?: number): Wire => ({
  instrument: "scope",
  terminal: "2",
  node: "dut.bottom",
  ...(shunt_ohm === undefined ? {} : { through: { shunt_ohm } }),
});

function labOf(wires: readonly Wire[]): Lab {
  return new Lab(createDevice("resistor", { R: R_ohm }), wires, "fast");
}

function constant(level: number, series_ohm = 0, limit_A = Infinity) {
  return { emf: { times_s: [0], values: [level] }, series_ohm, limit_A };
}

/** Nodes and current after a moment. */
async function settled(lab: Lab): Promise<{ top_V: number; bottom_V: number; i_A: number }> {
  let seen = { top_V: NaN, bottom_V: NaN, i_A: NaN };
  const end = lab.watch((step) => (seen = { top_V: step.top1_V, bottom_V: step.bottom1_V, i_A: step.i1_A }));
  await new Promise<void>((resolve) => lab.schedule(lab.now_s + 1e-6, resolve));
  end();
  return seen;
}

function near(actual: number, expected: number, what: string): void {
  // Linear circuits: only rounding is left.
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1e-3, Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );
}

test("actions run in the order of their times, those of one time in the order they were made", async () => {
  const lab = labOf(smu);
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    lab.schedule(3, resolve);
    lab.schedule(2, () => order.push(`c ${lab.now_s}`));
    lab.schedule(1, () => {
      order.push(`a ${lab.now_s}`);
      lab.schedule(0, () => order.push(`b ${lab.now_s}`)); // past: now
    });
    lab.schedule(2, () => order.push(`d ${lab.now_s}`));
    lab.schedule(2, () => order.push("never"))();
  });
  assert.deepEqual(order, ["a 1", "b 1", "c 2", "d 2"]);
});

test("in fast time the clock stands still while nothing is scheduled", async () => {
  const lab = labOf(smu);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(lab.now_s, 0);
});

test("in real time what is done in one turn is done at one moment, however long it takes", async () => {
  const lab = new Lab(createDevice("resistor", { R: R_ohm }), smu, "real");
  const now_s = lab.now_s;
  for (const until_ms = performance.now() + 5; performance.now() < until_ms;); // a waveform that takes long to make
  assert.equal(lab.now_s, now_s);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(lab.now_s >= now_s + 4e-3, `${lab.now_s - now_s} s later`);
  lab.close();
});

test("in real time a second takes a second, also between two commands", async () => {
  const lab = new Lab(createDevice("resistor", { R: R_ohm }), smu, "real");
  const begin_s = performance.now() / 1000;
  const at_s = lab.now_s + 0.06;
  await new Promise<void>((resolve) => lab.schedule(at_s, resolve));
  assert.ok(performance.now() / 1000 - begin_s >= 0.055, "not early");
  assert.ok(lab.now_s >= at_s);
  lab.close();
});

test("an SMU sees the device between its leads, and its limit holds", async () => {
  const lab = labOf([
    { instrument: "smu", terminal: "high", node: "dut.top", through: { series_ohm: 20 } },
    { instrument: "smu", terminal: "low", node: "dut.bottom", through: { series_ohm: 5 } },
    probe(1000),
  ]);
  lab.drive("smu.high", constant(1));
  near((await settled(lab)).i_A, 1 / 1025, "two-wire: leads are in the path, the shunt is not");
  lab.drive("smu.high", constant(1), true);
  near((await settled(lab)).top_V, 1, "four-wire: the leads are regulated away");
  lab.drive("smu.high", constant(1, 0, 1e-4), true);
  near((await settled(lab)).i_A, 1e-4, "limit");
  lab.drive("smu.high", undefined);
  near((await settled(lab)).i_A, 0, "output off: disconnected");
});

test("a generator drives through its 50 Ω, the device and the shunt at the bottom", async () => {
  const lab = labOf([awg, probe(1000)]);
  lab.drive("awg.1", constant(1, 50));
  const at = await settled(lab);
  near(at.i_A, 1 / 2050, "current");
  near(at.bottom_V, 1000 / 2050, "bottom");
  near(at.top_V, 2000 / 2050, "top");
});

test("a scope input of 50 Ω is the shunt where there is no other, and lies beside it where there is one", async () => {
  const alone = labOf([awg, probe()]);
  alone.drive("awg.1", constant(1, 50));
  near((await settled(alone)).bottom_V, 0, "nothing at the bottom: it is grounded");
  alone.load("scope.2", 50);
  near((await settled(alone)).i_A, 1 / 1100, "50 Ω input");
  alone.load("scope.2", undefined);
  near((await settled(alone)).i_A, 1 / 1050, "1 MΩ input");

  const beside = labOf([awg, probe(50)]);
  beside.drive("awg.1", constant(1, 50));
  beside.load("scope.2", 50);
  near((await settled(beside)).i_A, 1 / 1075, "two of 50 Ω");
});

test("a load at the top divides the generator", async () => {
  const lab = labOf([awg, { instrument: "scope", terminal: "1", node: "dut.top" }]);
  lab.load("scope.1", 50);
  lab.drive("awg.1", constant(1, 50));
  near((await settled(lab)).top_V, 0.5 * (1000 / 1025), "top");
});

test("a stimulus isolator turns volts into a current", async () => {
  const lab = labOf([{ ...awg, through: { isolator_A_per_V: 1e-4 } }]);
  lab.drive("awg.1", constant(1, 50));
  // 100 MΩ output resistance: 1 kΩ takes 1e-5 of it.
  assert.ok(Math.abs((await settled(lab)).i_A - 1e-4) < 2e-9);
});

test("an SMU and a generator at one end: the SMU holds it, and delivers what the generator does not", async () => {
  const lab = labOf([awg, ...smu]);
  lab.drive("awg.1", constant(2, 50));
  lab.drive("smu.high", constant(1));
  const within = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-4, `${actual}`);
  within((await settled(lab)).top_V, 1); // behind the milliohm that ideal sources at one node have
  within(lab.seenAt("smu.high").current_A, 1e-3 - 20e-3);
  lab.drive("smu.high", constant(1, 0, 1e-3));
  within((await settled(lab)).top_V, (2 / 50 - 1e-3) / (1 / 1000 + 1 / 50)); // its limit is too little to hold it
  lab.drive("smu.high", undefined);
  near((await settled(lab)).top_V, 2 * (1000 / 1050), "generator alone");
  lab.drive("nobody.1", constant(5));
  near((await settled(lab)).top_V, 2 * (1000 / 1050), "a terminal without a wire changes nothing");
});

const ends: readonly Wire[] = [
  { instrument: "smu", terminal: "high", node: "dut.top" },
  { instrument: "smu", terminal: "low", node: "ground" },
  { instrument: "smu", terminal: "2.high", node: "dut.bottom" },
  { instrument: "smu", terminal: "2.low", node: "ground" },
];

/** What an SMU sees against what it should. */
function sees(lab: Lab, terminal: string, voltage_V: number, current_A: number): void {
  near(lab.seenAt(terminal).voltage_V, voltage_V, `${terminal}, V`);
  near(lab.seenAt(terminal).current_A, current_A, `${terminal}, A`);
}

test("two SMU channels, one at each end, see the same current the other way round", async () => {
  const lab = labOf(ends);
  lab.drive("smu.high", constant(1, 0, 0.1));
  near((await settled(lab)).i_A, 0, "channel 2 is off: its end is open");
  sees(lab, "smu.high", 1, 0);
  lab.drive("smu.2.high", constant(-0.5, 0, 0.1));
  const at = await settled(lab);
  near(at.i_A, 1.5e-3, "current");
  near(at.top_V, 1, "top");
  near(at.bottom_V, -0.5, "bottom");
  sees(lab, "smu.high", 1, 1.5e-3);
  sees(lab, "smu.2.high", -0.5, -1.5e-3);
});

test("the channel with the lower limit gives way, at whichever end it is", async () => {
  for (const [top_A, bottom_A, top_V, bottom_V] of [
    [0.1, 1e-4, 1, 0.9],
    [1e-4, 0.1, -0.4, -0.5],
  ] as const) {
    const lab = labOf(ends);
    lab.drive("smu.high", constant(1, 0, top_A));
    lab.drive("smu.2.high", constant(-0.5, 0, bottom_A));
    await settled(lab);
    sees(lab, "smu.high", top_V, 1e-4);
    sees(lab, "smu.2.high", bottom_V, -1e-4);
  }
  // A channel that forces 0.1 mA, up to 5 V, into one that holds 2 V.
  const lab = labOf(ends);
  lab.drive("smu.high", constant(5, 0, 1e-4));
  lab.drive("smu.2.high", constant(2, 0, 0.1));
  await settled(lab);
  sees(lab, "smu.high", 2.1, 1e-4);
  sees(lab, "smu.2.high", 2, -1e-4);
});

test("a generator at the top, behind a load, drives against an SMU at the bottom", async () => {
  const scope: Wire = { instrument: "scope", terminal: "1", node: "dut.top" };
  const lab = labOf([awg, scope, ...ends.slice(2)]);
  lab.load("scope.1", 50);
  lab.drive("awg.1", constant(2, 50)); // as good as 1 V behind 25 ohm
  lab.drive("smu.2.high", constant(-0.5, 0, 0.1));
  await settled(lab);
  sees(lab, "smu.2.high", -0.5, -1.5 / 1025);
  lab.drive("smu.2.high", constant(-0.5, 0, 1e-4));
  const at = await settled(lab);
  near(at.top_V, 1 - 25e-4, "top, the SMU in its limit");
  sees(lab, "smu.2.high", 1 - 1025e-4, -1e-4);
});

test("a limited SMU beside a shunt drives it too, and is limited by what both take", async () => {
  const lab = labOf([awg, probe(1000), ...ends.slice(2)]);
  lab.drive("awg.1", constant(2, 50));
  lab.drive("smu.2.high", constant(0.5, 0, 0.1));
  const within = (terminal: string, voltage_V: number, current_A: number) => {
    const seen = lab.seenAt(terminal);
    // The milliohm of its source, at milliamperes.
    assert.ok(Math.abs(seen.voltage_V - voltage_V) < 2e-6, `${seen.voltage_V} V, expected ${voltage_V}`);
    assert.ok(Math.abs(seen.current_A - current_A) < 4e-9, `${seen.current_A} A, expected ${current_A}`);
  };
  await settled(lab);
  within("smu.2.high", 0.5, 0.5 / 1000 - 1.5 / 1050);
  lab.drive("smu.2.high", constant(0, 0, 1e-4));
  await settled(lab);
  const bottom_V = (2 / 1050 - 1e-4) / (1 / 1050 + 1 / 1000);
  within("smu.2.high", bottom_V, -1e-4);
});

test("an SMU the other way round, across the device or against ground, counts the other way round", async () => {
  const turned = (high: Wire["node"], low: Wire["node"]) =>
    labOf([
      { instrument: "smu", terminal: "high", node: high },
      { instrument: "smu", terminal: "low", node: low, through: { series_ohm: 1000 } },
    ]);
  for (const lab of [turned("dut.bottom", "dut.top"), turned("ground", "dut.top")]) {
    lab.drive("smu.high", constant(1, 0, 0.1));
    near((await settled(lab)).i_A, -0.5e-3, "current");
    sees(lab, "smu.high", 0.5, 0.5e-3);
  }
});

test("two generator channels of opposite polarity add up, jumps and corners of both included", async () => {
  const lab = labOf([awg, { instrument: "awg", terminal: "2", node: "dut.bottom" }]);
  const us = (...times: number[]) => times.map((time) => time * 1e-6);
  lab.drive("awg.1", { emf: { times_s: us(1, 2, 2, 3), values: [0, 1, 0.2, 0.2] }, series_ohm: 50, limit_A: Infinity });
  lab.drive("awg.2", { emf: { times_s: us(2, 2, 4), values: [0, -1, 0] }, series_ohm: 50, limit_A: Infinity });
  const seen = new Map<number, readonly number[]>();
  lab.watch(({ t0_s, i0_A, top0_V, bottom0_V }) => seen.set(Math.round(t0_s * 1e7) / 10, [i0_A, top0_V, bottom0_V]));
  await lab.pass(5e-6);
  for (const [at_us, top_V, bottom_V] of [
    [1, 0, 0],
    [2, 0.2, -1],
    [3, 0.2, -0.5],
    [4, 0.2, 0],
  ] as const) {
    const [i_A = NaN, ...nodes] = seen.get(at_us) ?? [];
    near(i_A, (top_V - bottom_V) / 1100, `${at_us} us, A`);
    near(nodes[0] ?? NaN, top_V - 50 * i_A, `${at_us} us, top`);
    near(nodes[1] ?? NaN, bottom_V + 50 * i_A, `${at_us} us, bottom`);
  }
});

test("a gate, which models have no terminal for, is an open circuit, and the device does not see it", async () => {
  const lab = labOf([...smu, { instrument: "gate", terminal: "high", node: "ground" }]);
  lab.drive("gate.high", constant(5, 0, 1e-3));
  lab.drive("smu.high", constant(1, 0, 0.1));
  near((await settled(lab)).i_A, 1e-3, "current");
  sees(lab, "gate.high", 5, 0);
});

test("wiring that can not be is refused", () => {
  const short = ["high", "low"].map((terminal): Wire => ({ instrument: "smu", terminal, node: "dut.top" }));
  assert.throws(() => labOf(short), {
    kind: "invalid-request",
    message: /smu\.high and smu\.low are both wired to dut\.top/,
  });
  assert.throws(() => labOf([awg, awg]), MemrigError);
});

test("a device that can not be solved is told once, and the clock goes on without it", async () => {
  const broken: OnePort = {
    time_s: 0,
    voltage_V: 0,
    current_A: 0,
    advance: () => {
      throw new SimulationError("no step size left", {});
    },
  };
  const lab = new Lab(broken, smu, "fast");
  const told: string[] = [];
  lab.onFault((message) => told.push(message));
  await new Promise<void>((resolve) => lab.schedule(1, () => lab.schedule(2, resolve)));
  assert.deepEqual(told, ["no step size left"]);
  assert.equal(lab.now_s, 2);
});

test("those who generate are told when somebody begins to watch and when nobody does any more", () => {
  const lab = labOf(smu);
  const states: boolean[] = [];
  lab.onWatched(() => states.push(lab.watched));
  const [a, b] = [lab.watch(() => undefined), lab.watch(() => undefined)];
  a();
  a();
  b();
  assert.deepEqual(states, [true, false]);
});
