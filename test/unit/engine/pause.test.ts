import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { runProtocol } from "../../../src/engine/index.js";
import type { RunOutcome, RunProgress, RunRequest } from "../../../src/engine/index.js";
import { MemrigError } from "../../../src/errors.js";
import { activityOf, openRunFolder, requestPause } from "../../../src/store/index.js";
import type { RunWriter } from "../../../src/store/index.js";
import { until } from "../../support/until.js";
import { newRun, noStation, protocolOf, row } from "./support.js";

interface Going {
  readonly writer: RunWriter;
  readonly outcome: Promise<RunOutcome>;
  readonly abort: AbortController;
  readonly told: RunProgress[];
  /** Lets the protocol complete so many more units. */
  allow(units: number): void;
  /** Units that it has completed. */
  done(): number;
  standing(): Promise<string>;
}

/** A protocol of ten units of two rows, that waits before each until it is allowed to. */
async function start(t: TestContext, more: Partial<RunRequest> = {}): Promise<Going> {
  let allowed = 0;
  let completed = 0;
  const abort = new AbortController();
  const told: RunProgress[] = [];
  const protocol = protocolOf(async function* (context) {
    for (completed = context.completed; completed < 10;) {
      await context.between(completed);
      while (allowed <= completed) await context.wait(0.005);
      yield row(2 * completed);
      yield row(2 * completed + 1);
      completed += 1;
    }
    await context.between(completed);
  });
  const writer = await newRun(t, protocol);
  const onProgress = (progress: RunProgress): void => void told.push(progress);
  const outcome = runProtocol({
    ...{ protocol, station: noStation, plan: {}, writer, signal: abort.signal, onProgress },
    ...more,
  });
  const reader = await openRunFolder(writer.folder);
  const standing = async (): Promise<string> => {
    const status = await reader.status();
    return status === "running" ? activityOf(reader) : status;
  };
  return { writer, outcome, abort, told, allow: (units) => (allowed += units), done: () => completed, standing };
}

const stands = (run: Going, wanted: string) =>
  until(`the run is ${wanted}`, async () => ((await run.standing()) === wanted ? true : undefined));

async function statesOf(run: Going): Promise<unknown[]> {
  const events = await (await openRunFolder(run.writer.folder)).events();
  return events.filter(({ event }) => event === "state").map(({ state }) => state);
}

test("a run that is asked to pause completes its unit, rests, says that its outputs are off, and goes on to all its units", async (t) => {
  const run = await start(t, { outputsOn: async () => [] });
  run.allow(2);
  await until("two units", () => (run.done() === 2 ? true : undefined));
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  run.allow(1);
  await stands(run, "paused");
  assert.equal(run.done(), 3);
  run.allow(7);
  const events = () => openRunFolder(run.writer.folder).then((reader) => reader.events());
  const said = await until("the word about the outputs", async () =>
    (await events()).find(({ event }) => event === "pause"),
  );
  assert.equal(said["message"], "All outputs are off.");
  assert.equal(run.done(), 3, "a unit was begun while the run was paused");

  await requestPause(run.writer.folder, false, "a person");
  const { status, rows } = await run.outcome;

  assert.deepEqual([status, rows], ["done", 20]);
  assert.deepEqual(await statesOf(run), ["running", "pausing", "paused", "running", "stopping", "done"]);
  const again = (await events()).filter(({ state }) => state === "running").at(-1);
  assert.equal(again?.["by"], "a person");
  assert.ok(Number(again["rested_s"]) > 0);
  assert.equal(await (await openRunFolder(run.writer.folder)).completed(), 10);
});

test("an output that is not known to be off is named to the person who is about to touch the probes", async (t) => {
  const run = await start(t, { outputsOn: async () => ["awg"] });
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  run.allow(1);
  const said = await until("the word about the outputs", async () =>
    (await (await openRunFolder(run.writer.folder)).events()).find(({ event }) => event === "pause"),
  );
  assert.match(String(said["message"]), /awg is not known to be off/);
  run.abort.abort("SIGINT");
  await run.outcome;
});

test("an abort while it is paused ends the run at once, with its outputs made safe", async (t) => {
  let madeSafe = 0;
  const run = await start(t, {
    makeSafe: async () => {
      madeSafe += 1;
      return [];
    },
  });
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  run.allow(1);
  await stands(run, "paused");
  run.abort.abort("SIGINT");
  run.abort.abort("SIGTERM");
  const { status, reason } = await run.outcome;
  assert.deepEqual([status, reason, madeSafe], ["aborted", "Aborted by SIGINT.", 1]);
  assert.deepEqual((await statesOf(run)).slice(-3), ["paused", "stopping", "aborted"]);
});

test("an abort while it is pausing does not wait for the unit", async (t) => {
  const run = await start(t);
  run.allow(1);
  await until("a unit", () => (run.done() === 1 ? true : undefined));
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  run.abort.abort("SIGINT");
  const { status, rows } = await run.outcome;
  assert.deepEqual([status, rows], ["aborted", 2]);
  assert.deepEqual((await statesOf(run)).slice(-3), ["pausing", "stopping", "aborted"]);
});

test("a disk that fails while it is paused fails the run", async (t) => {
  const run = await start(t);
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  run.allow(1);
  await stands(run, "paused");
  const full = new MemrigError("storage-failed", "The disk is full.");
  t.mock.method(run.writer, "flush", async () => {
    throw full;
  });
  const { status, error } = await run.outcome;
  assert.deepEqual([status, error], ["failed", full]);
});

test("a second pause changes nothing, and one wish to go on ends it", async (t) => {
  const run = await start(t);
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  await requestPause(run.writer.folder, true, "another person");
  run.allow(1);
  await stands(run, "paused");
  await requestPause(run.writer.folder, true, "a third");
  await requestPause(run.writer.folder, false, "a person");
  run.allow(9);
  assert.equal((await run.outcome).status, "done");
  assert.equal((await statesOf(run)).filter((state) => state === "paused").length, 1);
});

test("a wish to go on when it is not paused changes nothing, and one before it rests takes the pause back", async (t) => {
  const run = await start(t);
  await requestPause(run.writer.folder, false, "a person");
  await requestPause(run.writer.folder, true, "a person");
  await stands(run, "pausing");
  await requestPause(run.writer.folder, false, "a person");
  await stands(run, "running");
  run.allow(10);
  assert.equal((await run.outcome).status, "done");
  assert.deepEqual(await statesOf(run), ["running", "pausing", "running", "stopping", "done"]);
});

test("a run that has ended can not be paused", async (t) => {
  const run = await start(t);
  run.allow(10);
  await run.outcome;
  await assert.rejects(requestPause(run.writer.folder, true, "a person"), { kind: "invalid-request" });
});

test("a protocol that gives nothing for twice its time and an hour more is ended as one that does not answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { Silence } = await import("../../../src/engine/silence.js");
  const told: MemrigError[] = [];
  const silence = new Silence(100, (error) => told.push(error));
  silence.heard();
  t.mock.timers.tick(3_799_000);
  silence.heard();
  t.mock.timers.tick(3_799_000);
  silence.rest(); // paused: as long as the person likes
  t.mock.timers.tick(100_000_000);
  assert.equal(told.length, 0);
  silence.heard();
  t.mock.timers.tick(3_801_000);
  assert.equal(told[0]?.kind, "no-answer");
});
