import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { si } from "../../src/units.js";

/**
 * Checks a plan against what the scope has, before anything is sent.
 *
 * @param points in a record, as the scope will take them: at least as many as the plan wants
 * @throws MemrigError `invalid-request`: what was asked, what there is
 */
export function checkCapture(label: string, plan: CapturePlan, ranges: CaptureRanges, points: number): void {
  const { channels, maxSegments, maxPoints, minStep_s, maxAverage, external } = ranges;
  const refuse = (asked: string, allowed: string): never => {
    throw new MemrigError("invalid-request", `${label}: ${asked}; this scope has ${allowed}. Nothing was sent.`, {});
  };
  const used = plan.channels.map(({ channel }) => channel);
  const wrong = used.find((n) => !(Number.isInteger(n) && n >= 1 && n <= channels));
  if (wrong !== undefined) refuse(`channel ${wrong} was asked for`, `channels 1 to ${channels}`);
  if (used.length === 0 || new Set(used).size !== used.length) {
    refuse("no channel, or one twice, was asked for", "others");
  }
  const { trigger } = plan;
  if (trigger.channel === "external") {
    if (!external) refuse("the external trigger was asked for", "none");
  } else if (!used.includes(trigger.channel)) {
    refuse(`a trigger on channel ${trigger.channel}, which is not captured, was asked for`, used.join(", "));
  }
  if (!Number.isFinite(trigger.level_V)) refuse(`a trigger level of ${trigger.level_V} V was asked for`, "others");
  for (const { channel, range_V, offset_V, bandwidth_Hz } of plan.channels) {
    if (!(range_V > 0 && Number.isFinite(range_V) && Number.isFinite(offset_V))) {
      refuse(`channel ${channel}: a range of ${range_V} V about ${offset_V} V was asked for`, "more");
    }
    if (bandwidth_Hz !== undefined && !(bandwidth_Hz > 0)) {
      refuse(`channel ${channel}: a bandwidth of ${bandwidth_Hz} Hz was asked for`, "more");
    }
  }
  if (!(Number.isInteger(plan.segments) && plan.segments >= 1 && plan.segments <= maxSegments)) {
    refuse(`${plan.segments} records were asked for`, `room for 1 to ${maxSegments}`);
  }
  if (!(plan.points >= 1) || points * plan.segments > maxPoints) {
    refuse(`${plan.segments} records of ${points} points were asked for`, `a memory of ${maxPoints} points`);
  }
  if (!(plan.window_s / plan.points >= minStep_s * (1 - 1e-9))) {
    const asked = `${plan.points} points in ${si(plan.window_s, "s")} were asked for`;
    refuse(asked, `steps of at least ${si(minStep_s, "s")}`);
  }
  if (!(plan.pretrigger_s >= 0 && plan.pretrigger_s <= plan.window_s)) {
    const asked = `the trigger at ${si(plan.pretrigger_s, "s")} of ${si(plan.window_s, "s")} was asked for`;
    refuse(asked, "it inside the record");
  }
  const average = plan.average ?? 1;
  if (!(Number.isInteger(average) && average >= 1 && average <= maxAverage)) {
    refuse(`an average of ${average} records was asked for`, `1 to ${maxAverage}`);
  }
  if (average > 1 && plan.segments > 1) refuse("averaged segments were asked for", "one or the other");
}
