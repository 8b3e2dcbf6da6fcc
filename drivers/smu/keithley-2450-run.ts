import type { SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { BUFFER } from "./keithley-2450-commands.js";
import type { Run, SweepSetup } from "./keithley-2450-plan.js";
import { ELEMENTS, parseReadings } from "./keithley-2450-readings.js";
import { endedEarly, Patience } from "./sweep-patience.js";
import { SweepPace } from "./sweep-pace.js";

/** Readings in one reply: about 0.3 MB of text. */
const MOST_AT_ONCE = 5000;
/** The instrument brings the state of its trigger model up to date this often. */
const REFRESH_MS = 100;

/** Longest wait for a run that comes back by itself; a longer way is cut short, and ends in steps from here. */
const WORTH_WAITING_S = 0.3;

/** What one message tells of a run: readings that were known of before, how many there are now, and how it goes. */
interface Look {
  readonly data: string;
  readonly held: number;
  readonly goesOn: boolean;
}

/** How a run ended, to be read when its readings have come. */
export interface Ending {
  /** The trigger model came to its end, and has turned the output off at the last level. */
  byItself: boolean;
}

/**
 * Readings of one run of the trigger model, as its buffer fills. A look fetches what the look before saw, so that a run
 * costs one message a look and one more.
 *
 * @param first running number of its first reading in the sweep; times count from there
 * @throws MemrigError `instrument-refused`: it ended before its time; `no-answer`: it stands still; `bad-reply`: it took
 *   other readings than were asked for; `aborted`
 */
export async function* readRun(
  scpi: ScpiClient,
  setup: SweepSetup,
  run: Run,
  first: number,
  ending: Ending,
  signal: AbortSignal,
): AsyncGenerator<SweepReading[], void, undefined> {
  const { dwell_s } = setup.plan;
  const pace = new SweepPace(run.total, run.total * dwell_s);
  const patience = new Patience(scpi.label, dwell_s);
  let ended = false;
  let read = 0;
  let known = 0;
  await pause(pace.first_ms, signal);
  for (;;) {
    const count = Math.min(known - read, MOST_AT_ONCE);
    const look = await lookInto(scpi, read, count);
    if (count > 0) {
      yield parseReadings(look.data, count, first + read, setup);
      read += count;
      ended = false;
    }
    stopIfAborted(signal, scpi.label, `after ${first + read} readings; the output is brought to zero and off`);
    known = Math.min(look.held, run.expected);
    if (known > read) {
      // The first ones at once: somebody wants to see that it works.
      const mayWait = read > 0 && known < run.expected && look.goesOn && known - read < MOST_AT_ONCE;
      if (mayWait) await pause(pace.next_ms(look.held), signal);
      continue;
    }
    if (read === run.expected) {
      ending.byItself = !look.goesOn;
      if (!look.goesOn && look.held !== run.total) throw wrongCount(scpi, look.held, run.total);
      if (!look.goesOn || (run.comesBack && pace.left_s(look.held) > WORTH_WAITING_S)) return;
    }
    // The state may be an old one: believe an end only where nothing came after it.
    if (read < run.expected && ended) throw await endedEarly(scpi, look.held, run.expected);
    ended = !look.goesOn;
    patience.check(read, run.expected);
    await pause(ended || (read === run.expected && !run.comesBack) ? 2 * REFRESH_MS : pace.next_ms(look.held), signal);
  }
}

/** @param count readings from number `read` on that are fetched with the look */
async function lookInto(scpi: ScpiClient, read: number, count: number): Promise<Look> {
  const data = count > 0 ? `:TRAC:DATA? ${read + 1}, ${read + count}, ${BUFFER}, ${ELEMENTS.join(", ")};` : "";
  const question = `${data}:TRAC:ACT? ${BUFFER};:TRIG:STAT?`;
  const parts = (await scpi.query(question)).split(";");
  const [held = "", state = ""] = count > 0 ? parts.slice(1) : parts;
  if (parts.length < (count > 0 ? 3 : 2)) {
    throw new MemrigError("bad-reply", `${scpi.label} answered "${parts.join(";").slice(0, 80)}" to ${question}.`, {});
  }
  return { data: parts[0] ?? "", held: parseNumber(held), goesOn: isGoingOn(state) };
}

/** States in which the trigger model still works (2450-901-01, :TRIGger:STATe?). */
function isGoingOn(state: string): boolean {
  return /^(RUNNING|WAITING|BUILDING|ABORTING|PAUSED)/i.test(state.trim());
}

function wrongCount({ label }: ScpiClient, held: number, expected: number): MemrigError {
  return new MemrigError(
    "bad-reply",
    `${label} took ${held} readings in a sweep of ${expected} levels: its sweep has other levels than were asked ` +
      `for, and the readings of this run do not belong to the levels beside them. Report this with the instrument's ` +
      `firmware.`,
    { held, expected },
  );
}
