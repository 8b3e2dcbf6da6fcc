import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRun, openRun, runFiles } from "../../src/store/index.js";
import { InfluxSink } from "../../src/store/sinks/influx.js";
import { influxServer } from "../support/influxd.js";
import { points, pointsRow, pointsRows, startOf, storeFor } from "../unit/store/support.js";

const database = "memrig";
const script = fileURLToPath(new URL("../unit/store/writer-process.ts", import.meta.url));

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline_ms = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline_ms, `not within 30 s: ${what}`);
    await pause(20);
  }
}

test("a run arrives while it goes on, every row once, every cell exactly", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const sink = new InfluxSink({ url: influx.url, database }, store);
  sink.start();
  t.after(() => sink.stop());
  const writer = await createRun(store, startOf([points], { dut: "W3, die 17 = left\\" }));
  writer.append({ table: "points", rows: pointsRows(0, 300) });
  await writer.flush();
  await until("the first rows are in while the run goes on", async () => {
    return (await influx.value("SELECT count(current_A) FROM points")) === 300;
  });
  writer.append({ table: "points", rows: [{ ...pointsRow(300), note: "it's a \\'\"quote\"\\ line\nbreak" }] });
  writer.append({ table: "points", rows: pointsRows(301, 1000) });
  await writer.finish("done");
  await sink.stop();

  const start_ns = BigInt(Date.parse(writer.info.startedAt)) * 1_000_000n;
  const rows = await influx.rows(
    `SELECT time_s, cycle, current_A, inCompliance, note FROM points WHERE run = '${writer.info.run}'`,
  );
  assert.equal(rows.length, 1000);
  for (const [i, [stamp, ...cells]] of rows.entries()) {
    const row = pointsRow(i);
    const note = i === 300 ? "it's a \\'\"quote\"\\ line\nbreak" : row["note"];
    assert.deepEqual(cells, [row["time_s"], row["cycle"], row["current_A"], row["inCompliance"], note]);
    assert.equal(Number(stamp), Number(start_ns + BigInt(i) * 1_000_000n)); // JSON rounds both alike
  }
  assert.deepEqual(
    (await influx.rows("SHOW FIELD KEYS FROM points")).map(([name, type]) => `${String(name)} ${String(type)}`).sort(),
    ["current_A float", "cycle integer", "inCompliance boolean", "note string", "time_s float"],
  );
  const status = await new InfluxSink({ url: influx.url, database, username: "lab", password: "x" }, store).status();
  assert.equal(status.reachable, true);
  assert.deepEqual(
    status.runs.map(({ rows, sent, notStorable, complete }) => ({ rows, sent, notStorable, complete })),
    [{ rows: 1000, sent: 1000, notStorable: 0, complete: true }],
  );
});

test("InfluxDB killed and started again in mid-run: count equals the rows of the run, and the run waited for nothing", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const sink = new InfluxSink({ url: influx.url, database }, store);
  sink.start();
  t.after(() => sink.stop());
  const writer = await createRun(store, startOf());
  const writeRows = async (to: number) => {
    while (writer.rows("points") < to) {
      const from = writer.rows("points");
      writer.append({ table: "points", rows: pointsRows(from, from + 1000) });
      await writer.flush();
    }
  };
  await writeRows(30_000);
  await until("some rows are in", async () => Number(await influx.value("SELECT count(current_A) FROM points")) > 0);
  await influx.kill(); // in the middle of what is left of the 30 000
  await writeRows(50_000);
  await until("the sink has noticed", async () => (await sink.status()).lastError !== undefined);
  assert.equal((await sink.status()).reachable, false);
  await influx.start();
  await writeRows(60_000);
  await writer.finish("done");
  await until("all is in", async () => (await sink.status()).runs[0]?.complete === true);

  assert.equal(await influx.value("SELECT count(current_A) FROM points"), 60_000);
  assert.equal((await sink.status()).lastError, undefined);
});

test("sinks stopped and started in mid-stream, and cursors lost or out of date, double no point", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const cursorFile = path.join(writer.folder, runFiles.influx);
  let old = "{ torn";
  for (let turn = 1; turn <= 4; turn += 1) {
    const sink = new InfluxSink({ url: influx.url, database }, store);
    sink.start();
    writer.append({ table: "points", rows: pointsRows(writer.rows("points"), 7000 * turn) });
    if (turn === 4) await writer.finish("done");
    else await writer.flush();
    await sink.stop();
    const current = await readFile(cursorFile, "utf8");
    if (turn < 4) await writeFile(cursorFile, old); // as after a restored copy or a crash
    old = current;
  }
  assert.equal(await influx.value("SELECT count(current_A) FROM points"), 28_000);
});

test("kill -9 of the writing program, then push: the database has exactly what the disk has", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const writer = spawn(process.execPath, ["--import", "tsx", script, store], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => writer.kill("SIGKILL"));
  let folder = "";
  for await (const line of createInterface(writer.stdout)) {
    if (folder === "") folder = line;
    else if (Number(line) === 10_000) writer.kill("SIGKILL");
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");

  const report = await new InfluxSink({ url: influx.url, database }, store).pushRun(folder);
  const { length } = await (await openRun(store, path.basename(folder))).table("points");
  assert.ok(length >= 10_000);
  assert.equal(await influx.value("SELECT count(current_A) FROM points"), length);
  assert.deepEqual([report.sent, report.complete, report.lastError], [length, true, undefined]);
});

test("NaN and infinite cells are left out and counted, and a row of nothing else is counted as not storable", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const numbers = { name: "cycles", columns: points.columns.filter(({ name }) => name !== "note") };
  const floats = { name: "cycles", columns: numbers.columns.filter(({ type }) => type === "f64") };
  const writer = await createRun(store, startOf([floats]));
  const value = (i: number) => (i % 10 === 0 ? Number.NaN : i % 10 === 1 ? Number.POSITIVE_INFINITY : i);
  const rows = Array.from({ length: 100 }, (_, i) => ({ time_s: i, current_A: value(i) }));
  rows.push({ time_s: Number.NaN, current_A: Number.NaN }, { time_s: 1, current_A: 1 }, { time_s: 1, current_A: 2 });
  writer.append({ table: "cycles", rows });
  await writer.finish("done");

  const report = await new InfluxSink({ url: influx.url, database }, store).pushRun(writer.folder);
  assert.deepEqual(
    {
      sent: report.sent,
      notStorable: report.notStorable,
      skippedCells: report.skippedCells,
      complete: report.complete,
    },
    { sent: 102, notStorable: 1, skippedCells: 22, complete: true },
  );
  assert.equal(await influx.value("SELECT count(current_A) FROM cycles"), 82); // two rows of equal time are two points
  assert.equal(await influx.value("SELECT count(time_s) FROM cycles"), 102);
});

test("rows the database refuses for good are counted with its reason, and cost no other row", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const sink = new InfluxSink({ url: influx.url, database }, store);
  // A database that keeps one hour (whole hours of the clock), and a run that began three hours ago: its start is refused.
  await influx.rows("CREATE DATABASE memrig WITH DURATION 1h REPLICATION 1 NAME short");
  const writer = await createRun(store, startOf());
  const rows = pointsRows(0, 7200).map((row, i) => ({ ...row, time_s: 1.5 * i }));
  writer.append({ table: "points", rows });
  await writer.finish("done");
  const startedAt = new Date(Date.now() - 10_800_000).toISOString();
  await writeFile(path.join(writer.folder, runFiles.info), JSON.stringify({ ...writer.info, startedAt }));
  const report = await sink.pushRun(writer.folder);
  const count = Number(await influx.value("SELECT count(current_A) FROM points"));
  assert.ok(count >= 2300 && count <= 4900, `${count} rows are in`);
  assert.deepEqual([report.sent, report.notStorable, report.complete], [count, 7200 - count, true]);
  assert.match(report.lastError ?? "", /points beyond retention policy/);

  // Another type in a field of that name: the database keeps the first type it saw.
  const columns = points.columns.map((column) =>
    column.name === "cycle" ? { ...column, type: "f64" as const } : column,
  );
  const other = await createRun(store, startOf([{ name: "points", columns }]));
  other.append({ table: "points", rows: pointsRows(0, 400) });
  await other.finish("done");
  const second = await sink.pushRun(other.folder);
  assert.deepEqual([second.sent, second.notStorable, second.complete], [0, 400, true]);
  assert.match(second.lastError ?? "", /field type conflict/);
  assert.equal(await influx.value("SELECT count(current_A) FROM points"), count);
});

test("with no server, stop returns within seconds, push says why, and nothing is lost", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  await influx.kill();
  const sink = new InfluxSink({ url: influx.url, database }, store);
  sink.start();
  const writer = await createRun(store, startOf());
  writer.append({ table: "points", rows: pointsRows(0, 50) });
  await writer.finish("done");
  const start_ms = performance.now();
  await sink.stop();
  assert.ok(performance.now() - start_ms < 10_000);
  const failed = await new InfluxSink({ url: influx.url, database }, store).pushRun(writer.folder, { patience_s: 0.3 });
  assert.deepEqual([failed.rows, failed.sent, failed.complete], [50, 0, false]);
  assert.match(failed.lastError ?? "", /did not take the points: .*ECONNREFUSED.*safe in the run folder/);
  await influx.start();
  const report = await new InfluxSink({ url: influx.url, database }, store).pushRun(writer.folder);
  assert.deepEqual([report.sent, report.complete], [50, true]);
});
