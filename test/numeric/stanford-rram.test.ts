import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { constant } from "./bench.js";

// Jiang, Wong, nanoHUB (2014), doi 10.4231/D37H1DN48

const k = { gamma_0: 16, beta: 0.8, alpha: 3, F_min: 1.4e9, t_ox: 12e-9 };

/** Voltage at which the local field reaches F_min. */
function threshold_V(gap_nm: number): number {
  return (k.F_min * k.t_ox) / (k.gamma_0 - k.beta * gap_nm ** k.alpha);
}

/** Gap from the current at 0.1 V. */
function gap_nm(device: ReturnType<typeof createDevice>): number {
  device.advance(device.time_s + 1e-12, constant(0.1));
  return -0.25 * Math.log(device.current_A / (1e-3 * Math.sinh(0.1 / 0.25)));
}

test("at a gap of 0.2 nm it carries 0.1846 mA at 0.1 V, at 1.7 nm 403 times less", () => {
  const [on, off] = [createDevice("stanford-rram", { gap_0: 0.2e-9 }), createDevice("stanford-rram", {})];
  on.advance(1e-9, constant(0.1));
  off.advance(1e-9, constant(0.1));
  assert.ok(Math.abs(on.current_A / 0.18456e-3 - 1) < 1e-4, `${on.current_A} A`); // e^-0.8 sinh 0.4 mA
  assert.ok(Math.abs(on.current_A / off.current_A / 403.43 - 1) < 1e-3, `${on.current_A / off.current_A}`); // e^6
});

test("a positive pulse behind 1 kohm closes the gap, a negative one opens it", () => {
  const device = createDevice("stanford-rram", {});
  device.advance(1e-6, constant(2, 1e3));
  const on = gap_nm(device);
  device.advance(device.time_s + 1e-4, constant(-1.4));
  const off = gap_nm(device);
  assert.ok(on < 1 && off > 1.6, `${on} nm after SET, ${off} nm after RESET`);
});

for (const [what, from_nm, sign] of [
  ["SET", 1.7, 1],
  ["RESET", 0.2, -1],
] as const) {
  test(`${what} begins where the local field gamma |v|/t_ox reaches 1.4e9 V/m: a ramp moves the gap within 2 % of it`, () => {
    const expected_V = threshold_V(from_nm);
    const device = createDevice("stanford-rram", { gap_0: from_nm * 1e-9 });
    let moved_V = NaN;
    for (let v = 0.9 * expected_V; !(moved_V > 0) && v < 1.1 * expected_V; v += 0.001) {
      device.advance(device.time_s + 1e-4, constant(sign * v));
      if (Math.abs(gap_nm(device) - from_nm) > 0.05) moved_V = v;
    }
    assert.ok(Math.abs(moved_V / expected_V - 1) < 0.02, `${moved_V} V; the field is there at ${expected_V} V`);
  });
}

test("a year at 0.5 V changes nothing: below the field no ion moves", () => {
  const device = createDevice("stanford-rram", { gap_0: 1e-9 });
  const before = gap_nm(device);
  device.advance(device.time_s + 3e7, constant(0.5));
  assert.ok(Math.abs(gap_nm(device) - before) < 1e-9);
});

test("0.2 V more makes SET behind 1 kohm at least 5 times faster", () => {
  const switching_s = (emf_V: number) => {
    const device = createDevice("stanford-rram", {});
    let at_s = NaN;
    device.advance(1e-3, constant(emf_V, 1e3), (_t0, _v0, _i0, t1, _v1, i1) => {
      if (!(at_s > 0) && i1 > 3e-4) at_s = t1;
    });
    return at_s;
  };
  assert.ok(switching_s(1.6) > 5 * switching_s(1.8), `${switching_s(1.6)} s, ${switching_s(1.8)} s`);
});

test("a loop sweep goes through the higher current on the way back from SET and the lower one after RESET", () => {
  const device = createDevice("stanford-rram", {});
  const currents = new Map<string, number>();
  for (let n = 1; n <= 64; n++) {
    const voltage_V = n <= 32 ? 0.1 * Math.min(n, 32 - n) : -0.1 * Math.min(n - 32, 64 - n);
    device.advance(device.time_s + 1e-3, constant(voltage_V, 1e3));
    currents.set(`${n}`, device.current_A);
  }
  const at = (n: number) => Math.abs(currents.get(`${n}`) ?? NaN);
  assert.ok(at(27) > 5 * at(5), `+0.5 V: ${at(5)} A before, ${at(27)} A after SET`);
  assert.ok(at(37) > 3 * at(59), `-0.5 V: ${at(37)} A before, ${at(59)} A after RESET`);
});

test("the widest gap drawn for a cycle has the spread asked for: 5 % within a fifth over 200 cycles", () => {
  const device = createDevice("stanford-rram", { sigma_cycle: 0.05 }, 3);
  const gaps: number[] = [];
  for (let cycle = 0; cycle < 200; cycle++) {
    device.advance(device.time_s + 1e-6, constant(2.2, 1e3));
    device.advance(device.time_s + 1e-4, constant(-1.8));
    gaps.push(Math.log(gap_nm(device)));
  }
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1));
  assert.ok(Math.abs(sd / 0.05 - 1) < 0.2, `${sd}`); // 5 % sampling error of a deviation from 200
});
