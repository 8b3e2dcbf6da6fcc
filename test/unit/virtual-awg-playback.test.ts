import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Drive } from "../../src/simulator/one-port.js";
import { arbWave, playArb } from "../../src/virtual/awg/arb-memory.js";
import { Corners } from "../../src/virtual/awg/corners.js";
import { pulse, ramp, sine } from "../../src/virtual/awg/functions.js";
import { Player } from "../../src/virtual/awg/player.js";
import type { Shape } from "../../src/virtual/awg/shape.js";
import { Agenda } from "../../src/virtual/agenda.js";

const swing = { amplitude_Vpp: 2, offset_V: 0, sign: 1 } as const;
const filters = ["OFF", "NORM", "STEP"] as const;

/** Value of a piecewise-linear curve. */
function valueAt(curve: Drive["emf"], time_s: number): number {
  const { times_s, values } = curve;
  let k = 0;
  while (k < times_s.length && (times_s[k] ?? 0) <= time_s) k += 1;
  if (k === 0) return values[0] ?? 0;
  if (k === times_s.length) return values[k - 1] ?? 0;
  const [t0, t1] = [times_s[k - 1] ?? 0, times_s[k] ?? 0];
  const share = (time_s - t0) / (t1 - t0);
  return (values[k - 1] ?? 0) * (1 - share) + (values[k] ?? 0) * share;
}

function written(shape: Shape, periods: number) {
  const out = new Corners(shape.idle_V);
  for (let k = 0; k < periods; k += 1) shape.append(out, k * shape.period_s);
  shape.settle(out, periods * shape.period_s);
  return out.pwl();
}

/** A lab of one terminal, whose clock runs through what is scheduled. */
function terminal(watched: boolean) {
  const agenda = new Agenda();
  const drives: { at_s: number; emf: Drive["emf"] | undefined }[] = [];
  const outlet = {
    now_s: 0,
    watched,
    drive: (source: Drive | undefined) => void drives.push({ at_s: outlet.now_s, emf: source?.emf }),
    schedule: (at_s: number, action: () => void) => agenda.add(at_s, action),
  };
  const pass = (until_s: number) => {
    while ((agenda.next_s ?? Infinity) <= until_s) {
      outlet.now_s = agenda.next_s ?? until_s;
      agenda.take()?.();
    }
    outlet.now_s = until_s;
  };
  const heard = (time_s: number) => {
    const last = drives.filter(({ at_s }) => at_s <= time_s).at(-1);
    return last?.emf === undefined ? NaN : valueAt(last.emf, time_s);
  };
  return { outlet, pass, heard, agenda, drives };
}

test("an arbitrary waveform held by the filter OFF is at its level in the middle of every sample", () => {
  const levels = fc.array(fc.integer({ min: -32767, max: 32767 }), { minLength: 8, maxLength: 60 });
  fc.assert(
    fc.property(levels, fc.double({ min: 1e3, max: 90e6, noNaN: true }), (codes, rate) => {
      const wave = arbWave(codes.map((code) => code / 32767));
      const curve = written(playArb(wave, rate, swing, "OFF", 10.5e-9), 2);
      codes.concat(codes).forEach((code, k) => {
        const middle_V = valueAt(curve, (k + 0.97) / rate);
        assert.ok(Math.abs(middle_V - code / 32767) < 1e-9, `sample ${k}: ${middle_V} V, code ${code}`);
      });
    }),
    { numRuns: 60 },
  );
});

test("whatever is written, times rise and no level is beyond the programmed ones", () => {
  const shape = fc.oneof(
    fc
      .tuple(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8 }), fc.constantFrom(...filters))
      .map(([levels, filter]) => playArb(arbWave(levels), 1e6, swing, filter, 10.5e-9)),
    fc
      .tuple(fc.double({ min: 20e-9, max: 1e-3, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([width_s, phase]) => pulse(2e-3, swing, phase, { width_s, lead_s: 10e-9, trail_s: 12e-9 })),
    fc.double({ min: -2, max: 2, noNaN: true }).map((phase) => sine(1e-6, swing, phase)),
    fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([phase, symmetry]) => ramp(1e-5, swing, phase, symmetry, 10.5e-9)),
  );
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 4 }), (drawn, periods) => {
      const { times_s, values } = written(drawn, periods);
      for (let k = 0; k < times_s.length; k += 1) {
        assert.ok(Math.abs(values[k] ?? NaN) <= 1 + 1e-12);
        if (k > 0) assert.ok((times_s[k] ?? 0) > (times_s[k - 1] ?? 0));
      }
    }),
  );
});

test("a pulse is as wide as was asked, half-way up to half-way down", () => {
  const curve = written(pulse(1e-3, swing, 0, { width_s: 5e-6, lead_s: 100e-9, trail_s: 300e-9 }), 1);
  assert.ok(Math.abs(valueAt(curve, 50e-9)) < 1e-6);
  assert.ok(Math.abs(valueAt(curve, 50e-9 + 5e-6)) < 1e-6);
  assert.ok(Math.abs(valueAt(curve, 2e-6) - 1) < 1e-12);
  assert.ok(Math.abs(valueAt(curve, 6e-6) + 1) < 1e-12);
});

test("a long burst makes time pass to its last period and then rests at its first level", () => {
  const levels = [0, 0, 1, 1, 1, 0, 0, 0];
  const shape = playArb(arbWave(levels), 1e6, swing, "OFF", 10e-9);
  const { outlet, pass, heard } = terminal(false);
  const player = new Player(outlet);
  player.connected = true;
  let over_s = NaN;

  player.burst({ shape, cycles: 1000, delay_s: 1e-3 }, () => (over_s = outlet.now_s));
  pass(1);

  assert.ok(Math.abs(over_s - (1e-3 + 1000 * 8e-6)) < 1e-7, `over at ${over_s} s`);
  for (const cycle of [0, 1, 499, 999]) {
    const start_s = 1e-3 + cycle * 8e-6;
    assert.ok(Math.abs(heard(start_s + 3.5e-6) - 1) < 1e-9, `cycle ${cycle}`);
    assert.ok(Math.abs(heard(start_s + 6.5e-6)) < 1e-9, `cycle ${cycle}`);
  }
  assert.equal(heard(0.5), 0);
});

test("a free-running sine schedules nothing while nobody watches, and goes on in phase when somebody does", () => {
  const { outlet, pass, heard, agenda } = terminal(false);
  const player = new Player(outlet);
  player.connected = true;
  player.run(sine(1e-3, swing, 0));
  assert.equal(agenda.next_s, undefined);

  outlet.now_s = 0.05025; // a quarter of a period into the 51st
  outlet.watched = true;
  player.watchedChanged();
  pass(0.0533);

  assert.ok(Math.abs(heard(0.05225) - 1) < 1e-4, `${heard(0.05225)} V at the crest`);
  assert.ok(Math.abs(heard(0.0528) - Math.sin(2 * Math.PI * 0.8)) < 1e-3);
});
