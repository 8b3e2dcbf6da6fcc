import type { SweepPlan } from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { checkSweep, refusal, unitsOf } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { ENVELOPE } from "./keysight-b2900-models.js";
import type { ModelB2900 } from "./keysight-b2900-models.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";
import { scpiWords } from "./scpi-words.js";
import type { ScpiWords } from "./scpi-words.js";

/** Shortest and longest aperture (SCPI command reference, :SENSe:<CURRent|VOLTage>:APERture). */
const APERTURE_S = { min: 8e-6, max: 2 };
/** Share of the dwell or pulse that integrating may take where that is left to the driver; the rest is settling. */
const READING_SHARE = 0.8;
/** Between the end of a measurement and the next trigger: a trigger that comes too early is lost. */
const SLACK_S = 50e-6;
/** Below this the measuring range is fixed: a range change would lose the next trigger. */
const AUTORANGE_DWELL_S = 20e-3;
/** Share of the dwell that is left for range changes where the range follows the reading. */
const RANGING_SHARE = 0.2;
/** Steps of a staircase, values of a list; triggers, and blocks in the trace buffer. */
const MAX_STEPS = 2500;
const MAX_READINGS = 100_000;
const MAX_CYCLES = 1e9;
const SMALLEST_V = 0.2;

/** What the instrument is and was told, as far as plans are checked against it. */
export interface FactsB2900 extends SmuFacts {
  readonly model: ModelB2900;
  readonly lineFrequency_Hz: number;
  readonly settings: DriverSettings;
}

/** A sweep plan as this instrument will be told it. */
export interface SetupB2900 extends ScpiWords {
  readonly plan: SweepPlan;
  readonly channel: number;
  readonly wires: 2 | 4;
  readonly sourceRange: number;
  readonly aperture_s: number;
  /** From the trigger to the measurement. */
  readonly delay_s: number;
  /** Where the measuring range is fixed; undefined: it follows the reading. */
  readonly measureRange: number | undefined;
  /** One cycle as a staircase; undefined: as a list. */
  readonly ramp: Ramp | undefined;
  /** Triggers of a cycle: its levels, and the turning point again where a staircase goes there and back. */
  readonly steps: number;
  readonly cyclesPerRun: number;
}

/** Asks for the smallest source range that holds a level. */
export function sourceRangeB2900(model: ModelB2900, { source }: ScpiWords, largest: number): number {
  return Math.max(Math.abs(largest), source === "VOLT" ? SMALLEST_V : model.leastRange_A);
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUpB2900(smu: FactsB2900, plan: SweepPlan): SetupB2900 {
  const { label } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  const levels = plan.pulse ? [...plan.levels, plan.pulse.base] : plan.levels;
  const largest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  checkEnvelope(label, plan.drive, largest, plan.compliance);
  const ramp = asRamp(plan.levels);
  // A list has the turning point of a way there and back once; a staircase has it twice, and is for what no list holds.
  const staircase = ramp && (!ramp.dual || plan.levels.length > MAX_STEPS) ? ramp : undefined;
  if ((staircase?.points ?? plan.levels.length) > MAX_STEPS) {
    const allowed = `up to ${MAX_STEPS}, or an even ramp there and back of up to ${2 * MAX_STEPS - 1}`;
    throw refusal(label, `${plan.levels.length} levels in a cycle were asked for`, allowed, {});
  }
  const steps = plan.levels.length + (staircase?.dual === true ? 1 : 0);
  const words = scpiWords(plan.drive);
  return {
    plan,
    channel: plan.channel ?? 1,
    ...words,
    wires: plan.wires ?? smu.settings.wires ?? 2,
    sourceRange: sourceRangeB2900(smu.model, words, largest),
    ...timing(smu, plan),
    ramp: staircase,
    steps,
    cyclesPerRun: Math.min(plan.cycles, Math.floor(MAX_READINGS / steps)),
  };
}

/** @throws MemrigError `invalid-request`: an integration that is out of range, or does not fit */
export function apertureOf(label: string, nplc: number, lineFrequency_Hz: number): number {
  const aperture_s = nplc / lineFrequency_Hz;
  if (aperture_s >= APERTURE_S.min && aperture_s <= APERTURE_S.max) return aperture_s;
  const asked = `an integration of ${nplc} power line cycles was asked for`;
  const [least, most] = [APERTURE_S.min * lineFrequency_Hz, APERTURE_S.max * lineFrequency_Hz];
  throw refusal(label, asked, `${least} to ${most}`, { asked: nplc });
}

/** When a level or pulse is measured, and on which range. */
function timing(
  { label, ranges, lineFrequency_Hz }: FactsB2900,
  { dwell_s, nplc, pulse, measureRange, compliance }: SweepPlan,
): Pick<SetupB2900, "aperture_s" | "delay_s" | "measureRange"> {
  if (pulse && !(dwell_s >= pulse.width_s + SLACK_S)) {
    const asked = `pulses of ${si(pulse.width_s, "s")} every ${si(dwell_s, "s")} were asked for`;
    throw refusal(label, asked, `${si(SLACK_S, "s")} or more between them`, { asked_s: dwell_s });
  }
  const room_s = pulse?.width_s ?? dwell_s - SLACK_S;
  const most_s = Math.min(1 / lineFrequency_Hz, Number((READING_SHARE * room_s).toPrecision(3)));
  const aperture_s = nplc === undefined ? Math.max(APERTURE_S.min, most_s) : apertureOf(label, nplc, lineFrequency_Hz);
  const shortest_s = Math.max(ranges.minDwell_s, pulse ? 0 : aperture_s + SLACK_S);
  if (!(dwell_s >= shortest_s)) {
    const details = { asked_s: dwell_s, min_s: shortest_s };
    throw refusal(
      label,
      `a dwell of ${si(dwell_s, "s")} was asked for`,
      `at least ${si(shortest_s, "s")} here`,
      details,
    );
  }
  if (aperture_s > room_s) {
    const asked = `a measurement of ${si(aperture_s, "s")} in ${si(room_s, "s")} was asked for`;
    throw refusal(label, asked, "one that fits: a smaller nplc", { aperture_s, room_s });
  }
  const follows = pulse === undefined && dwell_s >= AUTORANGE_DWELL_S && measureRange === undefined;
  const wait_s = room_s - aperture_s - (follows ? RANGING_SHARE * dwell_s : 0);
  return {
    aperture_s,
    delay_s: Math.max(0, Math.floor(wait_s * 1e6 + 1e-6) / 1e6),
    measureRange: follows ? undefined : Math.min(measureRange ?? compliance, compliance),
  };
}

/**
 * High voltage goes with low current only.
 *
 * @throws MemrigError `invalid-request`: which currents go with this voltage
 */
export function checkEnvelope(label: string, drive: "voltage" | "current", level: number, compliance: number): void {
  const [voltage_V, current_A] = drive === "voltage" ? [level, compliance] : [compliance, level];
  const region = ENVELOPE.find(({ most_V }) => Math.abs(voltage_V) <= most_V);
  if (region !== undefined && Math.abs(current_A) <= region.most_A) return;
  const { forced, limited } = unitsOf(drive);
  const asked = `${si(level, forced)} with a compliance of ${si(compliance, limited)} was asked for`;
  const allowed = ENVELOPE.map(({ most_V, most_A }) => `${si(most_A, "A")} up to ${si(most_V, "V")}`).join(", ");
  throw refusal(label, asked, allowed, { level, compliance });
}

/** Number of the reading in the sweep that a trigger belongs to; undefined for the turning point that comes twice. */
export function indexOf({ ramp, steps, plan }: SetupB2900, trigger: number): number | undefined {
  if (ramp?.dual !== true) return trigger;
  const at = trigger % steps;
  if (at === ramp.points) return undefined;
  return Math.floor(trigger / steps) * plan.levels.length + (at > ramp.points ? at - 1 : at);
}
