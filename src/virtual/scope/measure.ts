import { type Edge, edgesOf, settled } from "./edges.js";

/** A stretch of one channel as it is on the screen. */
export interface Screen {
  readonly volts: Float64Array;
  readonly start_s: number;
  readonly step_s: number;
}

/** Where an edge begins, is counted, and ends, as shares of the swing. */
export interface Thresholds {
  readonly lower: number;
  readonly middle: number;
  readonly upper: number;
}

export const standardThresholds: Thresholds = { lower: 0.1, middle: 0.5, upper: 0.9 };

type Value = number | undefined;

const formulas = {
  VMAX: (view: View): Value => view.high,
  VMIN: (view) => view.low,
  VPP: (view) => view.high - view.low,
  /** Mean, rms, standard deviation and area of all that is shown. */
  VAV: (view) => view.mean(),
  VRMS: (view) => view.rms(0),
  STD: (view) => view.rms(view.mean()),
  AREA: (view) => view.mean() * view.volts.length * view.step_s,
  MEDI: (view) => view.median(),
  VTOP: (view) => view.top,
  VBAS: (view) => view.base,
  VAMP: (view) => view.swing,
  /** The same over as many whole cycles as are shown. */
  CAV: (view) => view.ofCycles((cycles) => cycles.mean()),
  CRMS: (view) => view.ofCycles((cycles) => cycles.rms(0)),
  CSTD: (view) => view.ofCycles((cycles) => cycles.rms(cycles.mean())),
  CARE: (view) => view.ofCycles((cycles) => (cycles.mean() * cycles.volts.length * view.step_s) / view.cycles),
  FREQ: (view) => inverse(view.period_s),
  PER: (view) => view.period_s,
  RIS: (view) => view.first(true, (edge) => edge.high_s - edge.low_s),
  FALL: (view) => view.first(false, (edge) => edge.low_s - edge.high_s),
  PWID: (view) => view.width_s(true),
  NWID: (view) => view.width_s(false),
  DUTY: (view) => view.duty(true),
  NDUT: (view) => view.duty(false),
  /** Beyond the level that the first edge goes to, and before the one it comes from. */
  OVER: (view) => view.beyond((first) => first.rising),
  PRES: (view) => view.beyond((first) => !first.rising),
  /** Above the top, and below the base. */
  POVE: (view) => view.beyond(() => true),
  NOVE: (view) => view.beyond(() => false),
  BWID: (view) => view.span_s,
  XMAX: (view) => view.when(view.high),
  XMIN: (view) => view.when(view.low),
  EDG: (view) => view.edges.length,
  PEDG: (view) => view.count(true),
  NEDG: (view) => view.count(false),
  /** Edges of one kind with the other behind them. */
  PPUL: (view) => view.pulses(true),
  NPUL: (view) => view.pulses(false),
  CYC: (view) => view.cycles,
  /** Volts a second between the thresholds. */
  SLR: (view) => view.slew(true),
  SLF: (view) => view.slew(false),
} satisfies Readonly<Record<string, (view: View) => Value>>;

export type Measurement = keyof typeof formulas;

/**
 * What the screen shows, by name.
 *
 * @param acOnly VRMS without the mean
 * @returns volts, seconds, hertz, percent or a count; undefined: it can not be measured there, such as a period of less than one cycle
 */
export function measure(
  kind: Measurement,
  screen: Screen,
  acOnly = false,
  thresholds = standardThresholds,
): number | undefined {
  const formula: (view: View) => Value = formulas[acOnly && kind === "VRMS" ? "STD" : kind];
  return formula(new View(screen, thresholds));
}

/** Delay of the second screen's edge that lies nearest to the first edge of the same kind on the first one. */
export function delay_s(
  one: Screen,
  other: Screen,
  rising: readonly [first: boolean, second: boolean] = [true, true],
  thresholds = standardThresholds,
): number | undefined {
  const [from, to] = [new View(one, thresholds), new View(other, thresholds)];
  const start_s = from.first(rising[0], (edge) => edge.middle_s);
  if (start_s === undefined) return undefined;
  const delays = to.edges.filter((edge) => edge.rising === rising[1]).map((edge) => edge.middle_s - start_s);
  return delays.reduce<Value>(
    (best, now) => (best === undefined || Math.abs(now) < Math.abs(best) ? now : best),
    undefined,
  );
}

/** The same in degrees of the first screen's period. */
export function phase_deg(one: Screen, other: Screen, thresholds = standardThresholds): number | undefined {
  const delay = delay_s(one, other, [true, true], thresholds);
  const period_s = new View(one, thresholds).period_s;
  return delay === undefined || period_s === undefined ? undefined : (360 * delay) / period_s;
}

const inverse = (value: Value) => (value === undefined ? undefined : 1 / value);

/** A screen with what several measurements need of it, each found once. */
class View {
  readonly volts: Float64Array;
  readonly step_s: number;
  readonly high: number;
  readonly low: number;
  #levels: readonly [base: number, top: number] | undefined;
  #edges: readonly Edge[] | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly thresholds: Thresholds,
  ) {
    this.volts = screen.volts;
    this.step_s = screen.step_s;
    let high = -Infinity;
    let low = Infinity;
    for (const v of this.volts) {
      if (v > high) high = v;
      if (v < low) low = v;
    }
    this.high = high;
    this.low = low;
  }

  mean(): number {
    return this.volts.reduce((a, b) => a + b, 0) / this.volts.length;
  }

  rms(of: number): number {
    return Math.sqrt(this.volts.reduce((sum, v) => sum + (v - of) ** 2, 0) / this.volts.length);
  }

  median(): number | undefined {
    return this.volts.toSorted()[Math.floor(this.volts.length / 2)];
  }

  get base(): number {
    return this.#settled()[0];
  }

  get top(): number {
    return this.#settled()[1];
  }

  get swing(): number {
    return this.top - this.base;
  }

  get edges(): readonly Edge[] {
    return (this.#edges ??= edgesOf(this.screen, this.base, this.swing, this.thresholds));
  }

  get cycles(): number {
    return Math.max(0, Math.floor((this.edges.length - 1) / 2));
  }

  get period_s(): Value {
    const [first, , third] = this.edges;
    return first && third && third.middle_s - first.middle_s;
  }

  get span_s(): Value {
    const [first] = this.edges;
    const last = this.edges.at(-1);
    return first && last && last !== first ? last.middle_s - first.middle_s : undefined;
  }

  first(rising: boolean, value: (edge: Edge) => number): Value {
    const edge = this.edges.find((one) => one.rising === rising);
    return edge && value(edge);
  }

  width_s(rising: boolean): Value {
    const at = this.edges.findIndex((edge) => edge.rising === rising);
    const begin = this.edges[at];
    const end = this.edges[at + 1];
    return begin && end ? end.middle_s - begin.middle_s : undefined;
  }

  duty(positive: boolean): Value {
    const [first, second] = this.edges;
    const period_s = this.period_s;
    if (!first || !second || period_s === undefined) return undefined;
    const on_s = second.middle_s - first.middle_s;
    return (100 * (first.rising === positive ? on_s : period_s - on_s)) / period_s;
  }

  beyond(above: (first: Edge) => boolean): Value {
    const [first] = this.edges;
    if (!first) return undefined;
    return (100 * (above(first) ? this.high - this.top : this.base - this.low)) / this.swing;
  }

  slew(rising: boolean): Value {
    const volts = this.swing * (this.thresholds.upper - this.thresholds.lower);
    return this.first(rising, (edge) => volts / (edge.high_s - edge.low_s));
  }

  count(rising: boolean): number {
    return this.edges.filter((edge) => edge.rising === rising).length;
  }

  pulses(positive: boolean): number {
    return this.edges.slice(0, -1).filter((edge) => edge.rising === positive).length;
  }

  /** Where the value is first. */
  when(value: number): number {
    return this.screen.start_s + this.volts.indexOf(value) * this.step_s;
  }

  ofCycles(value: (cycles: View) => number): Value {
    const [first] = this.edges;
    const last = this.edges[2 * this.cycles];
    if (!first || !last || last === first) return undefined;
    const at = (time_s: number) => Math.round((time_s - this.screen.start_s) / this.step_s);
    const volts = this.volts.subarray(at(first.middle_s), Math.max(at(first.middle_s) + 1, at(last.middle_s)));
    return value(new View({ ...this.screen, volts }, this.thresholds));
  }

  #settled(): readonly [number, number] {
    const { low, high, volts } = this;
    const middle = (low + high) / 2;
    this.#levels ??= [settled(volts, low, middle, -1) ?? low, settled(volts, middle, high, 1) ?? high];
    return this.#levels;
  }
}
