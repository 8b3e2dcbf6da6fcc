import assert from "node:assert/strict";
import test from "node:test";
import type { Waveform } from "../../../src/simulator/netlist/types.js";
import { atomsOf, pieceRate, pieceValue, waveValue } from "../../../src/simulator/netlist/waveform.js";

function near(got: number, wanted: number, what: string): void {
  assert.ok(Math.abs(got - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${what}: ${got}, not ${wanted}`);
}

/** Walks from corner to corner and checks each piece against the value at times inside it. */
function walk(wave: Waveform, until_s: number, value: (t_s: number) => number): number[] {
  const corners: number[] = [];
  for (const atom of atomsOf(wave)) {
    const piece = new Float64Array(5);
    for (let t_s = 0; t_s < until_s;) {
      const end_s = Math.min(atom.cornerAfter(t_s), until_s);
      assert.ok(end_s > t_s, `corner at ${end_s} after ${t_s}`);
      atom.pieceAt(t_s, piece, 0);
      for (const share of [0, 0.3, 0.7, 0.999]) {
        const at_s = t_s + share * (end_s - t_s);
        near(pieceValue(atom, piece, 0, at_s - t_s), value(at_s), `${wave.kind} at ${at_s}`);
      }
      const [tau, step] = [0.5 * (end_s - t_s), 1e-6 * (end_s - t_s)];
      const slope = (pieceValue(atom, piece, 0, tau + step) - pieceValue(atom, piece, 0, tau - step)) / (2 * step);
      assert.ok(Math.abs(slope - pieceRate(atom, piece, 0, tau)) <= 1e-6 * (1 + Math.abs(slope)), `slope ${slope}`);
      corners.push(end_s);
      t_s = end_s;
    }
  }
  return corners;
}

test("a pulse train repeats as often as asked, with its corners where they belong", () => {
  const wave: Waveform = {
    kind: "pulse",
    low: 1,
    high: 3,
    delay_s: 1,
    rise_s: 0.5,
    width_s: 2,
    fall_s: 0.25,
    period_s: 5,
    count: 2,
  };
  const value = (t_s: number): number => {
    const at = t_s < 1 || t_s >= 11 ? -1 : (t_s - 1) % 5;
    if (at < 0 || at >= 2.75) return 1;
    return at < 0.5 ? 1 + 4 * at : at < 2.5 ? 3 : 3 - 8 * (at - 2.5);
  };
  assert.deepEqual(walk(wave, 20, value), [1, 1.5, 3.5, 3.75, 6, 6.5, 8.5, 8.75, 20]);
});

test("a pulse without rise and fall jumps: before the corner it has the old value, from it on the new one", () => {
  const [atom] = atomsOf({ kind: "pulse", low: 0, high: 1, delay_s: 1e-3, width_s: 1e-3 });
  assert.ok(atom);
  assert.equal(waveValue([atom], 0.999e-3), 0);
  assert.equal(waveValue([atom], 1e-3), 1);
  assert.equal(atom.cornerAfter(1e-3), 2e-3);
  assert.equal(waveValue([atom], 2e-3), 0);
  assert.equal(atom.cornerAfter(2e-3), Infinity);
});

test("pulses far from zero still have every corner: 100 000 periods of 25 us", () => {
  const [atom] = atomsOf({
    kind: "pulse",
    low: 0,
    high: 1,
    rise_s: 10e-9,
    fall_s: 10e-9,
    width_s: 5e-6,
    period_s: 25e-6,
  });
  assert.ok(atom);
  let count = 0;
  for (let t_s = 2.49; t_s < 2.5; t_s = atom.cornerAfter(t_s)) count++;
  assert.ok(Math.abs(count - 1600) <= 4, `${count} corners in 400 periods`);
});

test("piecewise lines hold their ends", () => {
  const wave: Waveform = { kind: "pwl", times_s: [1, 2, 4], values: [5, 7, 1] };
  assert.deepEqual(
    walk(wave, 6, (t) => (t < 1 ? 5 : t < 2 ? 3 + 2 * t : t < 4 ? 13 - 3 * t : 1)),
    [1, 2, 4, 6],
  );
});

test("a sine starts at its delay and a chirp sweeps its phase without a break", () => {
  const turn = 2 * Math.PI;
  walk({ kind: "sine", amplitude: 2, frequency_Hz: 3, offset: 1, delay_s: 0.5 }, 2, (t) =>
    t < 0.5 ? 1 : 1 + 2 * Math.sin(turn * 3 * (t - 0.5)),
  );
  walk({ kind: "chirp", amplitude: 2, start_Hz: 1, stop_Hz: 5, duration_s: 2, offset: 1, delay_s: 1 }, 4, (t) => {
    const tau = t - 1;
    return tau < 0 || tau >= 2 ? 1 : 1 + 2 * Math.sin(turn * (tau + tau * tau));
  });
});

test("samples are joined by lines; the last one stays", () => {
  walk({ kind: "samples", interval_s: 0.5, values: [0, 2, 1], start_s: 1 }, 4, (t) => {
    const at = (t - 1) / 0.5;
    return at <= 0 ? 0 : at < 1 ? 2 * at : at < 2 ? 3 - at : 1;
  });
});

test("noise is the same for the same seed, also when asked again from the start, and as wide as asked", () => {
  const wave = { kind: "noise", distribution: "uniform", size: 2, interval_s: 1e-6, seed: 7 } as const;
  const read = (atoms: ReturnType<typeof atomsOf>): number[] =>
    Array.from({ length: 2000 }, (_, i) => waveValue(atoms, i * 1e-6));
  const atoms = atomsOf(wave);
  const first = read(atoms);
  assert.deepEqual(read(atoms), first);
  assert.deepEqual(read(atomsOf(wave)), first);
  assert.notDeepEqual(read(atomsOf({ ...wave, seed: 8 })), first);
  assert.equal(first[0], 0);
  assert.ok(Math.max(...first) > 0.99 && Math.max(...first) <= 1 && Math.min(...first) < -0.99);
  const normal = read(atomsOf({ ...wave, distribution: "normal" }));
  const sd = Math.sqrt(normal.reduce((sum, x) => sum + x * x, 0) / normal.length);
  assert.ok(Math.abs(sd / 2 - 1) < 0.05, `standard deviation ${sd}`);
});

test("a sum is the sum of its parts", () => {
  const parts: Waveform[] = [
    { kind: "dc", value: 82.5e-6 },
    { kind: "sine", amplitude: 1e-6, frequency_Hz: 1e3 },
    { kind: "pwl", times_s: [0, 1e-3], values: [0, 1e-6] },
  ];
  for (const t_s of [0, 1e-4, 3.3e-4, 2e-3]) {
    const whole = waveValue(atomsOf({ kind: "sum", of: parts }), t_s);
    near(
      whole,
      parts.reduce((sum, part) => sum + waveValue(atomsOf(part), t_s), 0),
      `at ${t_s}`,
    );
  }
});
