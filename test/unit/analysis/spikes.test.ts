import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  energyPerSpike_J,
  latency_s,
  onOffOf,
  spikesOf,
  transitionOf,
  type Wave,
} from "../../../src/analysis/index.js";
import { integralOf, meanOver, valueAt, waveOf } from "../../../src/analysis/index.js";

/** Corners of a wave as [time, value]. */
function wave(...corners: readonly (readonly [number, number])[]): Wave {
  return { times_s: corners.map(([t]) => t), values: corners.map(([, y]) => y) };
}

/** A wave at random times, unequally spaced. */
const anyWave = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: -1000, max: 1000 })), {
    minLength: 2,
    maxLength: 60,
  })
  .map((pairs): Wave => {
    let t = 0;
    return { times_s: pairs.map(([dt]) => (t += dt) * 1e-6), values: pairs.map(([, y]) => y / 1000) };
  });

test("a spike begins where the wave rises through the threshold and ends where it falls through the lower one", () => {
  const found = spikesOf(wave([0, 0], [1, 1], [2, 0.6], [3, 2], [4, 0], [5, 0]), { above: 0.75, below: 0.5 });
  assert.equal(found.length, 1, "the dip to 0.6 is inside the spike");
  assert.deepEqual([...found.start_s, ...found.end_s, ...found.peak_s, ...found.peak], [0.75, 3.75, 3, 2]);
});

test("without a lower threshold the same dip parts two spikes", () => {
  const found = spikesOf(wave([0, 0], [1, 1], [2, 0.5], [3, 2], [4, 0]), { above: 0.75 });
  assert.deepEqual(Array.from(found.start_s), [0.75, 2 + 0.25 / 1.5]);
});

test("a spike that the record cuts at its end has no end; one that it cuts at its start is not counted", () => {
  const found = spikesOf(wave([0, 2], [1, 0], [2, 2], [3, 3]), { above: 1 });
  assert.equal(found.length, 1);
  assert.equal(found.start_s[0], 1.5);
  assert.ok(Number.isNaN(found.end_s[0]));
  assert.equal(found.peak[0], 3);
});

test("spikes downwards are those of the mirrored wave, with their own sign", () => {
  fc.assert(
    fc.property(
      anyWave,
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (up, above, band) => {
        const down = { times_s: up.times_s, values: Array.from(up.values, (y) => -y) };
        const rising = spikesOf(up, { above, below: above - band });
        const falling = spikesOf(down, { above: -above, below: -above + band, polarity: -1 });
        assert.deepEqual(falling.start_s, rising.start_s);
        assert.deepEqual(falling.end_s, rising.end_s);
        assert.deepEqual(
          Array.from(falling.peak, (y) => 0 - y),
          Array.from(rising.peak, (y) => y + 0),
        );
      },
    ),
  );
});

test("spikes follow each other, each peak is at or above the threshold and within its spike", () => {
  fc.assert(
    fc.property(
      anyWave,
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (w, above, band) => {
        const found = spikesOf(w, { above, below: above - band });
        for (let k = 0; k < found.length; k++) {
          const [start, end, next] = [found.start_s[k] ?? NaN, found.end_s[k] ?? NaN, found.start_s[k + 1] ?? Infinity];
          assert.ok((found.peak[k] ?? NaN) >= above);
          assert.ok((found.peak_s[k] ?? NaN) >= start && !((found.peak_s[k] ?? NaN) > end));
          assert.ok(!(end < start) && !(end > next));
          assert.ok(k === found.length - 1 || !Number.isNaN(end), "only the last may be cut");
          assert.ok(Math.abs(valueAt(w, start) - above) < 1e-9);
        }
      },
    ),
  );
});

test("a wider band between the thresholds finds no more spikes, and each of them at a start found without it", () => {
  fc.assert(
    fc.property(anyWave, fc.double({ min: 0, max: 0.5, noNaN: true }), (w, band) => {
      const all = spikesOf(w, { above: 0.2 });
      const steady = spikesOf(w, { above: 0.2, below: 0.2 - band });
      assert.ok(steady.length <= all.length);
      assert.ok(steady.start_s.every((t) => all.start_s.includes(t)));
    }),
  );
});

test("latency is from the edge to the first spike at or after it, none is NaN", () => {
  assert.equal(latency_s([1, 2.5, 4], 2), 0.5);
  assert.equal(latency_s([1, 2.5, 4], 4), 0);
  assert.ok(Number.isNaN(latency_s([1, 2.5, 4], 4.5)));
});

test("the integral of straight lines is exact, adds up over parts, and of a product is that of the quadratic", () => {
  assert.equal(integralOf(wave([0, 0], [2, 2]), 0, 2), 2);
  assert.ok(Math.abs(integralOf(wave([0, 0], [2, 2]), 0, 2, [0, 2]) - 8 / 3) < 1e-15); // t^2 from 0 to 2
  fc.assert(
    fc.property(anyWave, fc.double({ min: 0, max: 1, noNaN: true }), (w, share) => {
      const [first, last] = [w.times_s[0] ?? NaN, w.times_s[w.times_s.length - 1] ?? NaN];
      const middle = first + share * (last - first);
      const whole = integralOf(w, first, last, w.values);
      const parts = integralOf(w, first, middle, w.values) + integralOf(w, middle, last, w.values);
      assert.ok(Math.abs(whole - parts) <= 1e-12 * (last - first), `${whole}, ${parts}`); // values up to 1
      assert.ok(whole >= 0);
      const mean = meanOver(w, first, last);
      assert.ok(mean >= Math.min(...Array.from(w.values)) - 1e-12 && mean <= Math.max(...Array.from(w.values)) + 1e-12);
    }),
  );
});

test("a wave is not known outside its record", () => {
  const w = wave([1, 5], [2, 7]);
  assert.deepEqual(
    [0.9, 1, 1.5, 2, 2.1].map((t) => valueAt(w, t)),
    [NaN, 5, 6, 7, NaN],
  );
  assert.ok(Number.isNaN(integralOf(w, 0, 2)));
  assert.ok(Number.isNaN(integralOf(w, 1, 3)));
  assert.equal(meanOver(w, 1, 2), 6);
  assert.deepEqual(waveOf({ start_s: 1, step_s: 0.5, values: [3, 4, 5] }), {
    times_s: Float64Array.of(1, 1.5, 2),
    values: [3, 4, 5],
  });
});

test("the energies of spikes add up to the energy from the first start to the last", () => {
  const times_s = Float64Array.from({ length: 1001 }, (_, k) => k * 1e-3);
  const voltage = { times_s, values: times_s.map((t) => Math.sin(40 * t)) };
  const current_A = times_s.map((t) => 1e-3 * Math.sin(40 * t));
  const { start_s } = spikesOf(voltage, { above: 0.5 });
  const energies = energyPerSpike_J(voltage, current_A, start_s);
  assert.equal(energies.length, start_s.length - 1);
  const each_J = (1e-3 / 2) * ((2 * Math.PI) / 40); // mean power of a sine over one period
  assert.ok(
    energies.every((energy) => Math.abs(energy / each_J - 1) < 1e-3),
    energies.join(),
  );
  assert.equal(energyPerSpike_J(voltage, current_A, [0.5]).length, 0);
});

test("10 to 90 % of an exponential rise takes ln 9 time constants; of a fall the same", () => {
  const times_s = Float64Array.from({ length: 20_001 }, (_, k) => k * 1e-3);
  const rise = { times_s, values: times_s.map((t) => 5 - Math.exp(-t)) };
  const fall = { times_s, values: times_s.map((t) => Math.exp(-t)) };
  for (const w of [rise, fall]) {
    const { duration_s, from_s } = transitionOf(w, 0, 20);
    assert.ok(Math.abs(duration_s - Math.log(9)) < 1e-6, `${duration_s}`);
    assert.ok(Math.abs(from_s + Math.log(0.9)) < 1e-6);
  }
});

test("a return below 10 % before the transition is not part of it, and no change has no duration", () => {
  const { from_s, to_s } = transitionOf(wave([0, 0], [1, 0.5], [2, 0], [3, 1], [4, 1]), 0, 4);
  assert.ok(Math.abs(from_s - 2.1) < 1e-12 && Math.abs(to_s - 2.9) < 1e-12);
  assert.ok(Number.isNaN(transitionOf(wave([0, 1], [4, 1]), 0, 4).duration_s));
  assert.ok(Number.isNaN(transitionOf(wave([0, 1], [4, 2]), 0, 5).duration_s));
});

test("on and off resistance are mean voltage over mean current of their windows; noise about zero current has none", () => {
  const voltage = wave([0, 1], [1, 1], [1.001, 0.1], [2, 0.1]);
  const found = onOffOf(voltage, [2e-3, 2e-3, 1e-6, 1e-6], { from_s: 0.2, to_s: 0.8 }, { from_s: 1.2, to_s: 1.8 });
  assert.ok(Math.abs(found.on_ohm - 500) < 1e-9 && Math.abs(found.off_ohm - 1e5) < 1e-6);
  assert.ok(Math.abs(found.ratio - 200) < 1e-9);
  const none = onOffOf(voltage, [2e-3, 2e-3, -1e-12, -1e-12], { from_s: 0.2, to_s: 0.8 }, { from_s: 1.2, to_s: 1.8 });
  assert.ok(Number.isNaN(none.off_ohm));
});
