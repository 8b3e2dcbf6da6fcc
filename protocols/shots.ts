import { boundedResistance, type PulseTotals, pulseTotals } from "../src/analysis/index.js";
import type { PulseSegment, PulseStation } from "../src/capabilities/index.js";
import type { RunContext } from "../src/engine/protocol.js";
import type { Column } from "../src/store/shapes.js";
import type { Nudger } from "./nudger.js";
import { countOr, quantityOr } from "./parameters.js";
import { baseLineOf } from "./pulse-reading.js";
import { type CaughtCycle, lengthOf, playAndRead, timesOf } from "./pulse-station.js";

/** How the state is read between pulses. */
export interface ReadPlan {
  readonly read_amplitude: number;
  readonly read_width: number;
  readonly gap: number;
}

/** Parameters of the read, the same in every protocol that reads between pulses. */
export const readParameters = () => ({
  read_amplitude: quantityOr(0.1, "V", "level of the reads; low enough to leave the state alone, other than 0"),
  read_width: quantityOr(10e-6, "s", "length of a read", { above: 0 }),
  gap: quantityOr(10e-6, "s", "rest at 0 V after every pulse and read", { above: 0 }),
});

/** A whole number of repetitions. */
export const repeatsOr = (fallback: number, description: string) => countOr(fallback, description, 1, 1_000_000);

/** Resistance of the device in a read at low voltage. */
export interface Reading {
  /** The least it can be where `read_at_floor`. */
  readonly rRead_ohm: number;
  readonly read_at_floor: boolean;
}

/** What a pulse did while it was on. */
export type Stress = Pick<PulseTotals, "peak_A" | "charge_C" | "energy_J">;

/** The columns of a reading and of a stress, with what they mean. */
export const readingColumns: readonly Column[] = [
  {
    name: "rRead_ohm",
    type: "f64",
    unit: "ohm",
    description: "resistance in the read; a lower bound where read_at_floor",
  },
  { name: "read_at_floor", type: "bool", unit: "", description: "the read current could not be told from nothing" },
];
export const stressColumns: readonly Column[] = [
  { name: "peak_A", type: "f64", unit: "A", description: "largest current during the pulse, with its sign" },
  { name: "charge_C", type: "f64", unit: "C", description: "through the device during the pulse" },
  { name: "energy_J", type: "f64", unit: "J", description: "taken up by the device during the pulse" },
];

/** No pulse, no stress: for the row of a read alone. */
export const noStress: Stress = { peak_A: 0, charge_C: 0, energy_J: 0 };

/** Samples in the pulse, and the most in a record: what is transferred a shot. */
const samplesPerPulse = 100;
const mostSamples = 20_000;

/**
 * Single pulses and single reads, each a record of its own: a read then has the scope's ranges to itself, instead of a few steps of
 * a range made for the pulse. The generator is loaded with its output off, idles at 0 V, and ends off.
 */
export class Shots implements Nudger {
  readonly #inner: RunContext;
  #time_s = 0;

  constructor(
    private readonly station: PulseStation,
    private readonly plan: ReadPlan,
    private readonly context: RunContext,
  ) {
    context.atEnd(() => station.scope.makeSafe());
    context.atEnd(() => station.source.makeSafe()); // last registered, first done
    // The shots of one protocol are its own units of work; ending is registered once, above, and not for every shot.
    this.#inner = { ...context, atEnd: () => undefined, completed: 0, between: () => Promise.resolve() };
  }

  /** Time on the device since the first shot, s; pauses at 0 V between records are not counted. */
  get time_s(): number {
    return this.#time_s;
  }

  /** One read. */
  async read(): Promise<Reading> {
    const { read_amplitude, read_width, gap } = this.plan;
    return this.play([{ level_V: read_amplitude, duration_s: read_width }, rest(gap)], read_width / 200, readAlone);
  }

  /** One pulse, then a rest. */
  async pulse(level_V: number, width_s: number): Promise<Stress> {
    return this.play([{ level_V, duration_s: width_s }, rest(this.plan.gap)], width_s / samplesPerPulse, stressOf);
  }

  /** One pulse and a read. */
  async pulseAndRead(level_V: number, width_s: number): Promise<Stress & Reading> {
    return { ...(await this.pulse(level_V, width_s)), ...(await this.read()) };
  }

  async between(completed: number): Promise<void> {
    if (this.context.pausing) await this.station.source.outputOff(this.station.sourceChannel); // idling at 0 V is not off
    await this.context.between(completed);
  }

  /** Any cycle of levels once, looked at by `look` while its samples are there; the first level triggers, the last is a rest. */
  async play<Result>(
    segments: readonly PulseSegment[],
    resolution_s: number,
    look: (caught: CaughtCycle) => Result,
  ): Promise<Result> {
    const rest_s = segments.at(-1)?.duration_s ?? 0;
    const shown_s = lengthOf(segments) - rest_s;
    const job = {
      segments,
      cycles: 1,
      read_V: this.plan.read_amplitude,
      pretrigger_s: Math.min(0.4 * rest_s, 0.25 * shown_s),
      // A little more than the scope's shortest step: rounding must not ask for one point too many.
      resolution_s: Math.max(resolution_s, shown_s / mostSamples, 1.01 * this.station.scope.ranges.minStep_s),
    };
    const started_s = this.#time_s;
    const seen = (caught: CaughtCycle) => look({ ...caught, time_s: started_s });
    this.#time_s += lengthOf(segments);
    for await (const [result] of playAndRead(this.station, job, seen, this.#inner)) {
      if (result !== undefined) return result;
    }
    throw new TypeError("the scope ended its captures without the one that was armed");
  }
}

/** The read that a record begins with, against its base line. */
export function readAlone({ segments, record }: CaughtCycle): Reading {
  const { from_s, to_s } = timesOf(segments, 0);
  const window = { from_s: from_s + 0.33 * (to_s - from_s), to_s: from_s + 0.97 * (to_s - from_s) };
  const { voltage, current } = record.reading(baseLineOf(record), window);
  const { ohm, atFloor } = boundedResistance(voltage, current);
  return { rRead_ohm: ohm, read_at_floor: atFloor };
}

/** Peak, charge and energy of the pulse that a record begins with. */
export function stressOf({ segments, record }: CaughtCycle): Stress {
  const base = baseLineOf(record);
  const { voltage, current } = record.device(base);
  const { peak_A, charge_C, energy_J } = pulseTotals(voltage, current, base.to_s, timesOf(segments, 0).to_s);
  return { peak_A, charge_C, energy_J };
}

const rest = (duration_s: number): PulseSegment => ({ level_V: 0, duration_s });
