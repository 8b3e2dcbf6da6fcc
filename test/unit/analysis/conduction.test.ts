import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  branchesOf,
  type ConductionFit,
  conductionFigure,
  conductionFits,
  figureSvg,
  type Film,
  fitLine,
  type Mechanism,
} from "../../../src/analysis/index.js";
import { noiseOf } from "../protocols/bench.js";

// Curves are drawn with the constants as textbooks write them in numbers, so that those of the fits, from SI, are checked too:
// Schottky beta 3.795e-5 eV (m/V)^½ (Sze, Physics of Semiconductor Devices), Poole-Frenkel twice that, Fowler-Nordheim 6.831e9
// eV^-3/2 V/m (Forbes 1999), Simmons 6.2e10 and 1.025 (Simmons, J. Appl. Phys. 34 (1963) 1793, Eq. 25, in Å and A/cm²).
const betaSchottky = 3.795e-5;
const kT_eV = 8.617333e-5 * 300;
const film: Film = { temperature_K: 300, thickness_m: 20e-9, area_m2: 1e-12, permittivity: 25 };

function curve(from_V: number, to_V: number, current: (v: number) => number, noise = 0) {
  const next = noiseOf(3, noise);
  const voltage_V = Float64Array.from({ length: 80 }, (_, k) => from_V * (to_V / from_V) ** (k / 79));
  return { voltage_V, current_A: voltage_V.map((v) => current(v) * (1 + next())) };
}

function fitOf(fits: readonly ConductionFit[], mechanism: Mechanism): ConductionFit {
  const fit = fits.find((one) => one.mechanism === mechanism);
  assert.ok(fit, mechanism);
  return fit;
}

function close(value: number | undefined, expected: number, share: number): void {
  assert.ok(value !== undefined && Math.abs(value / expected - 1) < share, `${value}, expected ${expected}`);
}

test("a Poole-Frenkel curve gives back its permittivity, and a Schottky reading of it is refused for a quarter of that", () => {
  const eps_r = 6;
  const slope = (2 * betaSchottky) / Math.sqrt(eps_r * 20e-9) / kT_eV;
  const fits = conductionFits(
    curve(0.1, 2, (v) => 1e-9 * v * Math.exp(slope * Math.sqrt(v)), 0.01),
    film,
  );
  const fit = fitOf(fits, "poole-frenkel");
  close(fit.implied["eps_r"], eps_r, 0.01);
  close(fit.slope, slope, 0.005);
  assert.deepEqual(fit.flags, []);
  assert.ok(fit.r2 > 0.999 && fit.to_V / fit.from_V > 19, "the whole range is used");
  assert.match(fitOf(fits, "schottky").flags.join(), /permittivity of [01]\./);
  assert.equal(fits[0]?.mechanism, "poole-frenkel");
});

test("a Schottky curve gives back its permittivity and, with the area, its barrier", () => {
  const [eps_r, barrier_eV] = [5, 0.6];
  const current = (v: number) =>
    1e-12 * 1.20173e6 * 300 ** 2 * Math.exp((-barrier_eV + betaSchottky * Math.sqrt(v / (eps_r * 20e-9))) / kT_eV);
  const fit = fitOf(conductionFits(curve(0.1, 2, current), film), "schottky");
  close(fit.implied["eps_r"], eps_r, 0.005);
  close(fit.implied["barrier_eV"], barrier_eV, 0.002);
  assert.deepEqual(fit.flags, []);
});

test("Poole-Frenkel with a permittivity of 60 or of 1 is flagged, and without a thickness it is not told", () => {
  for (const eps_r of [60, 1]) {
    const slope = (2 * betaSchottky) / Math.sqrt(eps_r * 20e-9) / kT_eV;
    const drawn = curve(0.1, 2, (v) => 1e-9 * v * Math.exp(slope * Math.sqrt(v)));
    assert.match(fitOf(conductionFits(drawn, film), "poole-frenkel").flags.join(), /permittivity of/);
    const unknown = fitOf(conductionFits(drawn, { temperature_K: 300 }), "poole-frenkel");
    close(unknown.implied["eps_r_times_d_m"], eps_r * 20e-9, 0.005);
    assert.match(unknown.flags.join(), /without the thickness/);
  }
});

test("a space-charge curve gives its mobility; below its onset the same branch is ohmic", () => {
  const mobility = 1e-8; // m²/Vs; J = 9/8 eps mu V²/d³
  const perV2 = ((9 / 8) * 25 * 8.8542e-12 * mobility * 1e-12) / 20e-9 ** 3;
  const mixed = curve(1e-3, 10, (v) => perV2 * v * v + v * perV2 * 0.1, 0.005);
  const fits = conductionFits(mixed, film);
  const [sclc, ohmic] = [fitOf(fits, "sclc"), fitOf(fits, "ohmic")];
  close(sclc.implied["mobility_m2_per_Vs"], mobility, 0.25); // a slope within 0.1 of 2 has some of the ohmic current in it
  close(ohmic.implied["r_ohm"], 1 / (perV2 * 0.1), 0.25);
  assert.ok(ohmic.to_V < 0.1 && sclc.from_V > 0.1, `ohmic to ${ohmic.to_V} V, space charge from ${sclc.from_V} V`);
  const refused = fitOf(conductionFits(mixed, film, { from_V: 1e-3, to_V: 0.05 }), "sclc");
  assert.match(refused.flags.join(), /log-log slope is 1\.\d+; this law has 2/);
});

test("a Fowler-Nordheim curve gives back its barrier; below its own height it is flagged", () => {
  const barrier_eV = 3;
  const [d, b] = [5e-9, 6.831e9 * barrier_eV ** 1.5 * 5e-9];
  const thin = { ...film, thickness_m: d };
  const drawn = curve(2, 8, (v) => 1e-6 * v * v * Math.exp(-b / v));
  close(
    fitOf(conductionFits(drawn, thin, { from_V: 3.2, to_V: 8 }), "fowler-nordheim").implied["barrier_eV"],
    3,
    0.002,
  );
  assert.deepEqual(fitOf(conductionFits(drawn, thin, { from_V: 3.2, to_V: 8 }), "fowler-nordheim").flags, []);
  assert.match(fitOf(conductionFits(drawn, thin), "fowler-nordheim").flags.join(), /triangle above 3/);
});

test("a Simmons curve gives back barrier, width and area", () => {
  const [phi, s_A, area_cm2] = [2, 15, 1e-8];
  const flow = (p: number) => p * Math.exp(-1.025 * s_A * Math.sqrt(p));
  const current = (v: number) => ((area_cm2 * 6.2e10) / s_A ** 2) * (flow(phi - v / 2) - flow(phi + v / 2));
  const fit = fitOf(conductionFits(curve(0.05, 1.8, current), film), "simmons");
  close(fit.implied["barrier_eV"], phi, 0.01);
  close(fit.implied["width_m"], 1.5e-9, 0.01);
  close(fit.implied["area_m2"], 1e-12, 0.05);
  assert.deepEqual(fit.flags, []);
});

test("a sinh curve gives back both constants and the hop; a straight one is flagged as no sinh", () => {
  const fit = fitOf(
    conductionFits(
      curve(0.01, 1, (v) => 2e-9 * Math.sinh(v / 0.12), 0.01),
      film,
    ),
    "sinh",
  );
  close(fit.implied["i0_A"], 2e-9, 0.02);
  close(fit.implied["v0_V"], 0.12, 0.005);
  close(fit.implied["hop_m"], (2 * kT_eV * 20e-9) / 0.12, 0.01);
  assert.deepEqual(fit.flags, []);
  assert.match(
    fitOf(
      conductionFits(
        curve(0.01, 1, (v) => v / 1e6),
        film,
      ),
      "sinh",
    ).flags.join(),
    /straight line/,
  );
});

test("a resistor is ohmic over its whole range and nothing else that is put first", () => {
  const [best] = conductionFits(
    curve(1e-3, 1, (v) => v / 47e3, 0.01),
    film,
  );
  assert.equal(best?.mechanism, "ohmic");
  close(best?.implied["r_ohm"], 47e3, 0.01);
});

test("four readings fit nothing", () => {
  const few = { voltage_V: Float64Array.of(1, 2, 3, 4), current_A: Float64Array.of(1, 2, 3, 4) };
  assert.deepEqual(conductionFits(few, film), []);
});

test("a line through points of a line is that line, wherever it lies, and tells its error", () => {
  const number = fc.integer({ min: -1000, max: 1000 }).map((k) => k / 7);
  fc.assert(
    fc.property(number, number, number, (slope, intercept, offset) => {
      const x = Float64Array.from({ length: 20 }, (_, k) => offset + k);
      const fit = fitLine(
        x,
        x.map((one) => slope * one + intercept),
      );
      assert.ok(Math.abs(fit.slope - slope) < 1e-8 && Math.abs(fit.intercept - intercept) < 1e-5);
    }),
  );
  // worked by hand: x 0 1 2 3, y 0 1 1 2: slope 0.6, intercept 0.1, left 0.2 of 2, error sqrt(0.2/2/5)
  const fit = fitLine([0, 1, 2, 3], [0, 1, 1, 2]);
  close(fit.slope, 0.6, 1e-12);
  close(fit.r2, 0.9, 1e-12);
  close(fit.slopeError, Math.sqrt(0.02), 1e-12);
});

test("a sweep is cut at its thresholds, and what the limit or the sign of noise spoils is left out", () => {
  const asked = [0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((k) => k / 10);
  const on = (k: number) => k >= 5 && k < 13;
  const current_A = asked.map((v, k) => (k === 1 ? -1e-12 : on(k) ? v * 1e-3 : v * 1e-9));
  const readings = { drive: "voltage", cycle: asked.map(() => 1), asked, voltage_V: asked, current_A } as const;
  const branches = branchesOf(
    readings,
    asked.map((_, k) => (k === 8 ? 1 : 0)),
    1,
  );
  assert.deepEqual(
    branches.map(({ name, curve: { voltage_V }, leftOut }) => [name, voltage_V[0], voltage_V.at(-1), leftOut]),
    [
      ["out-off", 0.2, 0.4, 2],
      ["out-on", 0.5, 0.7, 1],
      ["back-on", 0.4, 0.7, 1],
      ["back-off", 0.1, 0.3, 1],
    ],
  );
});

test("each law's plot shows readings and line in the law's own axes", () => {
  const drawn = curve(0.1, 2, (v) => v / 1e3);
  for (const fit of conductionFits(drawn, film)) {
    const figure = conductionFigure(fit, drawn, film, "out");
    assert.equal(figure.series.length, 2);
    assert.match(figureSvg(figure), /<path /);
  }
});
