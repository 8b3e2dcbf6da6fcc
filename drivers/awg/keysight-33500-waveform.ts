import type { WaveformPlan } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";
import { shownShare } from "./waveform-check.js";

/** Function names of the 33500 and 33600. */
const names = {
  sine: "SIN",
  square: "SQU",
  ramp: "RAMP",
  pulse: "PULS",
  noise: "NOIS",
  dc: "DC",
  samples: "ARB",
} as const;

export function functionName(plan: WaveformPlan): string {
  return names[plan.waveform.shape];
}

/**
 * What makes a channel play a waveform, with its output off; samples are in its memory under `name` already.
 *
 * @param maxLevel_V the generator's own, open circuit
 */
export function waveformCommands(
  channel: number,
  plan: WaveformPlan,
  name: string,
  source_ohm: number,
  maxLevel_V: number,
): string[] {
  const source = `SOUR${channel}`;
  const share = shownShare(plan.load_ohm, source_ohm);
  const shown = (open_V: number) => sci(open_V * share);
  const { low_V, high_V, limit } = plan;
  const limits = [
    // The lower one out of the way first: the upper one must stay above it.
    `${source}:VOLT:LIM:LOW ${shown(-maxLevel_V)}`,
    `${source}:VOLT:LIM:HIGH ${shown(Math.min(limit.high_V, maxLevel_V))}`,
    `${source}:VOLT:LIM:LOW ${shown(Math.max(limit.low_V, -maxLevel_V))}`,
    `${source}:VOLT:LIM:STAT ON`,
  ];
  const levels =
    plan.waveform.shape === "dc"
      ? [`${source}:VOLT:OFFS ${shown(high_V)}`]
      : [
          `${source}:VOLT:OFFS 0`,
          `${source}:VOLT ${shown(high_V - low_V)}`,
          `${source}:VOLT:OFFS ${shown((high_V + low_V) / 2)}`,
        ];
  return [
    `${source}:BURS:STAT OFF`,
    // The load can not be changed under limits, nor the levels past the old ones.
    `${source}:VOLT:LIM:STAT OFF`,
    `OUTP${channel}:LOAD ${plan.load_ohm === undefined ? "INF" : sci(plan.load_ohm)}`,
    `OUTP${channel}:POL ${plan.polarity === "inverted" ? "INV" : "NORM"}`,
    ...shapeCommands(source, plan, name),
    ...(plan.waveform.shape === "dc" ? [] : [`${source}:VOLT:UNIT VPP`]),
    ...levels,
    ...limits,
    ...burstCommands(channel, plan),
  ];
}

function shapeCommands(source: string, { waveform }: WaveformPlan, name: string): string[] {
  const percent = (part: number) => sci(100 * part);
  // Through a sine, which is the fastest of all: a frequency that the next function does not have would be adjusted, with a notice.
  const by = (frequency_Hz: number) => [`${source}:FUNC SIN`, `${source}:FREQ ${sci(frequency_Hz)}`];
  switch (waveform.shape) {
    case "dc":
      return [`${source}:FUNC DC`];
    case "noise": {
      const band =
        waveform.frequency_Hz === undefined ? [] : [`${source}:FUNC:NOIS:BAND ${sci(waveform.frequency_Hz)}`];
      return [`${source}:FUNC NOIS`, ...band];
    }
    case "sine":
      return by(waveform.frequency_Hz ?? NaN);
    case "square":
      return [
        ...by(waveform.frequency_Hz),
        `${source}:FUNC:SQU:DCYC 50`,
        `${source}:FUNC SQU`,
        `${source}:FUNC:SQU:DCYC ${percent(waveform.duty)}`,
      ];
    case "ramp":
      return [
        ...by(waveform.frequency_Hz),
        `${source}:FUNC RAMP`,
        `${source}:FUNC:RAMP:SYMM ${percent(waveform.symmetry)}`,
      ];
    case "pulse":
      return [
        // Edges, then width at their shortest fit any period: what stands there from before would be adjusted, with a notice.
        `${source}:FUNC:PULS:HOLD WIDT`,
        `${source}:FUNC:PULS:TRAN:BOTH MIN`,
        `${source}:FUNC:PULS:WIDT MIN`,
        ...by(1 / waveform.period_s),
        `${source}:FUNC:PULS:PER ${sci(waveform.period_s)}`,
        `${source}:FUNC PULS`,
        `${source}:FUNC:PULS:WIDT ${sci(waveform.width_s)}`,
        `${source}:FUNC:PULS:TRAN:LEAD ${sci(waveform.rise_s)}`,
        `${source}:FUNC:PULS:TRAN:TRA ${sci(waveform.fall_s)}`,
      ];
    case "samples":
      return [
        `${source}:FUNC:ARB ${name}`,
        `${source}:FUNC:ARB:SRAT ${sci(waveform.rate_Sa_per_s)}`,
        `${source}:FUNC:ARB:FILT OFF`,
        `${source}:FUNC ARB`,
      ];
  }
}

function burstCommands(channel: number, { burst }: WaveformPlan): string[] {
  const source = `SOUR${channel}`;
  if (!burst) return [];
  return [
    `TRIG${channel}:SOUR ${burst.trigger === "bus" ? "BUS" : "EXT"}`,
    `TRIG${channel}:DEL 0`,
    `${source}:BURS:MODE TRIG`,
    `${source}:BURS:PHAS 0`,
    `${source}:BURS:NCYC ${burst.cycles}`,
    `${source}:BURS:STAT ON`,
  ];
}
