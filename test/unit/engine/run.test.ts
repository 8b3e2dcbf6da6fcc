import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { runProtocol } from "../../../src/engine/index.js";
import type { RunProgress, SafeReport } from "../../../src/engine/index.js";
import { exitCodeOf, MemrigError } from "../../../src/errors.js";
import { openRunFolder, requestAbort } from "../../../src/store/index.js";
import type { RunEvent } from "../../../src/store/shapes.js";
import { newRun, noStation, protocolOf, row } from "./support.js";

const never = new AbortController().signal;
const metric = { mean: 1, sd: 0, cv: 0, n: 3 };

const safe: SafeReport = { label: "smu", resource: "none", state: "safe", note: "outputs off", took_s: 0 };

test("rows, metrics and events of a run that goes well are in its folder, and it is done", async (t) => {
  const protocol = protocolOf(
    async function* (context) {
      context.warn("the cell was on already", { r_ohm: 100 });
      for (let k = 0; k < 3; k += 1) yield row(k);
    },
    () => ({ v_V: metric }),
  );
  const writer = await newRun(t, protocol);

  const makeSafe = async () => [safe];
  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never, makeSafe });

  assert.equal(outcome.status, "done");
  assert.equal(outcome.rows, 3);
  assert.deepEqual(outcome.metrics, { v_V: metric });
  const reader = await openRunFolder(writer.folder);
  assert.equal(await reader.status(), "done");
  assert.deepEqual([...((await reader.table("points")).columns["voltage_V"] as Float64Array)], [0, 0.1, 0.2]);
  assert.deepEqual(await reader.metrics(), { v_V: metric });
  const events = await reader.events();
  assert.deepEqual(
    events.filter(({ event }) => event === "state").map(({ state }) => state),
    ["running", "stopping", "done"],
  );
  assert.equal(events.find(({ event }) => event === "warning")?.["r_ohm"], 100);
  assert.equal(events.find(({ event }) => event === "safe")?.["label"], "smu");
});

test("an instrument that refuses fails the run, and what was measured before it is kept and analysed", async (t) => {
  const refusal = new MemrigError("instrument-refused", "smu refused it", { code: -222 });
  const protocol = protocolOf(
    async function* () {
      yield row(0);
      throw refusal;
    },
    () => ({ v_V: metric }),
  );
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never });

  assert.equal(outcome.status, "failed");
  assert.equal(outcome.error, refusal);
  assert.equal(outcome.reason, "smu refused it");
  assert.deepEqual(outcome.metrics, { v_V: metric });
  const reader = await openRunFolder(writer.folder);
  assert.equal(reader.info.reason, "smu refused it");
  const told = (await reader.events()).find(({ event }) => event === "instrument-error");
  assert.deepEqual(told?.["details"], { code: -222 });
});

test("end actions are done last first, all of them, and their errors do not hide the one that mattered", async (t) => {
  const done: string[] = [];
  const protocol = protocolOf(async function* (context) {
    context.atEnd(async () => void done.push("first registered"));
    context.atEnd(async () => {
      throw new Error("an end action broke");
    });
    context.atEnd(async () => void done.push("last registered"));
    yield row(0);
    throw new Error("the one that mattered");
  });
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never });

  assert.deepEqual(done, ["last registered", "first registered"]);
  assert.equal(outcome.reason, "the one that mattered");
  const errors = (await (await openRunFolder(writer.folder)).events()).filter(({ event }) => event === "error");
  assert.deepEqual(
    errors.map(({ message, during }) => [message, during]),
    [
      ["the one that mattered", "run"],
      ["an end action broke", "clean-up"],
    ],
  );
});

test("an abort ends a wait at once, the run is aborted, and the exit code is 3", async (t) => {
  const controller = new AbortController();
  const protocol = protocolOf(async function* (context) {
    yield row(0);
    controller.abort("SIGINT");
    await context.wait(3600);
    yield row(1);
  });
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: controller.signal });

  assert.equal(outcome.status, "aborted");
  assert.equal(outcome.rows, 1);
  assert.equal(outcome.reason, "Aborted by SIGINT.");
  assert.equal(exitCodeOf(outcome.error), 3);
});

test("a run that was aborted before it began turns nothing on and is aborted", async (t) => {
  let begun = false;
  const protocol = protocolOf(async function* () {
    begun = true;
    yield row(0);
  });
  const writer = await newRun(t, protocol);

  const signal = AbortSignal.abort("SIGTERM");
  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal });

  assert.equal(outcome.status, "aborted");
  assert.equal(begun, false);
});

test("a wish written into the run folder by another process aborts the run", async (t) => {
  const protocol = protocolOf(async function* (context) {
    yield row(0);
    await requestAbort(writer.folder, "the dashboard");
    await context.wait(3600);
  });
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never });

  assert.equal(outcome.status, "aborted");
  assert.equal(outcome.reason, "Aborted by the dashboard.");
});

test("a second abort during clean-up does not cut it short, and does not change how the run ended", async (t) => {
  const controller = new AbortController();
  const done: string[] = [];
  const protocol = protocolOf(async function* (context) {
    context.atEnd(async () => {
      controller.abort("SIGINT");
      await new Promise((resolve) => setImmediate(resolve));
      done.push("cleaned");
    });
    yield row(0);
  });
  const writer = await newRun(t, protocol);

  const makeSafe = async () => {
    done.push("safe");
    return [safe];
  };
  const { signal } = controller;
  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal, makeSafe });

  assert.deepEqual(done, ["cleaned", "safe"]);
  assert.equal(outcome.status, "done");
});

test("a protocol that does not notice an abort is left behind, and the instruments are made safe over its head", async (t) => {
  const controller = new AbortController();
  let madeSafe = false;
  const protocol = protocolOf(async function* () {
    yield row(0);
    controller.abort("SIGINT");
    await new Promise(() => undefined); // an instrument that never answers
  });
  const writer = await newRun(t, protocol);

  const makeSafe = async () => {
    madeSafe = true;
    return [safe];
  };
  const { signal } = controller;
  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal, makeSafe });

  assert.equal(madeSafe, true);
  assert.equal(outcome.status, "aborted");
});

test("a generator that is stopped from outside is closed, so the sweep inside it ends", async (t) => {
  const controller = new AbortController();
  let closed = false;
  const protocol = protocolOf(async function* () {
    try {
      yield row(0);
      controller.abort("SIGINT");
      yield row(1);
      yield row(2);
    } finally {
      closed = true;
    }
  });
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: controller.signal });

  assert.equal(closed, true);
  assert.equal(outcome.rows, 2); // what had been measured is kept
});

test("an analysis that breaks is told, and does not spoil the run", async (t) => {
  const protocol = protocolOf(
    async function* () {
      yield row(0);
    },
    () => {
      throw new Error("no threshold in one row");
    },
  );
  const writer = await newRun(t, protocol);

  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never });

  assert.equal(outcome.status, "done");
  assert.deepEqual(outcome.metrics, {});
  const events = await (await openRunFolder(writer.folder)).events();
  assert.equal(events.find(({ during }) => during === "metrics")?.["message"], "no threshold in one row");
});

test("a store that no longer takes rows stops the run, with the instruments made safe", async (t) => {
  let madeSafe = false;
  const protocol = protocolOf(async function* (context) {
    for (let k = 0; ; k += 1) {
      yield row(k);
      await context.wait(0.01);
    }
  });
  const writer = await newRun(t, protocol);
  const full = new MemrigError("storage-failed", "The disk is full.");
  let flushes = 0;
  t.mock.method(writer, "flush", async () => {
    if ((flushes += 1) >= 2) throw full;
  });

  const makeSafe = async () => {
    madeSafe = true;
    return [safe];
  };
  const outcome = await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never, makeSafe });

  assert.equal(outcome.status, "failed");
  assert.equal(outcome.error, full);
  assert.equal(madeSafe, true);
});

test("rows are on disk while the run goes on, not only at its end", async (t) => {
  let seen: number | undefined;
  const protocol = protocolOf(async function* (context) {
    yield row(0);
    const reader = await openRunFolder(writer.folder);
    const end = performance.now() + 5000;
    while ((seen = (await reader.table("points")).length) === 0 && performance.now() < end) await context.wait(0.02);
  });
  const writer = await newRun(t, protocol);

  await runProtocol({ protocol, station: noStation, plan: {}, writer, signal: never });

  assert.equal(seen, 1);
});

test("progress is told with each state, and says how many rows there are", async (t) => {
  const told: RunProgress[] = [];
  const events: RunEvent[] = [];
  const protocol = protocolOf(async function* () {
    for (let k = 0; k < 10; k += 1) yield row(k);
  });
  const writer = await newRun(t, protocol);

  await runProtocol({
    protocol,
    station: noStation,
    plan: {},
    writer,
    signal: never,
    onProgress: (progress) => told.push(progress),
    onEvent: (event) => events.push(event),
  });

  assert.deepEqual(told.at(-1)?.state, "done");
  assert.deepEqual([told.at(-1)?.rows, told.at(-1)?.expectedRows], [10, 10]);
  assert.ok(told.length <= 4, `${told.length} tellings of a run that took no time`);
  assert.equal(events.at(-1)?.["state"], "done");
  assert.equal(path.basename(writer.folder), writer.info.run);
});
