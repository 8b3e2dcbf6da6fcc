import { quoted } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import type { SweepSetup } from "./keithley-2450-plan.js";

/** Values in one command of a source list (2450-901-01, :SOURce:LIST:<function>). */
const LIST_PART = 100;

/** Everything a sweep relies on, to be sent with the output off. Level at zero before the limit is changed. */
export function settingCommands(setup: SweepSetup, fourWire: boolean): string[] {
  const { source, sense, plan } = setup;
  return [
    ":ABOR",
    `:SOUR:FUNC ${source}`,
    `:SENS:FUNC ${quoted(sense)}`,
    // The range of the measurement bounds the limit from below, so it must not be narrow yet.
    `:SENS:${sense}:RANG:AUTO ON`,
    `:SOUR:${source} 0`,
    `:SOUR:${source}:RANG ${sci(setup.sourceRange)}`,
    `:SOUR:${source}:${setup.limit} ${sci(plan.compliance)}`,
    // The sweep brings its own delay; the source's would be added to it.
    `:SOUR:${source}:DEL 0`,
    // The forced quantity is measured too: in compliance it is not what was asked for.
    `:SOUR:${source}:READ:BACK ON`,
    `:SENS:${sense}:RSEN ${fourWire ? "ON" : "OFF"}`,
    `:SENS:${sense}:NPLC ${sci(setup.nplc)}`,
    `:SENS:${sense}:AVER OFF`,
    ":SENS:COUN 1",
    // Zero and reference are measured once a run: with every reading they would take three times as long.
    `:SENS:${sense}:AZER OFF`,
    ...(setup.autorange ? [] : [`:SENS:${sense}:RANG ${sci(plan.compliance)}`]),
  ];
}

/**
 * Builds the trigger model. A list holds the source's settings of this moment: ranges and limit come before it.
 *
 * @param count cycles of this run; @param buffer name in quotes
 */
export function sweepCommands(setup: SweepSetup, count: number, buffer: string): string[] {
  const { source, ramp, delay_s, plan } = setup;
  // failAbort OFF: a reading in compliance is a result, not an end. Range FIX: the one set above, no switching on the way.
  if (ramp) {
    const shape = `${sci(ramp.start)}, ${sci(ramp.stop)}, ${ramp.points}, ${sci(delay_s)}, ${count}`;
    return [`:SOUR:SWE:${source}:LIN ${shape}, FIX, OFF, ${ramp.dual ? "ON" : "OFF"}, ${buffer}`];
  }
  const commands: string[] = [];
  for (let at = 0; at < plan.levels.length; at += LIST_PART) {
    const part = plan.levels
      .slice(at, at + LIST_PART)
      .map(sci)
      .join(", ");
    commands.push(`:SOUR:LIST:${source}${at === 0 ? "" : ":APP"} ${part}`);
  }
  return [...commands, `:SOUR:SWE:${source}:LIST 1, ${sci(delay_s)}, ${count}, OFF, ${buffer}`];
}
