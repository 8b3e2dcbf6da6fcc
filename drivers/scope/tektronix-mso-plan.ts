import type { CaptureChannel, CapturePlan } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";

/** The screen is ten divisions high, and as wide. */
export const DIVISIONS = 10;
const LIMITER_HZ = 20e6;

/** How the series say the same. */
export interface TektronixWords {
  readonly shown: (channel: number, on: boolean) => string;
  readonly ohm50: string;
  readonly ohm1M: string;
  readonly auxLevel: string;
}

/** 4, 5 and 6 series MSO programmer manual. */
export const newerWords: TektronixWords = {
  shown: (channel, on) => `DISPLAY:GLOBAL:CH${channel}:STATE ${on ? "ON" : "OFF"}`,
  ohm50: "50",
  ohm1M: "1E+6",
  auxLevel: "TRIG:AUXL",
};

/** MDO4000/B/C, MSO/DPO4000B and MDO3000 programmer manual; MSO4000 and DPO4000 programmer manual. */
export const olderWords: TektronixWords = {
  shown: (channel, on) => `SEL:CH${channel} ${on ? "ON" : "OFF"}`,
  ohm50: "FIF",
  ohm1M: "MEG",
  auxLevel: "TRIG:A:LEV:AUX",
};

/** Channels as planned; those not wanted are off. Probe factors stay: volts are at the probe's tip. */
export function channelCommands(plan: CapturePlan, channels: number, words: TektronixWords): string[] {
  const commands: string[] = [];
  for (let n = 1; n <= channels; n++) {
    const channel = plan.channels.find((one) => one.channel === n);
    commands.push(...(channel ? oneChannel(channel, words) : [words.shown(n, false)]));
  }
  return commands;
}

function oneChannel(
  { channel, range_V, offset_V, impedance, coupling, bandwidth_Hz }: CaptureChannel,
  words: TektronixWords,
): string[] {
  const node = `CH${channel}`;
  return [
    words.shown(channel, true),
    // The 50 Ω input does not have the wide scales and offsets: it comes before them, and they are read back.
    `${node}:TER ${impedance === "50" ? words.ohm50 : words.ohm1M}`,
    `${node}:COUP ${coupling === "ac" ? "AC" : "DC"}`,
    `${node}:BAN ${bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ ? sci(LIMITER_HZ) : "FUL"}`,
    `${node}:INV OFF`,
    `${node}:SCA ${sci(range_V / DIVISIONS)}`,
    // Position moves the picture only (4, 5, 6 series); the converter's window is moved by the offset.
    `${node}:POS 0`,
    `${node}:OFFS ${sci(offset_V)}`,
  ];
}

export function triggerCommands({ trigger }: CapturePlan, words: TektronixWords): string[] {
  const source = trigger.channel === "external" ? "AUX" : `CH${trigger.channel}`;
  return [
    "TRIG:A:TYP EDGE",
    `TRIG:A:EDGE:SOU ${source}`,
    "TRIG:A:EDGE:COUP DC",
    `TRIG:A:EDGE:SLO ${trigger.slope === "rising" ? "RIS" : "FALL"}`,
    trigger.channel === "external"
      ? `${words.auxLevel} ${sci(trigger.level_V)}`
      : `TRIG:A:LEV:${source} ${sci(trigger.level_V)}`,
    // In AUTO the scope triggers itself when nothing comes.
    "TRIG:A:MOD NORM",
  ];
}

/** Where the record lies, and what is taken into it. */
export function acquisitionCommands({ average = 1, pretrigger_s }: CapturePlan, record_s: number): string[] {
  return [
    "HOR:DEL:MOD OFF",
    `HOR:POS ${sci(100 * (pretrigger_s / record_s))}`,
    ...(average > 1 ? ["ACQ:MOD AVE", `ACQ:NUMAV ${average}`] : ["ACQ:MOD SAM"]),
  ];
}
