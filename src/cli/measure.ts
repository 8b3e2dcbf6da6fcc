import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import path from "node:path";
import {
  checkConnected,
  checkLimits,
  identified,
  openBench,
  type Bench,
  type BenchConfig,
  type ProberOptions,
  type Site,
} from "../bench/index.js";
import {
  runProtocol,
  within,
  type AnyProtocol,
  type Earlier,
  type RunOutcome,
  type RunProgress,
} from "../engine/index.js";
import type { RunEvent } from "../store/shapes.js";
import { createRun, reopenRun, runFiles, type RunWriter } from "../store/index.js";
import type { WireLog } from "../visa/wire/index.js";
import { ourPackage } from "./package-root.js";
import { InfluxSink } from "../store/sinks/influx.js";
import { keepProtocol, keptProtocolOf } from "../protocol-files/index.js";
import { endInflux } from "./influx-end.js";

export interface Measurement {
  readonly config: BenchConfig;
  readonly protocol: AnyProtocol;
  readonly plan: object;
  readonly tags?: Readonly<Record<string, string>>;
  /** Which of the bench's devices: it is connected before the run. Left out: the bench has one, or it is connected already. */
  readonly site?: Site;
  /** Run of which this is the twin. */
  readonly twinOf?: string;
  /** Folder of a run that ended early and is to be gone on with, behind its last mark. Left out: a new run. */
  readonly resume?: string;
  readonly signal: AbortSignal;
  /** Puts a question to a person, where the prober is one. */
  readonly ask?: ProberOptions["ask"];
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onEvent?: (event: RunEvent) => void;
  /** Told as soon as the run has its name and folder. */
  readonly onStart?: (run: { run: string; folder: string }) => void;
}

/** Instruments and guardian have deadlines of their own; this is for what nobody thought of. */
const close_s = 60;

/**
 * One run from bench file to finished folder: limits, instruments, run folder, protocol, outputs off, instruments closed,
 * InfluxDB told.
 *
 * @param wire written into the run folder as soon as there is one; closing it is the caller's
 * @throws MemrigError before anything is on: a limit, a bad instrument, a busy bench. Once the run has begun its errors
 * are in the outcome.
 */
export async function measure(request: Measurement, wire?: WireLog): Promise<RunOutcome> {
  const { protocol, plan, signal } = request;
  const config = await identified(request.config, `memrig run ${protocol.name}`);
  checkLimits(config, protocol, plan);
  checkConnected(config, request.site);
  const bench = await openBench(config, {
    signal,
    ...(request.onEvent ? { onEvent: request.onEvent } : {}),
    ...(wire ? { onWire: (label, event) => wire.record(label, event) } : {}),
  });
  try {
    if (request.site) await bench.goTo(request.site, { signal, ...(request.ask ? { ask: request.ask } : {}) });
    return await measureOn(bench, { ...request, config }, wire);
  } finally {
    await within(bench.close(), close_s, "Closing the bench");
  }
}

/**
 * One run on a bench that is open: run folder, protocol, outputs off, InfluxDB told. The bench stays open for the next run.
 *
 * @param request its `config` is that of the bench; the device's id may be another one
 * @throws MemrigError the run folder could not be made. Once the run has begun its errors are in the outcome.
 */
export async function measureOn(bench: Bench, request: Measurement, wire?: WireLog): Promise<RunOutcome> {
  const { config, protocol, plan, signal } = request;
  const station = bench.station(protocol.needs as never); // before there is a run: a bench may not have it
  const { writer, earlier } = await writerFor(request, bench);
  bench.attachRun(writer.folder);
  wire?.writeTo(path.join(writer.folder, runFiles.wire(writer.info.sittings?.length ?? 1)));
  request.onStart?.({ run: writer.info.run, folder: writer.folder });
  const sink = config.influx ? new InfluxSink(config.influx, config.store) : undefined;
  sink?.start();
  try {
    return await runProtocol({
      protocol,
      station,
      plan,
      writer,
      signal,
      makeSafe: () => bench.makeSafe(),
      outputsOn: () => bench.outputsOn(),
      ...(bench.passTime ? { passTime: bench.passTime } : {}),
      notices: bench.notices,
      ...(earlier ? { earlier } : {}),
      // The twin is a simulation: no shutter is to be opened for it.
      ...(config.hooks && request.twinOf === undefined ? { hooks: config.hooks } : {}),
      ...(request.onProgress ? { onProgress: request.onProgress } : {}),
      ...(request.onEvent ? { onEvent: request.onEvent } : {}),
    });
  } finally {
    if (sink) await endInflux(sink, writer.folder, request.onEvent);
  }
}

/** A new run folder, or the one to go on with: where it stands is then told, and kept among its events. */
async function writerFor(request: Measurement, bench: Bench): Promise<{ writer: RunWriter; earlier?: Earlier }> {
  const { config, protocol, plan } = request;
  const instruments = bench.instruments.map(({ label, driver, resource, identity, virtual }) => ({
    label,
    driver,
    resource,
    identity,
    virtual,
  }));
  if (request.resume !== undefined) return reopened(request.resume, config, instruments);
  const kept = keptProtocolOf(protocol);
  const writer = await createRun(config.store, {
    protocol: protocol.name,
    dut: config.dut.id,
    parameters: { ...plan },
    bench: bench.snapshot,
    instruments,
    tables: protocol.tables,
    mainTable: protocol.mainTable,
    software: software(),
    ...(config.dut.seed === undefined ? {} : { seed: config.dut.seed }),
    operator: operator(),
    tags: request.tags ?? {},
    ...(request.twinOf === undefined ? {} : { twinOf: request.twinOf }),
    ...(kept ? { protocolFile: kept } : {}),
    expectedRows: protocol.cost(plan).rows,
  });
  await keepProtocol(protocol, writer.folder);
  return { writer };
}

async function reopened(
  folder: string,
  { dut }: BenchConfig,
  instruments: RunWriter["info"]["instruments"],
): Promise<{ writer: RunWriter; earlier: Earlier }> {
  const { writer, completed, lastRow, gap_s, setAside } = await reopenRun(folder, {
    software: software(),
    operator: operator(),
    instruments,
    ...(dut.model !== undefined && dut.cycleSeed !== undefined ? { cycleSeed: dut.cycleSeed } : {}),
  });
  const aside = setAside ? Object.values(setAside.rows).reduce((sum, rows) => sum + rows, 0) : 0;
  writer.event("resumed", {
    message:
      `Gone on with behind ${completed} completed, ${gap_s.toFixed(1)} s after the last mark.` +
      (aside > 0 && setAside ? ` ${aside} rows of unfinished work are in ${setAside.folder}.` : ""),
    completed,
    gap_s,
    ...(setAside ? { setAside } : {}),
  });
  const time_s = Number(lastRow?.columns["time_s"]?.[0] ?? 0);
  return { writer, earlier: { completed, time_s, gap_s } };
}

/** Name, version and commit, for the run's record. */
export function software(): { name: string; version: string; commit: string } {
  const { name, version } = ourPackage;
  return { name, version, commit: commit() };
}

let known: string | undefined;

/** The commit this was built from; "unknown" outside a clone or without git. Asked once: a campaign has thousands of runs. */
function commit(): string {
  return (known ??= askGit());
}

function askGit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, {
        cwd: ourPackage.root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    return `${git("rev-parse", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+changes"}`;
  } catch {
    return "unknown"; // no git, or not a clone: the version has to do
  }
}

/** Who ran it: MEMRIG_OPERATOR, else the account's name. */
export function operator(): string {
  return process.env["MEMRIG_OPERATOR"] ?? userInfo().username;
}
