import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import type { SetBias } from "./bias-holder.js";
import { sourceRange2400 } from "./keithley-2400-plan.js";
import type { Setup2400 } from "./keithley-2400-plan.js";
import { scpiWords } from "./scpi-words.js";
import type { ScpiWords } from "./scpi-words.js";

/** Values in one command of a list; more are refused (2400S-900-01, 18-87). */
const LIST_PART = 100;
/** Elements of a reading; the instrument gives them in this order, whatever is asked. */
export const ELEMENTS_2400 = ["VOLT", "CURR", "TIME", "STAT"];

const offStates = { normal: "NORM", zero: "ZERO", "high-impedance": "HIMP", guard: "GUAR" } as const;

interface SourceAsk extends ScpiWords {
  readonly sourceRange: number;
  readonly compliance: number;
  readonly wires: 2 | 4;
  readonly nplc: number;
  readonly delay_s: number;
}

/**
 * What a sweep and a held level have in common, to be sent with the output off. Level at zero before the limit is changed;
 * the counts at one before either is made larger, as their product must not pass 2500 in between.
 */
function sourceCommands(ask: SourceAsk, { offState }: DriverSettings): string[] {
  const { source, sense } = ask;
  return [
    ":ABOR",
    ":TRIG:COUN 1",
    ":ARM:COUN 1",
    ":ARM:SOUR IMM",
    ":TRIG:SOUR IMM",
    ":TRIG:DEL 0",
    // Auto-off would take the output down between two readings, by a jump.
    ":SOUR:CLE:AUTO OFF",
    `:SOUR:FUNC ${source}`,
    `:SOUR:${source}:MODE FIX`,
    ":SENS:FUNC:CONC ON",
    ':SENS:FUNC:OFF "RES"',
    ':SENS:FUNC "VOLT","CURR"',
    // Below 0.1 % of a fixed range a compliance is refused, so none may be fixed yet.
    `:SENS:${sense}:RANG:AUTO ON`,
    `:SOUR:${source}:RANG ${sci(ask.sourceRange)}`,
    `:SOUR:${source} 0`,
    `:SENS:${sense}:PROT ${sci(ask.compliance)}`,
    ...(offState === undefined ? [] : [`:OUTP:SMOD ${offStates[offState]}`]),
    `:SOUR:DEL ${sci(ask.delay_s)}`,
    `:SYST:RSEN ${ask.wires === 4 ? "ON" : "OFF"}`,
    `:SENS:${sense}:NPLC ${sci(ask.nplc)}`,
    ":SENS:AVER OFF",
    ":FORM ASC",
    `:FORM:ELEM ${ELEMENTS_2400.join(",")}`,
  ];
}

/** Everything a sweep relies on, its levels included. */
export function sweepSettings2400(setup: Setup2400, settings: DriverSettings): string[] {
  const { source, sense, plan, measureRange, ramp } = setup;
  return [
    ...sourceCommands({ ...setup, compliance: plan.compliance }, settings),
    // Zero and reference are measured once a sweep: with every reading they would take three times as long.
    ":SYST:AZER OFF",
    ...(measureRange === undefined ? [] : [`:SENS:${sense}:RANG ${sci(measureRange)}`]),
    ":SOUR:SWE:RANG FIX",
    ":SOUR:SWE:CAB NEV", // a reading in compliance is a result, not an end
    ...(ramp
      ? [
          `:SOUR:${source}:STAR ${sci(ramp.start)}`,
          `:SOUR:${source}:STOP ${sci(ramp.stop)}`,
          ":SOUR:SWE:SPAC LIN",
          ":SOUR:SWE:DIR UP",
          `:SOUR:SWE:POIN ${ramp.points}`,
          // Behind start, stop and points: each of them would work the sweep out anew.
          `:SOUR:${source}:MODE SWE`,
        ]
      : [...listCommands(source, plan.levels), `:SOUR:LIST:${source}:STAR 1`, `:SOUR:${source}:MODE LIST`]),
    `:TRIG:COUN ${plan.levels.length}`,
    ":SYST:AZER ONCE",
    ":SYST:TIME:RES",
  ];
}

/** Levels of a list, a hundred to a command. */
export function listCommands(source: string, levels: readonly number[]): string[] {
  const commands: string[] = [];
  for (let at = 0; at < levels.length; at += LIST_PART) {
    const part = levels.slice(at, at + LIST_PART).map(sci);
    commands.push(`:SOUR:LIST:${source}${at === 0 ? "" : ":APP"} ${part.join(",")}`);
  }
  return commands;
}

/** Everything a held level relies on. Zero and reference are measured with each reading: it may be held for days. */
export function holdSettings2400(bias: SetBias, settings: DriverSettings): string[] {
  const words = scpiWords(bias.drive);
  const sourceRange = sourceRange2400(words, bias.level);
  return [
    ...sourceCommands({ ...words, ...bias, sourceRange, nplc: 1, delay_s: 0 }, settings),
    ":SYST:AZER ON",
    ":SYST:TIME:RES",
  ];
}
