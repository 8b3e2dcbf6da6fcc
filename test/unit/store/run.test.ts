import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { tableFromIPC } from "apache-arrow";
import { MemrigError } from "../../../src/errors.js";
import { createRun, openRun, runFiles } from "../../../src/store/index.js";
import { points, pointsRow, pointsRows, startOf, storeFor } from "./support.js";

test("a finished run gives back every row, cell by cell, and its metrics", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  for (let from = 0; from < 1000; from += 100) {
    writer.append({ table: "points", rows: pointsRows(from, from + 100) });
    await writer.flush();
  }
  const vth_V = { mean: 0.17, sd: 0, cv: 0, n: 1 };
  await writer.finish("done", { metrics: { vth_V, vhold_V: { mean: Number.NaN, sd: 0, cv: 0, n: 0 } } });

  const run = await openRun(store, writer.info.run);
  const { length, columns } = await run.table("points");
  assert.equal(length, 1000);
  for (let i = 0; i < length; i += 1) {
    const row = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]]));
    assert.deepEqual({ ...row, inCompliance: row["inCompliance"] === 1 }, pointsRow(i));
  }
  assert.equal(await run.status(), "done");
  assert.deepEqual(await run.metrics(), { vth_V, vhold_V: { mean: Number.NaN, sd: 0, cv: 0, n: 0 } });
});

test("a run in progress is a whole Arrow stream to Arrow's own reader, with units in the fields", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const bytes = () => readFile(path.join(writer.folder, runFiles.table("points")));
  assert.equal(tableFromIPC(await bytes()).numRows, 0);

  writer.append({ table: "points", rows: pointsRows(0, 250) });
  await writer.flush();
  const table = tableFromIPC(await bytes());
  assert.equal(table.numRows, 250);
  assert.deepEqual(
    table.schema.fields.map((field) => [field.name, field.metadata.get("unit"), field.metadata.get("description")]),
    points.columns.map(({ name, unit, description }) => [name, unit, description]),
  );
  assert.equal(table.get(100)?.["note"], 'cycle "100", π');

  await writer.finish("aborted", { reason: "the operator stopped it" });
  assert.equal(tableFromIPC(await bytes()).numRows, 250);
});

test("a row that does not fit is refused by name, and the rows before it are kept", async (t) => {
  const writer = await createRun(await storeFor(t), startOf());
  const bad = [
    { ...pointsRow(2), cycle: 1.5 },
    { ...pointsRow(2), cycle: 2 ** 31 },
    { ...pointsRow(2), current_A: "1 µA" },
    { ...pointsRow(2), inCompliance: 1 },
    { time_s: 0, cycle: 0, inCompliance: false, note: "" },
    { ...pointsRow(2), voltage_V: 1 },
  ];
  for (const [i, row] of bad.entries()) {
    assert.throws(
      () => writer.append({ table: "points", rows: [pointsRow(i), row] }),
      (error) =>
        error instanceof MemrigError && error.kind === "invalid-request" && /Table points: /.test(error.message),
    );
    assert.equal(writer.rows("points"), i + 1);
  }
  await writer.finish("failed", { reason: "bad row" });
});
