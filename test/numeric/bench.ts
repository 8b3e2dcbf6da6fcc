/** What the numeric tests share: drives, sweeps as a source-measure unit makes them, statistics. */
import type { Drive, OnePort } from "../../src/simulator/index.js";

export function constant(emf_V: number, series_ohm = 0, limit_A = Infinity): Drive {
  return { emf: { times_s: [0], values: [emf_V] }, series_ohm, limit_A };
}

/** A current source: `limit_A` is what it gives as long as its voltage stays below `compliance_V`. */
export function currentSource(current_A: number, compliance_V = 5): Drive {
  return constant(Math.sign(current_A) * compliance_V, 0, Math.abs(current_A));
}

export interface SweepPoint {
  readonly programmed_V: number;
  readonly voltage_V: number;
  readonly current_A: number;
}

export interface SweepShape {
  readonly peak_V?: number;
  readonly step_V?: number;
  readonly dwell_s?: number;
  readonly limit_A?: number;
  readonly series_ohm?: number;
}

/** 0 → peak → 0, one reading at the end of each dwell. Defaults: the sweep of the ZnO paper. */
export function doubleSweep(device: OnePort, shape: SweepShape = {}): SweepPoint[] {
  const { peak_V = 0.3, step_V = 0.005, dwell_s = 0.05, limit_A = 10e-6, series_ohm = 0.05 } = shape;
  const steps = Math.round(peak_V / step_V);
  const points: SweepPoint[] = [];
  for (let i = 0; i <= 2 * steps; i++) {
    const programmed_V = (i <= steps ? i : 2 * steps - i) * step_V;
    device.advance(device.time_s + dwell_s, constant(programmed_V, series_ohm, limit_A));
    points.push({ programmed_V, voltage_V: device.voltage_V, current_A: device.current_A });
  }
  return points;
}

/** First programmed voltage on the way up that is read on (current 20 times that of the point before). */
export function threshold_V(points: readonly SweepPoint[]): number {
  const at = points.findIndex((point, i) => i > 1 && point.current_A > 20 * (points[i - 1]?.current_A ?? Infinity));
  return points[at]?.programmed_V ?? NaN;
}

/** First programmed voltage on the way down that is read off: less than half of the current limit, or of the last current. */
export function hold_V(points: readonly SweepPoint[]): number {
  const down = points.slice((points.length - 1) / 2);
  const at = down.findIndex((point, i) => i > 0 && point.current_A < 0.5 * (down[i - 1]?.current_A ?? 0));
  return down[at]?.programmed_V ?? NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation. */
export function sd(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Programmed voltages and currents of a reference file, by column name. */
export function column(csv: string, name: string): number[] {
  const lines = csv.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  const at = lines[0]?.split(",").indexOf(name) ?? -1;
  if (at < 0) throw new Error(`no column ${name}`);
  return lines.slice(1).map((line) => Number(line.split(",")[at]));
}
