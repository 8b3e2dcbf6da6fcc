import { Corners } from "../../../awg/corners.js";
import type { Shape } from "../../../awg/shape.js";
import { KxciFault } from "../arguments.js";

/** Values of one sequence, one for each segment. */
export const arrays = ["TIME", "STARTV", "STOPV", "MEAS:TYPE", "MEAS:START", "MEAS:STOP", "SSR", "TRIG"] as const;
export type ArrayName = (typeof arrays)[number];
export type Arrays = Partial<Record<ArrayName, readonly number[]>>;

/** Of `:PMU:SARB:SEQ:MEAS:TYPE`. */
export const Measure = { none: 0, spot: 1, waveform: 2 } as const;

/** One straight piece, as it will be played. */
export interface Piece {
  readonly duration_s: number;
  readonly start_V: number;
  readonly stop_V: number;
}

/** What is measured in a pass: from when to when, and how. */
export interface Window {
  readonly measure: number;
  readonly from_s: number;
  readonly to_s: number;
}

/** What is played once, or again and again. */
export interface Pass {
  readonly pieces: readonly Piece[];
  /** In the order of time. */
  readonly windows: readonly Window[];
}

/** Shortest piece by the voltage range, seconds. */
const shortest_s: Readonly<Record<number, number>> = { 10: 20e-9, 40: 50e-9 };
const longest_s = 1;
const tick_s = 10e-9;
/** A relay that opens or closes takes this long. */
const relay_s = 25e-6;
/** Times are sent with a few digits. */
const tolerance_s = 1e-11;
const tolerance_V = 1e-6;

/**
 * What a sequence's arrays come to.
 *
 * @throws KxciFault what the final verification finds: -951, and -823 for a window on a piece that is not measured
 */
export function passOf(given: Arrays, range_V: number): Pass {
  const fail = (why: string): never => {
    throw new KxciFault(`Final verification failed, ${why}`, false, -951);
  };
  const { TIME = [], STARTV = [], STOPV = [] } = given;
  if (TIME.length === 0) fail("a sequence has no times");
  for (const name of arrays) {
    const values = given[name];
    if (values && values.length !== TIME.length)
      fail(`${name} has ${values.length} values for ${TIME.length} segments`);
  }
  if (STARTV.length === 0 || STOPV.length === 0) fail("a sequence has no voltages");
  let relay = 1;
  let begin_s = 0;
  const windows: Window[] = [];
  const pieces = TIME.map((duration_s, k): Piece => {
    const [start_V = 0, stop_V = 0] = [STARTV[k], STOPV[k]];
    const least_s = shortest_s[range_V] ?? 0;
    if (duration_s < least_s - tolerance_s || duration_s > longest_s) fail(`segment ${k + 1} lasts ${duration_s} s`);
    if (Math.abs(duration_s / tick_s - Math.round(duration_s / tick_s)) > 1e-3)
      fail(`${duration_s} s are not whole 10 ns`);
    for (const volt of [start_V, stop_V])
      if (Math.abs(volt) > range_V) fail(`${volt} V is beyond the range of ${range_V} V`);
    const next_V = STARTV[k + 1];
    if (next_V !== undefined && Math.abs(next_V - stop_V) > tolerance_V) fail(`segment ${k + 2} begins elsewhere`);
    const closed = given.SSR?.[k] ?? 1;
    if (closed !== relay && duration_s < relay_s) fail(`the relay moves in ${duration_s} s`);
    relay = closed;
    const measure = given["MEAS:TYPE"]?.[k] ?? Measure.none;
    const [from_s, to_s] = [given["MEAS:START"]?.[k] ?? 0, given["MEAS:STOP"]?.[k] ?? 0];
    // One project has seen the error; Keithley's examples give a piece that is not measured the whole of it.
    const whole = from_s === 0 && (to_s === 0 || Math.abs(to_s - duration_s) < tolerance_s);
    if (measure === Measure.none && !whole) {
      throw new KxciFault(`Segment ${k + 1} is not measured and has a window`, false, -823);
    }
    if (measure !== Measure.none && !(from_s >= 0 && from_s < to_s && to_s <= duration_s + tolerance_s)) {
      fail(`segment ${k + 1} is measured from ${from_s} s to ${to_s} s`);
    }
    if (measure !== Measure.none) windows.push({ measure, from_s: begin_s + from_s, to_s: begin_s + to_s });
    begin_s += duration_s;
    return { duration_s, start_V, stop_V };
  });
  return { pieces, windows };
}

export function durationOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { duration_s }) => sum + duration_s, 0);
}

/** A sequence on a time axis. @param gain of the emf over what is asked for: the load that was told */
export function shapeOf(pieces: readonly Piece[], gain: number): Shape {
  const period_s = durationOf(pieces);
  const last_V = gain * (pieces.at(-1)?.stop_V ?? 0);
  return {
    period_s,
    idle_V: gain * (pieces[0]?.start_V ?? 0),
    size: 2 * pieces.length,
    append(out: Corners, start_s: number) {
      let at_s = start_s;
      for (const { duration_s, start_V, stop_V } of pieces) {
        out.push(at_s, gain * start_V);
        at_s += duration_s;
        out.push(at_s, gain * stop_V);
      }
    },
    settle: (out: Corners, end_s: number) => out.push(end_s, last_V),
  };
}
