import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { quasiStatic } from "../../src/simulator/transient/quasi-static.js";
import { constant, doubleSweep, hold_V, mean, sd, threshold_V } from "./bench.js";

// Conduction: Ielmini, Zhang, J. Appl. Phys. 102 (2007) 054517; off and on layers: Ielmini, Phys. Rev. B 78 (2008) 035308.

const shape = { peak_V: 2, step_V: 0.02, dwell_s: 1e-6, limit_A: 1e-4, series_ohm: 100 };

test("the off state conducts 2 q A N_T (dz/tau_0) exp(-E_a/kT) sinh(v dz/(2 kT u_a)), the paper's equation", () => {
  const device = createDevice("ots", {});
  const kT = 8.617333e-5 * 300;
  const prefactor_A = ((2 * 1.602177e-19 * 2e-15 * 1e25 * 6e-9) / 1e-14) * Math.exp(-0.35 / kT);
  for (const v of [0.1, 0.5, 1]) {
    device.advance(device.time_s + 1e-9, constant(v));
    const expected_A = prefactor_A * Math.sinh((v * 6e-9) / (2 * kT * 30e-9));
    assert.ok(Math.abs(device.current_A / expected_A - 1) < 1e-3, `${device.current_A} A at ${v} V`);
  }
});

test("it switches on near F_c u_a = 1.5 V and off below half of that, alike in both polarities", () => {
  for (const sign of [1, -1]) {
    const device = createDevice("ots", {});
    const points = doubleSweep(device, { ...shape, peak_V: sign * 2, step_V: sign * 0.02 }).map((point) => ({
      ...point,
      current_A: sign * point.current_A,
    }));
    const [on_V, off_V] = [sign * threshold_V(points), sign * hold_V(points)];
    assert.ok(Math.abs(on_V - 1.5) < 0.1, `on at ${on_V} V`);
    assert.ok(off_V > 0.3 && off_V < 0.75, `off at ${off_V} V`);
  }
});

test("at half the threshold the on state carries at least 1000 times the current of the off state", () => {
  const points = doubleSweep(createDevice("ots", {}), shape);
  const at = (voltage_V: number, pass: readonly (typeof points)[number][]) =>
    pass.find((point) => Math.abs(point.programmed_V - voltage_V) < 1e-9)?.current_A ?? NaN;
  const middle = (points.length + 1) / 2;
  const [off_A, on_A] = [at(0.8, points.slice(0, middle)), at(0.8, points.slice(middle))];
  assert.ok(on_A > 1000 * off_A, `${off_A} A up, ${on_A} A down`);
});

test("it is volatile: 0.1 us without voltage after a pulse it is off, and switches at the same voltage again", () => {
  const device = createDevice("ots", {});
  const first_V = threshold_V(doubleSweep(device, shape));
  device.advance(device.time_s + 1e-7, constant(0));
  device.advance(device.time_s + 1e-9, constant(0.5));
  assert.ok(device.current_A < 2e-8, `${device.current_A} A`);
  assert.equal(threshold_V(doubleSweep(device, shape)), first_V);
});

test("switching waits for a delay that falls by more than 10 times from 1.6 to 1.8 V behind 10 kohm", () => {
  const delay_s = (emf_V: number) => {
    let at_s = NaN;
    createDevice("ots", {}).advance(1e-6, constant(emf_V, 1e4), (_t0, _v0, _i0, t1, _v1, i1) => {
      if (!(at_s > 0) && i1 > 5e-5) at_s = t1;
    });
    return at_s;
  };
  assert.ok(delay_s(1.6) > 10 * delay_s(1.8), `${delay_s(1.6)} s at 1.6 V, ${delay_s(1.8)} s at 1.8 V`);
});

test("with 10 pF across it behind 1 Mohm at 3 V it oscillates between threshold and holding voltage", () => {
  const device = createDevice("ots", { C: 1e-11 });
  let [highest_V, lowest_V, falls] = [0, Infinity, 0];
  device.advance(1e-4, constant(3, 1e6), (t0, v0, _i0, _t1, v1) => {
    if (t0 < 1e-5) return;
    highest_V = Math.max(highest_V, v1);
    lowest_V = Math.min(lowest_V, v1);
    if (v0 > 1 && v1 <= 1) falls++;
  });
  assert.ok(falls >= 4, `${falls} spikes`);
  assert.ok(highest_V < 1.6 && lowest_V < 0.8, `between ${lowest_V} V and ${highest_V} V`);
});

test("a cycle spread of 3 % in the critical field is one of about 3 % in the threshold, over 60 sweeps", () => {
  const device = createDevice("ots", { sigma_cycle: 0.03 }, 9);
  const thresholds = Array.from({ length: 60 }, () => threshold_V(doubleSweep(device, { ...shape, step_V: 0.01 })));
  const spread = sd(thresholds) / mean(thresholds);
  assert.ok(spread > 0.02 && spread < 0.04, `${spread}`); // 9 % sampling error of a deviation from 60, and the steps
});

test("by current its quasi-static V(I) is S-shaped and the same both ways; by voltage it jumps on at the maximum, off at the minimum", () => {
  const sweep = (drive: "current" | "voltage", to: number, points: number) =>
    quasiStatic(
      {
        name: "test",
        title: "the switch alone",
        source: "test",
        elements: [
          drive === "voltage"
            ? { kind: "V", name: "S", plus: "top", minus: "0", wave: { kind: "dc", value: 0 } }
            : { kind: "I", name: "S", from: "0", to: "top", wave: { kind: "dc", value: 0 } },
          { kind: "device", name: "X1", a: "top", b: "0", model: "ots" },
        ],
        probes: [],
      },
      { drive, from: 0, to, points, returns: true },
    );
  const byCurrent = sweep("current", 1e-5, 401);
  const [up, down] = [byCurrent.slice(0, 401), byCurrent.slice(-401).reverse()];
  up.forEach((point, i) =>
    assert.ok(Math.abs(point.voltage_V - (down[i]?.voltage_V ?? NaN)) < 1e-4, `${point.drive} A`),
  );
  const maximum_V = Math.max(...up.map((point) => point.voltage_V));
  const peak = up.findIndex((point) => point.voltage_V === maximum_V);
  const minimum_V = Math.min(...up.slice(peak).map((point) => point.voltage_V));
  assert.ok(peak > 0 && minimum_V < maximum_V / 2, `from ${maximum_V} V down to ${minimum_V} V`);
  const jumps = sweep("voltage", 2, 201).filter((point) => point.jumped);
  assert.equal(jumps.length, 2);
  const [on_V, off_V] = [jumps[0]?.drive ?? NaN, jumps[1]?.drive ?? NaN];
  assert.ok(on_V >= maximum_V && on_V < maximum_V + 0.0101, `on at ${on_V} V, maximum ${maximum_V} V`); // steps of 10 mV
  assert.ok(off_V <= minimum_V && off_V > minimum_V - 0.0101, `off at ${off_V} V, minimum ${minimum_V} V`);
});
