import path from "node:path";
import type { StationName, Stations } from "../capabilities/index.js";
import { MemrigError, messageOf } from "../errors.js";
import { openRun } from "../store/index.js";
import type { RunWriter } from "../store/index.js";
import type { Columns, Metrics, RowBatch, RunEvent } from "../store/shapes.js";
import { CleanUp, within } from "./clean-up.js";
import { Flusher } from "./flusher.js";
import { ProgressMeter } from "./progress.js";
import type { RunProgress } from "./progress.js";
import type { AnyProtocol, RunContext } from "./protocol.js";
import { RunLog } from "./run-log.js";
import type { SafeReport } from "./safe-report.js";
import { RunStates } from "./state.js";
import { passOrWait, Stop, waitFor } from "./stop.js";

export interface RunRequest {
  readonly protocol: AnyProtocol;
  /** What the protocol needs, with the bench's limits in it. */
  readonly station: Stations[StationName];
  /** Parameters after the protocol's schema. */
  readonly plan: object;
  /** An open run folder; `runProtocol` finishes it. */
  readonly writer: RunWriter;
  /** Aborted by the person: Ctrl-C, a button. The run folder's abort request is looked for as well. */
  readonly signal: AbortSignal;
  /** In place of the wall clock in `wait`: where all is simulated, time passes when it is told to. */
  readonly passTime?: (duration_s: number) => Promise<void>;
  /** Done after the protocol's own end actions, whatever ended the run: every instrument to its safe state. */
  readonly makeSafe?: () => Promise<readonly SafeReport[]>;
  /** What was told while the bench was opened: kept at the beginning of the run's events. */
  readonly notices?: readonly RunEvent[];
  /** At most five times a second, and at the end. */
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunOutcome {
  readonly run: string;
  readonly folder: string;
  readonly status: "done" | "failed" | "aborted";
  /** Rows of the main table. */
  readonly rows: number;
  readonly metrics: Metrics;
  /** Why it failed or was aborted, for a person. */
  readonly reason?: string;
  /** The error behind the reason, for an exit code. */
  readonly error?: unknown;
  /** What making safe came to; empty where the request had none. */
  readonly safe: readonly SafeReport[];
}

/** How long a protocol may take to notice that it is to stop; then the outputs go off over its head. */
const grace_s = 2;

/**
 * Runs a protocol to its end and keeps what it yields: rows on disk within a second, events, metrics.
 * However it ends, the protocol's end actions and `makeSafe` are done before the run is closed, and an abort in the
 * meantime does not cut them short. Errors of the protocol are told in the outcome, not thrown.
 */
export async function runProtocol(request: RunRequest): Promise<RunOutcome> {
  const { protocol, writer } = request;
  const stop = new Stop(writer.folder, request.signal);
  const log = new RunLog(writer, (error) => stop.now(error), request.onEvent);
  const states = new RunStates((state) => log.event("state", { state }));
  const flusher = new Flusher(writer, (error) => stop.now(error));
  const meter = new ProgressMeter(
    writer.info.expectedRows,
    (progress) => request.onProgress?.(progress),
    () => performance.now() / 1000,
  );
  const cleanUp = new CleanUp();
  const rows = (): number => writer.rows(protocol.mainTable);

  for (const { at, event, ...details } of request.notices ?? []) writer.event(event, { ...details, noticed: at });

  let failure: unknown;
  try {
    states.to("running");
    stop.watch();
    flusher.start();
    await play(request, contextOf(stop, cleanUp, log, request.passTime), stop, log, (batch) => {
      writer.append(batch);
      meter.update(states.now, rows());
    });
    failure = stop.cause; // asked to stop while the last rows came
  } catch (error) {
    failure = stop.cause ?? error;
    if (error !== failure && !isAbort(error)) log.error(error, "stopping");
  }
  states.to("stopping");
  meter.update(states.now, rows(), true);
  if (failure !== undefined && !isAbort(failure)) log.error(failure, "run");
  const safe = await endSafely(request, cleanUp, log);
  stop.unwatch();
  await flusher.stop();
  failure ??= stop.cause !== undefined && !isAbort(stop.cause) ? stop.cause : undefined; // the last flush failed

  const metrics = await metricsOf(request, log);
  const status = failure === undefined ? "done" : isAbort(failure) ? "aborted" : "failed";
  states.to(status);
  const ended: RunOutcome = {
    run: writer.info.run,
    folder: writer.folder,
    status,
    rows: rows(),
    metrics,
    ...(failure === undefined ? {} : { reason: messageOf(failure), error: failure }),
    safe,
  };
  const kept = await finish(writer, ended);
  meter.update(states.now, kept.rows, true);
  return kept;
}

function contextOf(stop: Stop, cleanUp: CleanUp, log: RunLog, passTime: RunRequest["passTime"]): RunContext {
  return {
    signal: stop.signal,
    atEnd: (action) => cleanUp.add(action),
    wait: (duration_s) => passOrWait(duration_s, stop.signal, passTime),
    completed: 0,
    between: () => waitFor(0, stop.signal),
    warn: (message, details = {}) => log.event("warning", { message, ...details }),
  };
}

/** Takes the protocol's rows until it ends or is to stop. Its generator is closed before this returns or throws. */
async function play(
  request: RunRequest,
  context: RunContext,
  stop: Stop,
  log: RunLog,
  take: (batch: RowBatch) => void,
): Promise<void> {
  stop.signal.throwIfAborted();
  const source = request.protocol.run(request.station, request.plan, context);
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

async function endSafely(request: RunRequest, cleanUp: CleanUp, log: RunLog): Promise<readonly SafeReport[]> {
  await cleanUp.run((error) => log.error(error, "clean-up"));
  if (!request.makeSafe) return [];
  try {
    const reports = await request.makeSafe();
    for (const report of reports) log.event("safe", { ...report });
    return reports;
  } catch (error) {
    log.error(error, "clean-up");
    return [];
  }
}

/** Metrics of what is on disk, also of a run that was cut short. An analysis that fails does not spoil the run. */
async function metricsOf({ protocol, plan, writer }: RunRequest, log: RunLog): Promise<Metrics> {
  if (writer.rows(protocol.mainTable) === 0) return {};
  try {
    const reader = await openRun(path.dirname(writer.folder), writer.info.run);
    const tables: Record<string, Columns> = {};
    for (const { name } of protocol.tables) tables[name] = await reader.table(name);
    return protocol.analyse(tables, plan);
  } catch (error) {
    log.error(error, "metrics");
    return {};
  }
}

/** Closes the folder; where the disk refuses, the run has failed whatever it was before. */
async function finish(writer: RunWriter, ended: RunOutcome): Promise<RunOutcome> {
  try {
    const { metrics, reason } = ended;
    await writer.finish(ended.status, { metrics, ...(reason === undefined ? {} : { reason }) });
    return ended;
  } catch (error) {
    const first = ended.reason === undefined ? "" : `${ended.reason} Then: `;
    return { ...ended, status: "failed", reason: `${first}${messageOf(error)}`, error: ended.error ?? error };
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof MemrigError && error.kind === "aborted";
}
