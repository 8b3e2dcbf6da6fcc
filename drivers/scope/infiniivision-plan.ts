import type { CaptureChannel, CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";
import { checkCapture } from "./capture-check.js";

/** Numbers of points that are given; any other is rounded down to one of them. */
const LADDER = [
  100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000,
];

/** Bandwidth with the limiter on (3000 X data sheet: 20 MHz). */
const LIMITER_HZ = 20e6;
/** Longest averaged record that is given (2000 X programmer's guide, :WAVeform:POINts). */
const MAX_AVERAGED_POINTS = 1000;

/** @throws MemrigError `invalid-request`: what was asked, what there is; nothing was sent */
export function checkPlan(label: string, plan: CapturePlan, ranges: CaptureRanges): void {
  const points = pointsFor(plan.points);
  const averaged = (plan.average ?? 1) > 1;
  checkCapture(label, plan, averaged ? { ...ranges, maxPoints: MAX_AVERAGED_POINTS } : ranges, points);
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

function oneChannel({ channel, range_V, offset_V, impedance, coupling, bandwidth_Hz }: CaptureChannel): string[] {
  const node = `:CHAN${channel}`;
  const scale = [`${node}:RANG ${sci(range_V)}`, `${node}:OFFS ${sci(offset_V)}`];
  return [
    `${node}:DISP ON`,
    `${node}:COUP ${coupling === "ac" ? "AC" : "DC"}`,
    // One limiter, of 20 or 25 MHz by model.
    `${node}:BWL ${bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ ? "ON" : "OFF"}`,
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
    `:TRIG:EDGE:SOUR ${channel === "external" ? "EXT" : `CHAN${channel}`}`,
    ":TRIG:EDGE:COUP DC",
    `:TRIG:EDGE:SLOP ${slope === "rising" ? "POS" : "NEG"}`,
    `:TRIG:EDGE:LEV ${sci(level_V)}`,
    // NORM: in AUTO the scope triggers itself when nothing comes.
    ":TRIG:SWE NORM",
  ];
}

export function recordCommands(plan: CapturePlan): string[] {
  const segmented = plan.segments > 1;
  const average = plan.average ?? 1;
  return [
    ...(average > 1 ? [":ACQ:TYPE AVER", `:ACQ:COUN ${average}`] : [":ACQ:TYPE NORM"]),
    ...(segmented ? [":ACQ:MODE SEGM", `:ACQ:SEGM:COUN ${plan.segments}`] : [":ACQ:MODE RTIM"]),
  ];
}

/** The smallest number of points the scope gives that is enough. */
export function pointsFor(wanted: number): number {
  return LADDER.find((points) => points >= wanted) ?? wanted;
}
