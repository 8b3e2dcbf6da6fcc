import type { SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { pause, stopIfAborted } from "../support/wait.js";
import type { SetupB2900 } from "./keysight-b2900-plan.js";
import { parseTrace } from "./keysight-b2900-readings.js";
import { SweepPace } from "./sweep-pace.js";
import { endedEarly, Patience } from "./sweep-patience.js";

/** Readings in one reply: about 0.3 MB of text. */
const MOST_AT_ONCE = 5000;
/**
 * Bits of the operation status that are set while source and measurement of a channel are idle. An idle instrument answers
 * 18 with one channel and 1170 with two, never 0 (command reference, table 4-6).
 */
const IDLE_BITS: readonly number[] = [(1 << 1) | (1 << 4), (1 << 7) | (1 << 10)];
/**
 * No page says that a question for readings waits until the sweep is over, as `:FETCh` does. Where a firmware makes it wait,
 * the readings come all the same, at the end.
 */
const WAITING_MARGIN_S = 20;

interface Look {
  readonly readings: readonly SweepReading[];
  readonly held: number;
  readonly goesOn: boolean;
}

/**
 * Readings of one run, as the trace buffer fills. A look fetches what the look before saw, so that a run costs one message
 * a look and one more.
 *
 * @param from triggers of the sweep before this run; @param total triggers of this run
 * @throws MemrigError `instrument-refused`: it ended before its time; `no-answer`: it stands still; `aborted`
 */
export async function* readRunB2900(
  scpi: ScpiClient,
  setup: SetupB2900,
  from: number,
  total: number,
  signal: AbortSignal,
): AsyncGenerator<readonly SweepReading[], void, undefined> {
  const { dwell_s } = setup.plan;
  const pace = new SweepPace(total, total * dwell_s);
  const patience = new Patience(scpi.label, dwell_s);
  const timeout_ms = 1000 * (WAITING_MARGIN_S + total * dwell_s);
  let read = 0;
  let known = 0;
  let ended = false;
  await pause(pace.first_ms, signal);
  for (;;) {
    const count = Math.min(known - read, MOST_AT_ONCE);
    const { readings, held, goesOn } = await lookInto(scpi, setup, { read, count, from, timeout_ms });
    if (readings.length > 0) yield [...readings];
    read += count;
    stopIfAborted(signal, scpi.label, `after ${from + read} readings; the output is brought to zero and off`);
    known = Math.min(held, total);
    if (known > read) {
      ended = false;
      // The first ones at once: somebody wants to see that it works.
      const mayWait = read > 0 && known < total && goesOn && known - read < MOST_AT_ONCE;
      if (mayWait) await pause(pace.next_ms(held), signal);
      continue;
    }
    if (read === total && !goesOn) return;
    // The last readings may have come between two answers of one look: an end is believed at the second look.
    if (ended) throw await endedEarly(scpi, from + read, from + total);
    ended = !goesOn;
    patience.check(read, total);
    await pause(pace.next_ms(held), signal);
  }
}

/** @param count readings from number `read` of the run on that are fetched with the look */
async function lookInto(
  scpi: ScpiClient,
  setup: SetupB2900,
  { read, count, from, timeout_ms }: { read: number; count: number; from: number; timeout_ms: number },
): Promise<Look> {
  const n = setup.channel;
  const data = count > 0 ? `:TRAC${n}:DATA? ${read},${count};` : "";
  const question = `${data}:TRAC${n}:POIN:ACT?;:STAT:OPER:COND?`;
  const parts = (await scpi.query(question, { timeout_ms })).split(";");
  const [held = "", state = ""] = count > 0 ? parts.slice(1) : parts;
  if (parts.length !== (count > 0 ? 3 : 2)) {
    throw new MemrigError("bad-reply", `${scpi.label} answered "${parts.join(";").slice(0, 80)}" to ${question}.`, {});
  }
  const readings = count > 0 ? parseTrace(parts[0] ?? "", count, read, from, setup) : [];
  return { readings, held: parseNumber(held), goesOn: !isIdle(parseNumber(state), n) };
}

/** @param condition of the operation status */
function isIdle(condition: number, channel: number): boolean {
  const bits = IDLE_BITS[channel - 1] ?? 0;
  return (condition & bits) === bits;
}
