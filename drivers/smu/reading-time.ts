import type { SweepPlan } from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import { refusal } from "./checks.js";
import type { SmuFacts } from "./checks.js";

/** Integration times of a reading that an instrument has, power line cycles. */
export interface NplcRange {
  readonly min: number;
  readonly max: number;
}

/** Share of the dwell that reading may take where the integration time is left to the driver; the rest is settling. */
const READING_SHARE = 0.8;

/** @throws MemrigError `invalid-request`: an integration time that the instrument does not have; nothing was sent */
export function checkNplc(label: string, nplc: number, { min, max }: NplcRange): void {
  if (nplc >= min && nplc <= max) return;
  const asked = `an integration of ${nplc} power line cycles was asked for`;
  throw refusal(label, asked, `${min} to ${max}`, { asked: nplc });
}

/**
 * How long a level of a sweep, or a pulse, is integrated, and what a reading of it takes.
 *
 * @param lineFrequency_Hz of the mains, by the instrument: the unit of `nplc`
 * @param apertures that a reading takes: one where both quantities are read at the same time, two where one after the other
 * @param pulseSlack_s that a pulse must have beside the reading
 * @returns the integration time asked for; where the plan leaves it out one power line cycle, or what dwell or pulse have room
 *   for, down to the shortest there is
 * @throws MemrigError `invalid-request`: out of range, or longer than the dwell or pulse; nothing was sent
 */
export function readingTime(
  { label, ranges }: SmuFacts,
  { dwell_s, nplc: asked, pulse }: SweepPlan,
  lineFrequency_Hz: number,
  range: NplcRange,
  apertures: 1 | 2,
  pulseSlack_s = 0,
): { readonly nplc: number; readonly reading_s: number } {
  const room = (READING_SHARE * (pulse ? pulse.width_s - pulseSlack_s : dwell_s) * lineFrequency_Hz) / apertures;
  const nplc = asked ?? Math.max(range.min, Math.min(1, Number(room.toPrecision(3))));
  checkNplc(label, nplc, range);
  const reading_s = (apertures * nplc) / lineFrequency_Hz;
  if (pulse && !(pulse.width_s >= (reading_s + pulseSlack_s) * (1 - 1e-9))) {
    const what = `a measurement of ${si(reading_s, "s")} in a pulse of ${si(pulse.width_s, "s")} was asked for`;
    throw refusal(label, what, "one that fits: a smaller nplc", { reading_s, width_s: pulse.width_s });
  }
  const shortest_s = pulse ? ranges.minDwell_s : Math.max(ranges.minDwell_s, reading_s);
  if (dwell_s >= shortest_s) return { nplc, reading_s };
  if (pulse)
    throw refusal(label, `pulses every ${si(dwell_s, "s")} were asked for`, `${si(shortest_s, "s")} and more`, {});
  const allowed = `at ${nplc} power line cycles of ${lineFrequency_Hz} Hz at least ${si(shortest_s, "s")}, and less with a smaller nplc`;
  const details = { asked_s: dwell_s, min_s: shortest_s };
  throw refusal(label, `a dwell of ${si(dwell_s, "s")} was asked for`, allowed, details);
}
