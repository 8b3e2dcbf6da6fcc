import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { Catalogue, catalogueFile, markOf } from "../../../src/store/catalogue.js";
import { createRun, listRuns, runFiles } from "../../../src/store/index.js";
import { matches, metricCondition, timeSpan } from "../../../src/store/run-filter.js";
import { pointsRows, startOf, storeFor } from "./support.js";

/** Enough for the catalogue to be written. */
const many = 40;

async function storeOf(store: string, count = many): Promise<string[]> {
  const writer = await createRun(store, startOf(), { parquet: false });
  writer.append({ table: "points", rows: pointsRows(0, 3) });
  await writer.finish("done", { metrics: { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 1 } } });
  const names = [path.basename(writer.folder)];
  for (let k = 1; k < count; k += 1) {
    const name = `20260131T1200${String(k).padStart(2, "0")}Z_iv-sweep_D${k}_aaaa${String(k).padStart(2, "0")}`;
    await cp(writer.folder, path.join(store, name), { recursive: true });
    names.push(name);
  }
  return names;
}

let moves = 0;

/** As a program that was started just now would list it: only the file is known. */
async function listedAnew(store: string): Promise<{ runs: Awaited<ReturnType<typeof listRuns>>; known: number }> {
  const catalogue = await Catalogue.open(store);
  const elsewhere = `${store}-elsewhere-${(moves += 1)}`;
  await rename(store, elsewhere); // another path: this process knows nothing of it
  try {
    const runs = await listRuns(elsewhere);
    const known = runs.filter(({ run }) => {
      const [info, metrics] = [runFiles.info, runFiles.metrics].map((file) => markOf(path.join(elsewhere, run, file)));
      if (info === undefined || metrics === undefined) return false;
      return catalogue.get(run, info) !== undefined && catalogue.hasMetrics(run, metrics);
    }).length;
    return { runs, known };
  } finally {
    await rename(elsewhere, store);
  }
}

test("a list is read from the catalogue, also after the store was moved, and every folder is where it is now", async (t) => {
  const store = path.join(await storeFor(t), "runs");
  await storeOf(store);
  await listRuns(store);
  assert.ok((await readdir(store)).includes(catalogueFile));
  const { runs, known } = await listedAnew(store);
  assert.equal(known, many);
  assert.equal(runs.length, many);
  for (const run of runs) {
    assert.equal(run.folder, path.join(`${store}-elsewhere-${moves}`, run.run));
    assert.equal(run.rows, 3);
    assert.deepEqual(run.metrics, { vth_V: 0.2 });
  }
});

test("what was copied in, deleted or edited by hand is listed as it is, whatever the catalogue says", async (t) => {
  const store = await storeFor(t);
  const [first = "", second = "", third = "", fourth = ""] = await storeOf(store);
  await listRuns(store);
  await rm(path.join(store, first), { recursive: true });
  const copied = "20260201T120000Z_iv-sweep_copy_bbbbbb";
  await cp(path.join(store, second), path.join(store, copied), { recursive: true });
  const edited = path.join(store, third, runFiles.info);
  await writeFile(edited, (await readFile(edited, "utf8")).replace('"tags": {}', '"tags": { "lot": "9" }'));
  const metrics = path.join(store, fourth, runFiles.metrics);
  await writeFile(metrics, (await readFile(metrics, "utf8")).replace("0.2", "0.7"));

  for (const runs of [await listRuns(store), (await listedAnew(store)).runs]) {
    assert.equal(runs.length, many);
    assert.ok(!runs.some(({ run }) => run === first));
    assert.ok(runs.some(({ run }) => run === copied));
    assert.deepEqual(runs.find(({ run }) => run === third)?.tags, { lot: "9" });
    assert.deepEqual(runs.find(({ run }) => run === fourth)?.metrics, { vth_V: 0.7 });
  }
  await writeFile(metrics, (await readFile(metrics, "utf8")).replace("0.7", "0.75"));
  const wanted = { metrics: [metricCondition("vth_V>0.7", Number)] };
  assert.deepEqual(
    (await listRuns(store, { wanted })).map(({ run }) => run),
    [fourth],
  );
  assert.deepEqual(await listRuns(store, { wanted: { ...wanted, dut: "nobody's" } }), []);
});

test("a catalogue that is missing, torn, damaged, empty or of another version is made anew, and never believed", async (t) => {
  const store = await storeFor(t);
  await storeOf(store);
  await listRuns(store);
  const file = path.join(store, catalogueFile);
  const whole = await readFile(file);
  const flipped = Buffer.from(whole);
  const at = flipped.indexOf('"done"') + 2;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  for (const bytes of [
    flipped,
    whole.subarray(0, whole.length / 2),
    Buffer.alloc(0),
    Buffer.from("{}\n[]\n"),
    Buffer.from("["),
  ]) {
    await writeFile(file, bytes);
    const { runs, known } = await listedAnew(store);
    assert.equal(known, 0);
    assert.ok(runs.length === many && runs.every(({ status, rows }) => status === "done" && rows === 3));
  }
  assert.ok((await stat(file)).size > 1000); // the last list wrote it anew
});

test("a run in progress is never taken from the catalogue, and two programs that list at once do no harm", async (t) => {
  const store = await storeFor(t);
  await storeOf(store);
  const writer = await createRun(store, startOf(), { parquet: false });
  const look = async () => (await listRuns(store)).find(({ run }) => run === writer.info.run);
  assert.equal((await look())?.rows, 0);
  writer.append({ table: "points", rows: pointsRows(0, 7) });
  await writer.flush();
  assert.deepEqual([(await look())?.rows, (await look())?.status], [7, "running"]);
  await writer.finish("aborted");
  assert.equal((await look())?.status, "aborted");

  const catalogues = await Promise.all([Catalogue.open(store), Catalogue.open(store)]);
  for (const catalogue of catalogues) catalogue.keepOnly([]);
  await Promise.all([...catalogues.map((catalogue) => catalogue.save()), listRuns(store)]);
  assert.equal((await listedAnew(store)).runs.length, many + 1);
  assert.deepEqual(
    (await readdir(store)).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("folders that are no runs, plain files and folders without a journal do not disturb the list", async (t) => {
  const store = await storeFor(t);
  const [name = ""] = await storeOf(store, 2);
  await mkdir(path.join(store, "my_notes"));
  await writeFile(path.join(store, "a_file.txt"), "");
  await rm(path.join(store, name, runFiles.journal("points")));
  await utimes(path.join(store, "my_notes"), 0, 0);
  const runs = await listRuns(store);
  assert.equal(runs.length, 2);
  assert.match(runs.find(({ run }) => run === name)?.unreadable ?? "", /journal.*removed or never copied/);
});

test("runs are chosen by tag, device, protocol, time, status, metric and origin", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf(undefined, { tags: { lot: "7", wafer: "3" } }), { parquet: false });
  await writer.finish("done", { metrics: { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 3 } } });
  const [run] = await listRuns(store);
  assert.ok(run !== undefined);
  const number = (text: string) => Number(text);
  const at_ms = Date.parse(run.startedAt);
  assert.ok(matches(run, {}));
  assert.ok(matches(run, { tags: { lot: "7" }, dut: "W3-D17", protocol: "iv-sweep", status: "done", imported: false }));
  for (const filter of [
    { tags: { lot: "8" } },
    { tags: { box: "7" } },
    { dut: "W3" },
    { protocol: "endurance" },
    { status: "failed" },
    { imported: true },
    { since_ms: at_ms + 1 },
    { before_ms: at_ms },
    { metrics: [metricCondition("vth_V<0.2", number)] },
    { metrics: [metricCondition("ratio>0", number)] },
  ]) {
    assert.ok(!matches(run, filter), JSON.stringify(filter));
  }
  for (const text of ["vth_V<=0.2", "vth_V = 0.2", "vth_V>=0.2", "vth_V >0.1", "vth_V<1"]) {
    assert.ok(matches(run, { metrics: [metricCondition(text, number)] }), text);
  }
  for (const text of ["vth_V", "<0.2", "vth_V<", ""]) assert.throws(() => metricCondition(text, number), MemrigError);
});

test("a time is a day, a time of day or an age, and anything else is refused with what is allowed", () => {
  const now = Date.parse("2026-01-31T12:00:00Z");
  const day = Date.parse("2026-01-30T00:00:00Z");
  assert.deepEqual(timeSpan("2026-01-30", now), { from_ms: day, to_ms: day + 86_400_000 });
  assert.equal(timeSpan("2026-01-30T06:30", now).from_ms, day + 6.5 * 3_600_000);
  assert.equal(timeSpan("2026-01-30T06:30+01:00", now).to_ms, day + 5.5 * 3_600_000);
  assert.equal(timeSpan("2d", now).from_ms, now - 2 * 86_400_000);
  assert.equal(timeSpan("90m", now).from_ms, now - 5_400_000);
  for (const text of ["yesterday", "2026-13-01", "", "7", "-2d"]) {
    assert.throws(() => timeSpan(text, now), { kind: "invalid-request", message: /write a day/ });
  }
});
