import type { Point } from "./digitiser.js";

/** One line of `:PMU:DATA:GET`: a sample, or the means of a pulse's top and of its base. */
export interface Row {
  readonly high?: Point;
  readonly low?: Point;
}

/** Means as they were taken, top and base after each other where there are both. */
export function pairsOf(points: readonly Point[], high: boolean, low: boolean): Row[] {
  if (!low) return points.map((point) => ({ high: point }));
  if (!high) return points.map((point) => ({ low: point }));
  return Array.from({ length: points.length / 2 }, (_, k) => {
    const [top, base] = points.slice(2 * k, 2 * k + 2);
    return { ...(top && { high: top }), ...(base && { low: base }) };
  });
}

/** One burst after the other, each of so many pulses, of which the mean is taken. Times are of the first pulse. */
export function averaged(rows: readonly Row[], bursts: number, pulses: number): Row[] {
  const perPulse = rows.length / (bursts * pulses);
  return Array.from({ length: bursts * perPulse }, (_, k) => {
    const first = Math.floor(k / perPulse) * pulses * perPulse + (k % perPulse);
    const same = Array.from({ length: pulses }, (_, pulse) => rows[first + pulse * perPulse] ?? {});
    const high = mean(same.flatMap(({ high }) => high ?? []));
    const low = mean(same.flatMap(({ low }) => low ?? []));
    return { ...(high && { high }), ...(low && { low }) };
  });
}

function mean(points: readonly Point[]): Point | undefined {
  const [first] = points;
  const of = (value: (point: Point) => number) => points.reduce((sum, point) => sum + value(point), 0) / points.length;
  return first && { volt: of(({ volt }) => volt), ampere: of(({ ampere }) => ampere), time_s: first.time_s };
}
