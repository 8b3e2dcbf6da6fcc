import { setTimeout as pause } from "node:timers/promises";
import type { SafeReport } from "../engine/index.js";
import { MemrigError, messageOf } from "../errors.js";
import { listRuns, openRunFolder, requestAbort } from "../store/index.js";
import type { RunReader } from "../store/index.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import { entryAt, identityAt } from "./identify.js";
import { entryOf } from "./instrument.js";
import { holderOf } from "./lock.js";
import { inSafeOrder } from "./safe-order.js";
import { sendSafe } from "./safe-socket.js";
import type { SafeTarget } from "./safe-socket.js";
import { safeTarget } from "./targets.js";
import { kindOf } from "./wiring.js";

/** A run that is asked to stop gets this long; then the outputs go off without it. */
const politeness_s = 3;
/** Longest time for an instrument that does not answer. */
const deadline_s = 5;
/** Nobody listens where a connection is refused twice. */
const refusals = 2;
/** Which of its family an instrument is decides what it is asked; off does not wait for that any longer. */
const identity_ms = 500;

/**
 * Every output of a bench to its safe state, run or no run. Who holds the bench is asked to stop first, and not waited
 * for longer than 3 s: safety goes before exclusivity. Nothing is thrown for an instrument that does not answer; its
 * report says so.
 */
export async function safeBench(config: BenchConfig): Promise<SafeReport[]> {
  const runs = await runsOf(config);
  await stopRuns(runs);
  return inSafeOrder(
    config.instruments.map((instrument) => ({
      last: kindOf(instrument) === "switch",
      run: () => safeOne(instrument, runs),
    })),
  );
}

/** Runs that go on now on this bench: those that hold its instruments, and those on its virtual ones. */
async function runsOf(config: BenchConfig): Promise<RunReader[]> {
  const folders = new Set<string>();
  for (const { resource } of config.instruments) {
    const holder = resource === "virtual" ? undefined : await holderOf(resource);
    if (holder?.runFolder !== undefined) folders.add(holder.runFolder);
  }
  const runs: RunReader[] = [];
  for (const folder of folders) runs.push(await openRunFolder(folder));
  if (config.instruments.some(({ resource }) => resource === "virtual")) {
    for (const { folder, status } of await listRuns(config.store)) {
      if (status !== "running" || folders.has(folder)) continue;
      const run = await openRunFolder(folder);
      if (nameIn(run.info.bench) === nameIn(config.snapshot)) runs.push(run);
    }
  }
  return runs;
}

function nameIn(snapshot: unknown): unknown {
  return typeof snapshot === "object" && snapshot !== null && "name" in snapshot ? snapshot.name : undefined;
}

async function stopRuns(runs: readonly RunReader[]): Promise<void> {
  const until_ms = performance.now() + politeness_s * 1000;
  await Promise.all(
    runs.map(async (run) => {
      try {
        await requestAbort(run.folder, "memrig safe");
      } catch (error) {
        if (error instanceof MemrigError && error.kind === "invalid-request") return; // it has ended meanwhile
        throw error;
      }
      while ((await run.status()) === "running" && performance.now() < until_ms) await pause(50);
    }),
  );
}

async function safeOne(instrument: InstrumentConfig, runs: readonly RunReader[]): Promise<SafeReport> {
  const { label } = instrument;
  const began_ms = performance.now();
  const where = instrument.resource === "virtual" ? await servedAt(label, runs) : instrument.resource;
  if (where === undefined) {
    const note =
      runs.length > 0
        ? "simulated; its run has ended, and it with it"
        : "simulated, and no run is going on: nothing is on";
    return { label, resource: "virtual", state: "safe", note, took_s: 0 };
  }
  const report = (state: SafeReport["state"], note: string): SafeReport => {
    return { label, resource: where, state, note, took_s: (performance.now() - began_ms) / 1000 };
  };
  try {
    const { safe, note } = await sendSafe(await targetAt(instrument, where), deadline_s, { refusals });
    if (safe) return report("safe", `${kindOf(instrument) === "switch" ? "all relays open" : "outputs off"}: ${note}`);
    return report("unknown", `${note}. Turn it off at the front panel before you touch the sample.`);
  } catch (error) {
    return report("unknown", `${messageOf(error)} Turn it off at the front panel before you touch the sample.`);
  }
}

/** What puts it off: by its model where that matters and it says so in time, else by its family. */
async function targetAt(instrument: InstrumentConfig, where: string): Promise<SafeTarget> {
  const { serial = {} } = instrument;
  const entry = instrument.driver === undefined ? await entryAt(where, { serial }) : entryOf(instrument);
  if (!entry.safeOf) return safeTarget(instrument, entry, where);
  const answer = await Promise.allSettled([
    identityAt(where, { serial: { ...entry.session?.serial, ...serial }, timeout_ms: identity_ms }),
  ]);
  const identity = answer[0].status === "fulfilled" ? answer[0].value : undefined; // off is tried all the same
  return safeTarget(instrument, entry, where, identity);
}

/** Where a run that would not stop serves a virtual instrument. */
async function servedAt(label: string, runs: readonly RunReader[]): Promise<string | undefined> {
  for (const run of runs) {
    if ((await run.status()) !== "running") continue;
    const found = run.info.instruments.find((instrument) => instrument.label === label && instrument.virtual);
    if (found) return found.resource;
  }
  return undefined;
}
