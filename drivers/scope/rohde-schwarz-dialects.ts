import type { CaptureChannel, CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";

/** What the two command trees of these scopes say differently. */
export interface RtxTree {
  readonly ranges: CaptureRanges;
  readonly has50ohm: boolean;
  readonly horizontalDivisions: number;
  readonly leastPoints: number;
  channel(channel: CaptureChannel, average: boolean): string[];
  /** Time base and trigger. @param scale_s a division */
  timing(plan: CapturePlan, scale_s: number): string[];
  record(plan: CapturePlan, points: number): string[];
  /** Before data are read. */
  readonly reading: readonly string[];
  /** Node of a channel's history and whether it has to be turned on. */
  history(channel: number): { readonly node: string; readonly on: readonly string[] };
  /** Outputs of the waveform generator, where the option is there. */
  readonly generator: readonly string[];
  /** Where the state is asked for: answered with a word, or with the number of records taken. */
  readonly stateQuestion: string;
}

const LIMITER_HZ = 20e6;
const limiter = ({ bandwidth_Hz }: CaptureChannel) =>
  bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ ? "B20" : "FULL";
const edge = ({ trigger }: CapturePlan) => (trigger.slope === "rising" ? "POS" : "NEG");
const EXTERNAL_LEVEL = 5;
const level = ({ trigger }: CapturePlan) =>
  `${trigger.channel === "external" ? EXTERNAL_LEVEL : trigger.channel} ${sci(trigger.level_V)}`;
const middle_s = (plan: CapturePlan) => sci(plan.window_s / 2 - plan.pretrigger_s);
const realNumbers = ["FORM REAL,32", "FORM:BORD LSBF"];

/** RTB2000 user manual, WGENerator:OUTPut; RTO user manual, WGENerator<m>[:ENABle], two channels. */
const GENERATOR = { rtb: ["WGEN:OUTP"], rto: ["WGEN1:ENAB", "WGEN2:ENAB"] } as const;
/** For who does not know which scope it is. */
export const everyGenerator: readonly string[] = [...GENERATOR.rtb, ...GENERATOR.rto];

/** RTB2000 user manual, remote control. */
function rtb(channels: number, hasSegments: boolean): RtxTree {
  return {
    ranges: {
      channels,
      maxSegments: hasSegments ? 13_000 : 1,
      maxPoints: 10_000_000,
      minStep_s: 1 / 2.5e9,
      maxAverage: 100_000,
      external: true,
    },
    has50ohm: false,
    horizontalDivisions: 12,
    leastPoints: 10_000,
    channel: (one) => [
      `CHAN${one.channel}:STAT ON`,
      `CHAN${one.channel}:COUP ${one.coupling === "ac" ? "ACL" : "DCL"}`,
      `CHAN${one.channel}:BAND ${limiter(one)}`,
      `CHAN${one.channel}:POL NORM`,
      `CHAN${one.channel}:RANG ${sci(one.range_V)}`,
      `CHAN${one.channel}:POS 0`,
      `CHAN${one.channel}:OFFS ${sci(one.offset_V)}`,
    ],
    timing: (plan, scale_s) => [
      "TIM:REF 50",
      `TIM:SCAL ${sci(scale_s)}`,
      `TIM:POS ${middle_s(plan)}`,
      "TRIG:A:TYPE EDGE",
      `TRIG:A:SOUR ${plan.trigger.channel === "external" ? "EXT" : `CH${plan.trigger.channel}`}`,
      "TRIG:A:EDGE:COUP DC",
      `TRIG:A:EDGE:SLOP ${edge(plan)}`,
      `TRIG:A:LEV${level(plan)}`,
      "TRIG:A:MODE NORM",
    ],
    record: (plan, points) => [
      `ACQ:POIN ${points}`,
      ...((plan.average ?? 1) > 1 ? ["ACQ:TYPE AVER", `ACQ:AVER:COUN ${plan.average ?? 1}`] : ["ACQ:TYPE REFR"]),
      ...(hasSegments ? [`ACQ:SEGM:STAT ${plan.segments > 1 ? "ON" : "OFF"}`] : []),
      `ACQ:NSIN:COUN ${Math.max(plan.segments, plan.average ?? 1)}`,
    ],
    reading: realNumbers,
    history: (channel) => ({ node: `CHAN${channel}:HIST`, on: [] }),
    generator: GENERATOR.rtb,
    stateQuestion: "ACQ:STAT?",
  };
}

/** RTO user manual, remote control. */
function rto(channels: number): RtxTree {
  return {
    ranges: {
      channels,
      maxSegments: 100_000,
      maxPoints: 50_000_000,
      minStep_s: 1 / 10e9,
      maxAverage: 65_535,
      external: true,
    },
    has50ohm: true,
    horizontalDivisions: 10,
    leastPoints: 1000,
    channel: (one, average) => [
      `CHAN${one.channel}:STAT ON`,
      // DC is the 50 Ω input, DCL and AC the 1 MΩ ones.
      `CHAN${one.channel}:COUP ${one.coupling === "ac" ? "AC" : one.impedance === "50" ? "DC" : "DCL"}`,
      `CHAN${one.channel}:BAND ${limiter(one)}`,
      `CHAN${one.channel}:INV OFF`,
      `CHAN${one.channel}:RANG ${sci(one.range_V)}`,
      `CHAN${one.channel}:POS 0`,
      `CHAN${one.channel}:OFFS ${sci(one.offset_V)}`,
      `CHAN${one.channel}:ARIT ${average ? "AVER" : "OFF"}`,
    ],
    timing: (plan, scale_s) => [
      "TIM:REF 50",
      `TIM:SCAL ${sci(scale_s)}`,
      `TIM:HOR:POS ${middle_s(plan)}`,
      `TRIG1:SOUR ${plan.trigger.channel === "external" ? "EXT" : `CHAN${plan.trigger.channel}`}`,
      "TRIG1:TYPE EDGE",
      `TRIG1:EDGE:SLOP ${edge(plan)}`,
      `TRIG1:LEV${level(plan)}`,
      "TRIG1:MODE NORM",
    ],
    record: (plan, points) => [
      "ACQ:POIN:AUTO RECL",
      `ACQ:POIN ${points}`,
      `ACQ:SEGM:STAT ${plan.segments > 1 ? "ON" : "OFF"}`,
      "ACQ:SEGM:MAX OFF",
      `ACQ:COUN ${Math.max(plan.segments, plan.average ?? 1)}`,
    ],
    // Times in the data, or several channels in one block, would have to be told apart.
    reading: [...realNumbers, "EXP:WAV:INCX OFF", "EXP:WAV:MULT OFF"],
    history: (channel) => ({ node: `CHAN${channel}:WAV1:HIST`, on: [`CHAN${channel}:WAV1:HIST:STAT ON`] }),
    generator: GENERATOR.rto,
    stateQuestion: "ACQ:CURR?",
  };
}

/**
 * @param model `RTB2004` or `RTO` @param serial of the identity: the RTO's material number ends with its channels, `k04`
 * @param options reply to `*OPT?`; K15 is history and segmented memory of the RTB2000
 */
export function treeOf(model: string, serial: string, options: string): RtxTree | undefined {
  const small = /^RTB2\d\d([24])$/i.exec(model.trim());
  if (small) return rtb(Number(small[1]), /\bK15\b/i.test(options));
  const large = /k\d*([24])(?:\/|$)/i.exec(serial);
  return /^RTO\d*$/i.test(model.trim()) && large ? rto(Number(large[1])) : undefined;
}
