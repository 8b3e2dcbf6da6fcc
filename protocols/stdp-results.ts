import { decayAt, type Figure, fitDecay, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/** Delays of one sign, and what they did, with the fit of an exponential that fades to nothing. */
function sideOf(pairs: Columns | undefined, sign: 1 | -1) {
  const [delay, change] = [numbersOf(pairs, "delay_s"), numbersOf(pairs, "change")];
  const rows = Array.from<number>(delay).flatMap((value, k) => (value * sign > 0 ? [k] : []));
  const since = rows.map((k) => Math.abs(delay[k] as number));
  const changes = rows.map((k) => change[k] as number);
  return { rows, since, changes, fit: fitDecay(since, changes, { shape: "exponential", rest: 0 }) };
}

/**
 * Both time constants, amplitudes and R² of change = A exp(−|delay|/tau), for delays above and below 0; the largest change of each side; peak
 * current, charge (magnitudes) and energy of a pair.
 */
export function stdpMetrics(pairs: Columns | undefined): Metrics {
  const [after, before] = [sideOf(pairs, 1), sideOf(pairs, -1)];
  const largest = (changes: readonly number[]) =>
    changes.reduce((most, one) => (Math.abs(most) >= Math.abs(one) ? most : one), Number.NaN);
  const size = (name: string) => metricOf(Array.from<number>(numbersOf(pairs, name)).map(Math.abs));
  return {
    tauAfter_s: metricOf([after.fit.tau_s]),
    tauBefore_s: metricOf([before.fit.tau_s]),
    amplitudeAfter: metricOf([after.fit.amplitude]),
    amplitudeBefore: metricOf([before.fit.amplitude]),
    r2After: metricOf([after.fit.r2]),
    r2Before: metricOf([before.fit.r2]),
    largestAfter: metricOf([largest(after.changes)]),
    largestBefore: metricOf([largest(before.changes)]),
    referenced: shareOf(Array.from(numbersOf(pairs, "referenced"), (yes) => yes === 1)),
    peak_A: size("peak_A"),
    charge_C: size("charge_C"),
    energy_J: size("energy_J"),
  };
}

/** Change against delay, with both fits. */
export function stdpFigures(pairs: Columns | undefined): readonly Figure[] {
  const curve = (sign: 1 | -1) => {
    const { since, fit } = sideOf(pairs, sign);
    const longest = since.reduce((most, one) => Math.max(most, one), 0);
    const x = Array.from({ length: 100 }, (_, k) => ((k + 1) / 100) * longest);
    const name = sign > 0 ? "fit, post after pre" : "fit, pre after post";
    return { name, x: x.map((time) => sign * time), y: x.map((time) => decayAt(fit, time)), style: "line" as const };
  };
  return [
    {
      name: "stdp",
      title: "Change of the conductance by a pair of spikes",
      x: { label: "Post after pre", unit: "s", scale: "linear" },
      y: { label: "Relative change", unit: "", scale: "linear" },
      series: [
        { name: "pair", x: numbersOf(pairs, "delay_s"), y: numbersOf(pairs, "change"), style: "points" },
        curve(1),
        curve(-1),
      ],
    },
  ];
}
