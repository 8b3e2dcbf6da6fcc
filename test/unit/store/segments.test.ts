import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { tableFromIPC } from "apache-arrow";
import { createRun, joinColumns, openRunFolder, reopenRun, runFiles } from "../../../src/store/index.js";
import { points, pointsRow, pointsRows, startOf, storeFor } from "./support.js";

const rows = 2000;

async function longRun(store: string, rowsPerBatch = 50): Promise<string> {
  const writer = await createRun(store, startOf(), { mostSegment_B: 16 * 1024 });
  for (let from = 0; from < rows; from += rowsPerBatch) {
    writer.append({ table: "points", rows: pointsRows(from, from + rowsPerBatch) });
    if (from % 200 === 0) await writer.flush();
  }
  await writer.finish("done");
  return writer.folder;
}

test("a table that grows goes on in further files, each a whole Arrow stream of bounded size, read as one table", async (t) => {
  const folder = await longRun(await storeFor(t));
  const files = (await readdir(folder)).filter((name) => name.endsWith(".arrows")).sort();
  assert.ok(files.length >= 4, files.join(" "));
  assert.deepEqual(files.slice(0, 3), ["points.arrows", "points_0002.arrows", "points_0003.arrows"]);
  const bytes = await Promise.all(files.map((name) => readFile(path.join(folder, name))));
  for (const file of bytes) assert.ok(file.length <= 16 * 1024 + 8, `${file.length} bytes`);
  const plain = bytes.reduce((sum, file) => sum + tableFromIPC(file).numRows, 0);
  assert.equal(plain, rows);

  const run = await openRunFolder(folder);
  const { length, columns } = await run.table("points");
  assert.equal(length, rows);
  for (let i = 0; i < rows; i += 7) assert.equal(columns["current_A"]?.[i], pointsRow(i)["current_A"]);
  assert.equal(await run.rows("points"), rows);
});

test("a reader that follows the run goes on where it was, across files", async (t) => {
  const writer = await createRun(await storeFor(t), startOf(), { mostSegment_B: 8 * 1024 });
  const run = await openRunFolder(writer.folder);
  let cursor;
  let seen = 0;
  for (let from = 0; from < rows; from += 100) {
    writer.append({ table: "points", rows: pointsRows(from, from + 100) });
    await writer.flush();
    const tail = await run.tail("points", cursor);
    assert.equal(tail.columns.columns["time_s"]?.[0], pointsRow(from)["time_s"]);
    seen += tail.columns.length;
    cursor = JSON.parse(JSON.stringify(tail.cursor)) as typeof tail.cursor;
  }
  assert.equal(seen, rows);
  await writer.finish("done");
});

test("a run of several files that is reopened in the middle of one goes on there; what lay behind is put aside, whole", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf(), { mostSegment_B: 8 * 1024, parquet: false });
  for (let from = 0; from < rows; from += 100) {
    writer.append({ table: "points", rows: pointsRows(from, from + 100) });
    if (from === 800) writer.mark(9); // behind row 900; the files after it hold unfinished work
    await writer.flush();
  }
  await writer.finish("aborted");
  const filesOf = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith(".arrows")).sort();
  const before = await filesOf(writer.folder);

  const again = await reopenRun(writer.folder);
  assert.deepEqual([again.completed, again.setAside?.rows["points"]], [9, rows - 900]);
  const kept = await filesOf(writer.folder);
  assert.ok(kept.length >= 2 && kept.length < before.length, `${kept.length} of ${before.length} files`);
  again.writer.append({ table: "points", rows: pointsRows(900, 1500) });
  again.writer.mark(15);
  await again.writer.finish("done");

  const { length, columns } = await (await openRunFolder(writer.folder)).table("points");
  assert.equal(length, 1500);
  for (let i = 0; i < length; i += 1) assert.equal(columns["time_s"]?.[i], pointsRow(i)["time_s"]);
  const files = await filesOf(writer.folder);
  const bytes = await Promise.all(files.map((name) => readFile(path.join(writer.folder, name))));
  assert.equal(
    bytes.reduce((sum, file) => sum + tableFromIPC(file).numRows, 0),
    1500,
  ); // also to a plain Arrow reader
});

test("blocks give the same rows as the whole table, few at a time, and only the columns asked for", async (t) => {
  const run = await openRunFolder(await longRun(await storeFor(t)));
  const blocks = [];
  for await (const block of run.blocks("points", { rows: 300, columns: ["note", "cycle"] })) blocks.push(block);
  assert.ok(blocks.length >= 4);
  for (const block of blocks.slice(0, -1)) assert.ok(block.length >= 300 && block.length < 600, `${block.length} rows`);
  const chosen = points.columns.filter(({ name }) => name === "note" || name === "cycle");
  const joined = joinColumns({ name: "points", columns: chosen }, blocks);
  const whole = await run.table("points");
  assert.deepEqual(Object.keys(blocks[0]?.columns ?? {}), ["note", "cycle"]);
  assert.deepEqual(joined.columns["note"], whole.columns["note"]);
  assert.deepEqual(joined.columns["cycle"], whole.columns["cycle"]);
  await assert.rejects(run.blocks("points", { columns: ["voltage"] }).next(), /no column "voltage"; it has time_s/);
});

test("a flipped bit in a later file is said with that file and its rows, and costs those rows only", async (t) => {
  const folder = await longRun(await storeFor(t));
  const file = path.join(folder, runFiles.table("points", 3));
  const bytes = await readFile(file);
  bytes[bytes.length - 600] = (bytes[bytes.length - 600] ?? 0) ^ 4;
  await writeFile(file, bytes);
  const run = await openRunFolder(folder);
  await assert.rejects(run.table("points"), {
    kind: "storage-failed",
    message: /points_0003\.arrows: the batch of rows \d+ to \d+ .*checksum/,
  });
  const kept = await run.table("points", { leaveOutDamaged: true });
  assert.ok(kept.length < rows && kept.length >= rows - 200, `${kept.length} rows`);
});

test("a file that was not copied along is said, and the rows of the others can still be read", async (t) => {
  const folder = await longRun(await storeFor(t));
  await rm(path.join(folder, runFiles.table("points", 2)));
  const run = await openRunFolder(folder);
  await assert.rejects(run.table("points"), { message: /points_0002\.arrows.*removed or never copied/ });
  const { length, columns } = await run.table("points", { leaveOutDamaged: true });
  assert.ok(length > 0 && length < rows, `${length} rows`);
  assert.equal(columns["time_s"]?.[length - 1], pointsRow(rows - 1)["time_s"]);
});
