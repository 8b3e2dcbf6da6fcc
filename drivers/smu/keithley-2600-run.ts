import type { SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { pause, stopIfAborted } from "../support/wait.js";
import type { SweepSetup } from "./keithley-2600-plan.js";
import { readingsOf, VALUES } from "./keithley-2600-readings.js";
import { SweepPace } from "./sweep-pace.js";
import { endedEarly, Patience } from "./sweep-patience.js";

/** Readings in one reply: about 0.4 MB of text. */
const MOST_AT_ONCE = 5000;
/** Bits of the channels in status.operation.sweeping. */
const SWEEPING = { smua: 2, smub: 4 };

/**
 * Readings of one run of the trigger model, as its buffers fill: each look fetches what is there.
 *
 * @param first running number of its first reading in the sweep; @param expected readings that belong to the plan
 * @throws MemrigError `instrument-refused`: it ended before its time; `no-answer`: it stands still; `aborted`
 */
export async function* readRun(
  scpi: ScpiClient,
  setup: SweepSetup,
  first: number,
  expected: number,
  signal: AbortSignal,
): AsyncGenerator<SweepReading[], void, undefined> {
  const total = expected + setup.home.length;
  const { dwell_s } = setup.plan;
  const pace = new SweepPace(total, total * dwell_s);
  const patience = new Patience(scpi.label, dwell_s);
  let read = 0;
  let ended = false;
  await pause(pace.first_ms, signal);
  while (read < total) {
    const { readings, goesOn } = await lookInto(scpi, setup, read, first);
    stopIfAborted(signal, scpi.label, `after ${first + read} readings; the output is brought to zero and off`);
    const wanted = readings.slice(0, Math.max(0, expected - read));
    read += readings.length;
    if (wanted.length > 0) yield wanted;
    stopIfAborted(signal, scpi.label, `after ${first + read} readings; the output is brought to zero and off`);
    if (read >= total || readings.length === MOST_AT_ONCE) continue;
    // Between two looks the last readings may have come: an end is believed where the look after it finds nothing.
    if (readings.length === 0 && ended) throw await endedEarly(scpi, read, total);
    ended = readings.length === 0 && !goesOn;
    patience.check(read, total);
    await pause(pace.next_ms(read), signal);
  }
}

interface Look {
  readonly readings: SweepReading[];
  readonly goesOn: boolean;
}

/** Asks for all readings from number `read` on; where there are none, whether it still sweeps. */
async function lookInto(scpi: ScpiClient, { own, smu }: SweepSetup, read: number, first: number): Promise<Look> {
  const columns = ["v.readings", "i.readings", "i.timestamps", "i.statuses"].map((column) => `${own}.${column}`);
  const question =
    `local n=math.min(${own}.i.n,${own}.v.n,${read + MOST_AT_ONCE}) ` +
    `if n>${read} then printbuffer(${read + 1},n,${columns.join(",")}) else print(status.operation.sweeping.condition) end`;
  const values = await scpi.queryNumbers(question);
  if (values.length >= VALUES) return { readings: readingsOf(values, first + read), goesOn: true };
  const [state = NaN] = values;
  if (values.length !== 1 || !Number.isInteger(state)) {
    throw new MemrigError("bad-reply", `${scpi.label} answered "${values.join(", ")}" to ${question}.`, {});
  }
  return { readings: [], goesOn: (state & (smu === "smub" ? SWEEPING.smub : SWEEPING.smua)) !== 0 };
}
