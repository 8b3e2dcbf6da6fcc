import assert from "node:assert/strict";
import { test } from "node:test";
import { forming, formingSmu } from "../../protocols/forming.js";
import { levels } from "../../protocols/levels.js";
import { setResetTrain } from "../../protocols/set-reset-train.js";
import { Shots, stressOf } from "../../protocols/shots.js";
import { writeVerify, writeVerifySmu } from "../../protocols/write-verify.js";
import { gradualCell, measured, pulseStation, smuStation } from "../support/pulse-protocols.js";

const within = (value: number, low: number, high: number, what: string) =>
  assert.ok(value >= low && value <= high, `${what} is ${value}; expected ${low} to ${high}`);
const plan = { read_amplitude: 0.1, read_width: 10e-6, gap: 10e-6 };
const context = {
  signal: new AbortController().signal,
  atEnd: () => undefined,
  wait: async () => undefined,
  completed: 0,
  between: async () => undefined,
  warn: () => undefined,
};

test("a pulse on a resistor puts V²R t/(R + 1050)² into it, and on a capacitor half of C V² that the rest gives back", async (t) => {
  const resistor = new Shots(await pulseStation(t, "resistor", { R: 10e3 }), plan, context);
  const heated = await resistor.pulse(2, 10e-6);
  // 0.18 V in the shunt channel, whose range is for a short: half of its 8-bit step of 9 mV is 2.6 %
  within(heated.energy_J / ((2 / 11050) ** 2 * 10e3 * 10e-6), 0.965, 1.035, "energy over the expected");
  within(heated.charge_C / ((2 / 11050) * 10e-6), 0.965, 1.035, "charge over the expected");
  within(heated.peak_A / (2 / 11050), 0.965, 1.08, "peak over the expected: the highest sample, noise included");
  const capacitor = new Shots(await pulseStation(t, "capacitor", { C: 1e-9 }), plan, context);
  const charged = await capacitor.pulse(2, 20e-6); // 19 time constants
  within(charged.energy_J / (0.5 * 1e-9 * 2 ** 2), 0.97, 1.03, "stored energy over C V²/2");
  within(charged.charge_C / (1e-9 * 2), 0.97, 1.03, "charge over C V");
  within(charged.peak_A, 0.9 * (2 / 1050), 1.02 * (2 / 1050), "inrush: 2 V over 1050 ohm");
  // The pulse the other way makes the current channel see both signs; the record up to it is looked at.
  const levels = [2, 0, -2, 0].map((level_V) => ({ level_V, duration_s: 20e-6 }));
  const until = [{ level_V: 2, duration_s: 40e-6 }];
  const whole = await capacitor.play(levels, 50e-9, (caught) => stressOf({ ...caught, segments: until }));
  within(Math.abs(whole.energy_J) / (0.5 * 1e-9 * 4), 0, 0.03, "energy kept after the discharge, over C V²/2");
});

test("trains of set and reset pulses raise and lower the conductance of the TaOx cell step by step", async (t) => {
  const station = await pulseStation(t, "taox");
  const seen = await measured(setResetTrain, station, { set_count: 8, reset_count: 8, trains: 1 });
  assert.deepEqual(seen.column("pulses", "phase"), [0, ...Array<number>(8).fill(1), ...Array<number>(8).fill(-1)]);
  within(seen.mean("monotone"), 0.7, 1, "share of pulses that moved the right way");
  within(seen.mean("ratio"), 1.15, 1.5, "conductance range");
  within(seen.mean("nonlinearitySet"), 0.02, 0.5, "set: fast, then slow");
  assert.ok(seen.mean("peakSet_A") > 0 && seen.mean("peakReset_A") < 0);
  assert.ok(seen.mean("energySet_J") > 0 && seen.mean("energyReset_J") > 0);
  assert.equal(await station.source.outputIsOn(), false);
});

test("write-verify brings the cell to 20 and 50 kohm within 5 %, though its set polarity was told wrong: that costs turns", async (t) => {
  const station = await pulseStation(t, "vteam", { ...gradualCell, x_0: 0.3 });
  const settings = { targets: "20 kohm; 50 kohm", voltage_start: "0.7 V", set_polarity: "positive" };
  const seen = await measured(writeVerify, station, { ...settings, voltage_step: "30 mV" });
  assert.ok(seen.column("targets", "turns").every((turns) => turns >= 1 && turns <= 5));
  assert.equal(seen.mean("reached"), 1);
  for (const error of seen.column("targets", "error")) within(error, -0.05, 0.05, "error");
  assert.ok(Math.max(...seen.column("steps", "amplitude_V").map(Math.abs)) <= 2);
  assert.equal(await station.source.outputIsOn(), false);
});

test("a target a resistor can not reach is given up at the end of the ladder, which no pulse exceeds", async (t) => {
  const station = await pulseStation(t, "resistor", { R: 10e3 });
  const settings = { targets: "5 kohm", voltage_start: "0.5 V", voltage_stop: "0.9 V", voltage_step: "150 mV" };
  const seen = await measured(writeVerify, station, settings);
  assert.deepEqual(seen.tables["targets"]?.columns["status"], ["end of the ladder"]);
  assert.deepEqual(
    seen.column("steps", "amplitude_V").map((volt) => Number(volt.toFixed(6))),
    [0, 0.5, 0.65, 0.8, 0.9],
  );
});

test("of four levels, two of them 3 % apart, three can be told apart at three sigma", async (t) => {
  const station = await pulseStation(t, "vteam", gradualCell);
  const settings = {
    levels: "15k; 30k; 60k; 62k",
    rounds: 2,
    reads: 2,
    set_polarity: "negative",
    voltage_start: "0.7 V",
  };
  const seen = await measured(levels, station, { ...settings, voltage_step: "50 mV", tolerance: 0.08 });
  assert.deepEqual([seen.mean("levelsAsked"), seen.mean("levelsHeld"), seen.tables["reads"]?.length], [4, 3, 16]);
});

test("forming stops at the pulse that formed the cell, tells its peak current, charge and energy, and never goes beyond the ladder", async (t) => {
  const station = await pulseStation(t, "stanford-rram");
  const seen = await measured(forming, station, { voltage_start: "1.2 V" });
  assert.deepEqual([seen.mean("formed"), seen.column("steps", "formed").at(-1)], [1, 1]);
  within(seen.mean("vForm_V"), 1.4, 1.9, "forming voltage");
  assert.ok(seen.mean("rAfter_ohm") <= 20e3 && seen.mean("rBefore_ohm") > 150e3);
  // No more than a short would take: 1.9 V over 1050 ohm
  within(seen.mean("peak_A"), 1e-4, 1.9 / 1050, "peak current");
  within(seen.mean("energy_J"), 1e-11, 1.9 * seen.mean("charge_C"), "energy");
  const short = await measured(forming, station, {
    target: "100 ohm",
    voltage_stop: "1.5 V",
    voltage_start: "1.4 V",
    width_stop: "2 us",
  });
  assert.equal(short.mean("formed"), 0);
  assert.ok(short.column("steps", "amplitude_V").every((volt) => volt <= 1.5));
  assert.match(short.warnings.join(), /not formed at the end of the ladder/);
});

test("a forming ladder that could carry more than max_current is refused before the first read", async (t) => {
  const station = await pulseStation(t, "resistor", { R: 1e6 });
  await assert.rejects(measured(forming, station, { max_current: "1 mA" }), /2\.857 mA.*Nothing was sent.*1\.05 V/s);
  assert.equal(await station.source.outputIsOn(), false);
});

test("forming and write-verify run on a source-measure unit under its compliance", async (t) => {
  const smu = await smuStation(t, "stanford-rram");
  const formed = await measured(formingSmu, smu, { voltage_start: "0.8 V", target: "50 kohm", compliance: "300 uA" });
  assert.equal(formed.mean("formed"), 1);
  within(Math.max(...formed.column("steps", "peak_A")), 1e-6, 301e-6, "largest current, compliance 300 µA");
  assert.equal(await smu.outputIsOn(), false);
  const cell = await smuStation(t, "vteam", { ...gradualCell, k_off: 1e-7, k_on: -1e-7 });
  const settings = {
    targets: "40 kohm",
    set_polarity: "negative",
    width_start: "10 ms",
    width_stop: "10 ms",
    compliance: "1 mA",
  };
  const written = await measured(writeVerifySmu, cell, { ...settings, voltage_start: "0.5 V", voltage_step: "10 mV" });
  assert.equal(written.mean("reached"), 1);
  assert.equal(await cell.outputIsOn(), false);
});
