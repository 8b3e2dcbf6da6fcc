import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { abortRequested, createRun, jsonOf, listRuns, openRun, requestAbort } from "../../../src/store/index.js";
import type { TailCursor } from "../../../src/store/index.js";
import { points, pointsRows, startOf, storeFor } from "./support.js";

test("tail gives each row once, in order, however the writer and the reader take turns", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const run = await openRun(store, writer.info.run);
  let cursor: TailCursor | undefined;
  const times: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    for (let batch = 0; batch < turn; batch += 1) {
      const from = writer.rows("points");
      writer.append({ table: "points", rows: pointsRows(from, from + 7) });
      await writer.flush();
    }
    const read = await run.tail("points", cursor);
    assert.equal(read.columns.length, 7 * turn);
    times.push(...(read.columns.columns["time_s"] as Float64Array));
    cursor = JSON.parse(JSON.stringify(read.cursor)) as TailCursor;
  }
  assert.deepEqual(
    times,
    pointsRows(0, 105).map((row) => row["time_s"]),
  );
  await writer.finish("done");
});

test("rows that nobody flushes reach the disk by themselves", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const run = await openRun(store, writer.info.run);
  const start = performance.now();
  writer.append({ table: "points", rows: pointsRows(0, 3) });
  while ((await run.rows("points")) < 3) {
    assert.ok(performance.now() - start < 10_000, "the rows never reached the disk");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await writer.finish("done");
});

test("runs are listed newest first, with the rows on the disk, and other folders are left out", async (t) => {
  const store = await storeFor(t);
  assert.deepEqual(await listRuns(path.join(store, "not-there")), []);
  const first = await createRun(store, startOf());
  first.append({ table: "points", rows: pointsRows(0, 12) });
  await first.finish("failed", { reason: "the instrument fell silent" });
  const second = await createRun(
    store,
    startOf([points], { dut: "W3/D18 (left)", expectedRows: 50, tags: { lot: "7" } }),
  );
  await mkdir(path.join(store, "notes_of_mine"));

  const runs = await listRuns(store);
  assert.deepEqual(
    runs.map(({ run, status, rows, expectedRows, dut }) => ({ run, status, rows, expectedRows, dut })),
    [
      { run: second.info.run, status: "running", rows: 0, expectedRows: 50, dut: "W3/D18 (left)" },
      { run: first.info.run, status: "failed", rows: 12, expectedRows: 0, dut: "W3-D17" },
    ],
  );
  assert.match(second.info.run, /^\d{8}T\d{6}Z_iv-sweep_W3-D18-left-_[0-9a-z]{6}$/);
  await second.finish("done");
});

test("a run with a damaged run.json is listed as unreadable, and hides no other", async (t) => {
  const store = await storeFor(t);
  const sound = await createRun(store, startOf());
  await sound.finish("done");
  const damaged = await createRun(store, startOf([points], { protocol: "endurance" }));
  await damaged.finish("done");
  await writeFile(path.join(damaged.folder, "run.json"), '{"run": "20');

  const runs = await listRuns(store);
  const found = runs.find((run) => run.folder === damaged.folder);
  assert.equal(runs.length, 2);
  assert.equal(found?.protocol, "endurance");
  assert.match(found?.unreadable ?? "", /run\.json is not valid JSON/);
});

test("a run is found by its name, the beginning of it or its short id; two or none are refused with what is there", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  await writer.finish("done");
  const { run } = writer.info;
  for (const id of [run, run.slice(0, -3), run.slice(-6)]) assert.equal((await openRun(store, id)).info.run, run);
  await assert.rejects(openRun(store, "../etc"), { kind: "invalid-request", message: /There is no run "\.\.\/etc"/ });
  await assert.rejects(openRun(store, ""), { kind: "invalid-request" });
  await (await createRun(store, startOf())).finish("done");
  await assert.rejects(openRun(store, "2"), { kind: "invalid-request", message: /stands for 2 runs/ });
});

test("an abort wish reaches a run in progress, the first one stands, and an ended run refuses it", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  assert.equal(await abortRequested(writer.folder), undefined);
  await requestAbort(writer.folder, "dashboard");
  await requestAbort(writer.folder, "someone later");
  assert.equal((await abortRequested(writer.folder))?.by, "dashboard");
  await writer.finish("aborted");
  await assert.rejects(
    requestAbort(writer.folder, "dashboard"),
    (error) => error instanceof MemrigError && error.kind === "invalid-request" && /it is aborted/.test(error.message),
  );
});

test("events come back in order with their details", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  for (let i = 0; i < 20; i += 1) writer.event("progress", { row: i });
  await writer.finish("done");
  const events = await (await openRun(store, writer.info.run)).events();
  assert.deepEqual(
    events.map(({ event, row }) => ({ event, row })),
    Array.from({ length: 20 }, (_, row) => ({ event: "progress", row })),
  );
});

test("CSV and JSON hold every double exactly, and text with commas and quotes", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const awkward = [5e-324, -0, 0.1 + 0.2, 1.7976931348623157e308, Number.NaN, -Infinity, 1e21, 123456789.125];
  writer.append({
    table: "points",
    rows: awkward.map((current_A, i) => ({ ...pointsRows(i, i + 1)[0], current_A, note: 'a,"b"\nc' })),
  });
  await writer.finish("done");
  const run = await openRun(store, writer.info.run);

  let csv = "";
  for await (const piece of run.csv("points")) csv += piece;
  const [names, ...lines] = csv.split(/\n(?!c)/);
  assert.equal(names, "time_s,cycle,current_A,inCompliance,note");
  assert.deepEqual(
    lines.slice(0, -1).map((line) => Number(line.split(",")[2])),
    awkward,
  );
  assert.ok(lines[0]?.endsWith('true,"a,""b""\nc"'), lines[0]);

  let json = "";
  for await (const piece of jsonOf(run.info.run, points, run.batches("points"))) json += piece;
  const read = JSON.parse(json) as { rows: (number | null)[][] };
  assert.deepEqual(
    read.rows.map((row) => row[2]),
    awkward.map((value) => (Number.isFinite(value) ? value : null)),
  );
});
