import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { openRun, runFiles } from "../../src/store/index.js";
import { storeFor } from "../unit/store/support.js";
import { goldenRun, goldenStore, writeGoldenRun } from "./store-run.js";

const golden = (file: string) => readFile(path.join(goldenStore, goldenRun, file));

test("a run folder written by the first version is read, and gives the same CSV, metrics and status", async () => {
  const run = await openRun(goldenStore, "g0lden");
  let csv = "";
  for await (const piece of run.csv("points")) csv += piece;
  assert.equal(csv, await readFile(path.join(goldenStore, "points.csv"), "utf8"));
  assert.deepEqual(await run.metrics(), { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 1 } });
  assert.equal(await run.status(), "done");
});

test("the same rows are written as the same bytes, and the journal says the same of them", async (t) => {
  const folder = await writeGoldenRun(await storeFor(t));
  const now = (file: string) => readFile(path.join(folder, file));
  assert.deepEqual(await now(runFiles.table("points")), await golden(runFiles.table("points")));
  const withoutTimes = (bytes: Buffer) => bytes.toString().replace(/,"at":"[^"]*"/g, "");
  const journal = runFiles.journal("points");
  assert.equal(withoutTimes(await now(journal)), withoutTimes(await golden(journal)));
  assert.equal((await now(runFiles.metrics)).toString(), (await golden(runFiles.metrics)).toString());
});
