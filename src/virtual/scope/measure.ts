/** A stretch of one channel as it is on the screen. */
export interface Screen {
  readonly volts: Float64Array;
  readonly start_s: number;
  readonly step_s: number;
}

export type Measurement =
  | "VPP"
  | "VMAX"
  | "VMIN"
  | "VAV"
  | "VRMS"
  | "VTOP"
  | "VBAS"
  | "VAMP"
  | "FREQ"
  | "PER"
  | "RIS"
  | "FALL"
  | "PWID"
  | "NWID"
  | "DUTY"
  | "OVER"
  | "PRES";

/** Where an edge begins, is counted, and ends, as shares of the swing. */
export interface Thresholds {
  readonly lower: number;
  readonly middle: number;
  readonly upper: number;
}

export const standardThresholds: Thresholds = { lower: 0.1, middle: 0.5, upper: 0.9 };

/** What the screen shows, by name. Undefined: it can not be measured there, such as a period of less than one cycle. */
export function measure(
  kind: Measurement,
  screen: Screen,
  acOnly = false,
  thresholds = standardThresholds,
): number | undefined {
  const { volts } = screen;
  const high = volts.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = volts.reduce((a, b) => Math.min(a, b), Infinity);
  const mean = volts.reduce((a, b) => a + b, 0) / volts.length;
  switch (kind) {
    case "VMAX":
      return high;
    case "VMIN":
      return low;
    case "VPP":
      return high - low;
    case "VAV":
      return mean;
    case "VRMS":
      return Math.sqrt(volts.reduce((sum, v) => sum + (acOnly ? v - mean : v) ** 2, 0) / volts.length);
    default:
  }
  const top = settled(volts, (low + high) / 2, high, 1) ?? high;
  const base = settled(volts, low, (low + high) / 2, -1) ?? low;
  if (kind === "VTOP") return top;
  if (kind === "VBAS") return base;
  if (kind === "VAMP") return top - base;
  const edges = edgesOf(screen, base, top - base, thresholds);
  if (kind === "OVER" || kind === "PRES") {
    const first = edges[0];
    if (!first) return undefined;
    const above = (100 * (high - top)) / (top - base);
    const below = (100 * (base - low)) / (top - base);
    return (kind === "OVER") === first.rising ? above : below;
  }
  return timing(kind, edges);
}

/** The level where more than 5 % of the points lie within a 40th of the swing: the flat part of a pulse. */
function settled(volts: Float64Array, from: number, to: number, side: 1 | -1): number | undefined {
  const bins = 20;
  const width = (to - from) / bins;
  if (!(width > 0)) return undefined;
  const counts = new Array<number>(bins).fill(0);
  const sums = new Array<number>(bins).fill(0);
  for (const v of volts) {
    const bin = Math.min(bins - 1, Math.floor((v - from) / width));
    if (v < from || v > to || bin < 0) continue;
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + v;
  }
  let best = side > 0 ? bins - 1 : 0;
  for (let bin = 0; bin < bins; bin += 1) if ((counts[bin] ?? 0) > (counts[best] ?? 0)) best = bin;
  const count = counts[best] ?? 0;
  return count > 0.05 * volts.length ? (sums[best] ?? 0) / count : undefined;
}

interface Edge {
  readonly rising: boolean;
  readonly low_s: number;
  readonly middle_s: number;
  readonly high_s: number;
}

function timing(kind: Measurement, edges: readonly Edge[]): number | undefined {
  const first = edges[0];
  const second = edges[1];
  const third = edges[2];
  const rise = edges.find((edge) => edge.rising);
  const fall = edges.find((edge) => !edge.rising);
  const period_s = first && third ? third.middle_s - first.middle_s : undefined;
  const width = (rising: boolean) => {
    const at = edges.findIndex((edge) => edge.rising === rising);
    const begin = edges[at];
    const end = edges[at + 1];
    return begin && end ? end.middle_s - begin.middle_s : undefined;
  };
  switch (kind) {
    case "RIS":
      return rise && rise.high_s - rise.low_s;
    case "FALL":
      return fall && fall.low_s - fall.high_s;
    case "PER":
      return period_s;
    case "FREQ":
      return period_s === undefined ? undefined : 1 / period_s;
    case "PWID":
      return width(true);
    case "NWID":
      return width(false);
    case "DUTY": {
      if (!first || !second || period_s === undefined) return undefined;
      const on_s = second.middle_s - first.middle_s;
      return (100 * (first.rising ? on_s : period_s - on_s)) / period_s;
    }
    default:
      return undefined;
  }
}

/** Passages from below the lower to above the upper threshold, or back: noise on a level makes none. */
function edgesOf(
  { volts, start_s, step_s }: Screen,
  base: number,
  swing: number,
  { lower, middle, upper }: Thresholds,
): Edge[] {
  if (!(swing > 0)) return [];
  const edges: Edge[] = [];
  const share = (k: number) => ((volts[k] ?? 0) - base) / swing;
  const passed = (from: number, to: number, level: number, rising: boolean) => {
    for (let k = from + 1; k <= to; k += 1) {
      const before = share(k - 1);
      const after = share(k);
      if (rising ? before < level && after >= level : before > level && after <= level) {
        return start_s + (k - 1 + (level - before) / (after - before)) * step_s;
      }
    }
    return start_s + to * step_s;
  };
  let side = 0;
  let left = 0; // last point that was still on the old side
  for (let k = 0; k < volts.length; k += 1) {
    const now = share(k) <= lower ? -1 : share(k) >= upper ? 1 : 0;
    if (now === 0) continue;
    if (side !== 0 && now !== side) {
      const rising = now > 0;
      edges.push({
        rising,
        low_s: passed(left, k, lower, rising),
        middle_s: passed(left, k, middle, rising),
        high_s: passed(left, k, upper, rising),
      });
    }
    side = now;
    left = k;
  }
  return edges;
}
