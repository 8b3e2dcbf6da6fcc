import { MemrigError } from "../../../errors.js";
import type { Waveform } from "../types.js";
import { atomsOf, waveValue } from "../waveform.js";
import { number, type Lines } from "./lines.js";

/** SPICE has no jumps: one takes this long. */
const edge_s = 1e-9;
/** More corners than this are not written. */
const maxCorners = 200_000;

/** Anything that forces a voltage (V) or a current (I) from a to b, as one or more sources. */
export function writeSource(
  lines: Lines,
  kind: "V" | "I",
  name: string,
  a: string,
  b: string,
  wave: Waveform,
  stop_s: number,
): void {
  if (wave.kind === "sum") {
    // voltages add in series, currents side by side
    wave.of.forEach((part, i) => {
      const from = kind === "I" || i === 0 ? a : `${name}_${i}`;
      const to = kind === "I" || i === wave.of.length - 1 ? b : `${name}_${i + 1}`;
      writeSource(lines, kind, `${name}_${i}`, from, to, part, stop_s);
    });
    return;
  }
  if (wave.kind === "dc") return lines.add(`${kind}${name} ${a} ${b} DC ${number(wave.value)}`);
  const formula = formulaOf(wave);
  if (formula !== undefined) {
    if (kind === "V") lines.voltage(name, a, b, formula);
    else lines.current(name, a, b, formula);
    return;
  }
  lines.add(`${kind}${name} ${a} ${b} PWL(`, ...corners(wave, stop_s, name), "+ )");
}

/** Sines as expressions of time: SPICE's own SIN begins with its phase, before the delay as well. */
function formulaOf(wave: Waveform): string | undefined {
  if (wave.kind !== "sine" && wave.kind !== "chirp") return undefined;
  const { amplitude, offset = 0, delay_s = 0 } = wave;
  const t = `max(time-${number(delay_s)},0)`;
  const turn = number(2 * Math.PI);
  if (wave.kind === "sine") {
    const phase = wave.phase_rad ?? 0;
    const on = delay_s > 0 && phase !== 0 ? `u(time-${number(delay_s)})*` : "";
    return `${number(offset)}+${on}${number(amplitude)}*sin(${turn}*${number(wave.frequency_Hz)}*${t}+${number(phase)})`;
  }
  const end_s = number(delay_s + wave.duration_s);
  const bend = number((wave.stop_Hz - wave.start_Hz) / (2 * wave.duration_s));
  const sine = `sin(${turn}*(${number(wave.start_Hz)}*${t}+${bend}*${t}*${t}))`;
  return `${number(offset)}+${number(amplitude)}*u(${end_s}-time)*${sine}`;
}

/** Corner points until the stop, jumps made into short edges, four to a line. */
function corners(wave: Waveform, stop_s: number, name: string): string[] {
  const atoms = atomsOf(wave);
  const points: string[] = [];
  let last_s = -Infinity;
  const add = (t_s: number, value: number): void => {
    const later_s = t_s > last_s ? t_s : last_s + edge_s;
    points.push(`${number(later_s)} ${number(value)}`);
    last_s = later_s;
  };
  let t_s = 0;
  let largest = Math.abs(waveValue(atoms, 0));
  add(0, waveValue(atoms, 0));
  while (t_s < stop_s) {
    const next_s = Math.min(...atoms.map((atom) => atom.cornerAfter(t_s)));
    if (next_s === Infinity) break;
    const before = valueBefore(wave, t_s, next_s);
    const after = waveValue(atoms, next_s);
    largest = Math.max(largest, Math.abs(before), Math.abs(after));
    // a rounding of time at a steep edge is no jump
    const jumps = Math.abs(after - before) > 1e-9 * largest;
    if (jumps) add(next_s, before);
    add(next_s, after);
    t_s = next_s;
    if (points.length > maxCorners) {
      throw new MemrigError(
        "invalid-request",
        `The source ${name} has more than ${maxCorners} corners until ${stop_s} s; a netlist with that many is not ` +
          `written. Shorten --stop, or take fewer corners.`,
        { source: name, stop_s },
      );
    }
  }
  return Array.from(
    { length: Math.ceil(points.length / 4) },
    (_, i) => `+ ${points.slice(4 * i, 4 * i + 4).join(" ")}`,
  );
}

/** Value just before a corner: on the straight piece that begins at `from_s`. */
function valueBefore(wave: Waveform, from_s: number, at_s: number): number {
  return atomsOf(wave).reduce((sum, atom) => {
    const piece = new Float64Array(5);
    atom.pieceAt(from_s, piece, 0);
    return sum + piece[0]! + piece[1]! * (at_s - from_s);
  }, 0);
}
