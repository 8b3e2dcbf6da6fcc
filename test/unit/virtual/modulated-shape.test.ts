// What a generator's modulation and sweep put out, against the formulas of the manuals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Corners } from "../../../src/virtual/awg/corners.js";
import { awgModel } from "../../../src/virtual/awg/models.js";
import { Kept } from "../../../src/virtual/awg/modulation/kept.js";
import { modulatedShape } from "../../../src/virtual/awg/modulation/played.js";
import type { KeptValue } from "../../../src/virtual/awg/modulation/kept.js";
import { resetSettings } from "../../../src/virtual/awg/settings.js";
import { ramp, sine } from "../../../src/virtual/awg/functions.js";
import type { Shape } from "../../../src/virtual/awg/shape.js";

const model = awgModel("33522B");
const carrier_Hz = 10e3;
const offset_V = 0.5;
const half_V = 1;

/** The shape of a 10 kHz carrier of 2 Vpp on 0.5 V, with one modulation on. */
function shapeOf(mode: string, kept: Readonly<Record<string, KeptValue>>, fn: "SIN" | "RAMP" = "SIN"): Shape | string {
  const settings = { ...resetSettings(), fn, frequency_Hz: carrier_Hz, amplitude_Vpp: 2 * half_V, offset_V };
  const all = new Kept();
  for (const [name, value] of Object.entries(kept)) all.declare(name, value);
  const swing = { amplitude_Vpp: 2 * half_V, offset_V, sign: 1 } as const;
  const shape = () => (fn === "SIN" ? sine(1 / carrier_Hz, swing, 0) : ramp(1 / carrier_Hz, swing, 0, 0.5, 1e-8));
  return modulatedShape({ model, settings, kept: all, mode, shape });
}

/** Largest distance from a formula, of what is drawn in a time, read half-way between its corners too. */
function worst_V(shape: Shape | string, formula: (time_s: number) => number, time_s: number, spare_s = 0): number {
  if (typeof shape === "string") assert.fail(shape);
  const out = new Corners(shape.idle_V);
  for (let k = 0; k * shape.period_s < time_s; k += 1) shape.append(out, 3 + k * shape.period_s);
  const { times_s, values } = out.pwl();
  let worst = 0;
  for (let k = 1; k < times_s.length; k += 1) {
    const [left_s, right_s] = [(times_s[k - 1] ?? 0) - 3, (times_s[k] ?? 0) - 3];
    if (right_s - left_s <= spare_s) continue; // an edge
    const middle_V = ((values[k - 1] ?? 0) + (values[k] ?? 0)) / 2;
    worst = Math.max(
      worst,
      Math.abs(middle_V - formula((left_s + right_s) / 2)),
      Math.abs((values[k] ?? 0) - formula(right_s - (right_s - left_s) * 1e-6)),
    );
  }
  return worst;
}

const inner = (kind: string, shape: string, rate_Hz: number) => ({
  [`${kind}.source`]: "INT",
  [`${kind}.shape`]: shape,
  [`${kind}.rate_Hz`]: rate_Hz,
});
const turn = 2 * Math.PI;
/** Straight lines of 1/256 of a period miss a sine by 8e-5 of its peak; those of 1/64 of what modulates by 1.2e-3 of its part. */
const drawn_V = 2e-3;

test("AM of 80 % swings between 0.1 and 0.9 of the amplitude about the offset, and between -0.8 and 0.8 without its carrier", () => {
  const am = { ...inner("AM", "SIN", 700), "AM.depth_percent": 80 };
  const carrier = (t: number) => half_V * Math.sin(turn * carrier_Hz * t);
  const by = (t: number) => 0.8 * Math.sin(turn * 700 * t);
  assert.ok(worst_V(shapeOf("AM", am), (t) => offset_V + ((1 + by(t)) / 2) * carrier(t), 3e-3) < drawn_V);
  const bare = shapeOf("AM", { ...am, "AM.dssc": true });
  assert.ok(worst_V(bare, (t) => offset_V + by(t) * carrier(t), 3e-3) < drawn_V);
});

test("a Tektronix AFG at a depth of 120 % reaches the whole amplitude: half of it counts 1 / 2.2", () => {
  const am = { ...inner("AM", "SQUARE", 700), "AM.depth_percent": 120, "AM.rest": 1 / 2.2 };
  const up = (t: number) => (t * 700 - Math.floor(t * 700) < 0.5 ? 1 : -0.2 / 2.2);
  const found = worst_V(
    shapeOf("AM", am),
    (t) => offset_V + up(t) * half_V * Math.sin(turn * carrier_Hz * t),
    3e-3,
    2e-8,
  );
  assert.ok(found < drawn_V, `${found} V`);
});

test("a ramp under AM keeps its corners", () => {
  const saw = (x: number) => (x < 0.25 ? 4 * x : x < 0.75 ? 2 - 4 * x : 4 * x - 4);
  const am = { ...inner("AM", "TRI", 900), "AM.depth_percent": 50 };
  const part = (t: number, hz: number) => t * hz - Math.floor(t * hz);
  const formula = (t: number) => offset_V + ((1 + 0.5 * saw(part(t, 900))) / 2) * half_V * saw(part(t, carrier_Hz));
  assert.ok(worst_V(shapeOf("AM", am, "RAMP"), formula, 3e-3) < 1e-2);
});

test("FM, PM and FSK bend the phase as the integral of what modulates says", () => {
  const fm = shapeOf("FM", { ...inner("FM", "SIN", 500), "FM.deviation_Hz": 4e3 });
  const phase = (t: number) => carrier_Hz * t + (4e3 * (1 - Math.cos(turn * 500 * t))) / turn / 500;
  assert.ok(worst_V(fm, (t) => offset_V + half_V * Math.sin(turn * phase(t)), 5e-3) < drawn_V);
  const pm = shapeOf("PM", { ...inner("PM", "RAMP", 500), "PM.deviation_deg": 90 });
  const bent = (t: number) => carrier_Hz * t + 0.25 * (2 * (500 * t - Math.floor(500 * t)) - 1);
  assert.ok(worst_V(pm, (t) => offset_V + half_V * Math.sin(turn * bent(t)), 5e-3, 2e-8) < drawn_V);
  const fsk = shapeOf("FSK", { "FSK.source": "INT", "FSK.rate_Hz": 1e3, "FSK.hop_Hz": 25e3 });
  // Half a millisecond at 25 kHz, half at 10 kHz: 12.5 and 5 periods.
  const keyed = (t: number) => {
    const rounds = Math.floor(t * 1e3);
    const left_s = t - rounds / 1e3;
    return 17.5 * rounds + (left_s < 5e-4 ? 25e3 * left_s : 12.5 + 10e3 * (left_s - 5e-4));
  };
  assert.ok(worst_V(fsk, (t) => offset_V + half_V * Math.sin(turn * keyed(t)), 5e-3) < drawn_V);
});

test("a logarithmic sweep has run through (stop - start) time / ln(stop / start) periods when it turns, and holds", () => {
  const sweep = shapeOf("SWEEP", {
    "SWEEP.source": "INT",
    "SWEEP.spacing": "LOG",
    "SWEEP.start_Hz": 1e3,
    "SWEEP.stop_Hz": 16e3,
    "SWEEP.time_s": 2e-3,
    "SWEEP.hold_s": 1e-3,
  });
  const swept = (15e3 * 2e-3) / Math.log(16);
  const phase = (t: number) => {
    const rounds = Math.floor(t / 3e-3);
    const left_s = t - rounds * 3e-3;
    const within =
      left_s < 2e-3 ? ((16 ** (left_s / 2e-3) - 1) * 1e3 * 2e-3) / Math.log(16) : swept + 16e3 * (left_s - 2e-3);
    return rounds * (swept + 16) + within;
  };
  assert.ok(worst_V(sweep, (t) => offset_V + half_V * Math.sin(turn * phase(t)), 9e-3) < drawn_V);
});

test("PWM gives each pulse the width of the moment it begins, and a slow carrier under a fast key stays in short stretches", () => {
  const settings = { ...resetSettings(), fn: "PULS", frequency_Hz: 1e3, amplitude_Vpp: 2 } as const;
  const kept = new Kept();
  for (const [name, value] of Object.entries(inner("PWM", "TRI", 50))) kept.declare(name, value);
  kept.declare("PWM.deviation_s", 40e-6);
  const asIs = () => assert.fail("the pulse is made anew");
  const shape = modulatedShape({ model, settings, kept, mode: "PWM", shape: asIs });
  if (typeof shape === "string") assert.fail(shape);
  const out = new Corners(shape.idle_V);
  for (let k = 0; k < 20; k += 1) shape.append(out, k * shape.period_s);
  const { times_s, values } = out.pwl();
  const rises = Array.from(times_s).filter((_, k) => (values[k] ?? 0) > 0 && (values[k - 1] ?? 0) < 0);
  const falls = Array.from(times_s).filter((_, k) => (values[k] ?? 0) < 0 && (values[k - 1] ?? 0) > 0);
  const widths_s = falls.map((fall_s, k) => fall_s - (rises[k] ?? NaN));
  assert.equal(widths_s.length, 20);
  const saw = (x: number) => (x < 0.25 ? 4 * x : x < 0.75 ? 2 - 4 * x : 4 * x - 4);
  for (const [k, width_s] of widths_s.entries()) {
    assert.ok(Math.abs(width_s - (100e-6 + 40e-6 * saw(k / 20))) < 1e-9, `pulse ${k}: ${width_s} s`);
  }
  const slow = shapeOf("AM", { ...inner("AM", "SIN", 900e3), "AM.depth_percent": 100 });
  if (typeof slow === "string") assert.fail(slow);
  assert.ok(slow.size < 2000, `${slow.size} corners at a time`);
});

test("what is not simulated is named, not played", () => {
  assert.equal(shapeOf("AM", { ...inner("AM", "NOIS", 100) }), "AM by NOIS");
  assert.equal(shapeOf("FM", { ...inner("FM", "SIN", 100), "FM.source": "EXT" }), "FM from the external input");
  assert.equal(shapeOf("FM", { ...inner("FM", "SIN", 100), "FM.deviation_Hz": 1 }, "RAMP"), "FM of the function RAMP");
  assert.equal(shapeOf("PWM", { "PWM.source": "INT" }), "PWM of the function SIN");
  assert.equal(shapeOf("SUM", {}), "SUM");
  assert.equal(
    shapeOf("SWEEP", { "SWEEP.source": "MAN", "SWEEP.spacing": "LIN" }),
    "a sweep that waits for a trigger (MAN)",
  );
});
