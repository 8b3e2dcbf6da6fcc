import { setTimeout as wait } from "node:timers/promises";
import { MemrigError, messageOf } from "../../src/errors.js";
import type { SafeReport } from "../../src/engine/index.js";
import { activityOf, openRun, requestAbort, requestPause, type RunReader } from "../../src/store/index.js";
import type { RunEvent, RunStatus } from "../../src/store/shapes.js";
import type { CommandReport } from "./wire.js";

/** A run looks for the wish to stop ten times a second, and its instruments are off soon after. */
const abortDeadline_s = 5;
/** The person who presses "Outputs off" does not wait for a run that does not end; turning off waits once more itself. */
const safeDeadline_s = 2;

interface Stopped {
  readonly run: string;
  readonly status: RunStatus;
  readonly outputs: readonly SafeReport[];
}

/**
 * Asks a run to stop, in whatever process it is, and waits until it has.
 *
 * @throws MemrigError `invalid-request`: it is not running; nothing was asked
 */
async function stop(reader: RunReader, deadline_s: number): Promise<Stopped> {
  const { run } = reader.info;
  const before = await reader.status();
  if (before !== "running") {
    throw new MemrigError(
      "invalid-request",
      `${run} is not running (${before}); there is nothing to abort. The outputs were not touched.`,
      { run, status: before },
    );
  }
  await requestAbort(reader.folder, "the dashboard");
  const status = await ended(reader, deadline_s);
  return { run, status, outputs: (await reader.events()).flatMap(safeReport) };
}

async function ended(reader: RunReader, deadline_s: number): Promise<RunStatus> {
  const until = performance.now() + deadline_s * 1000;
  for (;;) {
    const status = await reader.status();
    if (status !== "running" || performance.now() > until) return status;
    await wait(50);
  }
}

/** What a run wrote about one instrument that it made safe. */
function safeReport(event: RunEvent): SafeReport[] {
  const { label, resource, state, note, took_s } = event;
  if (event.event !== "safe" || typeof label !== "string") return [];
  if (state !== "safe" && state !== "left-as-found" && state !== "unknown") return [];
  return [
    {
      label,
      resource: typeof resource === "string" ? resource : "",
      state,
      note: typeof note === "string" ? note : "",
      took_s: typeof took_s === "number" ? took_s : 0,
    },
  ];
}

/**
 * Aborts one run.
 *
 * @param run the one the person looks at; left out: the newest of `running`
 * @throws MemrigError `invalid-request`: none is running, or not that one
 */
export async function abort(
  store: string,
  running: readonly { run: string }[],
  run: string | undefined,
): Promise<CommandReport> {
  const began = performance.now();
  const name = run ?? running[0]?.run;
  if (name === undefined)
    throw new MemrigError(
      "invalid-request",
      "No run is running; there is nothing to abort. The outputs were not touched.",
    );
  const stopped = await stop(await openRun(store, name), abortDeadline_s);
  const took_s = (performance.now() - began) / 1000;
  const message =
    stopped.status === "running"
      ? `${name} was asked to stop and has not within ${abortDeadline_s} s. Press "Outputs off".`
      : `${name} ended as ${stopped.status}, ${took_s.toFixed(1)} s after the button.`;
  return { runs: [{ run: name, status: stopped.status }], outputs: stopped.outputs, message, took_s };
}

/** A cycle may take longer than a person waits for an answer; the page shows when it rests. */
const pauseDeadline_s = 3;

/**
 * Lets one run rest, or go on.
 *
 * @param run the one the person looks at; left out: the newest of `running`
 * @throws MemrigError `invalid-request`: none is running, or not that one
 */
export async function pause(
  store: string,
  running: readonly { run: string }[],
  run: string | undefined,
  paused: boolean,
): Promise<CommandReport> {
  const began = performance.now();
  const name = run ?? running[0]?.run;
  if (name === undefined) throw new MemrigError("invalid-request", "No run is running; nothing was done.");
  const reader = await openRun(store, name);
  await requestPause(reader.folder, paused, "the dashboard");
  const until = began + pauseDeadline_s * 1000;
  let activity = await activityOf(reader);
  const isThere = (): boolean => (paused ? activity === "paused" : activity === "running");
  while (!isThere() && performance.now() < until && (await reader.status()) === "running") {
    await wait(50);
    activity = await activityOf(reader);
  }
  const status = await reader.status();
  const message =
    status !== "running"
      ? `${name} has ended as ${status}.`
      : isThere()
        ? `${name} ${paused ? "is paused" : "goes on"}.`
        : paused
          ? `${name} pauses when the cycle it is at is complete. Until then its outputs are on.`
          : `${name} was asked to go on and is still ${activity}.`;
  return { runs: [{ run: name, status }], outputs: [], message, took_s: (performance.now() - began) / 1000 };
}

export interface OutputsOff {
  readonly store: string;
  readonly running: readonly { readonly run: string }[];
  /** The run the person looks at, whichever bench it is on. */
  readonly inView: string | undefined;
  /** Name of this bench. Runs of another one in the same store go on, unless a person looks at them. */
  readonly bench: string | undefined;
  /** Turns the outputs off; undefined when the dashboard was started without a bench file. */
  readonly safe: (() => Promise<readonly SafeReport[]>) | undefined;
  /** Keeps the queue from beginning the next run. */
  readonly hold: () => Promise<void>;
}

/** Aborts the runs of this bench and the one in view, then turns every output off: also with no run, and with one that does not end. */
export async function outputsOff({ store, running, inView, bench, safe, hold }: OutputsOff): Promise<CommandReport> {
  const began = performance.now();
  const [held] = await Promise.allSettled([hold()]); // a disk that refuses does not keep outputs on
  const readers = await Promise.all(running.map(({ run }) => openRun(store, run)));
  const isOurs = ({ info }: RunReader): boolean => isOf(info.bench, bench);
  const chosen = readers.filter((reader) => isOurs(reader) || reader.info.run === inView);
  const results = await Promise.allSettled(chosen.map((reader) => stop(reader, safeDeadline_s)));
  const faults = [held, ...results].flatMap((result) =>
    result.status === "rejected" ? [messageOf(result.reason)] : [],
  );
  const stopped = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const runs = stopped.map(({ run, status }) => ({ run, status }));
  const asked = (await safe?.()) ?? [];
  // Our instruments are as they were asked last; those of another bench are told of by its run.
  const others = new Set(chosen.filter((reader) => safe === undefined || !isOurs(reader)).map(({ info }) => info.run));
  const outputs = [...asked, ...stopped.flatMap(({ run, outputs: told }) => (others.has(run) ? told : []))];
  const took_s = (performance.now() - began) / 1000;
  return { runs, outputs, message: [summary(runs, outputs, safe !== undefined), ...faults].join(" "), took_s };
}

/** Those of the runs that are of a bench. */
export async function runsOfBench<T extends { readonly run: string }>(
  store: string,
  runs: readonly T[],
  bench: string | undefined,
): Promise<readonly T[]> {
  const ours = await Promise.all(runs.map(async ({ run }) => isOf((await openRun(store, run)).info.bench, bench)));
  return runs.filter((_, i) => ours[i]);
}

/** A bench without a name may be this one: it counts as it. */
function isOf(bench: unknown, name: string | undefined): boolean {
  const found = typeof bench === "object" && bench !== null && "name" in bench ? bench.name : undefined;
  return name === undefined || found === undefined || found === name;
}

function summary(runs: CommandReport["runs"], outputs: readonly SafeReport[], asked: boolean): string {
  const unsure = outputs.filter(({ state }) => state !== "safe").map(({ label }) => label);
  const still = runs.filter(({ status }) => status === "running").map(({ run }) => run);
  const parts = [];
  if (!asked)
    parts.push(
      "This dashboard was started without a bench file, so it could only abort the runs. Use: memrig safe --bench FILE.",
    );
  else if (unsure.length > 0) parts.push(`Look at ${unsure.join(", ")}: the outputs there may still be on.`);
  else parts.push(outputs.length === 0 ? "The bench has no instrument with an output." : "All outputs are off.");
  if (still.length > 0) parts.push(`${still.join(", ")} has not ended yet.`);
  return parts.join(" ");
}
