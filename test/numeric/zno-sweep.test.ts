import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { column, constant, doubleSweep, hold_V, mean, sd, threshold_V, type SweepPoint } from "./bench.js";

// Published figures: Wang L. et al. (2025), Pt/Ag/ZnO/Pt. The model's constants are a calibration to them.

const quiet = { sigma_cycle: 0, sigma_hold: 0 };
const limits = { I_100nA_A: 100e-9, I_10uA_A: 10e-6, I_100uA_A: 100e-6, I_none_A: Infinity };
const reference = readFileSync(new URL("./data/zno_dc_sweep.csv", import.meta.url), "utf8");

for (const [name, limit_A] of Object.entries(limits)) {
  test(`the sweep limited to ${limit_A} A is that of an independent implementation, column ${name}`, () => {
    const trace = doubleSweep(createDevice("zno-diffusive", quiet), { limit_A, series_ohm: 0 });

    const expected = column(reference, name);
    // After rupture the reference takes g = limit/V_H for the size of the filament; with R_s in series, as the
    // equations have it, g = 1/(V_H/limit - R_s), and the residual leakage is larger by that ratio.
    const filament = limit_A === Infinity ? 1 : 1 / (1 - (100 * limit_A) / 0.1);
    const clean = column(reference, "I_100nA_A");
    trace.forEach(({ programmed_V, current_A }, i) => {
      // 0.1 V on the way down is V_H exactly: neither holding nor breaking is wrong there.
      if (i > 60 && Math.abs(programmed_V - 0.1) < 1e-9) return;
      const ruptured = i > 100;
      const pristine = clean[120 - i] ?? NaN;
      const wanted = ruptured ? pristine + filament * ((expected[i] ?? NaN) - pristine) : (expected[i] ?? NaN);
      const allowed = 2e-3 * Math.abs(wanted) + 1e-14; // the file has five digits, its solver fixed steps
      assert.ok(Math.abs(current_A - wanted) <= allowed, `${programmed_V} V, point ${i}: ${current_A}, ${wanted} A`);
    });
  });
}

test("threshold and hold voltage are the published ones at every current limit, within one 5 mV step", () => {
  for (const limit_A of Object.values(limits)) {
    const trace = doubleSweep(createDevice("zno-diffusive", quiet), { limit_A });
    const vth_V = threshold_V(trace);
    const vhold_V = hold_V(trace);
    assert.ok(vth_V >= 0.165 - 1e-9 && vth_V <= 0.175 + 1e-9, `limit ${limit_A} A: threshold ${vth_V} V`);
    assert.ok(vhold_V >= 0.09 - 1e-9 && vhold_V <= 0.105 + 1e-9, `limit ${limit_A} A: hold ${vhold_V} V`);
  }
});

test("under a current limit the terminal voltage sits at the hold voltage", () => {
  const trace = doubleSweep(createDevice("zno-diffusive", quiet), { limit_A: 10e-6 });
  const on = at(trace, 0.3);
  assert.equal(on.current_A.toPrecision(6), (10e-6).toPrecision(6));
  assert.ok(Math.abs(on.voltage_V - 0.1) < 1e-6, `${on.voltage_V} V`);
});

test("resistances at 0.14 V: 130 Mohm off, and on to off 1e4 at 10 uA and 1e6 without a limit", () => {
  const limited = doubleSweep(createDevice("zno-diffusive", quiet));
  const free = doubleSweep(createDevice("zno-diffusive", quiet), { limit_A: Infinity });
  const off_ohm = 0.14 / at(limited, 0.14).current_A;
  assert.ok(Math.abs(off_ohm / 130e6 - 1) < 0.1, `${off_ohm} ohm`);
  const back = (trace: SweepPoint[]) => off_ohm / (0.14 / at([...trace].reverse(), 0.14).current_A);
  assert.ok(back(limited) > 1e4 / 1.5 && back(limited) < 1.5e4, `${back(limited)} at 10 uA`);
  assert.ok(back(free) > 1e6 / 1.5 && back(free) < 1.5e6, `${back(free)} without a limit`);
});

test("the switching slope, limited by 5 mV steps and 10 uA, is 1.2 to 1.4 mV a decade", () => {
  const trace = doubleSweep(createDevice("zno-diffusive", quiet));
  const on = trace.findIndex((point) => point.programmed_V >= threshold_V(trace) - 1e-9);
  const decades = Math.log10((trace[on]?.current_A ?? NaN) / (trace[on - 1]?.current_A ?? NaN));
  const slope = 0.005 / decades;
  assert.ok(slope > 1.2e-3 && slope < 1.4e-3, `${slope} V/decade`);
});

test("at the threshold of the 100 nA sweep set takes the published 16.5 nW: 16 to 17.5 nW", () => {
  const trace = doubleSweep(createDevice("zno-diffusive", quiet), { limit_A: 100e-9 });
  const power_W = threshold_V(trace) * at(trace, threshold_V(trace)).current_A;
  assert.ok(power_W > 16e-9 && power_W < 17.5e-9, `${power_W} W`);
});

test("1024 sweeps of the nominal device spread as published: 2.25 % in threshold, 4.44 % in hold voltage", () => {
  const device = createDevice("zno-diffusive", {});
  const vth: number[] = [];
  const vhold: number[] = [];
  for (let n = 0; n < 1024; n++) {
    const trace = doubleSweep(device);
    vth.push(threshold_V(trace));
    vhold.push(hold_V(trace));
  }
  assert.ok(Math.abs(mean(vth) - 0.17) < 0.005, `mean threshold ${mean(vth)} V`);
  assert.ok(mean(vhold) > 0.09 && mean(vhold) < 0.105, `mean hold ${mean(vhold)} V`);
  const [cvTh, cvHold] = [sd(vth) / mean(vth), sd(vhold) / mean(vhold)];
  assert.ok(cvTh > 0.018 && cvTh < 0.028, `threshold ${100 * cvTh} %`);
  assert.ok(cvHold > 0.035 && cvHold < 0.055, `hold ${100 * cvHold} %`);
});

test("30 seeded devices of 10 sweeps each spread by 4.67 % in threshold, within 1 %", () => {
  const vth: number[] = [];
  for (let seed = 1; seed <= 30; seed++) {
    const device = createDevice("zno-diffusive", {}, seed);
    for (let n = 0; n < 10; n++) vth.push(threshold_V(doubleSweep(device)));
  }
  const cv = sd(vth) / mean(vth);
  assert.ok(cv > 0.037 && cv < 0.057, `${100 * cv} %`);
});

test("the negative branch mirrors the positive one", () => {
  const up = createDevice("zno-diffusive", quiet);
  const down = createDevice("zno-diffusive", quiet);
  for (let i = 1; i <= 60; i++) {
    up.advance(i * 0.05, constant(i * 0.005, 0.05, 10e-6));
    down.advance(i * 0.05, constant(-i * 0.005, 0.05, 10e-6));
    assert.ok(Math.abs(up.current_A + down.current_A) <= 1e-9 * Math.abs(up.current_A), `${i * 5} mV`);
  }
});

function at(trace: readonly SweepPoint[], programmed_V: number): SweepPoint {
  const found = trace.find((point) => Math.abs(point.programmed_V - programmed_V) < 1e-9);
  assert.ok(found, `a point at ${programmed_V} V`);
  return found;
}
