import assert from "node:assert/strict";
import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { RecordBatchReader } from "apache-arrow";
import fc from "fast-check";
import { MemrigError } from "../../../src/errors.js";
import { createRun, openRunFolder, runFiles } from "../../../src/store/index.js";
import type { Columns, TableSpec } from "../../../src/store/shapes.js";
import { storeFor, startOf } from "./support.js";

const rowsPerBatch = 20;
const batches = 5;
const allRows = rowsPerBatch * batches;
const table: TableSpec = {
  name: "points",
  columns: [
    { name: "index", type: "i32", unit: "", description: "row number" },
    { name: "square", type: "f64", unit: "", description: "its square" },
    { name: "text", type: "utf8", unit: "", description: "its digits" },
  ],
};

async function writeRun(store: string): Promise<string> {
  const writer = await createRun(store, startOf([table]));
  for (let from = 0; from < allRows; from += rowsPerBatch) {
    const indices = Array.from({ length: rowsPerBatch }, (_, i) => from + i);
    writer.append({
      table: "points",
      rows: indices.map((index) => ({ index, square: index ** 2, text: String(index) })),
    });
    await writer.flush();
  }
  await writer.finish("done");
  return writer.folder;
}

/** The row numbers that were read; every cell of each row must belong to it. */
function checkedIndices({ columns, length }: Columns): number[] {
  const indices = Array.from(columns["index"] as Int32Array);
  assert.equal(indices.length, length);
  assert.deepEqual(
    Array.from(columns["square"] as Float64Array),
    indices.map((index) => index ** 2),
  );
  assert.deepEqual(
    columns["text"],
    indices.map((index) => String(index)),
  );
  return indices;
}

const wholeBatches = (rows: number) => Array.from({ length: rows }, (_, i) => i);

test("a table cut off at any byte gives every whole batch to memrig and to a plain Arrow reader, and never a wrong row", async (t) => {
  const folder = await writeRun(await storeFor(t));
  const file = path.join(folder, runFiles.table("points"));
  const bytes = await readFile(file);
  const journal = (await readFile(path.join(folder, runFiles.journal("points")), "utf8")).trimEnd().split("\n");
  const ends = journal.map((line) => JSON.parse(line) as { offset: number; length: number; rows: number });

  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
      await writeFile(file, bytes.subarray(0, length));
      const sound = ends.filter((line) => line.offset + line.length <= length).reduce((n, line) => n + line.rows, 0);

      const run = await openRunFolder(folder);
      await assert.rejects(run.table("points"), { kind: "storage-failed", message: /points\.arrows.* is cut off/ });
      assert.deepEqual(checkedIndices(await run.table("points", { leaveOutDamaged: true })), wholeBatches(sound));
      assert.equal(plainRows(bytes.subarray(0, length)), sound);
    }),
    { numRuns: 150 },
  );
});

function plainRows(bytes: Uint8Array): number {
  let rows = 0;
  try {
    for (const batch of RecordBatchReader.from(bytes)) rows += batch.numRows;
  } catch (error) {
    assert.ok(error instanceof Error); // the torn tail; the batches before it were given
  }
  return rows;
}

test("bytes behind the last journal line (a batch torn by a power cut) cost no row before them", async (t) => {
  const folder = await writeRun(await storeFor(t));
  await appendFile(path.join(folder, runFiles.table("points")), Buffer.alloc(777, 0x5a));
  await appendFile(path.join(folder, runFiles.journal("points")), '{"offset":12345,"leng');

  const run = await openRunFolder(folder);
  assert.deepEqual(checkedIndices(await run.table("points")), wholeBatches(allRows));
  assert.equal(await run.rows("points"), allRows);
});

test("a journal cut off at any byte loses the batches it no longer names, and never gives a wrong row", async (t) => {
  const folder = await writeRun(await storeFor(t));
  const file = path.join(folder, runFiles.journal("points"));
  const bytes = await readFile(file);
  for (let length = bytes.length - 1; length >= 0; length -= 3) {
    await truncate(file, length);
    const lines = bytes.subarray(0, length).toString().split("\n").slice(0, -1);
    const named = Math.min(batches, Math.max(0, lines.length - 1)) * rowsPerBatch; // the first line is the schema
    assert.deepEqual(checkedIndices(await (await openRunFolder(folder)).table("points")), wholeBatches(named));
  }
});

for (const [name, file] of [
  ["table", runFiles.table("points")],
  ["journal", runFiles.journal("points")],
] as const) {
  test(`one flipped bit anywhere in the ${name} is found and named, or changed no row`, async (t) => {
    const folder = await writeRun(await storeFor(t));
    const whole = await readFile(path.join(folder, file));
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const flipped = Buffer.from(whole);
          flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
          await writeFile(path.join(folder, file), flipped);

          const run = await openRunFolder(folder);
          try {
            assert.deepEqual(checkedIndices(await run.table("points")), wholeBatches(allRows));
            assert.equal(name, "journal", `bit ${bit} of byte ${at} went unseen`); // there: a letter of the time or a name
          } catch (error) {
            if (!(error instanceof MemrigError)) throw error;
            assert.equal(error.kind, "storage-failed");
            assert.match(error.message, /points\.(arrows: the (batch of rows \d+ to \d+|schema)|journal)/);
            found += 1;
          }
          const kept = new Set(checkedIndices(await run.table("points", { leaveOutDamaged: true })));
          assert.ok(kept.size >= allRows - 2 * rowsPerBatch, `${kept.size} of ${allRows} rows were kept`);
        },
      ),
      { numRuns: 250 },
    );
    assert.ok(found > 0);
  });
}
