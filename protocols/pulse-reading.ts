import { boundedResistance, type BoundedResistance, pulseTotals, turnOnOf } from "../src/analysis/index.js";
import type { PulseSegment } from "../src/capabilities/index.js";
import type { Columns, Row } from "../src/store/shapes.js";
import { type CaughtCycle, timesOf } from "./pulse-station.js";
import type { RecordView, Window } from "./record-view.js";

/** On is at least this many times as conductive as the read after the pulse. */
const onOverOff = 3;

/** The record before the edge: its last fifth is left out, the trigger lies on the edge and not before it. */
export function baseLineOf(record: RecordView): Window {
  return { from_s: record.start_s, to_s: 0.2 * record.start_s };
}

/** The end of a pulse, where the current has settled. */
export function endOf(segments: readonly PulseSegment[], index: number): Window {
  const { from_s, to_s } = timesOf(segments, index);
  return { from_s: to_s - 0.2 * (to_s - from_s), to_s: to_s - 0.02 * (to_s - from_s) };
}

/**
 * Resistance in a read pulse, from its last two thirds against the last half of the rest before it. The near base line takes
 * away offsets, and what is left of the overdrive that the pulse before was to the fine channel.
 */
export function readResistance(
  record: RecordView,
  segments: readonly PulseSegment[],
  index: number,
): BoundedResistance & { current_A: number } {
  const [rest, read] = [timesOf(segments, index - 1), timesOf(segments, index)];
  const within = (window: Window, from: number, to: number) => ({
    from_s: window.from_s + from * (window.to_s - window.from_s),
    to_s: window.from_s + to * (window.to_s - window.from_s),
  });
  const { voltage, current } = record.reading(within(rest, 0.5, 0.97), within(read, 0.33, 0.97));
  return { ...boundedResistance(voltage, current), current_A: current.value };
}

/** A row of the table of pulses from the record of one. */
export function readPulse({ cycle, time_s, segments, record }: CaughtCycle): Row {
  const base = baseLineOf(record);
  const { to_s } = timesOf(segments, 0);
  const on = record.reading(base, endOf(segments, 0));
  const pulse = boundedResistance(on.voltage, on.current);
  const read = segments.length > 2 ? readResistance(record, segments, 2) : { ohm: Number.NaN, atFloor: false };
  const { voltage, current } = record.device(base);
  const turnOn = turnOnOf(voltage, current, base.to_s, to_s);
  const { energy_J, charge_C, peak_A, overshoot } = pulseTotals(voltage, current, base.to_s, to_s);
  const switched = !pulse.atFloor && (turnOn.late || read.ohm >= onOverOff * pulse.ohm);
  return {
    pulse: cycle,
    time_s,
    voltage_V: on.voltage.value,
    current_A: on.current.value,
    rPulse_ohm: pulse.ohm,
    rRead_ohm: read.ohm,
    read_at_floor: read.atFloor,
    delay_s: switched ? turnOn.delay_s : Number.NaN,
    rise_s: switched ? turnOn.rise_s : Number.NaN,
    energy_J,
    charge_C,
    peak_A,
    overshoot,
    switched,
  };
}

/** Every sample of a record as rows of the table of waveforms. */
export function waveformOf({ cycle, time_s, record }: CaughtCycle): Columns {
  const { voltage, current } = record.device(baseLineOf(record));
  const length = Math.min(voltage.values.length, current.values.length);
  return {
    length,
    columns: {
      pulse: new Int32Array(length).fill(cycle),
      time_s: Float64Array.from({ length }, (_, k) => time_s + voltage.start_s + k * voltage.step_s),
      voltage_V: Float64Array.from(voltage.values),
      current_A: Float64Array.from(current.values),
    },
  };
}
