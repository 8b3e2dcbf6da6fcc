import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { column, mean } from "./bench.js";

// Published figures: Wang L. et al. (2025): 1.5 V turns on in about 20 ns; 1.2 V for 5 us sets, 0.1 V for 10 us reads.

const quiet = { sigma_cycle: 0, sigma_hold: 0 };

test("a 1.5 V step through 50 ohm turns the device on in 15 to 25 ns", () => {
  const device = createDevice("zno-diffusive", quiet);
  let on_s = NaN;
  const full_A = 1.5 / (50 + 130);
  const drive = { emf: { times_s: [0, 1e-10], values: [0, 1.5] }, series_ohm: 50, limit_A: Infinity };
  device.advance(1e-6, drive, (_t0, _v0, i0, t1, _v1, i1) => {
    if (i0 < full_A / 2 && i1 >= full_A / 2) on_s = t1;
  });
  assert.ok(on_s > 15e-9 && on_s < 25e-9, `${on_s} s`);
  assert.ok(Math.abs(device.voltage_V / device.current_A / 130 - 1) < 0.01, "on resistance 130 ohm");
});

test("20 endurance cycles: set within 5 us, off 10 us later, read ratio above 1e3", () => {
  const device = createDevice("zno-diffusive", {});
  for (let cycle = 0; cycle < 20; cycle++) {
    const t = cycle * 35e-6;
    const edge = 1e-8;
    const drive = {
      emf: {
        times_s: [t, t + edge, t + 5e-6, t + 5e-6 + edge, t + 15e-6, t + 15e-6 + edge, t + 25e-6, t + 25e-6 + edge],
        values: [0, 1.2, 1.2, 0, 0, 0.1, 0.1, 0],
      },
      series_ohm: 1050,
      limit_A: Infinity,
    };
    device.advance(t + 4e-6, drive);
    const on_ohm = device.voltage_V / device.current_A;
    device.advance(t + 24e-6, drive);
    const off_ohm = device.voltage_V / device.current_A;
    assert.ok(on_ohm < 200, `cycle ${cycle}: on ${on_ohm} ohm`);
    assert.ok(off_ohm / on_ohm > 1e3, `cycle ${cycle}: ratio ${off_ohm / on_ohm}`);
    device.advance(t + 35e-6, drive);
  }
});

test("a set device left at 0 V breaks within 100 ns", () => {
  const device = createDevice("zno-diffusive", quiet);
  device.advance(5e-6, { emf: { times_s: [0], values: [1.2] }, series_ohm: 1050, limit_A: Infinity });
  const low = { emf: { times_s: [0], values: [1e-6] }, series_ohm: 0, limit_A: Infinity };
  device.advance(5.1e-6, low);
  assert.ok(device.voltage_V / device.current_A > 1e5, `${device.voltage_V / device.current_A} ohm`);
});

// 1 Mohm and 47 nF. The reference took fixed shares of each time constant as steps; its own agreement is given as 0.5 %.
const reference = readFileSync(new URL("./data/zno_oscillation_fV.csv", import.meta.url), "utf8");
const [inputs, frequencies] = [column(reference, "Vin_V"), column(reference, "f_Hz")];

for (const [input_V, published_Hz] of [
  [0.5, 38],
  [0.8, 73.3],
  [2, 176],
] as const) {
  test(`behind 1 Mohm with 47 nF across it the device fires at the published ${published_Hz} Hz for ${input_V} V`, () => {
    const device = createDevice("zno-diffusive", { ...quiet, C: 47e-9 });
    const fired: number[] = [];
    const drive = { emf: { times_s: [0], values: [input_V] }, series_ohm: 1e6, limit_A: Infinity };
    device.advance(0.4, drive, (t0, v0, _i0, t1, v1) => {
      if (v0 >= 0.15 && v1 < 0.15) fired.push(t0 + ((t1 - t0) * (v0 - 0.15)) / (v0 - v1));
    });
    const periods = fired.slice(2).map((t, i) => t - (fired[i + 1] ?? NaN));
    const f_Hz = 1 / mean(periods);
    const wanted_Hz = frequencies[inputs.indexOf(input_V)] ?? NaN;
    assert.ok(Math.abs(f_Hz / wanted_Hz - 1) < 0.005, `${f_Hz} Hz, reference ${wanted_Hz} Hz`);
    assert.ok(Math.abs(f_Hz / published_Hz - 1) < 0.04, `${f_Hz} Hz, published ${published_Hz} Hz`);
  });
}
