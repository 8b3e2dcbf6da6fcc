import type { CapturePlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { sci } from "../../src/units.js";
import { checkCapture } from "./capture-check.js";
import { nextStep } from "./nice-steps.js";
import type { RigolFamily } from "./rigol-scope-models.js";

export const VERTICAL_DIVISIONS = 8;
const LIMITER_HZ = 20e6;

/** How the time base and the memory are to be set for a plan. */
export interface RigolRecord {
  readonly scale_s: number;
  /** From the trigger to the middle of the record. */
  readonly offset_s: number;
  /** Points of the whole record, of each channel. */
  readonly depth: number;
}

/** @throws MemrigError `invalid-request`: what it can not capture; nothing was sent */
export function recordFor(label: string, plan: CapturePlan, family: RigolFamily): RigolRecord {
  checkCapture(label, plan, family.ranges, plan.points);
  const refuse = (why: string) => new MemrigError("invalid-request", `${label}: ${why} Nothing was sent.`, {});
  if (plan.channels.some(({ impedance }) => impedance === "50")) {
    throw refuse(
      "50 Ω was asked for, and the inputs of this scope have 1 MΩ. Put a 50 Ω feed-through on the connector.",
    );
  }
  const average = plan.average ?? 1;
  if (!Number.isInteger(Math.log2(average)))
    throw refuse(`an average of ${average} was asked for; it takes 2, 4, 8, …`);
  const scale_s = nextStep(plan.window_s / family.divisions);
  const share = plan.channels.length > 2 ? 4 : plan.channels.length;
  const needed = Math.ceil((plan.points * scale_s * family.divisions) / plan.window_s);
  const most = family.ranges.maxPoints / share;
  const depths = family.depths.map((depth) => (family.dividesDepths ? depth / share : depth));
  const depth = depths.find((one) => one >= needed && one <= most);
  if (depth === undefined) {
    throw refuse(
      `${plan.points} points in the window are ${needed} in a record of ${family.divisions} divisions, and there is room ` +
        `for ${most} with ${plan.channels.length} channels. Ask for fewer points or channels.`,
    );
  }
  return { scale_s, offset_s: plan.window_s / 2 - plan.pretrigger_s, depth };
}

/** Everything but the memory's depth. Probe factors stay: volts are at the probe's tip. */
export function settingCommands(plan: CapturePlan, { scale_s, offset_s }: RigolRecord, channels: number): string[] {
  const commands: string[] = [];
  for (let n = 1; n <= channels; n++) {
    const channel = plan.channels.find((one) => one.channel === n);
    if (!channel) {
      commands.push(`:CHAN${n}:DISP OFF`);
      continue;
    }
    const { range_V, offset_V, coupling, bandwidth_Hz } = channel;
    commands.push(
      `:CHAN${n}:DISP ON`,
      `:CHAN${n}:COUP ${coupling === "ac" ? "AC" : "DC"}`,
      `:CHAN${n}:BWL ${bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ ? "20M" : "OFF"}`,
      `:CHAN${n}:INV OFF`,
      // Without it scales go in steps of 1, 2, 5.
      `:CHAN${n}:VERN ON`,
      `:CHAN${n}:SCAL ${sci(range_V / VERTICAL_DIVISIONS)}`,
      // Added to the signal, so it is minus what is at the middle.
      `:CHAN${n}:OFFS ${sci(offset_V === 0 ? 0 : -offset_V)}`,
    );
  }
  const { channel, level_V, slope } = plan.trigger;
  const average = plan.average ?? 1;
  return [
    ...commands,
    ":TIM:MODE MAIN",
    `:TIM:SCAL ${sci(scale_s)}`,
    `:TIM:OFFS ${sci(offset_s)}`,
    ":TRIG:MODE EDGE",
    `:TRIG:EDG:SOUR CHAN${channel}`,
    ":TRIG:COUP DC",
    `:TRIG:EDG:SLOP ${slope === "rising" ? "POS" : "NEG"}`,
    `:TRIG:EDG:LEV ${sci(level_V)}`,
    ":TRIG:SWE NORM",
    ...(average > 1 ? [":ACQ:TYPE AVER", `:ACQ:AVER ${average}`] : [":ACQ:TYPE NORM"]),
  ];
}

/** As `:ACQ:MDEP` takes it. */
export function depthWord(depth: number, family: RigolFamily): string {
  if (family.dividesDepths) return String(depth);
  return depth >= 1e6 ? `${depth / 1e6}M` : `${depth / 1e3}k`;
}
