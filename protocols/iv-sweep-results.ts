import {
  type Figure,
  histogramOnGrid,
  hysteresisOf,
  type IvReadings,
  type IvSwitching,
  metricOf,
  numbersOf,
  resistancesOf,
  type Series,
  shareOf,
  type Span,
  spansOf,
  switchingOf,
} from "../src/analysis/index.js";
import type { Columns, Metric, Metrics } from "../src/store/shapes.js";
import type { IvSweepPlan } from "./iv-sweep-plan.js";

/** Plans of runs made elsewhere, or before there were lists and logarithmic steps, have no more than the first four. */
type Plan = Pick<IvSweepPlan, "drive" | "stop" | "step" | "read"> &
  Partial<Pick<IvSweepPlan, "shape" | "spacing" | "levels">>;

/** The polarity the metrics are about: that of `stop`, or of the largest level of a list. */
function sideOf({ shape, levels = [], stop }: Plan): 1 | -1 {
  const far = shape === "list" ? levels.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0) : stop;
  return far < 0 ? -1 : 1;
}

function readingsOf(points: Columns | undefined, plan: Plan): IvReadings {
  return {
    drive: plan.drive,
    cycle: numbersOf(points, "cycle"),
    asked: numbersOf(points, plan.drive === "voltage" ? "asked_V" : "asked_A"),
    voltage_V: numbersOf(points, "voltage_V"),
    current_A: numbersOf(points, "current_A"),
  };
}

/**
 * Metrics over all cycles, at the polarity of `stop`: threshold, hold voltage, resistances, their ratio, switching slope, set power, hysteresis, and the share
 * of sweeps that switched. A sweep to the other side adds `vthNeg_V` and `vholdNeg_V`; a device that never
 * switched has `r_ohm`, its resistance by least squares through the origin.
 */
export function ivMetrics(points: Columns | undefined, plan: Plan): Metrics {
  const readings = readingsOf(points, plan);
  const side = sideOf(plan);
  const all = switchingOf(readings);
  const found = all.filter(({ polarity }) => polarity === side);
  const other = all.filter(({ polarity }) => polarity !== side);
  const over = (of: (one: IvSwitching) => number) => metricOf(found.map(of));
  const [vth_V, vhold_V] = [over((one) => one.vth_V), over((one) => one.vhold_V)];
  const read = plan.read === 0 ? usualRead(vth_V, vhold_V) : plan.read;
  const resistances = found.map((one) => resistancesOf(readings, one, read));
  const loops = found.map((one) => hysteresisOf(readings, one.excursion));
  return {
    vth_V,
    vhold_V,
    rOn_ohm: metricOf(resistances.map((one) => one.rOn_ohm)),
    rOff_ohm: metricOf(resistances.map((one) => one.rOff_ohm)),
    ratio: metricOf(resistances.map((one) => one.rOff_ohm / one.rOn_ohm)),
    slope_V_per_decade: over((one) => one.slope_V_per_decade),
    pSet_W: over((one) => one.pSet_W),
    hysteresis_W: metricOf(loops.map(({ area_W }) => area_W)),
    hysteresisShare: metricOf(loops.map(({ share }) => share)),
    switched: shareOf(found.map((one) => Number.isFinite(one.vth_V))),
    ...(found.every((one) => Number.isNaN(one.vth_V)) ? { r_ohm: metricOf(lineResistances(readings)) } : {}),
    ...(other.length > 0
      ? {
          vthNeg_V: metricOf(other.map((one) => one.vth_V)),
          vholdNeg_V: metricOf(other.map((one) => one.vhold_V)),
        }
      : {}),
  };
}

/** ΣV²/ΣVI of each cycle, both as measured. */
function lineResistances({ cycle, voltage_V, current_A }: IvReadings): number[] {
  return spansOf(cycle).map(({ from, to }) => {
    let [squares, products] = [0, 0];
    for (let k = from; k < to; k++) {
      const volts = voltage_V[k] ?? Number.NaN;
      squares += volts * volts;
      products += volts * (current_A[k] ?? Number.NaN);
    }
    return products > 0 ? squares / products : Number.NaN;
  });
}

/** The level at which the resistances among these metrics were read; 0 where there was nothing to choose it by. */
export function readOf({ read }: Pick<Plan, "read">, { vth_V, vhold_V }: Metrics): number {
  return read !== 0 || !vth_V || !vhold_V || vth_V.n === 0 ? read : usualRead(vth_V, vhold_V);
}

/** Halfway between the mean hold and the mean threshold voltage: both states are there at that level in an ordinary cycle. */
function usualRead(vth_V: Metric, vhold_V: Metric): number {
  return vhold_V.n > 0 ? (vth_V.mean + vhold_V.mean) / 2 : vth_V.mean / 2;
}

/** Enough for a picture; more sweeps than fit are shown by some of them, evenly chosen. */
const mostPoints = 20_000;

/** The curves with linear and logarithmic current, and where the thresholds lie. */
export function ivFigures(points: Columns | undefined, plan: Plan): readonly Figure[] {
  const readings = readingsOf(points, plan);
  const voltageDriven = plan.drive === "voltage";
  const volts = voltageDriven ? readings.asked : readings.voltage_V;
  const spans = spansOf(readings.cycle);
  const x = {
    label: voltageDriven ? "Programmed voltage" : "Measured voltage",
    unit: "V",
    scale: "linear",
  } as const;
  const title = voltageDriven ? "Current against voltage" : "Voltage against forced current";
  const curves = (of: CurveOf): Series[] => {
    const shown = evenly(
      spans,
      Math.max(1, Math.floor((mostPoints * spans.length) / Math.max(1, readings.cycle.length))),
    );
    const name =
      shown.length < spans.length
        ? `${shown.length} of ${spans.length} sweeps`
        : `${spans.length} sweep${spans.length === 1 ? "" : "s"}`;
    const last = spans.at(-1);
    const all = { name, style: "line", ...joined(shown, volts, readings, of) } as const;
    if (spans.length < 2 || last === undefined) return [all];
    return [all, { name: `sweep ${last.key}`, style: "line", ...joined([last], volts, readings, of) }];
  };
  return [
    {
      name: "iv",
      title,
      x,
      y: { label: "Current", unit: "A", scale: "linear" },
      series: curves((current_A) => current_A),
    },
    {
      name: "iv-log",
      title: `${title}, logarithmic`,
      x,
      y: { label: "|Current|", unit: "A", scale: "log" },
      // At level 0 there is nothing but noise, and it would take decades of the axis.
      series: curves((current_A, asked) => (asked === 0 || current_A === 0 ? Number.NaN : Math.abs(current_A))),
    },
    ...thresholdFigure(readings, plan),
  ];
}

function thresholdFigure(readings: IvReadings, plan: Plan): Figure[] {
  const found = switchingOf(readings).filter(({ polarity }) => polarity === sideOf(plan));
  const even = plan.drive === "voltage" && plan.spacing !== "log" && plan.shape !== "list";
  const width_V = even ? plan.step : usualWidth_V(found);
  const bars = (name: string, of: (one: IvSwitching) => number): Series => {
    const { centres, counts } = histogramOnGrid(found.map(of), width_V);
    return { name, x: centres, y: counts, style: "bars" };
  };
  const series = [bars("V_hold", (one) => one.vhold_V), bars("V_th", (one) => one.vth_V)].filter(
    (one) => one.x.length > 0,
  );
  if (series.length === 0) return [];
  return [
    {
      name: "thresholds",
      title: "Threshold and hold voltage over all sweeps",
      x: { label: "Voltage", unit: "V", scale: "linear" },
      y: { label: "Sweeps", unit: "", scale: "linear" },
      series,
    },
  ];
}

/** Under current drive the folds lie anywhere, and lists and ratios have no one step: a hundredth of the threshold is fine enough for a picture. */
function usualWidth_V(found: readonly IvSwitching[]): number {
  return Math.abs(metricOf(found.map((one) => one.vth_V)).mean) / 100;
}

function evenly(spans: readonly Span[], most: number): readonly Span[] {
  if (spans.length <= most) return spans;
  return Array.from({ length: most }, (_, k) => spans[Math.floor((k * spans.length) / most)] as Span);
}

/** What is drawn of a reading. */
type CurveOf = (current_A: number, asked: number) => number;

/** Sweeps behind one another with a gap between, as one series. */
function joined(
  spans: readonly Span[],
  volts: ArrayLike<number>,
  readings: IvReadings,
  of: CurveOf,
): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (const { from, to } of spans) {
    if (x.length > 0) {
      x.push(Number.NaN);
      y.push(Number.NaN);
    }
    for (let k = from; k < to; k++) {
      x.push(volts[k] ?? Number.NaN);
      y.push(of(readings.current_A[k] ?? Number.NaN, readings.asked[k] ?? Number.NaN));
    }
  }
  return { x, y };
}
