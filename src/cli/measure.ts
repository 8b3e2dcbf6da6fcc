import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import path from "node:path";
import { checkLimits, identified, openBench, type Bench, type BenchConfig } from "../bench/index.js";
import { runProtocol, type AnyProtocol, type RunOutcome, type RunProgress } from "../engine/index.js";
import type { RunEvent } from "../store/shapes.js";
import { createRun, runFiles } from "../store/index.js";
import type { WireLog } from "../visa/wire/index.js";
import { ourPackage } from "./package-root.js";
import { InfluxSink } from "../store/sinks/influx.js";
import { endInflux } from "./influx-end.js";

export interface Measurement {
  readonly config: BenchConfig;
  readonly protocol: AnyProtocol;
  readonly plan: object;
  readonly tags?: Readonly<Record<string, string>>;
  /** Run of which this is the twin. */
  readonly twinOf?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onEvent?: (event: RunEvent) => void;
  /** Told as soon as the run has its name and folder. */
  readonly onStart?: (run: { run: string; folder: string }) => void;
}

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
  const bench = await openBench(config, {
    signal,
    ...(request.onEvent ? { onEvent: request.onEvent } : {}),
    ...(wire ? { onWire: (label, event) => wire.record(label, event) } : {}),
  });
  try {
    return await measureOn(bench, { ...request, config }, wire);
  } finally {
    await bench.close();
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
  const writer = await createRun(config.store, {
    protocol: protocol.name,
    dut: config.dut.id,
    parameters: { ...plan },
    bench: bench.snapshot,
    instruments: bench.instruments.map(({ label, driver, resource, identity, virtual }) => ({
      label,
      driver,
      resource,
      identity,
      virtual,
    })),
    tables: protocol.tables,
    mainTable: protocol.mainTable,
    software: software(),
    ...(config.dut.seed === undefined ? {} : { seed: config.dut.seed }),
    operator: operator(),
    tags: request.tags ?? {},
    ...(request.twinOf === undefined ? {} : { twinOf: request.twinOf }),
    expectedRows: protocol.cost(plan).rows,
  });
  bench.attachRun(writer.folder);
  wire?.writeTo(path.join(writer.folder, runFiles.wire));
  request.onStart?.({ run: writer.info.run, folder: writer.folder });
  const sink = config.influx ? new InfluxSink(config.influx, config.store) : undefined;
  sink?.start();
  try {
    return await runProtocol({
      protocol,
      station: bench.station(protocol.needs as never),
      plan,
      writer,
      signal,
      makeSafe: () => bench.makeSafe(),
      notices: bench.notices,
      ...(request.onProgress ? { onProgress: request.onProgress } : {}),
      ...(request.onEvent ? { onEvent: request.onEvent } : {}),
    });
  } finally {
    if (sink) await endInflux(sink, writer.folder, request.onEvent);
  }
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
