import { quoted } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import type { SetBias } from "./bias-holder.js";
import { sourceRangeFor, wordsOf } from "./keithley-2450-plan.js";
import type { Run, SweepSetup, Words } from "./keithley-2450-plan.js";

/** Values in one command of a source list (2450-901-01, :SOURce:LIST:<function>). */
const LIST_PART = 100;
/** A buffer of our own: what a person keeps in defbuffer1 stays there. */
export const BUFFER = quoted("memrig");
/** Room beyond what is expected, so that readings too many are seen instead of overwriting the first ones. */
const BUFFER_SLACK = 64;
/** Room for a held level's readings, oldest overwritten: each is taken out as it is made. */
const HOLD_BUFFER = 100;
/** Digits of a number in a reply: time stamps of a long sweep need more than the seven that are the default. */
const PRECISION = 12;

const offStates = { normal: "NORM", zero: "ZERO", "high-impedance": "HIMP", guard: "GUAR" } as const;

interface SourceAsk extends Words {
  readonly sourceRange: number;
  readonly compliance: number;
  readonly wires: 2 | 4;
  readonly nplc: number;
}

/** What a sweep and a held level have in common, to be sent with the output off. Level at zero before the limit is changed. */
function sourceCommands(ask: SourceAsk, { offState }: DriverSettings): string[] {
  const { source, sense } = ask;
  return [
    ":ABOR",
    `:SOUR:FUNC ${source}`,
    `:SENS:FUNC ${quoted(sense)}`,
    // The range of the measurement bounds the limit from below, so it must not be narrow yet.
    `:SENS:${sense}:RANG:AUTO ON`,
    `:SOUR:${source} 0`,
    `:SOUR:${source}:RANG ${sci(ask.sourceRange)}`,
    `:SOUR:${source}:${ask.limit} ${sci(ask.compliance)}`,
    ...(offState === undefined ? [] : [`:OUTP:${source}:SMOD ${offStates[offState]}`]),
    // Waiting is in the dwell; the source's own delay would be added to it.
    `:SOUR:${source}:DEL 0`,
    // The forced quantity is measured too: in compliance it is not what was asked for.
    `:SOUR:${source}:READ:BACK ON`,
    `:SENS:${sense}:RSEN ${ask.wires === 4 ? "ON" : "OFF"}`,
    `:SENS:${sense}:NPLC ${sci(ask.nplc)}`,
    `:SENS:${sense}:AVER OFF`,
    ":SENS:COUN 1",
    ":FORM ASC",
    `:FORM:ASC:PREC ${PRECISION}`,
  ];
}

/** Everything a sweep relies on. */
export function settingCommands(setup: SweepSetup, settings: DriverSettings): string[] {
  const { source, sense, limit, plan, measureRange, pulse, steadyCompliance } = setup;
  return [
    ...sourceCommands({ ...setup, compliance: steadyCompliance }, settings),
    // Zero and reference are measured once a run: with every reading they would take three times as long.
    `:SENS:${sense}:AZER OFF`,
    ...(measureRange === undefined ? [] : [`:SENS:${sense}:RANG ${sci(measureRange)}`]),
    ...(pulse ? [`:SOUR:PULS:${source}:${limit} ${sci(plan.compliance)}`] : []),
  ];
}

/** Everything a held level relies on. Zero and reference are measured with each reading: it may be held for days. */
export function holdCommands(bias: SetBias, settings: DriverSettings): string[] {
  const words = wordsOf(bias.drive);
  const sourceRange = sourceRangeFor(bias.drive, bias.level);
  return [
    ...sourceCommands({ ...words, ...bias, sourceRange, nplc: 1 }, settings),
    `:SENS:${words.sense}:AZER ON`,
    `:TRAC:MAKE ${BUFFER}, ${HOLD_BUFFER}`,
    `:TRAC:FILL:MODE CONT, ${BUFFER}`,
  ];
}

/** A buffer with room for the run. */
export function bufferCommand(run: Run): string {
  return `:TRAC:MAKE ${BUFFER}, ${run.total + BUFFER_SLACK}`;
}

/** Builds the trigger model. A list holds the source's settings of this moment: ranges and limit come before it. */
export function sweepCommands(setup: SweepSetup, run: Run): string[] {
  const { source, delay_s, pulse } = setup;
  const { ramp, list, count } = run;
  // failAbort OFF: a reading in compliance is a result, not an end. Range FIX: the one set above, no switching on the way.
  if (ramp) {
    const shape = `${sci(ramp.start)}, ${sci(ramp.stop)}, ${ramp.points}, ${sci(delay_s)}, ${count}`;
    return [":SENS:AZER:ONCE", `:SOUR:SWE:${source}:LIN ${shape}, FIX, OFF, ${ramp.dual ? "ON" : "OFF"}, ${BUFFER}`];
  }
  const commands = [":SENS:AZER:ONCE"];
  for (let at = 0; at < list.length; at += LIST_PART) {
    const part = list
      .slice(at, at + LIST_PART)
      .map(sci)
      .join(", ");
    commands.push(`:SOUR:${pulse ? "PULS:" : ""}LIST:${source}${at === 0 ? "" : ":APP"} ${part}`);
  }
  if (pulse) {
    // Measured at the end of each pulse; no delay before it, and its off time after it. Of the forms of a pulse sweep this one takes
    // the limits that were set before, which can be read back before anything is on.
    const shape = `${sci(pulse.width_s)}, ON, ${BUFFER}, 1, ${count}, 0, ${sci(pulse.off_s)}, OFF`;
    return [...commands, `:SOUR:PULS:SWE:${source}:LIST ${shape}`];
  }
  return [...commands, `:SOUR:SWE:${source}:LIST 1, ${sci(delay_s)}, ${count}, OFF, ${BUFFER}`];
}
