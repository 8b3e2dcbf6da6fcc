// Imported by the guardian process: nothing here may load more than it must.
import { setTimeout as pause } from "node:timers/promises";
import { dueLevel, LONGEST_SAFE_RAMP_S, rampBetween } from "../scpi/ramp.js";
import type { Ramp } from "../scpi/ramp.js";
import { isOffAnswer, judged } from "./safe-answers.js";

/** What puts one instrument into its safe state, as data: a driver's `SafeState` with the slew that the bench file chose. */
export interface SafePlan {
  readonly label: string;
  /** Whole messages: what would move the level meanwhile is stopped. */
  readonly halt?: readonly string[];
  /** Outputs that are brought to zero in steps before they go off. */
  readonly ramps?: readonly SafeRamp[];
  /** Outputs that are measured first, as they can not be asked. */
  readonly measured?: readonly SafeMeasured[];
  /** Whole messages that turn everything off, sent in this order. */
  readonly messages: readonly string[];
  /** Each is answered `0` or `OFF` where an output is off. */
  readonly queries: readonly string[];
  /** Relays: they open after the others have gone off. */
  readonly last?: boolean;
}

/** See `RampDown` in drivers/entry.ts. */
export interface SafeRamp {
  readonly isOn: string;
  readonly when?: { readonly question: string; readonly matches: string };
  readonly level: string;
  readonly set: string;
  readonly unit: "V" | "A";
  readonly slew_per_s: number;
}

/** See `MeasuredDown` in drivers/entry.ts. */
export interface SafeMeasured {
  readonly when: { readonly question: string; readonly matches: string };
  readonly voltage: string;
  readonly current: string;
  readonly reads: string;
  readonly driven: { readonly voltage_V: number; readonly current_A: number };
  readonly set: string;
  readonly leastLimit_A: number;
  readonly ranges: readonly { readonly upTo_V: number; readonly text: string }[];
  readonly slew_per_s: number;
}

/** A connection to an instrument, of whatever kind. */
export interface Conversation {
  tell(message: string): Promise<void>;
  /** @throws Error no answer within the time */
  ask(question: string, timeout_s: number): Promise<string>;
  /** After an answer that did not come: a late one must not stand for the next. */
  reset(): Promise<void>;
}

/** An answer on the way to zero that takes longer is not waited for: off counts more than the way there. */
const levelAnswer_s = 0.4;
/** No output of any instrument is at more; a number beyond is a misunderstanding, and none to set levels by. */
const mostBelieved = { V: 3500, A: 200 } as const;
/** More than was measured may flow on the way to zero: the noise of a reading must not make a limit of its own. */
const limitRoom = 1.05;

/**
 * Halt, to zero in steps, off, and asked. What goes wrong on the way to zero does not keep it from being off.
 *
 * @returns for the person, how it went
 * @throws Error the instrument did not take it, or says an output is still on
 */
export async function putSafe(plan: SafePlan, talk: Conversation, timeout_s: number): Promise<string> {
  let way = "";
  try {
    way = await comeDown(plan, talk);
  } catch (error) {
    way = `; not in steps, because ${error instanceof Error ? error.message : String(error)}`;
    for (const message of plan.messages) await talk.tell(message);
    await talk.reset();
  }
  for (const message of plan.messages) await talk.tell(message);
  const replies: string[] = [];
  for (const query of plan.queries) replies.push(await talk.ask(query, timeout_s));
  return judged(plan.queries, replies) + way;
}

/** One output on its way to zero. */
interface Going {
  readonly set: string;
  readonly ramp: Ramp;
  readonly told: string;
}

async function comeDown({ halt = [], ramps = [], measured = [] }: SafePlan, talk: Conversation): Promise<string> {
  for (const message of halt) await talk.tell(message);
  const known = new Map<string, string>(); // an SMU asks the same for its voltage and its current
  const ask = async (question: string): Promise<string> => {
    const answer = known.get(question) ?? (await talk.ask(question, levelAnswer_s)).trim();
    known.set(question, answer);
    return answer;
  };
  const going: Going[] = [];
  for (const { isOn, when, level, set, unit, slew_per_s } of ramps) {
    if (isOffAnswer(await ask(isOn))) continue;
    if (when && !new RegExp(when.matches).test(await ask(when.question))) continue;
    const way = wayDown(set, numberIn(level, await ask(level), unit), unit, slew_per_s);
    if (way) going.push(way);
  }
  for (const one of measured) {
    const { when, voltage, current, reads, driven } = one;
    if (!new RegExp(when.matches).test(await ask(when.question))) continue;
    const [voltage_V, current_A] = [
      numberIn(voltage, await ask(voltage), "V", reads),
      numberIn(current, await ask(current), "A", reads),
    ];
    if (Math.abs(voltage_V) <= driven.voltage_V && Math.abs(current_A) <= driven.current_A) continue;
    const way = wayDown(heldAt(one, voltage_V, current_A), voltage_V, "V", one.slew_per_s);
    if (way) going.push(way);
  }
  await walk(going, talk);
  return going.map(({ told }) => `; in steps ${told}`).join("");
}

/** @throws Error no number, or one that no output is at */
function numberIn(question: string, answer: string, unit: "V" | "A", reads = "(.*)"): number {
  const text = (new RegExp(reads, "s").exec(answer)?.[1] ?? "").trim();
  const value = text === "" ? NaN : Number(text);
  if (Math.abs(value) <= mostBelieved[unit]) return value;
  throw new Error(`${question} answered "${answer}"`);
}

/** The message for a level, with the range that holds the first one and a limit above what flows. */
function heldAt({ set, leastLimit_A, ranges }: SafeMeasured, voltage_V: number, current_A: number): string {
  const range = ranges.find(({ upTo_V }) => Math.abs(voltage_V) <= upTo_V) ?? ranges.at(-1);
  const limit_A = Math.max(leastLimit_A, limitRoom * Math.abs(current_A));
  return set.replaceAll("{range}", range?.text ?? "").replaceAll("{limit}", numeral(limit_A));
}

/** Undefined: it is at zero. */
function wayDown(set: string, from: number, unit: "V" | "A", slew_per_s: number): Going | undefined {
  const ramp = rampBetween(from, 0, slew_per_s, LONGEST_SAFE_RAMP_S);
  if (ramp.levels.length === 0) return undefined;
  const rate = `${Number(ramp.slew_per_s.toPrecision(3))} ${unit}/s`;
  const steeper =
    ramp.slew_per_s > slew_per_s
      ? `, steeper than ${slew_per_s} ${unit}/s to take no longer than ${LONGEST_SAFE_RAMP_S} s`
      : "";
  return { set, ramp, told: `from ${from} ${unit} at ${rate}${steeper}` };
}

/** All at the same time, by the clock: a link too slow for every step leaves some out. */
async function walk(going: readonly Going[], talk: Conversation): Promise<void> {
  const began_ms = performance.now();
  const told = going.map(() => -1);
  while (going.some(({ ramp }, k) => (told[k] ?? 0) < ramp.levels.length - 1)) {
    for (const [k, { set, ramp }] of going.entries()) {
      const due = dueLevel(ramp, (performance.now() - began_ms) / 1000);
      if (due === told[k]) continue;
      told[k] = due;
      await talk.tell(set.replaceAll("{level}", numeral(ramp.levels[due] ?? 0)));
    }
    await pause((going[0]?.ramp.step_s ?? 0) * 1000);
  }
}

/** As instruments of all kinds read it: "2.5E-1". */
function numeral(level: number): string {
  return Number(level.toPrecision(9)).toExponential().toUpperCase();
}
