import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import { pause } from "../support/wait.js";

/** What is told, and how to see that it was taken: these scopes have no error queue that all of them would answer. */
export interface Setting {
  readonly command: string;
  readonly question: string;
  readonly holds: (reply: string) => boolean;
}

/** Commands that come too soon after each other are dropped without a word (SDS1000X-E, about 50 ms). */
const DROPPED_MS = 50;
const TRIES = 3;

const prefixes: Readonly<Record<string, number>> = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };

/** `C1:VDIV 5.00E-01V`, `5.00E-01`, `1.00GSa/s`, `14Mpts`: with or without header and unit. NaN where there is no number. */
export function numberIn(reply: string): number {
  const last = reply.trim().split(/\s+/).at(-1) ?? "";
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)([numkKMG])?(V|S|Sa\/s|pts)?$/i.exec(last);
  return match ? Number(match[1]) * (prefixes[match[2] ?? ""] ?? 1) : NaN;
}

/** Without the header that a scope of the flat language may put before its reply. */
export function wordIn(reply: string): string {
  return (reply.trim().split(/\s+/).at(-1) ?? "").toUpperCase();
}

/** A number that comes back within `slack`. @param unit written behind it */
export function near(header: string, value: number, slack: number, unit = ""): Setting {
  const asked = value === 0 ? 0 : value;
  return {
    command: `${header} ${sci(asked)}${unit}`,
    question: `${header}?`,
    holds: (reply) => Math.abs(numberIn(reply) - asked) <= slack,
  };
}

/** A whole number. */
export function count(header: string, asked: number): Setting {
  return { command: `${header} ${asked}`, question: `${header}?`, holds: (reply) => numberIn(reply) === asked };
}

/** A size that may come out larger, up to the next step of a knob. */
export function atLeast(header: string, value: number, unit = ""): Setting {
  return {
    command: `${header} ${sci(value)}${unit}`,
    question: `${header}?`,
    holds: (reply) => numberIn(reply) >= value * (1 - 1e-3) && numberIn(reply) <= value * 2.6,
  };
}

/** One of some words; it may come back in its long form. */
export function word(header: string, asked: string, question = `${header}?`): Setting {
  const name = asked.split(",")[0] ?? asked;
  return {
    command: `${header} ${asked}`,
    question,
    holds: (reply) => wordIn(reply).startsWith(name.toUpperCase()),
  };
}

/** Asks, and reads on where a line feed behind the block before came late and was taken for the answer. */
export async function ask(scpi: ScpiClient, question: string): Promise<string> {
  const reply = await scpi.query(question);
  return reply.trim() === "" ? await scpi.session.read() : reply;
}

/**
 * Tells settings one by one and asks for each whether it was taken; what was dropped is told again.
 *
 * @throws MemrigError `instrument-refused`: a setting that does not come back as it was asked for; `halt` was done
 */
export async function applySettings(
  scpi: ScpiClient,
  settings: readonly Setting[],
  halt: () => Promise<void>,
): Promise<void> {
  for (const { command, question, holds } of settings) {
    let reply = "";
    let taken = false;
    for (let attempt = 0; attempt < TRIES && !taken; attempt++) {
      if (attempt > 0) await pause(DROPPED_MS, new AbortController().signal);
      await scpi.send(command);
      reply = await ask(scpi, question);
      taken = holds(reply);
    }
    if (taken) continue;
    await halt();
    throw new MemrigError(
      "instrument-refused",
      `${scpi.label} was told ${command}, and ${question} answers "${reply}". It is stopped. Choose a setting that it has.`,
      { command, question, reply },
    );
  }
}
