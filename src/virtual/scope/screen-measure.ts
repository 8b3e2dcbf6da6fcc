import type { BasicScope } from "./basic-scope.js";
import type { InputSettings } from "./input.js";
import { type Measurement, type Thresholds, measure, standardThresholds } from "./measure.js";

/** Points that a measurement is made of. */
const POINTS = 20_000;

/**
 * A measurement of one channel over the record that the scope holds, or takes now.
 *
 * @param mean_removed the mean is taken away first, as for a standard deviation
 * @returns undefined: it can not be measured there
 * @throws ScpiError -230: there is no record of this channel
 */
export async function measureScreen<Input extends InputSettings>(
  scope: BasicScope<Input>,
  number: number,
  kind: Measurement,
  mean_removed: boolean,
  signal: AbortSignal,
  thresholds: Thresholds = standardThresholds,
): Promise<number | undefined> {
  const held = await scope.fresh(signal);
  const { reading } = held;
  const words = new Uint16Array(Math.max(100, Math.min(POINTS, reading.samples)));
  scope.wordsOf(held, number, reading.type === "AVER" ? "average" : held.records.length - 1, words);
  const { range_V = 0, offset_V = 0 } = held.channels[number - 1] ?? {};
  const volts = Float64Array.from(words, (word) => ((word - 32_768) * range_V) / 65_536 + offset_V);
  return measure(
    kind,
    { volts, start_s: reading.from_s, step_s: reading.window_s / words.length },
    mean_removed,
    thresholds,
  );
}
