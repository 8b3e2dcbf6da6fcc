import { MemrigError } from "../../src/errors.js";
import type { ErrorDialect, InstrumentError } from "../../src/scpi/index.js";

/** Power on, operation complete, user request: events, but no errors (programmer manual, system event messages). */
const NO_ERRORS: ReadonlySet<number> = new Set([0, 401, 402, 403]);
/** The queue says so where nobody has read `*ESR?` since the event came: then it tells nothing. */
const PENDING = 1;

/**
 * The event queue of a Tektronix scope. Events can be read only after `*ESR?`, and the next `*ESR?` throws away what was
 * not read: so both go in one message, and all events come in one reply: `32;113,"Undefined header; ...",2244,"..."`.
 */
export const tektronixEvents: ErrorDialect = {
  question: "*ESR?;:ALLEV?",
  parse: (reply) => {
    const events = parseEvents(reply);
    const [first, ...others] = events.filter(({ code }) => !NO_ERRORS.has(code));
    if (!first || first.code === PENDING) return undefined;
    return { code: first.code, text: [first.text, ...others.map(({ code, text }) => `${code} ${text}`)].join(" | ") };
  },
};

/** @throws MemrigError `bad-reply`: there is no event in it, not even that there is none */
export function parseEvents(reply: string): InstrumentError[] {
  const events = [...reply.matchAll(/(\d+)\s*,\s*"((?:[^"]|"")*)"/g)].map(([, code, text = ""]) => ({
    code: Number(code),
    text: text.replaceAll('""', '"').replace(/[;\s]+$/, ""),
  }));
  if (events.length > 0) return events;
  throw new MemrigError("bad-reply", `"${reply}" came where the event queue was asked for.`, { reply });
}
