import assert from "node:assert/strict";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { serveDashboard, type Dashboard } from "../../../dashboard/server/index.js";
import type { Frame, Hello, LiveState, LogLine, RunPage } from "../../../dashboard/server/wire.js";
import { EventStream } from "../../support/event-stream.js";
import { scratch } from "../../support/page.js";
import { beginEnduranceRun, beginSweepRun, enduranceRows, sweepRows } from "../../support/runs.js";
import { until } from "../../support/until.js";

let dashboard: Dashboard;
let folder: Awaited<ReturnType<typeof scratch>>;
let store: string;
let streams: EventStream[];

beforeEach(async () => {
  folder = await scratch();
  store = join(folder.folder, "runs");
  streams = [];
  dashboard = await serveDashboard({ store, bench: { name: "ZnO on the virtual bench", dut: { id: "W3-D17" } } });
});

afterEach(async () => {
  for (const stream of streams) stream.close();
  await dashboard.close();
  await folder.remove();
});

async function listen(headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const stream = await EventStream.open(new URL("/api/live", dashboard.url).href, headers);
  streams.push(stream);
  return stream;
}

/** Number of points of the present sweep in a frame. */
function points(frame: Frame): number {
  const [panel] = frame.panels;
  return panel?.kind === "sweeps" ? (panel.current?.x.length ?? 0) : 0;
}

test("rows show on the page as they reach the disk, and the state follows the run to its end", async () => {
  const page = await listen();
  const hello = await page.next<Hello>("hello", () => true);
  await page.next<LiveState>("state", ({ run }) => run === null);

  const writer = await beginSweepRun(store, { expectedRows: 242 });
  const rows = sweepRows(1);
  writer.append({ table: "points", rows: rows.slice(0, 40) });
  await writer.flush();
  const early = await page.next<Frame>("frame", (frame) => points(frame) === 40);
  writer.append({ table: "points", rows: rows.slice(40) });
  await writer.flush();
  await page.next<Frame>("frame", (frame) => points(frame) === 121);
  const half = await page.next<LiveState>("state", ({ run }) => run?.rows === 121);
  await writer.finish("failed", { reason: "smu: no answer" });
  const end = await page.next<LiveState>("state", ({ run }) => run?.status === "failed");

  assert.deepEqual(hello, {
    bench: "ZnO on the virtual bench",
    dut: "W3-D17",
    canSafe: false,
    canStart: false,
    readOnly: false,
  });
  assert.equal(early.run, writer.info.run);
  assert.equal(half.run?.expectedRows, 242);
  assert.equal(end.reason, "smu: no answer");
  assert.equal(end.left_s, null);
  assert.ok(
    page.seen.some(({ event }) => event === "runs"),
    "the run list was told of",
  );
});

test("a page opened in the middle of a run sees all of it, finished sweeps first", async () => {
  const writer = await beginSweepRun(store);
  for (let cycle = 1; cycle <= 5; cycle++) writer.append({ table: "points", rows: sweepRows(cycle) });
  await writer.flush();

  const frame = await (await listen()).next<Frame>("frame", () => true);
  await writer.finish("done", {});

  const [panel] = frame.panels;
  assert.ok(frame.fresh && panel?.kind === "sweeps");
  assert.deepEqual(
    panel.finished.map(({ cycle }) => cycle),
    [1, 2, 3, 4],
  );
  assert.equal(panel.current?.cycle, 5);
});

test("resistances of every cycle are shown as a trend", async () => {
  const writer = await beginEnduranceRun(store);
  writer.append({ table: "cycles", rows: enduranceRows(1, 300) });
  await writer.flush();
  const frame = await (await listen()).next<Frame>("frame", () => true);
  await writer.finish("done", {});

  const [panel] = frame.panels;
  assert.ok(panel?.kind === "trend");
  assert.deepEqual(
    panel.series.map(({ name, x }) => [name, x.length]),
    [
      ["rOff_ohm", 300],
      ["rOn_ohm", 300],
    ],
  );
});

test("the newest running run is in view, and the newest of all when none runs", async () => {
  const page = await listen();
  const first = await beginSweepRun(store);
  await page.next<LiveState>("state", ({ run }) => run?.run === first.info.run);
  const second = await beginEnduranceRun(store);
  await page.next<LiveState>("state", ({ run }) => run?.run === second.info.run);
  const from = page.seen.length;
  await second.finish("done", {});
  await page.next<LiveState>("state", ({ run }) => run?.run === first.info.run, from);
  await first.finish("done", {});
  await page.next<LiveState>("state", ({ run }) => run?.run === second.info.run && run.status === "done", from);
});

test("a page that comes back is told the events it missed, once, and nothing twice", async () => {
  const writer = await beginSweepRun(store);
  const page = await listen();
  writer.event("warning", { message: "one" });
  await page.next<LogLine>("log", ({ message }) => message === "one");
  const seen = page.seen.filter(({ event }) => event === "log");
  page.close();
  const other = await listen(); // keeps the follower awake
  writer.event("warning", { message: "two" });
  writer.event("warning", { message: "three" });
  await other.next<LogLine>("log", ({ message }) => message === "three");

  const back = await listen({ "last-event-id": seen.at(-1)?.id ?? "" });
  await back.next<LogLine>("log", ({ message }) => message === "three");
  await writer.finish("done", {});

  const told = back.seen.filter(({ event }) => event === "log").map(({ data }) => (data as LogLine).message);
  assert.deepEqual(told, ["two", "three"]);
});

test("a page that sleeps misses frames and no event; the frame it wakes to stands by itself", async () => {
  const writer = await beginSweepRun(store);
  const awake = await listen();
  const sleeper = await listen();
  await sleeper.next<Frame | LiveState>("state", () => true);
  sleeper.sleep();
  for (let cycle = 1; cycle <= 20; cycle++) {
    writer.append({ table: "points", rows: sweepRows(cycle) });
    writer.event("warning", { message: `cycle ${cycle}`, filler: "x".repeat(300_000) }); // together more than the sockets hold
    await writer.flush();
    await awake.next<LogLine>("log", ({ message }) => message === `cycle ${cycle}`);
  }
  await awake.next<Frame>("frame", ({ panels: [panel] }) => panel?.kind === "sweeps" && panel.current?.cycle === 20);

  sleeper.wake();
  await sleeper.next<Frame>("frame", ({ panels: [panel] }) => panel?.kind === "sweeps" && panel.current?.cycle === 20);
  await writer.finish("done", {});

  const frames = (stream: EventStream): number => stream.seen.filter(({ event }) => event === "frame").length;
  const told = sleeper.seen.filter(({ event }) => event === "log").map(({ data }) => (data as LogLine).message);
  assert.deepEqual(
    told,
    Array.from({ length: 20 }, (_, i) => `cycle ${i + 1}`),
  );
  assert.ok(frames(sleeper) < frames(awake), `${frames(sleeper)} frames asleep, ${frames(awake)} awake`);
});

test("a damaged batch is said once; the rows around it are shown, and the run's end too", async () => {
  const writer = await beginSweepRun(store);
  const file = join(writer.folder, "points.arrows");
  const ends: number[] = [];
  for (const cycle of [1, 2, 3]) {
    writer.append({ table: "points", rows: sweepRows(cycle) });
    await writer.flush();
    ends.push((await stat(file)).size);
  }
  const [first = 0, second = 0] = ends;
  const table = await open(file, "r+");
  await table.write("?!", Math.round((first + second) / 2)); // in the middle of the second batch
  await table.close();

  const page = await listen();
  const frame = await page.next<Frame>("frame", () => true);
  await writer.finish("done", {});
  await page.next<LiveState>("state", ({ run }) => run?.status === "done");
  const reply = await fetch(new URL(`/api/runs/${writer.info.run}`, dashboard.url));

  const [panel] = frame.panels;
  assert.ok(panel?.kind === "sweeps");
  assert.deepEqual(
    [...panel.finished, panel.current].map((sweep) => sweep?.cycle),
    [1, 3],
  );
  const errors = page.seen.filter(({ event, data }) => event === "log" && (data as LogLine).event === "error");
  assert.equal(errors.length, 1, JSON.stringify(errors));
  const { rows, notes } = (await reply.json()) as RunPage;
  assert.equal(rows["points"], 242);
  assert.match(notes.join(), /rows 121 to 241.*damaged/);
});

test("while nobody looks, nothing is read", async () => {
  const writer = await beginSweepRun(store);
  const page = await listen();
  await page.next<LiveState>("state", ({ run }) => run !== null);
  page.close();
  writer.append({ table: "points", rows: sweepRows(1) });
  await writer.finish("done", {});

  const back = await listen();
  const state = await back.next<LiveState>("state", ({ run }) => run?.status === "done");
  assert.equal(await until("all rows", () => state.run?.rows), 121);
});
