import { type Level, levelAbove, type Trace, type WindowStatistics, windowOf } from "../src/analysis/index.js";
import type { Capture, CaptureChannel, CurrentProbe, PulseStation } from "../src/capabilities/index.js";

/** Steps a range is taken to have: 8 bits. Of a better scope less is claimed than it can do. */
const converterSteps = 256;
/** Room above the largest voltage expected. */
const headroom = 1.25;
/** Narrowest range asked for, V: below some millivolts a division a scope's own noise does not get less. */
const fineRange_V = 0.04;
/** Share of half a range beyond which a reading may be clipped. */
const unclipped = 0.9;

/**
 * Ranges of the scope channels for a cycle with these levels: the top sees all of them, the coarse current channel what a shorted
 * device would let through, the fine one little more than the read current of the off state (it is overdriven while the device conducts).
 */
export function channelsFor(station: PulseStation, levels: readonly number[], read_V: number): CaptureChannel[] {
  const [low_V, high_V] = [Math.min(0, ...levels), Math.max(0, ...levels)];
  const around = (share: number) => ({
    range_V: Math.max(1e-3, (high_V - low_V) * share * headroom),
    offset_V: ((high_V + low_V) * share) / 2,
  });
  const through = (probe: CurrentProbe) =>
    probe.resistance_ohm / (probe.resistance_ohm + station.source.ranges.sourceResistance_ohm);
  const channels: CaptureChannel[] = [{ channel: station.top.channel, ...around(1) }];
  const [coarse, fine] = station.current;
  if (coarse) channels.push({ channel: coarse.channel, impedance: coarse.impedance, ...around(through(coarse)) });
  if (!fine) return channels;
  const range_V = Math.min(fineRange_V, Math.max(1e-3, 2 * headroom * Math.abs(read_V) * through(fine)));
  // Zero lies an eighth of the range from one edge: the rest is for the current.
  const offset_V = (Math.sign(read_V) * 3 * range_V) / 8;
  return [...channels, { channel: fine.channel, impedance: fine.impedance, range_V, offset_V }];
}

/** Two times of a record, s since the trigger. */
export interface Window {
  readonly from_s: number;
  readonly to_s: number;
}

/** Voltage across the device and current through it in a window against a base line, each with the least that could be told from nothing. */
export interface Reading {
  /** Top less what the shunt drops: what the device itself has, V. */
  readonly voltage: Level;
  /** A. */
  readonly current: Level;
}

/** A record as voltages and currents of the device. Its samples are gone when the scope gives the next one. */
export class RecordView {
  private capture: Capture = { segment: 0, trigger_s: 0, start_s: 0, step_s: Number.NaN, volts: new Map() };

  constructor(
    private readonly station: PulseStation,
    private readonly channels: readonly CaptureChannel[],
    capture?: Capture,
  ) {
    if (capture) this.capture = capture;
  }

  /** Looks at another record. */
  show(capture: Capture): void {
    this.capture = capture;
  }

  /** Time of the first sample, s; negative. */
  get start_s(): number {
    return this.capture.start_s;
  }

  /** Voltage across the device and current through it by the coarse channel, sample by sample, less their base line. */
  device(base: Window): { voltage: Trace; current: Trace } {
    const [probe] = this.probes();
    const [top, shunt] = [this.trace(this.station.top.channel), this.trace(probe.channel)];
    const [top0_V, shunt0_V] = [this.mean(this.station.top.channel, base).mean, this.mean(probe.channel, base).mean];
    const current = Float64Array.from(shunt.values, (volt) => (volt - shunt0_V) / probe.resistance_ohm);
    const voltage = Float64Array.from(
      top.values,
      (volt, k) => volt - top0_V - (current[k] ?? Number.NaN) * seriesOf(probe),
    );
    return { voltage: { ...top, values: voltage }, current: { ...shunt, values: current } };
  }

  /** Mean voltage and current in a window less those of the base line; by the fine channel where it is not overdriven. */
  reading(base: Window, window: Window): Reading {
    const [coarse, fine] = this.probes();
    const probe = fine !== undefined && !this.clipped(fine.channel, [base, window]) ? fine : coarse;
    const [top, shunt] = [this.level(this.station.top.channel, base, window), this.level(probe.channel, base, window)];
    const share = seriesOf(probe) / probe.resistance_ohm;
    return {
      voltage: { value: top.value - share * shunt.value, floor: top.floor + share * shunt.floor },
      current: { value: shunt.value / probe.resistance_ohm, floor: shunt.floor / probe.resistance_ohm },
    };
  }

  private level(channel: number, base: Window, window: Window): Level {
    return levelAbove(
      this.mean(channel, base),
      this.mean(channel, window),
      this.rangeOf(channel).range_V / converterSteps,
    );
  }

  private clipped(channel: number, windows: readonly Window[]): boolean {
    const { range_V, offset_V } = this.rangeOf(channel);
    return windows.some((window) => Math.abs(this.mean(channel, window).mean - offset_V) > (unclipped * range_V) / 2);
  }

  private rangeOf(channel: number): { range_V: number; offset_V: number } {
    return this.channels.find((one) => one.channel === channel) ?? { range_V: Number.NaN, offset_V: Number.NaN };
  }

  private mean(channel: number, { from_s, to_s }: Window): WindowStatistics {
    return windowOf(this.trace(channel), from_s, to_s);
  }

  private trace(channel: number): Trace {
    const { start_s, step_s, volts } = this.capture;
    return { start_s, step_s, values: volts.get(channel) ?? new Float64Array(0) };
  }

  private probes(): [CurrentProbe, CurrentProbe | undefined] {
    const [coarse, fine] = this.station.current;
    if (coarse === undefined) throw new TypeError("a pulse station has at least one current probe");
    return [coarse, fine];
  }
}

/** Resistance in series with the device between the voltage probe and ground. */
function seriesOf({ resistance_ohm, inSeries_ohm }: CurrentProbe): number {
  return inSeries_ohm ?? resistance_ohm;
}
