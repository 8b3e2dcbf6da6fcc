import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { createRun, openRunFolder, reopenedIn, reopenRun, requestAbort, runFiles } from "../../../src/store/index.js";
import type { RunWriter } from "../../../src/store/index.js";
import type { RunInfo, TableSpec } from "../../../src/store/shapes.js";
import { TableReader } from "../../../src/store/table-reader.js";
import { startOf, storeFor } from "./support.js";

const column = (name: string) => ({ name, type: "i32", unit: "", description: name }) as const;
const units: TableSpec = { name: "units", columns: [column("unit"), column("part")] };
const details: TableSpec = { name: "details", columns: [column("unit")] };

/** Rows of a unit: some in one table, fewer in the other. */
const partsOf = (unit: number): number => 1 + ((unit * 7) % 5);
const detailsOf = (unit: number): number => unit % 3;

/** What is on the disk at this moment, as a crash leaves it: a copy, whose process is gone. @returns its folder */
async function crash(writer: RunWriter, store: string, torn: string): Promise<string> {
  const folder = path.join(await mkdtemp(path.join(store, "crash-")), writer.info.run);
  await cp(writer.folder, folder, { recursive: true });
  await writer.finish("failed");
  const file = path.join(folder, runFiles.info);
  const info = JSON.parse(await readFile(file, "utf8")) as RunInfo;
  const { processMark: _mark, ...rest } = info;
  await writeFile(file, JSON.stringify({ ...rest, pid: 2 ** 30 }));
  for (const name of [runFiles.table("units"), runFiles.journal("units"), runFiles.marks, runFiles.events])
    await appendFile(path.join(folder, name), torn);
  return folder;
}

/** Works on units until the row at which it dies; undefined: until all are done. */
async function work(
  writer: RunWriter,
  from: number,
  wanted: number,
  dies: number,
  flushEvery: number,
): Promise<boolean> {
  let rows = 0;
  const hasDetails = writer.info.tables.length > 1;
  writer.mark(from);
  for (let unit = from; unit < wanted; unit += 1) {
    for (let part = 0; part < partsOf(unit); part += 1) {
      writer.append({ table: "units", rows: [{ unit, part }] });
      if ((rows += 1) % flushEvery === 0) await writer.flush();
      if (rows === dies) return false;
    }
    for (let k = 0; hasDetails && k < detailsOf(unit); k += 1) writer.append({ table: "details", rows: [{ unit }] });
    writer.mark(unit + 1);
  }
  return true;
}

test("whenever and however often a run is killed, it ends with each unit once, whole and in order, and nothing measured is gone", async (t) => {
  const store = await storeFor(t);
  const kill = fc.record({ dies: fc.integer({ min: 1, max: 40 }), flushEvery: fc.integer({ min: 1, max: 12 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(kill, { maxLength: 4 }), fc.constantFrom("", "\u0001torn"), async (kills, torn) => {
      const wanted = 12;
      let writer = await createRun(store, startOf([units, details]));
      await writer.flush();
      writer.mark(0);
      await writer.flush();
      let [completed, seen] = [0, 0];
      for (const { dies, flushEvery } of kills) {
        if (await work(writer, completed, wanted, dies, flushEvery)) {
          completed = wanted; // it was done before it could die
          break;
        }
        const folder = await crash(writer, store, torn);
        const durable = await (await openRunFolder(folder)).rows("units");
        const again = await reopenRun(folder);
        assert.ok(again.completed >= completed, "what was complete before is not any more");
        seen += again.setAside?.rows["units"] ?? 0;
        const kept = await (await openRunFolder(folder)).rows("units");
        assert.equal(
          kept + (again.setAside?.rows["units"] ?? 0),
          durable,
          "rows that were on the disk are nowhere now",
        );
        ({ completed, writer } = again);
      }
      await work(writer, completed, wanted, -1, 5);
      await writer.finish("done");

      const reader = await openRunFolder(writer.folder);
      const expected = Array.from({ length: wanted }, (_, unit) => unit);
      assert.deepEqual(
        [...((await reader.table("units")).columns["unit"] ?? [])],
        expected.flatMap((unit) => Array<number>(partsOf(unit)).fill(unit)),
      );
      assert.deepEqual(
        [...((await reader.table("details")).columns["unit"] ?? [])],
        expected.flatMap((unit) => Array<number>(detailsOf(unit)).fill(unit)),
      );
      assert.equal(await reader.completed(), wanted);
      const asides = (reader.info.sittings ?? []).flatMap(({ setAside }) => (setAside ? [setAside] : []));
      let read = 0;
      for (const { folder, rows } of asides) {
        if (rows["units"] === undefined) continue;
        read += await new TableReader(path.join(reader.folder, folder), units).rowsOnDisk();
      }
      assert.equal(read, seen);
      const { sittings } = reader.info;
      assert.ok(sittings === undefined || sittings.at(-1)?.status === "done");
      for (const [k, sitting] of (sittings ?? []).entries())
        if (k > 0) assert.equal(sitting.from, sittings?.[k - 1]?.completed);
    }),
    { numRuns: 12, includeErrorInReport: true },
  );
});

test("a run that was aborted is gone on with: its wish to stop is gone, its metrics are set aside, and who keeps a list is told", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf([units]));
  await work(writer, 0, 3, -1, 100);
  await requestAbort(writer.folder, "a person");
  await writer.finish("aborted", { reason: "Aborted by a person.", metrics: { x: { mean: 1, sd: 0, cv: 0, n: 3 } } });

  const again = await reopenRun(writer.folder, { cycleSeed: 9 });

  assert.equal(again.completed, 3);
  assert.deepEqual([...(again.lastRow?.columns["unit"] ?? [])], [2]);
  const reader = await openRunFolder(writer.folder);
  assert.equal(await reader.status(), "running");
  assert.equal(await reader.metrics(), undefined);
  assert.equal(again.setAside?.folder, "aside-1");
  assert.equal(reader.info.sittings?.length, 2);
  assert.deepEqual(
    [reader.info.sittings[0]?.status, reader.info.sittings[0]?.reason, reader.info.sittings[1]?.cycleSeed],
    ["aborted", "Aborted by a person.", 9],
  );
  assert.deepEqual((await reopenedIn(store, 0)).names, [reader.info.run]);
  await assert.rejects(reopenRun(writer.folder), /is running/);
  await again.writer.finish("done");
  await assert.rejects(reopenRun(writer.folder), /it is done.*memrig rerun/);
});

test("a run without marks is refused with what is possible, and one that another program reopens is busy", async (t) => {
  const store = await storeFor(t);
  const old = await createRun(store, startOf([units]));
  old.append({ table: "units", rows: [{ unit: 0, part: 0 }] });
  await old.finish("failed", { reason: "the disk" });
  const before = await readFile(path.join(old.folder, runFiles.info), "utf8");
  await assert.rejects(reopenRun(old.folder), /had not said which of its rows.*memrig rerun/);
  assert.equal(await readFile(path.join(old.folder, runFiles.info), "utf8"), before);

  await writeFile(path.join(old.folder, runFiles.reopening), JSON.stringify({ pid: process.pid, host: "elsewhere" }));
  await assert.rejects(reopenRun(old.folder), { kind: "busy" });
});

test("an imported run and a twin are not gone on with", async (t) => {
  const store = await storeFor(t);
  const twin = await createRun(store, startOf([units], { twinOf: "another" }));
  await twin.finish("aborted");
  await assert.rejects(reopenRun(twin.folder), /twin of another/);
});
