import type { BiasSmu } from "./bias.js";
import type { Instrument } from "./instrument.js";
import type { PulseUnit } from "./pulse-unit.js";

/** One sweep, timed by the instrument. The limit travels with the levels: neither can be set without the other. */
export interface SweepPlan {
  /** Channel 1 where left out. */
  readonly channel?: number;
  /** What is forced; the other quantity is measured and limited. */
  readonly drive: "voltage" | "current";
  /** Levels of one cycle in order, volts or amperes. */
  readonly levels: readonly number[];
  /** How often the whole list is run. */
  readonly cycles: number;
  /** Largest magnitude allowed of the other quantity: amperes for a voltage drive, volts for a current drive. */
  readonly compliance: number;
  /** Time at each level, settling and measuring together, seconds. */
  readonly dwell_s: number;
  /** Integration time of a reading in power line cycles. Left out: one, or as much as the dwell leaves room for. */
  readonly nplc?: number;
  /** As the bench file says where left out. */
  readonly wires?: 2 | 4;
  /** Largest reading expected of the measured quantity: the measuring range is fixed there. The driver's choice where left out. */
  readonly measureRange?: number;
  /** Each level is a pulse, one every `dwell_s`; only where `ranges.pulse` is there. */
  readonly pulse?: SweepPulse;
}

/**
 * From `base` to the level and back, measured once before it ends. The base is a steady level: it is reached in steps before
 * the first pulse, held between pulses, and left in steps. The compliance holds in both; where a pulse may have a larger one
 * than a steady level (`PulseRegion`), the base has the largest that it may.
 */
export interface SweepPulse {
  readonly base: number;
  /** At the level, from the beginning of one edge to the beginning of the other. */
  readonly width_s: number;
  /** Time of each edge, base to level. As fast as the instrument makes it where left out; only where `ranges.pulse.edge_s` is there. */
  readonly edge_s?: number;
}

/** One reading of a sweep. */
export interface SweepReading {
  /** Running number through all cycles, from 0: the level asked for is `levels[index % levels.length]`. */
  readonly index: number;
  /** Measured at the terminals. */
  readonly voltage_V: number;
  readonly current_A: number;
  /** Since the first reading of the sweep, by the instrument's clock. */
  readonly time_s: number;
  /** The limit was active, so the forced quantity is less than was asked. */
  readonly inCompliance: boolean;
}

/** What a source-measure unit of this kind can take. Magnitudes. */
export interface SweepRanges {
  readonly maxVoltage_V: number;
  readonly maxCurrent_A: number;
  readonly maxPower_W: number;
  readonly minDwell_s: number;
  /** Left out where it has no pulses. */
  readonly pulse?: PulseReach;
}

/** What pulses a source-measure unit has. Where no `beyond` holds, levels and compliance stay within those of steady levels. */
export interface PulseReach {
  readonly minWidth_s: number;
  readonly maxWidth_s: number;
  /** Levels and limits that only pulses reach, each for so long and so often. A plan needs one that holds all of it. */
  readonly beyond?: readonly PulseRegion[];
  /** Edges that can be asked for; left out where they are the instrument's. */
  readonly edge_s?: { readonly min: number; readonly max: number };
}

/** Magnitudes of a pulse's level and of the limited quantity, in whichever order the drive has them. */
export interface PulseRegion {
  readonly maxVoltage_V: number;
  readonly maxCurrent_A: number;
  readonly maxWidth_s: number;
  /** Largest share of the dwell that the pulse takes, above 0, at most 1. */
  readonly maxDuty: number;
}

/** Forces a list of voltages or currents by itself and measures at each: an SMU with a built-in sweep and a buffer. */
export interface SweepSmu extends Instrument {
  /** Channels that source and measure, numbered from 1. */
  readonly channels: number;
  readonly ranges: SweepRanges;
  /**
   * Runs the sweep and gives its readings in order, in blocks, while the instrument still fills its buffer.
   * The compliance is in force and read back before the output is on. The output is off when the generator ends, by
   * completion, `return()`, error or abort.
   *
   * @param signal aborts within one poll (0.2 s)
   * @throws MemrigError `invalid-request`: a level, limit or time the instrument can not do; nothing was sent
   * @throws MemrigError `instrument-refused`: the instrument queued an error or changed the limit; output off
   * @throws MemrigError `aborted`; output off
   */
  sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined>;
}

/** What every source-measure unit can be asked. */
export interface SourceMeasureUnit extends SweepSmu, BiasSmu {
  /** Pulse cards in the same instrument, at terminals of their own. */
  readonly pulses?: PulseUnit;
}
