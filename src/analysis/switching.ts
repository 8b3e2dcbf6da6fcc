import { median } from "./statistics.js";

/**
 * Where in a branch the device changes state. A reading takes time: one during which the device switches is an average of
 * both states and belongs to neither.
 */
export interface SwitchPoint {
  /** Last reading wholly in the off state, as an index into the branch. */
  readonly off: number;
  /** First reading wholly in the on state: `off` + 1, or `off` + 2 where the device switched during a reading. */
  readonly on: number;
}

/** The conductance must at least double from one reading to the next, */
const leastDecades = Math.log10(2);
/** stay there for this many readings, having been seen in the off state as often, */
const settled = 3;
/** rise by this many times what it does at the readings around (a diode or a resistor rises as much everywhere), */
const outstanding = 4;
/** in a current step this many times the usual one before it (noise about zero can not do that). */
const aboveNoise = 10;
/** Readings on either side that are looked at. */
const around = 5;
/** A reading the next one is more conductive than by this is not wholly on yet. */
const leastPartDecades = 0.1;

/**
 * Finds where a device that is driven by voltage goes from its off state into its on state, reading by reading along a
 * branch of rising |level|. For the way back hand in the branch reversed: the same change, seen from the other end.
 *
 * The place is the one with the largest log10 of (least conductance |I/level| of the next readings) over (largest of all
 * readings before): neither a single spike nor noise about zero current can be that. Conductance and not current, so
 * that a resistor, whose current jumps from nothing to something at the first step, has no threshold. Readings at level 0 are passed over.
 *
 * @param levels programmed levels, magnitudes rising
 * @param currents_A measured there
 * @returns undefined where the device stays in one state, or the off state has fewer than three readings
 */
export function findSwitch(levels: ArrayLike<number>, currents_A: ArrayLike<number>): SwitchPoint | undefined {
  const count = Math.min(levels.length, currents_A.length);
  const logG = Float64Array.from({ length: count }, (_, k) => logConductance(levels[k] ?? 0, currents_A[k] ?? 0));
  let best: number | undefined;
  let bestDecades = 0;
  let highestBefore = Number.NEGATIVE_INFINITY;
  let readingsBefore = 0;
  for (let k = 0; k < count - 1; k++) {
    const here = logG[k] ?? Number.NaN;
    if (Number.isNaN(here)) continue;
    highestBefore = Math.max(highestBefore, here);
    readingsBefore++;
    const decades = lowest(logG, k + 1, k + 1 + settled) - highestBefore;
    if (readingsBefore < settled || !(decades >= leastDecades) || decades <= bestDecades) continue;
    if (decades < outstanding * usualChange(logG, k)) continue;
    if (currentStep(currents_A, k) < aboveNoise * usualCurrentStep(currents_A, k)) continue;
    best = k;
    bestDecades = decades;
  }
  return best === undefined ? undefined : aroundPart(logG, best);
}

/** Leaves out a reading that is part off, part on; the change was found on one side of it or on the other. */
function aroundPart(logG: Float64Array, k: number): SwitchPoint {
  const rise = (from: number) => (logG[from + 1] ?? Number.NaN) - (logG[from] ?? Number.NaN);
  if (rise(k - 1) >= Math.max(leastDecades, outstanding * usualChange(logG, k - 1))) return { off: k - 1, on: k + 1 };
  return { off: k, on: rise(k + 1) > leastPartDecades ? k + 2 : k + 1 };
}

/** log10 of |I/level|; a reading of exactly no current is below anything; NaN at level 0, where there is none. */
function logConductance(level: number, current_A: number): number {
  return level === 0 ? Number.NaN : Math.log10(Math.abs(current_A / level));
}

function lowest(values: Float64Array, from: number, to: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = from; k < Math.min(to, values.length); k++) least = Math.min(least, values[k] ?? least);
  return least;
}

/**
 * Median change of log10 G from reading to reading before `k` or after it, whichever is larger; the steps next to it are left
 * out, they may be part of it. A diode changes as much before or after, a switch on neither side.
 */
function usualChange(logG: Float64Array, k: number): number {
  const change = (j: number) => Math.abs((logG[j + 1] ?? Number.NaN) - (logG[j] ?? Number.NaN));
  const before = median(Array.from({ length: around }, (_, j) => change(k - 2 - j)));
  const after = median(Array.from({ length: around }, (_, j) => change(k + 2 + j)));
  return Math.max(before || 0, after || 0);
}

function currentStep(currents_A: ArrayLike<number>, k: number): number {
  return Math.abs(currents_A[k + 1] ?? 0) - Math.abs(currents_A[k] ?? 0);
}

function usualCurrentStep(currents_A: ArrayLike<number>, k: number): number {
  const steps: number[] = [];
  for (let j = 1; j <= k; j++) steps.push(Math.abs((currents_A[j] ?? 0) - (currents_A[j - 1] ?? 0)));
  return median(steps);
}
