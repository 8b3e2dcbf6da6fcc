import { MemrigError } from "../errors.js";
import { unquoted } from "./text.js";

/** An entry of an instrument's error queue. */
export interface InstrumentError {
  readonly code: number;
  readonly text: string;
}

/** How one family of instruments is asked for its next error, and how its answer reads. */
export interface ErrorDialect {
  /** Undefined: it has no queue; what it ignores must be read back. */
  readonly question: string | undefined;
  /** Where only the last error is kept, and stays until it is told to go: what makes it go. */
  readonly clear?: string;
  /** Undefined: the queue is empty. @throws MemrigError `bad-reply` */
  parse(reply: string): InstrumentError | undefined;
}

/** `+0,"No error"`, `-222,"Data out of range; value clipped to upper limit"`: SCPI-99 as Keysight and most others do it. */
export const scpiErrors: ErrorDialect = {
  question: ":SYST:ERR?",
  parse: (reply) => entry(reply, (text) => text),
};

/** `-113,"Undefined header;1;2016/03/09 14:25:32.001"`: type and time follow the text inside the quotes (2450 family). */
export const keithleyTouchErrors: ErrorDialect = {
  question: ":SYST:ERR?",
  parse: (reply) => entry(reply, (text) => text.split(";")[0] ?? ""),
};

/** `-2.85000e+02<TAB>TSP Syntax Error at line 1: …<TAB>2.00000e+01<TAB>1.00000e+00`: code, text, severity and node (Keithley TSP). */
export const tspErrors: ErrorDialect = {
  question: "print(errorqueue.next())",
  parse: (reply) => {
    const [code = "", text] = reply.split("\t");
    if (text === undefined || code.trim() === "" || !Number.isInteger(Number(code))) {
      throw new MemrigError("bad-reply", `"${reply}" came where an entry of the error queue was asked for.`, { reply });
    }
    return Number(code) === 0 ? undefined : { code: Number(code), text: text.trim() };
  },
};

/**
 * `Final verification failed (-951)`: KXCI keeps the last one only. Without one it answers `No error. (0)` or nothing,
 * by its version.
 */
export const kxciErrors: ErrorDialect = {
  question: ":ERROR:LAST:GET",
  clear: ":ERROR:LAST:CLEAR",
  parse(reply) {
    const text = reply.trim();
    if (text === "") return undefined;
    const match = /^(.*)\(\s*([+-]?\d+)\s*\)[^()]*$/s.exec(text);
    if (!match) throw new MemrigError("bad-reply", `"${reply}" came where the last error was asked for.`, { reply });
    const code = Number(match[2]);
    return code === 0 ? undefined : { code, text: (match[1] ?? "").trim() };
  },
};

/** Instruments without an error queue: what they do not understand they ignore, so settings are read back. */
export const noErrorQueue: ErrorDialect = { question: undefined, parse: () => undefined };

function entry(reply: string, clean: (text: string) => string): InstrumentError | undefined {
  const match = /^\s*([+-]?\d+)\s*,(.*)$/s.exec(reply);
  if (!match) {
    throw new MemrigError("bad-reply", `"${reply}" came where an entry of the error queue was asked for.`, { reply });
  }
  const code = Number(match[1]);
  return code === 0 ? undefined : { code, text: clean(unquoted(match[2] ?? "")).trim() };
}

/** Errors for a person: `-222 "Data out of range", -113 "Undefined header"`. */
export function describeErrors(errors: readonly InstrumentError[]): string {
  const shown = errors.slice(0, 4).map(({ code, text }) => `${code} "${text}"`);
  if (errors.length > shown.length) shown.push(`${errors.length - shown.length} more`);
  return shown.join(", ");
}
