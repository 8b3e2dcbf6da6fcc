import { MemrigError } from "../../src/errors.js";
import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import type { SetBias } from "./bias-holder.js";
import type { SetupB2900 } from "./keysight-b2900-plan.js";
import type { ScpiWords } from "./scpi-words.js";

/** Values in one command of a list: a command of readable length. */
const LIST_PART = 100;
/** Elements of a reading; the instrument gives them in this order, whatever is asked. */
export const ELEMENTS_B2900 = ["VOLT", "CURR", "TIME", "STAT"];

const offModes = { normal: "NORM", zero: "ZERO", "high-impedance": "HIZ" } as const;

/** @throws MemrigError `invalid-request`: an off state that this series does not have; nothing was sent */
export function offModeOf(label: string, { offState }: DriverSettings): string | undefined {
  if (offState === undefined) return undefined;
  if (offState !== "guard") return offModes[offState];
  throw new MemrigError(
    "invalid-request",
    `${label}: the off state guard was asked for; this instrument has normal, zero and high-impedance. Nothing was sent.`,
    { offState },
  );
}

interface SourceAsk extends ScpiWords {
  readonly channel: number;
  readonly sourceRange: number;
  readonly compliance: number;
  readonly wires: 2 | 4;
  readonly aperture_s: number;
  readonly offMode: string | undefined;
}

/** What a sweep and a held level have in common, to be sent with the output off. Level at zero before the limit is changed. */
function sourceCommands(ask: SourceAsk): string[] {
  const { channel: n, source, sense } = ask;
  return [
    `:ABOR (@${n})`,
    // Else a measurement turns the output on by itself, or the end of a sweep turns it off by a jump.
    `:OUTP${n}:ON:AUTO OFF`,
    `:OUTP${n}:OFF:AUTO OFF`,
    // Over-limit shut-off opens the relay at the compliance; a reading in compliance is a result, not an end.
    `:OUTP${n}:PROT OFF`,
    ...(ask.offMode === undefined ? [] : [`:OUTP${n}:OFF:MODE ${ask.offMode}`]),
    `:SOUR${n}:FUNC:MODE ${source}`,
    `:SOUR${n}:FUNC:SHAP DC`,
    `:SOUR${n}:${source}:MODE FIX`,
    `:SOUR${n}:${source} 0`,
    `:SOUR${n}:${source}:RANG ${sci(ask.sourceRange)}`,
    `:SENS${n}:FUNC:OFF "RES"`,
    `:SENS${n}:FUNC "VOLT","CURR"`,
    `:SENS${n}:${sense}:RANG:AUTO ON`,
    `:SENS${n}:${sense}:PROT ${sci(ask.compliance)}`,
    `:SENS${n}:REM ${ask.wires === 4 ? "ON" : "OFF"}`,
    `:SENS${n}:${sense}:APER ${sci(ask.aperture_s)}`,
    `:FORM:ELEM:SENS ${ELEMENTS_B2900.join(",")}`,
    ":FORM ASC",
    ":FORM:BORD NORM",
    // The clock runs through: it is one for both channels.
    ":SYST:TIME:TIM:COUN:RES:AUTO OFF",
  ];
}

/** Everything a sweep relies on, its levels included. */
export function sweepCommandsB2900(setup: SetupB2900, offMode: string | undefined): string[] {
  const { channel: n, source, sense, plan, measureRange, ramp } = setup;
  const { pulse } = plan;
  return [
    ...sourceCommands({ ...setup, compliance: plan.compliance, offMode }),
    ...(measureRange === undefined ? [] : [`:SENS${n}:${sense}:RANG ${sci(measureRange)}`]),
    // Waits that are built in would be added to the delays below, and move the measurement out of its pulse.
    `:SENS${n}:WAIT OFF`,
    `:SOUR${n}:WAIT OFF`,
    ...(pulse ? [`:SOUR${n}:FUNC:SHAP PULS`, `:SOUR${n}:PULS:DEL 0`, `:SOUR${n}:PULS:WIDT ${sci(pulse.width_s)}`] : []),
    `:SOUR${n}:SWE:RANG FIX`,
    ...(ramp ? staircase(setup, ramp) : listCommandsB2900(n, source, plan.levels)),
    // The level stays at the end of a sweep, for a way to zero in steps; between pulses it is the base in any case.
    `:SOUR${n}:FUNC:TRIG:CONT ON`,
    ...timerCommands(n, plan.dwell_s),
    `:TRIG${n}:TRAN:DEL 0`,
    `:TRIG${n}:ACQ:DEL ${sci(setup.delay_s)}`,
  ];
}

function staircase(
  { channel: n, source }: SetupB2900,
  ramp: { start: number; stop: number; points: number; dual: boolean },
) {
  return [
    `:SOUR${n}:${source}:STAR ${sci(ramp.start)}`,
    `:SOUR${n}:${source}:STOP ${sci(ramp.stop)}`,
    `:SOUR${n}:SWE:POIN ${ramp.points}`,
    `:SOUR${n}:SWE:SPAC LIN`,
    `:SOUR${n}:SWE:DIR UP`,
    `:SOUR${n}:SWE:STA ${ramp.dual ? "DOUB" : "SING"}`,
    `:SOUR${n}:${source}:MODE SWE`,
  ];
}

/** Levels of a list, a hundred to a command. */
export function listCommandsB2900(channel: number, source: string, levels: readonly number[]): string[] {
  const commands: string[] = [];
  for (let at = 0; at < levels.length; at += LIST_PART) {
    const part = levels.slice(at, at + LIST_PART).map(sci);
    commands.push(`:SOUR${channel}:LIST:${source}${at === 0 ? "" : ":APP"} ${part.join(",")}`);
  }
  return [...commands, `:SOUR${channel}:${source}:MODE LIST`];
}

/** One arm, then a trigger of source and measurement each interval. */
export function timerCommands(channel: number, interval_s: number): string[] {
  return [
    `:ARM${channel}:ALL:SOUR AINT`,
    `:ARM${channel}:ALL:COUN 1`,
    `:ARM${channel}:ALL:DEL 0`,
    `:TRIG${channel}:ALL:SOUR TIM`,
    `:TRIG${channel}:ALL:TIM ${sci(interval_s)}`,
  ];
}

/** Room in the trace buffer and triggers for one run. A sweep goes on from its beginning where triggers outnumber its levels. */
export function runCommands(channel: number, triggers: number): string[] {
  return [
    `:TRAC${channel}:FEED:CONT NEV`, // size and content can be changed only then
    `:TRAC${channel}:CLE`,
    `:TRAC${channel}:POIN ${triggers}`,
    `:TRAC${channel}:FEED SENS`,
    `:TRAC${channel}:TST:FORM ABS`,
    `:TRAC${channel}:FEED:CONT NEXT`,
    `:TRIG${channel}:ALL:COUN ${triggers}`,
  ];
}

/** Everything a held level relies on. */
export function holdCommandsB2900(
  bias: SetBias,
  words: ScpiWords,
  sourceRange: number,
  aperture_s: number,
  offMode: string | undefined,
): string[] {
  const { channel: n } = bias;
  return [
    ...sourceCommands({ ...words, ...bias, sourceRange, aperture_s, offMode }),
    `:SENS${n}:WAIT ON`,
    `:SENS${n}:WAIT:AUTO ON`,
    `:TRIG${n}:ACQ:DEL 0`,
  ];
}
