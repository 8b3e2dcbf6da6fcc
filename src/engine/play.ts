import type { StationName, Stations } from "../capabilities/index.js";
import type { RowBatch } from "../store/shapes.js";
import { within } from "./clean-up.js";
import type { AnyProtocol, RunContext } from "./protocol.js";
import type { RunLog } from "./run-log.js";
import type { Stop } from "./stop.js";

/** How long a protocol may take to notice that it is to stop; then the outputs go off over its head. */
const grace_s = 2;

/** What is played. */
export interface Piece {
  readonly protocol: AnyProtocol;
  readonly station: Stations[StationName];
  readonly plan: object;
}

/**
 * Takes the protocol's rows until it ends or is to stop. Its generator is closed before this returns or throws.
 *
 * @param take may give a promise: the next rows are asked for when it has resolved
 */
export async function play(
  { protocol, station, plan }: Piece,
  context: RunContext,
  stop: Stop,
  log: RunLog,
  take: (batch: RowBatch) => void | Promise<void>,
): Promise<void> {
  stop.signal.throwIfAborted();
  const source = protocol.run(station, plan, context);
  let leftBehind = false;
  try {
    for (;;) {
      const step = await orGrace(() => source.next(), stop.signal);
      if (step === undefined) {
        leftBehind = true;
        log.event("warning", {
          message: `The protocol did not stop within ${grace_s} s; its outputs are put off now.`,
        });
        throw stop.cause;
      }
      if (step.done) return;
      const taken = take(step.value);
      if (taken) await orGrace(() => taken, stop.signal);
      stop.signal.throwIfAborted();
    }
  } catch (error) {
    // What the generator holds open (a sweep) ends here; a hung one would never answer.
    if (!leftBehind)
      await within(source.return(), grace_s, "The protocol").catch((late: unknown) => log.error(late, "stopping"));
    throw error;
  }
}

/**
 * What is asked for; undefined when the run is to stop and it did not come for the time of grace. Asked once the abort is listened
 * for: it may come while a protocol runs to its next wait.
 */
async function orGrace<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const grace = new Promise<undefined>((resolve) => {
    onAbort = () => (timer = setTimeout(() => resolve(undefined), grace_s * 1000));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([ask(), grace]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
