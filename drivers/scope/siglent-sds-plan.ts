import type { CaptureChannel, CapturePlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { checkCapture } from "./capture-check.js";
import { nextStep } from "./nice-steps.js";
import type { SdsFamily } from "./siglent-sds-models.js";
import { atLeast, count, near, word } from "./siglent-settings.js";
import type { Setting } from "./siglent-settings.js";

export const VERTICAL_DIVISIONS = 8;
const LIMITER_HZ = 20e6;

/** How the time base and the memory are to be set for a plan. */
export interface SdsRecord {
  readonly scale_s: number;
  /** From the trigger to the middle of the record. */
  readonly delay_s: number;
  /** Samples of the whole record, of each channel, and the word for them. */
  readonly depth: number;
  readonly depthWord: string;
}

/** @throws MemrigError `invalid-request`: what it can not capture; nothing was sent */
export function recordFor(label: string, plan: CapturePlan, family: SdsFamily): SdsRecord {
  const { divisions, ranges } = family;
  checkCapture(label, plan, ranges, plan.points);
  const refuse = (why: string) => new MemrigError("invalid-request", `${label}: ${why} Nothing was sent.`, {});
  if (!family.has50ohm && plan.channels.some(({ impedance }) => impedance === "50")) {
    throw refuse(
      "50 Ω was asked for, and the inputs of this scope have 1 MΩ. Put a 50 Ω feed-through on the connector.",
    );
  }
  const average = plan.average ?? 1;
  if (average > 1 && (average < 4 || average === 8 || !Number.isInteger(Math.log2(average)))) {
    throw refuse(`an average of ${average} was asked for; it takes 4, 16, 32, 64, … ${ranges.maxAverage}.`);
  }
  const scale_s = nextStep(plan.window_s / divisions);
  const needed = Math.ceil((plan.points * scale_s * divisions) / plan.window_s - 1e-6);
  const depths = family.depths(plan.channels.map(({ channel }) => channel));
  const found = [...depths].find(([depth]) => depth >= needed);
  if (!found || found[0] * plan.segments > ranges.maxPoints) {
    throw refuse(
      `${plan.points} points in the window are ${needed} in a record of ${divisions} divisions, ${plan.segments} times, and there ` +
        `is room for ${Math.max(...depths.keys())} with ${plan.channels.length} channels. Ask for fewer points, records or channels.`,
    );
  }
  const delay_s = Number((plan.window_s / 2 - plan.pretrigger_s).toPrecision(12));
  return { scale_s, delay_s, depth: found[0], depthWord: found[1] };
}

const limited = ({ bandwidth_Hz }: CaptureChannel) => bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ;

/** Inputs, time base, memory and trigger. Probe factors stay: volts are at the probe's tip. */
export function settingsFor(plan: CapturePlan, record: SdsRecord, family: SdsFamily): Setting[] {
  const inputs: Setting[] = [];
  for (let n = 1; n <= family.ranges.channels; n++) {
    const channel = plan.channels.find((one) => one.channel === n);
    if (channel) inputs.push(...(family.tree ? inputTree(channel, family) : inputFlat(channel)));
    else inputs.push(family.tree ? word(`:CHAN${n}:SWIT`, "OFF") : word(`C${n}:TRA`, "OFF"));
  }
  return [...inputs, ...(family.tree ? recordTree(plan, record) : recordFlat(plan, record))];
}

function inputTree(channel: CaptureChannel, { has50ohm }: SdsFamily): Setting[] {
  const { channel: n, range_V, offset_V, coupling, impedance } = channel;
  const scale_V = range_V / VERTICAL_DIVISIONS;
  return [
    word(`:CHAN${n}:SWIT`, "ON"),
    word(`:CHAN${n}:COUP`, coupling === "ac" ? "AC" : "DC"),
    ...(has50ohm ? [word(`:CHAN${n}:IMP`, impedance === "50" ? "FIFT" : "ONEM")] : []),
    word(`:CHAN${n}:BWL`, limited(channel) ? "20M" : "FULL"),
    word(`:CHAN${n}:INV`, "OFF"),
    atLeast(`:CHAN${n}:SCAL`, scale_V),
    // Added to the signal, so it is minus what is at the middle.
    near(`:CHAN${n}:OFFS`, -offset_V, scale_V / 10),
  ];
}

function inputFlat(channel: CaptureChannel): Setting[] {
  const { channel: n, range_V, offset_V, coupling } = channel;
  const scale_V = range_V / VERTICAL_DIVISIONS;
  return [
    word(`C${n}:TRA`, "ON"),
    word(`C${n}:CPL`, coupling === "ac" ? "A1M" : "D1M"),
    word(`C${n}:BWL`, limited(channel) ? "ON" : "OFF"),
    word(`C${n}:INVS`, "OFF"),
    atLeast(`C${n}:VDIV`, scale_V, "V"),
    near(`C${n}:OFST`, -offset_V, scale_V / 10, "V"),
  ];
}

function recordTree({ trigger, average = 1, segments }: CapturePlan, record: SdsRecord): Setting[] {
  const { scale_s, delay_s, depthWord } = record;
  return [
    word(":ACQ:TYPE", average > 1 ? `AVER,${average}` : "NORM"),
    word(":ACQ:MMAN", "AUTO"),
    word(":ACQ:MDEP", depthWord),
    near(":TIM:SCAL", scale_s, scale_s / 1000),
    near(":TIM:DEL", delay_s, scale_s / 10),
    ...(segments > 1 ? [word(":ACQ:SEQ", "ON"), count(":ACQ:SEQ:COUN", segments)] : [word(":ACQ:SEQ", "OFF")]),
    word(":TRIG:TYPE", "EDGE"),
    word(":TRIG:EDGE:SOUR", `C${trigger.channel}`),
    word(":TRIG:EDGE:COUP", "DC"),
    word(":TRIG:EDGE:SLOP", trigger.slope === "rising" ? "RIS" : "FALL"),
    near(":TRIG:EDGE:LEV", trigger.level_V, 1e-3 + Math.abs(trigger.level_V) / 50),
  ];
}

function recordFlat({ trigger, average = 1 }: CapturePlan, record: SdsRecord): Setting[] {
  const { scale_s, delay_s, depthWord } = record;
  const source = `C${trigger.channel}`;
  return [
    word("ACQW", average > 1 ? `AVERAGE,${average}` : "SAMPLING"),
    word("MSIZ", depthWord),
    near("TDIV", scale_s, scale_s / 1000, "S"),
    near("TRDL", delay_s, scale_s / 10, "S"),
    {
      command: `TRSE EDGE,SR,${source},HT,OFF`,
      question: "TRSE?",
      holds: (reply) => reply.includes(`EDGE,SR,${source}`),
    },
    word(`${source}:TRCP`, "DC"),
    word(`${source}:TRSL`, trigger.slope === "rising" ? "POS" : "NEG"),
    near(`${source}:TRLV`, trigger.level_V, 1e-3 + Math.abs(trigger.level_V) / 50, "V"),
  ];
}
