import type { RampDown, RampRate, SafeState } from "../entry.js";
import { parseNumber, rampBetween, LONGEST_SAFE_RAMP_S } from "../../src/scpi/index.js";
import type { Ramp, ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import { pause } from "./wait.js";

/**
 * Sets the levels of a ramp one after the other, each no sooner than its step after the one before: what was lost by a slow link
 * or a busy computer makes the ramp longer, and is not made up for by steps that follow each other faster than the slew.
 */
export async function runRamp(
  ramp: Ramp,
  set: (level: number) => Promise<void>,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  let due_ms = performance.now();
  for (const level of ramp.levels) {
    const wait_ms = due_ms - performance.now();
    if (wait_ms > 0) await pause(wait_ms, signal);
    if (signal.aborted) return;
    due_ms = Math.max(due_ms, performance.now()) + 1000 * ramp.step_s;
    await set(level);
  }
}

/** True for 0 in any form, OFF, and the state of a Siglent generator's output: `C1:OUTP OFF,LOAD,HZ,PLRT,NOR`. */
export function answersOff(reply: string): boolean {
  return /^\s*(\+?0(\.0*)?(E\+?0+)?|OFF|(C\d:\w+\s+)?OFF,.*)\s*$/i.test(reply);
}

/**
 * Brings every output that is on to zero in steps, as its safe state says; what is off is not touched. The output stays on.
 * Within half a second, however slow the slew: what comes next is turning off. Looks at no error queue.
 *
 * @throws MemrigError `no-answer`, `bad-reply`: the level is not known; whoever makes safe turns off all the same
 */
export async function rampDown(client: ScpiClient, output: Pick<SafeState, "ramps">, rate: RampRate): Promise<void> {
  const answers = new Map<string, string>();
  const ask = async (question: string) => {
    const known = answers.get(question) ?? (await client.session.query(question)).trim();
    answers.set(question, known);
    return known;
  };
  for (const one of output.ramps) {
    if (answersOff(await ask(one.isOn))) continue;
    if (one.when && !new RegExp(one.when.matches).test(await ask(one.when.question))) continue;
    const level = parseNumber(await client.session.query(one.level));
    await runRamp(toZero(one, level, rate), (next) => client.send(one.set.replaceAll("{level}", sci(next))));
  }
}

function toZero({ unit }: RampDown, level: number, rate: RampRate): Ramp {
  return rampBetween(level, 0, unit === "V" ? rate.V_per_s : rate.A_per_s, LONGEST_SAFE_RAMP_S);
}
