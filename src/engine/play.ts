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

/** Takes the protocol's rows until it ends or is to stop. Its generator is closed before this returns or throws. */
export async function play(
  { protocol, station, plan }: Piece,
  context: RunContext,
  stop: Stop,
  log: RunLog,
  take: (batch: RowBatch) => void,
): Promise<void> {
  stop.signal.throwIfAborted();
  const source = protocol.run(station, plan, context);
  let leftBehind = false;
  try {
    for (;;) {
      const step = await nextOrGrace(source, stop.signal);
      if (step === undefined) {
        leftBehind = true;
        log.event("warning", {
          message: `The protocol did not stop within ${grace_s} s; its outputs are put off now.`,
        });
        throw stop.cause;
      }
      if (step.done) return;
      take(step.value);
      stop.signal.throwIfAborted();
    }
  } catch (error) {
    // What the generator holds open (a sweep) ends here; a hung one would never answer.
    if (!leftBehind)
      await within(source.return(), grace_s, "The protocol").catch((late: unknown) => log.error(late, "stopping"));
    throw error;
  }
}

/** The next rows; undefined when the run is to stop and nothing came for the time of grace. */
async function nextOrGrace(
  source: AsyncGenerator<RowBatch, void, undefined>,
  signal: AbortSignal,
): Promise<IteratorResult<RowBatch, void> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const grace = new Promise<undefined>((resolve) => {
    onAbort = () => (timer = setTimeout(() => resolve(undefined), grace_s * 1000));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([source.next(), grace]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
