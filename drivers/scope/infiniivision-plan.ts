import type { CaptureChannel, CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { sci, si } from "../../src/units.js";

/** Numbers of points that are given; any other is rounded down to one of them. */
const LADDER = [
  100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000,
];

/**
 * Checks a plan against what the scope has, before anything is sent.
 *
 * @throws MemrigError `invalid-request`: what was asked, what there is
 */
export function checkPlan(label: string, plan: CapturePlan, ranges: CaptureRanges): void {
  const { channels, maxSegments, maxPoints, minStep_s } = ranges;
  const refuse = (asked: string, allowed: string): never => {
    throw new MemrigError("invalid-request", `${label}: ${asked}; this scope has ${allowed}. Nothing was sent.`, {});
  };
  const used = plan.channels.map(({ channel }) => channel);
  const wrong = [...used, plan.trigger.channel].find((n) => !(Number.isInteger(n) && n >= 1 && n <= channels));
  if (wrong !== undefined) refuse(`channel ${wrong} was asked for`, `channels 1 to ${channels}`);
  if (used.length === 0 || new Set(used).size !== used.length)
    refuse("no channel, or one twice, was asked for", "others");
  if (!used.includes(plan.trigger.channel)) {
    refuse(`a trigger on channel ${plan.trigger.channel}, which is not captured, was asked for`, `${used.join(", ")}`);
  }
  for (const { channel, range_V } of plan.channels) {
    if (!(range_V > 0 && Number.isFinite(range_V)))
      refuse(`channel ${channel}: a range of ${range_V} V was asked for`, "more");
  }
  if (!(Number.isInteger(plan.segments) && plan.segments >= 1 && plan.segments <= maxSegments)) {
    refuse(`${plan.segments} records were asked for`, `room for 1 to ${maxSegments}`);
  }
  const points = pointsFor(plan.points);
  if (!(plan.points >= 1) || points * plan.segments > maxPoints) {
    refuse(`${plan.segments} records of ${points} points were asked for`, `a memory of ${maxPoints} points`);
  }
  if (!(plan.window_s / plan.points >= minStep_s * (1 - 1e-9))) {
    refuse(
      `${plan.points} points in ${si(plan.window_s, "s")} were asked for`,
      `steps of at least ${si(minStep_s, "s")}`,
    );
  }
  if (!(plan.pretrigger_s >= 0 && plan.pretrigger_s <= plan.window_s)) {
    refuse(
      `the trigger at ${si(plan.pretrigger_s, "s")} of ${si(plan.window_s, "s")} was asked for`,
      "it inside the record",
    );
  }
}

/** Channels as planned; those not wanted are off, because they would share the memory. */
export function channelCommands(plan: CapturePlan, channels: number): string[] {
  const commands: string[] = [];
  for (let n = 1; n <= channels; n++) {
    const channel = plan.channels.find((one) => one.channel === n);
    commands.push(...(channel ? oneChannel(channel) : [`:CHAN${n}:DISP OFF`]));
  }
  return commands;
}

function oneChannel({ channel, range_V, offset_V, impedance }: CaptureChannel): string[] {
  const node = `:CHAN${channel}`;
  const scale = [`${node}:RANG ${sci(range_V)}`, `${node}:OFFS ${sci(offset_V)}`];
  return [
    `${node}:DISP ON`,
    `${node}:COUP DC`,
    `${node}:BWL OFF`,
    `${node}:INV OFF`,
    // The 50 Ω input does not have the wide ranges: it comes after the range, the 1 MΩ one before.
    ...(impedance === "50" ? [...scale, `${node}:IMP FIFT`] : [`${node}:IMP ONEM`, ...scale]),
  ];
}

export function timebaseCommands(plan: CapturePlan): string[] {
  const { channel, level_V, slope } = plan.trigger;
  return [
    ":TIM:MODE MAIN",
    ":TIM:REF CENT",
    `:TIM:RANG ${sci(plan.window_s)}`,
    // Position: from the trigger to the middle of the record.
    `:TIM:POS ${sci(plan.window_s / 2 - plan.pretrigger_s)}`,
    ":TRIG:MODE EDGE",
    `:TRIG:EDGE:SOUR CHAN${channel}`,
    ":TRIG:EDGE:COUP DC",
    `:TRIG:EDGE:SLOP ${slope === "rising" ? "POS" : "NEG"}`,
    `:TRIG:EDGE:LEV ${sci(level_V)}`,
    // NORM: in AUTO the scope triggers itself when nothing comes.
    ":TRIG:SWE NORM",
  ];
}

export function recordCommands(plan: CapturePlan): string[] {
  const segmented = plan.segments > 1;
  return [
    ":ACQ:TYPE NORM",
    ...(segmented ? [":ACQ:MODE SEGM", `:ACQ:SEGM:COUN ${plan.segments}`] : [":ACQ:MODE RTIM"]),
  ];
}

/** The smallest number of points the scope gives that is enough. */
export function pointsFor(wanted: number): number {
  return LADDER.find((points) => points >= wanted) ?? wanted;
}
