import path from "node:path";
import type { StationName, Stations } from "../capabilities/index.js";
import { MemrigError, messageOf } from "../errors.js";
import { openRun } from "../store/index.js";
import type { RunWriter } from "../store/index.js";
import type { Metrics, RunEvent } from "../store/shapes.js";
import { CleanUp, within } from "./clean-up.js";
import { contextOf, type Earlier } from "./context.js";
import { Flusher } from "./flusher.js";
import { runAfter, runBefore, type HookFacts, type Hooks } from "./hooks.js";
import { Pause, type OutputsOn } from "./pause.js";
import { play } from "./play.js";
import { mostWaiting_B, SlowDisk } from "./slow-disk.js";
import { ProgressMeter } from "./progress.js";
import type { RunProgress } from "./progress.js";
import type { AnyProtocol } from "./protocol.js";
import { resultsOf } from "./results.js";
import { RunLog } from "./run-log.js";
import type { SafeReport } from "./safe-report.js";
import { Silence } from "./silence.js";
import { RunStates } from "./state.js";
import { Stop } from "./stop.js";

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
  /** Of a run that is gone on with: where it stands. Left out: it is a new one. */
  readonly earlier?: Earlier;
  /** Which outputs are not known to be off; asked when the run has come to rest. */
  readonly outputsOn?: OutputsOn;
  /** Commands around the run. */
  readonly hooks?: Hooks;
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

/** Progress is told that often also when no row comes. */
const tick_ms = 1000;
/** Turning off has deadlines of its own for each instrument; this one is for what nobody thought of. */
const safe_s = 60;
/** A disk that has not taken the last rows by then is taken for a broken one. */
const lastRows_s = 60;

/**
 * Runs a protocol to its end and keeps what it yields: rows on disk within a second, events, metrics.
 * However it ends, the protocol's end actions and `makeSafe` are done before the run is closed, and an abort in the
 * meantime does not cut them short. Errors of the protocol are told in the outcome, not thrown.
 */
export async function runProtocol(request: RunRequest): Promise<RunOutcome> {
  const { protocol, writer, hooks } = request;
  const stop = new Stop(writer.folder, request.signal);
  const log = new RunLog(writer, (error) => stop.now(error), request.onEvent);
  const rows = (): number => writer.rows(protocol.mainTable);
  const tell = (progress: RunProgress): void => request.onProgress?.(progress);
  const meter = new ProgressMeter(writer.info.expectedRows, tell, () => performance.now() / 1000, rows());
  const states = new RunStates((state, details) => {
    log.event("state", { state, ...details });
    meter.update(state, rows(), true);
  });
  const pause = new Pause(writer.folder, states, log, request.outputsOn, (error) => stop.now(error));
  const flusher = new Flusher(writer, (error) => stop.now(error));
  const silence = new Silence(protocol.cost(request.plan).duration_s, (error) => stop.now(error));
  const ticker = setInterval(() => meter.update(states.now, rows()), tick_ms);
  const cleanUp = new CleanUp();
  const disk = new SlowDisk(writer, log);

  for (const { at, event, ...details } of request.notices ?? []) writer.event(event, { ...details, noticed: at });

  let failure: unknown;
  try {
    stop.watch();
    flusher.start();
    if (hooks) await runBefore(hooks, factsOf(request, "queued"), log, stop.signal);
    states.to("running");
    pause.watch();
    silence.heard();
    await play(request, contextOf(request, { stop, pause, silence, cleanUp, log }), stop, log, (batch) => {
      writer.append(batch);
      silence.heard();
      meter.update(states.now, rows());
      return writer.waiting_B > mostWaiting_B ? disk.room().then(() => silence.heard()) : undefined;
    });
    failure = stop.cause; // asked to stop while the last rows came
  } catch (error) {
    failure = stop.cause ?? error;
    if (error !== failure && !isAbort(error)) log.error(error, "stopping");
  }
  pause.unwatch();
  silence.rest();
  states.to("stopping");
  if (failure !== undefined && !isAbort(failure)) log.error(failure, "run");
  const safe = await endSafely(request, cleanUp, log);
  stop.unwatch();
  await within(flusher.stop(), lastRows_s, "Writing the last rows").catch((error: unknown) => stop.now(error));
  failure ??= stop.cause !== undefined && !isAbort(stop.cause) ? stop.cause : undefined; // the last flush failed

  const metrics = await metricsOf(request, log);
  const status = failure === undefined ? "done" : isAbort(failure) ? "aborted" : "failed";
  if (hooks) await runAfter(hooks, factsOf(request, status), log);
  clearInterval(ticker);
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
  return finish(writer, ended);
}

/** What a hook is told of the run. */
function factsOf({ writer: { info, folder } }: RunRequest, status: string): HookFacts {
  const { run, protocol, dut } = info;
  return {
    MEMRIG_RUN: run,
    MEMRIG_FOLDER: folder,
    MEMRIG_PROTOCOL: protocol,
    MEMRIG_DUT: dut,
    MEMRIG_STATUS: status,
  };
}

async function endSafely(request: RunRequest, cleanUp: CleanUp, log: RunLog): Promise<readonly SafeReport[]> {
  await cleanUp.run((error) => log.error(error, "clean-up"));
  if (!request.makeSafe) return [];
  try {
    const reports = await within(request.makeSafe(), safe_s, "Making the bench safe");
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
    return (await resultsOf(protocol, plan, reader)).metrics();
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
