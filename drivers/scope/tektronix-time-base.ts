import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import { checkCapture } from "./capture-check.js";
import { nextOf } from "./nice-steps.js";
import { DIVISIONS, acquisitionCommands } from "./tektronix-mso-plan.js";

/** Shortest record. */
const LEAST_POINTS = 1000;

/** How the rate and the length of a record are set, which the series do in two ways. */
export interface TimeBase {
  /** Asks for the points of the record. */
  readonly length: string;
  /** @throws MemrigError `invalid-request`: what it can not capture; nothing was sent */
  check(label: string, plan: CapturePlan): void;
  /** @throws MemrigError `instrument-refused`: the scope made something else of it */
  set(scpi: ScpiClient, label: string, plan: CapturePlan): Promise<void>;
}

/** 4, 5 and 6 series: a rate of those that there are, a record of any length, FastFrame. */
export function freeTimeBase(ranges: CaptureRanges): TimeBase {
  return {
    length: "HOR:MODE:RECO?",
    check: (label, plan) => checkCapture(label, plan, ranges, plan.points),
    async set(scpi, label, plan) {
      const rate = await setRate(scpi, label, plan, 1 / ranges.minStep_s);
      const points = Math.ceil(plan.window_s * rate * (1 - 1e-9));
      await scpi.commands([
        `HOR:MODE:RECO ${points}`,
        ...acquisitionCommands(plan, points / rate),
        ...(plan.segments > 1 ? ["HOR:FAST:STATE ON", `HOR:FAST:COUN ${plan.segments}`] : ["HOR:FAST:STATE OFF"]),
        "ACQ:STOPA SEQ",
      ]);
      await verifyRecord(scpi, label, plan, points);
    },
  };
}

/** The scope takes the nearest rate it has, which may be too slow: then the next one. No longer record than asked for: no trigger falls into it. */
async function setRate(scpi: ScpiClient, label: string, plan: CapturePlan, fastest: number): Promise<number> {
  const wanted = Math.min(fastest, Math.max(plan.points, LEAST_POINTS) / plan.window_s);
  await scpi.command("HOR:MODE MAN");
  for (const factor of [1, 1.5, 2]) {
    await scpi.command(`HOR:MODE:SAMPLER ${(wanted * factor).toExponential()}`);
    const inForce = await scpi.queryNumber("HOR:MODE:SAMPLER?");
    if (inForce >= wanted * (1 - 1e-6)) return inForce;
  }
  throw tooSlow(label, wanted);
}

function tooSlow(label: string, wanted_Sa_per_s: number): MemrigError {
  return new MemrigError(
    "instrument-refused",
    `${label}: ${si(wanted_Sa_per_s, "Sa/s")} were asked for, and the scope stays slower. It is stopped. ` +
      `Ask for fewer points, or capture fewer channels.`,
    { wanted_Sa_per_s },
  );
}

async function verifyRecord(scpi: ScpiClient, label: string, plan: CapturePlan, points: number): Promise<void> {
  const record = await scpi.queryNumber("HOR:MODE:RECO?");
  const frames = plan.segments > 1 ? await scpi.queryNumber("HOR:FAST:COUN?") : 1;
  if (record >= points && frames === plan.segments) return;
  throw new MemrigError(
    "instrument-refused",
    `${label}: ${plan.segments} records of ${points} points were asked for, and the scope has room for ${frames} of ` +
      `${record}. It is stopped. Ask for fewer records or fewer points.`,
    { record, frames },
  );
}

/** A record of the 3000 and 4000 series, and the scale that makes it last as long as it must. */
interface Choice {
  readonly length: number;
  readonly scale_s: number;
}

/** Time a division goes in these steps. */
const SCALES = [1, 2, 4];

/**
 * 3000 and 4000 series: a few lengths of a record, which is ten divisions long and sampled accordingly; the rate can only be
 * asked. A record may be longer than the window.
 */
export function steppedTimeBase(ranges: CaptureRanges, lengths: readonly number[]): TimeBase {
  const choices = (plan: CapturePlan) => choicesFor(plan, lengths, 1 / ranges.minStep_s);
  return {
    length: "HOR:RECO?",
    check(label, plan) {
      checkCapture(label, plan, ranges, plan.points);
      const refuse = (why: string) => new MemrigError("invalid-request", `${label}: ${why} Nothing was sent.`, {});
      const average = plan.average ?? 1;
      if (!Number.isInteger(Math.log2(average)))
        throw refuse(`an average of ${average} was asked for; it takes 2, 4, 8, … 512.`);
      if (choices(plan).length > 0) return;
      throw refuse(
        `${plan.points} points in ${si(plan.window_s, "s")} are too many for its records of ten divisions, of ` +
          `${lengths.join(", ")} points. Ask for fewer points.`,
      );
    },
    async set(scpi, label, plan) {
      const wanted = plan.points / plan.window_s;
      for (const { length, scale_s } of choices(plan)) {
        await scpi.commands([`HOR:RECO ${length}`, `HOR:SCA ${scale_s.toExponential()}`]);
        const record = await scpi.queryNumber("HOR:RECO?");
        const rate = await scpi.queryNumber("HOR:SAMPLER?");
        // With more channels on, some are slower than they could be; then a longer record will not help, and the last one tells.
        if (rate < wanted * (1 - 1e-6) || record < plan.window_s * rate * (1 - 1e-6)) continue;
        await scpi.commands([...acquisitionCommands(plan, record / rate), "ACQ:STOPA SEQ"]);
        return;
      }
      throw tooSlow(label, wanted);
    },
  };
}

/** Those that hold enough points in the window, the shortest first. */
function choicesFor({ window_s, points }: CapturePlan, lengths: readonly number[], fastest: number): Choice[] {
  return lengths
    .map((length) => {
      const record_s = Math.max(window_s, length / fastest);
      return { length, scale_s: nextOf(SCALES, record_s / DIVISIONS) };
    })
    .filter(({ length, scale_s }) => length / (DIVISIONS * scale_s) >= (points / window_s) * (1 - 1e-9));
}
