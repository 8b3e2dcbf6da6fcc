import type { SweepPlan, SweepRanges } from "../../src/capabilities/index.js";
import { sci, si } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { defaultRamp } from "../entry.js";
import { checkSweep, refusal } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { readingTime } from "./reading-time.js";
import { wayHome } from "./way-home.js";

/** Of a 4200-SMU or 4201-SMU, whose source ranges reach 5 % beyond their names. Nothing tells a high-power card from it. */
export const ranges4200: SweepRanges = { maxVoltage_V: 210, maxCurrent_A: 0.105, maxPower_W: 2, minDwell_s: 1e-3 };

/** A compliance below is made so large, and nobody told. */
export const LEAST_LIMIT_A = 100e-9;
export const PREAMP_LEAST_LIMIT_A = 100e-12;

export const NPLC_4200 = { min: 0.01, max: 10 };
/** Points of a list sweep (`VL`, `IL`). */
const MAX_POINTS = 4096;
const MAX_CYCLES = 1e9;
const LONGEST_DELAY_S = 6.5535;
/** It can not be asked: with the longer cycle no level is shorter than was asked for. */
export const LINE_FREQUENCY_HZ = 50;
/** How far autorange may go down, by the dwell: on small ranges a reading settles slowly. Faster than these it is fixed. */
const lowestRanges = [
  { from_s: 0.1, least_A: 1e-9 },
  { from_s: 20e-3, least_A: 1e-6 },
];

/** One SMU, as `*OPT?` names it: `SMU1`, and `SMUPA2` with a preamplifier. */
export interface Card {
  readonly channel: number;
  readonly preamp: boolean;
}

/** The SMUs in a reply to `*OPT?`, by their numbers. */
export function cardsOf(options: string): Card[] {
  const named = [...options.toUpperCase().matchAll(/(?:^|,)\s*SMU(PA)?(\d)\s*(?=,|$)/g)];
  return named
    .map(([, preamp, channel]) => ({ channel: Number(channel), preamp: preamp !== undefined }))
    .sort((one, other) => one.channel - other.channel);
}

/** What this instrument adds to the facts of any SMU. */
export interface Smu4200 extends SmuFacts {
  readonly cards: readonly Card[];
  readonly settings: DriverSettings;
}

/** A sweep plan as this instrument will be told it. */
export interface Setup4200 {
  readonly plan: SweepPlan;
  readonly channel: number;
  readonly nplc: number;
  readonly delay_s: number;
  /** Smallest current range that is used; undefined: a current is forced. */
  readonly lowest_A: number | undefined;
  readonly cyclesPerRun: number;
  /** From the last level to zero: a test turns its outputs off where they are. */
  readonly home: readonly number[];
}

/**
 * Checks what KXCI would change without a word, or can not be told.
 *
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function checkAsked(
  { label, cards, settings }: Smu4200,
  asked: { readonly channel?: number; readonly drive: string; readonly compliance: number; readonly wires?: 2 | 4 },
): Card {
  const channel = asked.channel ?? 1;
  const card = cards.find((one) => one.channel === channel);
  if (!card) throw refusal(label, `channel ${channel} was asked for`, cards.map((one) => one.channel).join(", "), {});
  const least_A = card.preamp ? PREAMP_LEAST_LIMIT_A : LEAST_LIMIT_A;
  if (asked.drive === "voltage" && asked.compliance < least_A) {
    // It would be made larger, and nobody told.
    const what = `a compliance of ${si(asked.compliance, "A")} was asked for on channel ${channel}`;
    throw refusal(label, what, `at least ${si(least_A, "A")}`, { asked: asked.compliance });
  }
  const connected = settings.wires ?? 2;
  if (asked.wires !== undefined && asked.wires !== connected) {
    const what = `${asked.wires} wires were asked for`;
    const allowed = `what is connected, ${connected} by the bench file: sense is not switched by a command`;
    throw refusal(label, what, allowed, { wires: asked.wires });
  }
  return card;
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUp4200(smu: Smu4200, plan: SweepPlan): Setup4200 {
  const { label, settings } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  const card = checkAsked(smu, plan);
  const { drive, dwell_s, levels, measureRange } = plan;
  const { nplc, reading_s } = readingTime(smu, plan, LINE_FREQUENCY_HZ, NPLC_4200, 2);
  const longest_s = LONGEST_DELAY_S + reading_s;
  if (dwell_s > longest_s) {
    const allowed = `at ${nplc} power line cycles up to ${si(longest_s, "s")}`;
    throw refusal(label, `a dwell of ${si(dwell_s, "s")} was asked for`, allowed, { asked_s: dwell_s });
  }
  if (drive === "current" && measureRange !== undefined) {
    const allowed = "none where a current is forced: the range of the voltage follows the compliance";
    throw refusal(label, `a measuring range of ${si(measureRange, "V")} was asked for`, allowed, {});
  }
  const { V_per_s, A_per_s } = settings.ramp ?? defaultRamp;
  const home = wayHome(levels.at(-1) ?? 0, drive === "voltage" ? V_per_s : A_per_s, dwell_s);
  const cyclesPerRun = Math.min(plan.cycles, Math.floor((MAX_POINTS - home.length) / levels.length));
  if (cyclesPerRun < 1) {
    const asked = `${levels.length} levels in a cycle were asked for, and ${home.length} from the last one to zero`;
    throw refusal(label, asked, `up to ${MAX_POINTS} together`, {});
  }
  const floor_A = measureRange ?? lowestRanges.find(({ from_s }) => dwell_s >= from_s)?.least_A ?? plan.compliance;
  return {
    plan,
    channel: card.channel,
    nplc,
    delay_s: Math.round((dwell_s - reading_s) * 1e4) / 1e4,
    lowest_A: drive === "current" ? undefined : decadeAbove(Math.max(card.preamp ? 1e-9 : 1e-7, floor_A)),
    cyclesPerRun,
    home,
  };
}

/** Ranges of current are decades up to 100 mA. */
function decadeAbove(value_A: number): number {
  return Number(`1e${Math.min(-1, Math.ceil(Math.log10(value_A) - 1e-9))}`);
}

/** Source ranges by their number, where they reach: 5 % beyond their names. Those of a preamplifier come first. */
const voltageRanges = { preamp: [4, 5], always: [1, 2], full: [0, 20, 200, 200, 0.2, 2] };
const currentRanges = {
  preamp: [11, 12, 13, 1, 2],
  always: [3, 4, 5, 6, 7, 8, 9],
  full: [0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1e-12, 1e-11, 1e-10],
};

/** Number of the smallest source range that holds a level: automatic ones would switch in the middle of a ramp. */
export function rangeCode({ preamp }: Card, drive: "voltage" | "current", largest: number): number {
  const { full, ...table } = drive === "voltage" ? voltageRanges : currentRanges;
  const codes = preamp ? [...table.preamp, ...table.always] : table.always;
  return codes.find((code) => Math.abs(largest) <= (full[code] ?? 0) * 1.05) ?? codes.at(-1) ?? 0;
}

/** A number with as many digits as its source has, and more: a list of 4096 stays short. */
export function short(value: number): string {
  return sci(Number(value.toPrecision(8)));
}

/** Everything a run of so many cycles relies on. No output goes on with any of it. */
export function runMessages(setup: Setup4200, cards: readonly Card[], cycles: number): string[] {
  const { plan, channel, nplc, delay_s, lowest_A, home } = setup;
  const [mode, list] = plan.drive === "voltage" ? [1, "VL"] : [2, "IL"];
  const levels = [...Array.from({ length: cycles }, () => plan.levels).flat(), ...home].map(short);
  return [
    "BC;EM 1,0",
    // A channel left defined by an earlier test would drive its terminals again.
    `DE;${cards.map((card) => `CH${card.channel}`).join(";")};CH${channel},'V${channel}','I${channel}',${mode},1`,
    `SS;${list}${channel},1,${short(plan.compliance)},${levels.join(",")};HT 0;DT ${delay_s}`,
    `SS;IT4,0,0,${nplc};RS 7${lowest_A === undefined ? "" : `;RG ${channel},${short(lowest_A)}`}`,
    `SM;DM2;LI 'V${channel}','I${channel}'`,
  ];
}
