import type { SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { pause } from "../support/wait.js";
import { asksByMessage, testRuns } from "./keithley-4200a-off.js";
import type { Setup4200 } from "./keithley-4200a-plan.js";
import { parseColumn, readingsOf } from "./keithley-4200a-readings.js";
import type { Kxci } from "./keithley-4200a-readings.js";

/** What begins a test. */
export const START = "MD;ME1";

/** First look at a test: one that did not begin is told of at once. */
const FIRST_LOOK_S = 0.02;
/** An abort is heard within this, and where a look is no message one is had as often. */
const HEARD_S = 0.2;
/** A look that is a message comes when the test should be over: so much later, as a share of its time, and then ever later. */
const LATE = { share: 0.02, longest_s: 1 };
const LATER = { share: 0.05, longest_s: 5 };
const LONGEST_WAIT_S = 60;
/** A status that took so long is of an instrument that waited with it, as a virtual one does while it computes: it is asked again at once. */
const SLOW_ANSWER_S = 0.5;
/** Ranging and settling come on top of a dwell; a run that takes longer than this says is given up. */
const RUN_MARGIN_S = 30;
const RUN_FACTOR = 3;

/**
 * Tells the instrument what a sweep relies on; no output goes on with any of it. In one message where it takes that, in one
 * for each page where that left an error: it may also have been one of before.
 *
 * @returns it took the one message
 * @throws MemrigError `instrument-refused`: it told an error
 */
export async function configure(scpi: ScpiClient, messages: readonly string[]): Promise<boolean> {
  try {
    await scpi.command(messages.join(";"));
    return true;
  } catch (error) {
    // Another answer than ACK is a refusal, too. A link that is gone is not.
    if (!(error instanceof MemrigError) || error.kind === "no-answer") throw error;
    await scpi.commands(messages);
    return false;
  }
}

/**
 * Waits for the end of a test.
 *
 * @param goOn throws where it is to go no further
 * @throws MemrigError `no-answer`: it goes on for much longer than it should
 */
export async function ended(scpi: ScpiClient, expected_s: number, goOn: () => void): Promise<void> {
  const began_ms = performance.now();
  const longest_s = RUN_MARGIN_S + RUN_FACTOR * expected_s;
  const waits_s = waits(expected_s, asksByMessage(scpi));
  for (let atOnce = false; ;) {
    if (!atOnce) await wait(waits_s.next().value ?? 0, goOn);
    const asked_ms = performance.now();
    const runs = await testRuns(scpi);
    goOn();
    if (!runs) return;
    atOnce = performance.now() - asked_ms > 1000 * SLOW_ANSWER_S;
    if ((performance.now() - began_ms) / 1000 > longest_s) {
      throw new MemrigError("no-answer", `${scpi.label}: a test of ${expected_s} s is still running.`, {});
    }
  }
}

function* waits(expected_s: number, rarely: boolean): Generator<number, undefined> {
  const first_s = Math.min(FIRST_LOOK_S, expected_s);
  yield first_s;
  if (!rarely) for (let wait_s = first_s; ; wait_s = Math.min(HEARD_S, 2 * wait_s)) yield wait_s;
  const after_s = ({ share, longest_s }: typeof LATE) => Math.min(share * expected_s, longest_s) + FIRST_LOOK_S;
  yield expected_s - first_s + after_s(LATE);
  for (let wait_s = after_s(LATER); ; wait_s = Math.min(LONGEST_WAIT_S, 2 * wait_s)) yield wait_s;
}

async function wait(duration_s: number, goOn: () => void): Promise<void> {
  const end_ms = performance.now() + 1000 * duration_s;
  for (;;) {
    goOn();
    const left_ms = end_ms - performance.now();
    if (left_ms <= 0) return;
    await pause(Math.min(left_ms, 1000 * HEARD_S), new AbortController().signal);
  }
}

/**
 * The readings of a test that has ended: three columns.
 *
 * @param first running number of its first reading in the sweep
 * @throws MemrigError `instrument-refused`: it told an error; `bad-reply`: other readings came than were due
 */
export async function fetch(
  scpi: ScpiClient,
  { channel }: Setup4200,
  count: number,
  first: number,
): Promise<SweepReading[]> {
  const columns: Kxci[][] = [];
  for (const name of [`V${channel}`, `I${channel}`, `CH${channel}T`]) {
    const question = `DO '${name}'`;
    const reply = await scpi.query(question, { timeout_ms: 1000 * RUN_MARGIN_S });
    try {
      columns.push(parseColumn(reply, count));
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      await checkRun(scpi); // its own word comes first
      throw new MemrigError(error.kind, `${scpi.label}, ${question}: ${error.message}`, error.details, error);
    }
  }
  const [voltages = [], currents = [], times = []] = columns;
  return readingsOf(voltages, currents, times, first);
}

/** @throws MemrigError `instrument-refused`: the test did not begin, or ended with an error */
export async function checkRun(scpi: ScpiClient, ...besides: string[]): Promise<void> {
  const errors = await scpi.errors();
  if (errors.length > 0) throw scpi.refused([START, ...besides], errors);
}
