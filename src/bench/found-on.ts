import type { SafeState } from "../../drivers/index.js";
import { parseBoolean, parseNumber } from "../scpi/index.js";
import { si } from "../units.js";
import type { Session } from "../visa/index.js";

/** The levels of the outputs that are on, "0.1 V", as their driver's safe state says they are asked for. Changes nothing. */
export async function levelsFound(session: Session, safe: SafeState): Promise<string[]> {
  const levels: string[] = [];
  for (const { isOn, when, level, unit } of safe.ramps) {
    if (!parseBoolean(await session.query(isOn))) continue;
    if (when && !new RegExp(when.matches).test((await session.query(when.question)).trim())) continue;
    levels.push(si(parseNumber(await session.query(level)), unit));
  }
  for (const { when, voltage, reads, driven } of safe.measured ?? []) {
    if (!new RegExp(when.matches).test((await session.query(when.question)).trim())) continue;
    const level_V = Number(new RegExp(reads).exec((await session.query(voltage)).trim())?.[1]);
    if (Math.abs(level_V) > driven.voltage_V) levels.push(si(level_V, "V"));
  }
  return levels;
}

/** What a person is told of an output that was on before this program came. */
export function foundOnMessage(label: string, levels: readonly string[]): string {
  const at = levels.length === 0 ? "" : `, at ${levels.join(" and ")}`;
  // A generator can not be asked for its level: it goes off where it is.
  const way = levels.length === 0 ? "which turns it off where it is" : "which takes it to zero in steps";
  return (
    `${label}: an output was on already${at}. It is left as it is, and this program will not drive it: a jump from whatever ` +
    `it is at could harm the sample. Turn it off at the front panel, or with memrig safe, ${way}; then run again.`
  );
}
