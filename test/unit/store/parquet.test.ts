import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { RecordBatchReader } from "apache-arrow";
import { createRun, openRunFolder, runFiles } from "../../../src/store/index.js";
import { duckdb, quoted, rowsOf } from "../../support/duckdb.js";
import { points, pointsRow, pointsRows, startOf, storeFor } from "./support.js";

test("a run that has ended leaves each table as Parquet, and DuckDB reads every cell of it", async (t) => {
  const connection = await duckdb(t);
  if (connection === undefined) return;
  const store = path.join(await storeFor(t), "Messungen für Jürgen's Probe");
  const writer = await createRun(store, startOf());
  const count = 1000;
  writer.append({ table: "points", rows: pointsRows(0, count) });
  writer.append({
    table: "points",
    rows: [{ ...pointsRow(count), current_A: Number.NaN, cycle: -(2 ** 31), note: "π" }],
  });
  await writer.finish("done");

  const file = quoted(path.join(writer.folder, "points.parquet"));
  const rows = await rowsOf(connection, `select * from ${file}`);
  assert.equal(rows.length, count + 1);
  const names = points.columns.map(({ name }) => name);
  for (let i = 0; i < count; i += 1)
    assert.deepEqual(
      rows[i],
      names.map((name) => pointsRow(i)[name]),
    );
  assert.deepEqual(rows[count]?.slice(1), [-(2 ** 31), Number.NaN, count % 3 === 0, "π"]);
  assert.deepEqual(
    (await rowsOf(connection, `select column_name, column_type from (describe select * from ${file})`)).map(String),
    ["time_s,DOUBLE", "cycle,INTEGER", "current_A,DOUBLE", "inCompliance,BOOLEAN", "note,VARCHAR"],
  );
  // A condition that a reader answers from the statistics of each row group, which NaN must not spoil.
  const negative = Array.from({ length: 30 }, (_, i) => pointsRow(i)).filter((row) => Number(row["current_A"]) < 0);
  assert.deepEqual(
    await rowsOf(connection, `select count(*) from ${file} where current_A < 0 and cycle between 0 and 2`),
    [[BigInt(negative.length)]],
  );
  assert.deepEqual(
    (await readdir(writer.folder)).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("units and descriptions go along in the Parquet file: for memrig's readers and as Arrow's schema", async (t) => {
  const connection = await duckdb(t);
  if (connection === undefined) return;
  const writer = await createRun(await storeFor(t), startOf());
  writer.append({ table: "points", rows: pointsRows(0, 5) });
  await writer.finish("done");
  const file = quoted(path.join(writer.folder, "points.parquet"));
  const pairs = await rowsOf(connection, `select decode(key), decode(value) from parquet_kv_metadata(${file})`);
  const metadata = Object.fromEntries(pairs) as Record<string, string>;
  assert.deepEqual(JSON.parse(metadata["memrig"] ?? ""), {
    run: writer.info.run,
    table: "points",
    columns: points.columns,
  });
  const reader = RecordBatchReader.from(Buffer.from(metadata["ARROW:schema"] ?? "", "base64"));
  reader.open();
  const current = reader.schema.fields.find(({ name }) => name === "current_A");
  assert.equal(current?.metadata.get("unit"), "A");
  assert.equal(current.metadata.get("description"), "through the device");
});

test("a table is written row group by row group, and an empty one leaves no file unless asked for", async (t) => {
  const connection = await duckdb(t);
  if (connection === undefined) return;
  const writer = await createRun(await storeFor(t), startOf());
  const half = 40_000;
  const columns = {
    length: half,
    columns: {
      time_s: Float64Array.from({ length: half }, (_, i) => i / 8),
      cycle: new Int32Array(half),
      current_A: new Float64Array(half),
      inCompliance: new Uint8Array(half),
      note: Array.from({ length: half }, () => ""),
    },
  };
  const empty = await createRun(await storeFor(t), startOf());
  await empty.finish("done");
  assert.ok(!(await readdir(empty.folder)).includes("points.parquet"));
  for (let k = 0; k < 4; k += 1) writer.append({ table: "points", columns });
  await writer.finish("aborted");

  const file = quoted(path.join(writer.folder, "points.parquet"));
  const [[groups, rows] = []] = await rowsOf(
    connection,
    `select count(distinct row_group_id), count(*) from parquet_metadata(${file}) where path_in_schema = 'time_s'`,
  );
  assert.equal(groups, rows);
  assert.ok(Number(groups) >= 2, `${String(groups)} row groups`);
  assert.deepEqual(await rowsOf(connection, `select count(*), sum(time_s) from ${file}`), [
    [BigInt(4 * half), (4 * (half * (half - 1))) / 2 / 8],
  ]);
  const asked = path.join(empty.folder, "none.parquet");
  assert.equal(await (await openRunFolder(empty.folder)).parquet("points", asked), 0);
  assert.deepEqual(await rowsOf(connection, `select count(*) from ${quoted(asked)}`), [[0n]]);
});

test("a Parquet file that can not be written leaves the run done, with a warning, and nothing half written", async (t) => {
  const writer = await createRun(await storeFor(t), startOf());
  writer.append({ table: "points", rows: pointsRows(0, 50) });
  await writer.flush();
  const file = path.join(writer.folder, runFiles.table("points"));
  const bytes = await readFile(file);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await writer.finish("done");

  const run = await openRunFolder(writer.folder);
  assert.equal(await run.status(), "done");
  const warnings = (await run.events()).filter(({ event }) => event === "warning");
  assert.match(String(warnings[0]?.["message"]), /Parquet file of table points was left out: .*rows 0 to 49.*checksum/);
  assert.deepEqual(
    (await readdir(writer.folder)).filter((name) => /parquet|tmp/.test(name)),
    [],
  );
  await rm(writer.folder, { recursive: true });
});
