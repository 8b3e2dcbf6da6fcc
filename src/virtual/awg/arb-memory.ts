import type { Swing } from "./functions.js";
import { type Shape, lines, steps } from "./shape.js";

/** An arbitrary waveform, kept as runs of equal samples: a pulse of 5 µs at 160 MSa/s is one run, not 800 samples. */
export interface ArbWave {
  readonly samples: number;
  /** Index of the first sample of each run. */
  readonly starts: Uint32Array;
  /** Level of each run, −1 to +1. */
  readonly levels: Float64Array;
}

/** Levels are rounded to the converter's ±32767 steps. */
export function arbWave(levels: ArrayLike<number>): ArbWave {
  const starts: number[] = [];
  const kept: number[] = [];
  for (let k = 0; k < levels.length; k += 1) {
    const level = Math.round((levels[k] ?? 0) * 32767) / 32767;
    if (k > 0 && level === kept[kept.length - 1]) continue;
    starts.push(k);
    kept.push(level);
  }
  return { samples: levels.length, starts: Uint32Array.from(starts), levels: Float64Array.from(kept) };
}

/** Mean and span of the levels, full scale being 1, and how far the peak is above the rms value. */
export function statisticsOf(wave: ArbWave): {
  readonly mean: number;
  readonly peakToPeak: number;
  readonly crest: number;
} {
  let sum = 0;
  let squares = 0;
  let most = -Infinity;
  let least = Infinity;
  wave.levels.forEach((level, run) => {
    const count = (wave.starts[run + 1] ?? wave.samples) - (wave.starts[run] ?? 0);
    sum += count * level;
    squares += count * level ** 2;
    most = Math.max(most, level);
    least = Math.min(least, level);
  });
  const rms = Math.sqrt(squares / wave.samples);
  const peak = Math.max(Math.abs(most), Math.abs(least));
  return { mean: sum / wave.samples, peakToPeak: most - least, crest: rms > 0 ? peak / rms : 0 };
}

/** Level of one sample. */
export function levelAt(wave: ArbWave, sample: number): number {
  const run = wave.starts.findLastIndex((start) => start <= sample);
  return wave.levels[run] ?? 0;
}

/**
 * What the output does with the samples. Filter OFF: each is held, reached by one edge. NORM and STEP: straight lines
 * from sample to sample; the ringing of the real reconstruction filter is not modelled.
 *
 * @param edge_s the output's fastest edge from end to end; never longer than a sample here
 */
export function playArb(
  wave: ArbWave,
  rate_Sa_per_s: number,
  swing: Swing,
  filter: "NORM" | "STEP" | "OFF",
  edge_s: number,
): Shape {
  const period_s = wave.samples / rate_Sa_per_s;
  const volts = wave.levels.map((level) => swing.offset_V + (swing.sign * level * swing.amplitude_Vpp) / 2);
  if (filter === "OFF") {
    const starts_s = Float64Array.from(wave.starts, (sample) => sample / rate_Sa_per_s);
    return steps(period_s, starts_s, volts, Math.min(edge_s, 1 / rate_Sa_per_s));
  }
  const times_s: number[] = [];
  const values: number[] = [];
  volts.forEach((value, run) => {
    const first = wave.starts[run] ?? 0;
    const last = (wave.starts[run + 1] ?? wave.samples) - 1;
    times_s.push(first / rate_Sa_per_s);
    values.push(value);
    if (last === first) return;
    times_s.push(last / rate_Sa_per_s);
    values.push(value);
  });
  return lines(period_s, times_s, values);
}

/** Volatile waveform memory of one channel. */
export class ArbMemory {
  readonly #waves = new Map<string, ArbWave>();

  /** @param capacity_Sa samples it holds */
  constructor(readonly capacity_Sa: number) {
    this.clear();
  }

  /** Empties it, down to the built-in rise. */
  clear(): void {
    this.#waves.clear();
    this.#waves.set(builtIn, arbWave(Float64Array.from({ length: 400 }, (_, k) => 1 - 2 * Math.exp(-k / 80))));
  }

  get names(): string[] {
    return [...this.#waves.keys()];
  }

  get used_Sa(): number {
    let sum = 0;
    for (const [name, wave] of this.#waves) if (name !== builtIn) sum += wave.samples;
    return sum;
  }

  /** Names are kept in capitals; a built-in may be named without its folder. */
  keyOf(name: string): string {
    const upper = name.toUpperCase();
    return upper === "EXP_RISE" || upper === "EXP_RISE.ARB" ? builtIn : upper;
  }

  get(name: string): ArbWave | undefined {
    return this.#waves.get(this.keyOf(name));
  }

  /** Keeps a wave under a name that is not taken; the caller has checked name and room. */
  set(name: string, wave: ArbWave): void {
    this.#waves.set(this.keyOf(name), wave);
  }

  delete(name: string): void {
    this.#waves.delete(this.keyOf(name));
  }
}

/** The waveform that is there from the start. */
export const builtIn = "INT:\\BUILTIN\\EXP_RISE.ARB";
