import type { CaptureChannel, CapturePlan } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";

/** The screen is ten divisions high. */
export const DIVISIONS = 10;
/** Shortest record. */
export const LEAST_POINTS = 1000;
const LIMITER_HZ = 20e6;

/** Channels as planned; those not wanted are off. Probe factors stay: volts are at the probe's tip. */
export function channelCommands(plan: CapturePlan, channels: number): string[] {
  const commands: string[] = [];
  for (let n = 1; n <= channels; n++) {
    const channel = plan.channels.find((one) => one.channel === n);
    commands.push(...(channel ? oneChannel(channel) : [`DISPLAY:GLOBAL:CH${n}:STATE OFF`]));
  }
  return commands;
}

function oneChannel({ channel, range_V, offset_V, impedance, coupling, bandwidth_Hz }: CaptureChannel): string[] {
  const node = `CH${channel}`;
  return [
    `DISPLAY:GLOBAL:${node}:STATE ON`,
    // The 50 Ω input does not have the wide scales and offsets: it comes before them, and they are read back.
    `${node}:TER ${impedance === "50" ? "50" : "1E+6"}`,
    `${node}:COUP ${coupling === "ac" ? "AC" : "DC"}`,
    `${node}:BAN ${bandwidth_Hz !== undefined && bandwidth_Hz <= LIMITER_HZ ? sci(LIMITER_HZ) : "FUL"}`,
    `${node}:INV OFF`,
    `${node}:SCA ${sci(range_V / DIVISIONS)}`,
    // Position moves the picture only; the converter's window is moved by the offset.
    `${node}:POS 0`,
    `${node}:OFFS ${sci(offset_V)}`,
  ];
}

export function triggerCommands({ trigger }: CapturePlan): string[] {
  const source = trigger.channel === "external" ? "AUX" : `CH${trigger.channel}`;
  return [
    "TRIG:A:TYP EDGE",
    `TRIG:A:EDGE:SOU ${source}`,
    "TRIG:A:EDGE:COUP DC",
    `TRIG:A:EDGE:SLO ${trigger.slope === "rising" ? "RIS" : "FALL"}`,
    trigger.channel === "external"
      ? `TRIG:AUXL ${sci(trigger.level_V)}`
      : `TRIG:A:LEV:${source} ${sci(trigger.level_V)}`,
    // In AUTO the scope triggers itself when nothing comes.
    "TRIG:A:MOD NORM",
  ];
}

/** Rate that gives enough points in the window: no longer record than asked for, so that no trigger falls into it. */
export function rateFor(plan: CapturePlan, fastest_Sa_per_s: number): number {
  return Math.min(fastest_Sa_per_s, Math.max(plan.points, LEAST_POINTS) / plan.window_s);
}

/** @param rate_Sa_per_s as the scope made it @param points of the record as it will be */
export function recordCommands(plan: CapturePlan, rate_Sa_per_s: number, points: number): string[] {
  const average = plan.average ?? 1;
  const share = (plan.pretrigger_s * rate_Sa_per_s) / points;
  return [
    `HOR:MODE:RECO ${points}`,
    "HOR:DEL:MOD OFF",
    `HOR:POS ${sci(100 * share)}`,
    ...(average > 1 ? ["ACQ:MOD AVE", `ACQ:NUMAV ${average}`] : ["ACQ:MOD SAM"]),
    ...(plan.segments > 1 ? ["HOR:FAST:STATE ON", `HOR:FAST:COUN ${plan.segments}`] : ["HOR:FAST:STATE OFF"]),
    "ACQ:STOPA SEQ",
  ];
}
