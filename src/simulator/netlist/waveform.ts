import { createRandom } from "../random.js";
import type { Waveform } from "./types.js";

/**
 * A waveform as a solver sees it: smooth pieces between corners. Atoms with straight pieces are `line`; the rest is a sine
 * whose phase goes as a parabola.
 */
export interface Atom {
  readonly kind: "line" | "sine";
  /** Numbers a piece has: 2 for a line (value, slope), 5 for a sine (offset, amplitude, phase, rad/s, rad/s^2). */
  readonly size: number;
  /** First corner after t, Infinity for none. */
  cornerAfter(t_s: number): number;
  /** Shortest period at t, s; Infinity for lines. */
  period_s(t_s: number): number;
  /** The piece that begins at t (to its right), counted from t, into `out` at `at`. */
  pieceAt(t_s: number, out: Float64Array, at: number): void;
  /** A kink at every sample: the solver only stops there. */
  readonly soft: boolean;
}

/** The atoms of a waveform: their sum is its value. */
export function atomsOf(wave: Waveform): Atom[] {
  switch (wave.kind) {
    case "dc":
      return [points([0], [wave.value])];
    case "pwl":
      return [points(wave.times_s, wave.values)];
    case "pulse":
      return [pulse(wave)];
    case "sine":
    case "chirp":
      return [sine(wave)];
    case "samples":
      return [
        samples(wave.start_s ?? 0, wave.interval_s, (i) => wave.values[Math.min(i, wave.values.length - 1)] ?? 0),
      ];
    case "noise":
      return [noise(wave)];
    case "sum":
      return wave.of.flatMap(atomsOf);
  }
}

/** Value of the piece in `pieces` at `at`, `tau_s` after its start. */
export function pieceValue(atom: Atom, pieces: Float64Array, at: number, tau_s: number): number {
  if (atom.kind === "line") return pieces[at]! + pieces[at + 1]! * tau_s;
  const phase = pieces[at + 2]! + tau_s * (pieces[at + 3]! + (tau_s * pieces[at + 4]!) / 2);
  return pieces[at]! + pieces[at + 1]! * Math.sin(phase);
}

/** Its slope there. */
export function pieceRate(atom: Atom, pieces: Float64Array, at: number, tau_s: number): number {
  if (atom.kind === "line") return pieces[at + 1]!;
  const bend = pieces[at + 4]!;
  const phase = pieces[at + 2]! + tau_s * (pieces[at + 3]! + (tau_s * bend) / 2);
  return pieces[at + 1]! * (pieces[at + 3]! + tau_s * bend) * Math.cos(phase);
}

/** Value at a time; at a jump, the side after it. */
export function waveValue(atoms: readonly Atom[], t_s: number): number {
  const piece = new Float64Array(5);
  return atoms.reduce((sum, atom) => {
    atom.pieceAt(t_s, piece, 0);
    return sum + piece[0]! + (atom.kind === "sine" ? piece[1]! * Math.sin(piece[2]!) : 0);
  }, 0);
}

/** Straight lines between points, constant outside. */
function points(times_s: ArrayLike<number>, values: ArrayLike<number>): Atom {
  const last = times_s.length - 1;
  return {
    kind: "line",
    size: 2,
    soft: false,
    cornerAfter: (t_s) => times_s[countUntil(times_s, t_s)] ?? Infinity,
    period_s: () => Infinity,
    pieceAt(t_s, out, at) {
      const after = countUntil(times_s, t_s);
      if (after === 0 || after > last) {
        out[at] = values[after === 0 ? 0 : last]!;
        out[at + 1] = 0;
        return;
      }
      const [t0, t1, v0, v1] = [times_s[after - 1]!, times_s[after]!, values[after - 1]!, values[after]!];
      out[at + 1] = (v1 - v0) / (t1 - t0);
      out[at] = v0 + out[at + 1]! * (t_s - t0);
    },
  };
}

/** Number of points at or before t. */
function countUntil(times_s: ArrayLike<number>, t_s: number): number {
  let low = 0;
  let high = times_s.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times_s[middle]! <= t_s) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pulse(wave: Extract<Waveform, { kind: "pulse" }>): Atom {
  const { low, high, width_s, delay_s = 0, rise_s = 0, fall_s = 0 } = wave;
  const shape = points([0, rise_s, rise_s + width_s, rise_s + width_s + fall_s], [low, high, high, low]);
  const end_s = rise_s + width_s + fall_s;
  const period_s = wave.period_s ?? Infinity;
  const count = wave.count ?? Infinity;
  /** Which pulse is on or was last, from 0. */
  const indexAt = (t_s: number): number => {
    if (period_s === Infinity || t_s < delay_s) return 0;
    let n = Math.floor((t_s - delay_s) / period_s);
    if (delay_s + (n + 1) * period_s <= t_s) n++; // the quotient was rounded down
    return Math.min(n, count - 1);
  };
  const startOf_s = (index: number): number => (index === 0 ? delay_s : delay_s + index * period_s);
  return {
    kind: "line",
    size: 2,
    soft: false,
    period_s: () => Infinity,
    cornerAfter(t_s) {
      if (t_s < delay_s) return delay_s;
      const index = indexAt(t_s);
      const start_s = startOf_s(index);
      for (const corner_s of [0, rise_s, rise_s + width_s, end_s]) {
        if (start_s + corner_s > t_s) return start_s + corner_s;
      }
      // not start_s + period_s: that sum may be rounded to before the start of the next pulse
      return index + 1 < count ? startOf_s(index + 1) : Infinity;
    },
    pieceAt(t_s, out, at) {
      const start_s = startOf_s(indexAt(t_s));
      if (t_s < start_s) {
        out[at] = low;
        out[at + 1] = 0;
      } else shape.pieceAt(corner(t_s, start_s, [rise_s, rise_s + width_s, end_s]), out, at);
    },
  };
}

/** Time within the pulse; exactly that of a corner when t is that corner as `cornerAfter` computed it. */
function corner(t_s: number, start_s: number, corners_s: readonly number[]): number {
  const exact = corners_s.findLast((corner_s) => start_s + corner_s === t_s);
  return exact ?? t_s - start_s;
}

function sine(wave: Extract<Waveform, { kind: "sine" | "chirp" }>): Atom {
  const { amplitude, offset = 0, delay_s = 0 } = wave;
  const start_Hz = wave.kind === "sine" ? wave.frequency_Hz : wave.start_Hz;
  const stop_Hz = wave.kind === "sine" ? start_Hz : wave.stop_Hz;
  const end_s = wave.kind === "sine" ? Infinity : delay_s + wave.duration_s;
  const phase0 = wave.kind === "sine" ? (wave.phase_rad ?? 0) : 0;
  const turn = 2 * Math.PI;
  const sweep = wave.kind === "sine" ? 0 : (turn * (stop_Hz - start_Hz)) / wave.duration_s;
  return {
    kind: "sine",
    size: 5,
    soft: false,
    cornerAfter: (t_s) => (t_s < delay_s ? delay_s : t_s < end_s ? end_s : Infinity),
    period_s: (t_s) => (t_s < delay_s || t_s >= end_s ? Infinity : 1 / Math.max(start_Hz, stop_Hz)),
    pieceAt(t_s, out, at) {
      out[at] = offset;
      const tau_s = t_s - delay_s;
      const on = tau_s >= 0 && t_s < end_s;
      out[at + 1] = on ? amplitude : 0;
      const cycles = tau_s * (start_Hz + (tau_s * sweep) / (2 * turn));
      out[at + 2] = on ? phase0 + turn * (cycles - Math.floor(cycles)) : 0;
      out[at + 3] = on ? turn * start_Hz + sweep * tau_s : 0;
      out[at + 4] = on ? sweep : 0;
    },
  };
}

/** Values at equal intervals; value 0 is reached from where `value` starts. */
function samples(start_s: number, interval_s: number, value: (index: number) => number): Atom {
  const index = (t_s: number): number => {
    let i = Math.floor((t_s - start_s) / interval_s);
    if (start_s + (i + 1) * interval_s <= t_s) i++;
    if (start_s + i * interval_s > t_s) i--;
    return i;
  };
  return {
    kind: "line",
    size: 2,
    soft: true,
    cornerAfter: (t_s) => (t_s < start_s ? start_s : start_s + (index(t_s) + 1) * interval_s),
    period_s: () => Infinity,
    pieceAt(t_s, out, at) {
      const i = t_s < start_s ? -1 : index(t_s);
      const from = value(Math.max(i, 0));
      out[at + 1] = i < 0 ? 0 : (value(i + 1) - from) / interval_s;
      out[at] = from + (i < 0 ? 0 : out[at + 1]! * (t_s - start_s - i * interval_s));
    },
  };
}

/** Draws are kept for one look back: solvers ask in order, and start again from 0. */
function noise(wave: Extract<Waveform, { kind: "noise" }>): Atom {
  const drawn = new Map<number, number>();
  const kept = 64;
  let random = createRandom(wave.seed, "noise:circuit");
  let next = 1;
  const value = (i: number): number => {
    if (i <= 0) return 0;
    if (i < next && !drawn.has(i)) {
      random = createRandom(wave.seed, "noise:circuit");
      next = 1;
      drawn.clear();
    }
    while (next <= i) {
      drawn.set(next, wave.size * (wave.distribution === "normal" ? random.normal() : random.uniform() - 0.5));
      drawn.delete(next - kept);
      next++;
    }
    return drawn.get(i)!;
  };
  return samples(wave.start_s ?? 0, wave.interval_s, value);
}
