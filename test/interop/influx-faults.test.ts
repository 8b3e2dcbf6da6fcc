import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { createRun, type RunWriter } from "../../src/store/index.js";
import { InfluxSink } from "../../src/store/sinks/influx.js";
import { influxServer } from "../support/influxd.js";
import { needs } from "../support/needs.js";
import { until } from "../support/until.js";
import { pointsRows, startOf, storeFor } from "../unit/store/support.js";

const database = "memrig";
const countAll = "SELECT count(current_A) FROM points";

async function runOf(store: string, rows: number): Promise<RunWriter> {
  const writer = await createRun(store, startOf());
  writer.append({ table: "points", rows: pointsRows(0, rows) });
  await writer.finish("done");
  return writer;
}

test("with a wrong password nothing is lost, the message says what to check, and with the right one all is in", async (t) => {
  const account = { username: "lab", password: 'it\'s a "secret"' };
  const influx = await influxServer(t, { account: { ...account, password: "s3cret" } });
  if (influx === undefined) return;
  const store = await storeFor(t);
  const { folder } = await runOf(store, 300);
  const sinkWith = (password: string) => {
    const sink = new InfluxSink({ url: influx.url, database, username: "lab", password }, store);
    t.after(() => sink.stop());
    return sink;
  };
  const refused = await sinkWith(account.password).pushRun(folder, { patience_s: 0.3 });
  assert.deepEqual([refused.sent, refused.notStorable, refused.complete], [0, 0, false]);
  assert.match(refused.lastError ?? "", /authorization failed\. Check username, password or token/);
  assert.doesNotMatch(refused.lastError ?? "", /secret/);

  const report = await sinkWith("s3cret").pushRun(folder);
  assert.deepEqual([report.sent, report.complete], [300, true]);
  assert.equal(await influx.value(countAll), 300);
});

test("over https a certificate nobody knows is refused, and accepted where the bench file names it", async (t) => {
  if (needs(t, "openssl") === undefined) return;
  const store = await storeFor(t);
  const [certificate, key] = [path.join(store, "lab.pem"), path.join(store, "lab.key")];
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", "/CN=influx.lab", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", [...request, "-keyout", key, "-out", certificate, ...subject], { stdio: "ignore" });
  const influx = await influxServer(t, { tls: { certificate, key } });
  if (influx === undefined) return;
  const { folder } = await runOf(store, 300);

  const strange = new InfluxSink({ url: influx.url, database }, store);
  const refused = await strange.pushRun(folder, { patience_s: 0.3 });
  await strange.stop();
  assert.deepEqual([refused.sent, refused.complete], [0, false]);
  assert.match(refused.lastError ?? "", /self-signed certificate\. Name the file .*ca: FILE/);

  const known = new InfluxSink({ url: influx.url, database, ca: certificate }, store);
  const report = await known.pushRun(folder);
  await known.stop();
  assert.deepEqual([report.sent, report.complete], [300, true]);
  assert.equal(await influx.value(countAll), 300);
  assert.throws(() => new InfluxSink({ url: influx.url, database, ca: key }, store), /holds no certificate/);
  assert.throws(() => new InfluxSink({ url: influx.url, database, ca: "none.pem" }, store), /could not be read/);
});

test("a database dropped in mid-run is filled again from the run's first row", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const sink = new InfluxSink({ url: influx.url, database }, store);
  t.after(() => sink.stop());
  sink.start();
  const writer = await createRun(store, startOf());
  writer.append({ table: "points", rows: pointsRows(0, 12_000) });
  await writer.flush();
  await until("the first rows are in", async () => (await influx.value(countAll)) === 12_000 || undefined);
  await influx.rows("DROP DATABASE memrig");
  writer.append({ table: "points", rows: pointsRows(12_000, 20_000) });
  await writer.finish("done");
  await until("the run is in", async () => (await sink.status()).runs[0]?.complete === true || undefined);
  assert.equal(await influx.value(countAll), 20_000);

  await influx.rows("DROP DATABASE memrig"); // after the run: nobody can know
  assert.equal((await sink.pushRun(writer.folder)).complete, true);
  assert.equal(await influx.value(countAll), undefined);
  assert.equal((await sink.pushRun(writer.folder, { again: true })).sent, 20_000);
  assert.equal(await influx.value(countAll), 20_000);
});

test("a run whose last rows were cut off and measured anew has the new ones only", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const first = await createRun(store, startOf());
  first.append({ table: "points", rows: pointsRows(0, 7000) });
  await first.finish("aborted");
  const sink = new InfluxSink({ url: influx.url, database }, store);
  t.after(() => sink.stop());
  await sink.pushRun(first.folder);
  // What a resumed run does to its folder: rows behind the last whole unit go, others come, it ends again.
  const later = pointsRows(6000, 9000).map((row) => ({ ...row, time_s: Number(row["time_s"]) + 100.0005 }));
  const again = await createRun(store, startOf());
  again.append({ table: "points", rows: [...pointsRows(0, 6000), ...later] });
  await again.finish("done");
  const files = ["points.arrows", "points.journal.jsonl"];
  for (const file of files) execFileSync("cp", [path.join(again.folder, file), path.join(first.folder, file)]);

  const report = await new InfluxSink({ url: influx.url, database }, store).pushRun(first.folder);
  assert.deepEqual([report.rows, report.sent, report.complete], [9000, 9000, true]);
  const inIt = `${countAll} WHERE run = '${first.info.run}'`;
  assert.equal(await influx.value(inIt), 9000);
  assert.equal(await influx.value(`${inIt} AND time_s > 50`), 3000);
});

test("a text too long for any request is counted, and costs no other row", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const rows = pointsRows(0, 200).map((row, i) => (i === 77 ? { ...row, note: "x".repeat(26e6) } : row));
  writer.append({ table: "points", rows });
  await writer.finish("done");
  const sink = new InfluxSink({ url: influx.url, database }, store);
  t.after(() => sink.stop());
  const report = await sink.pushRun(writer.folder);
  assert.deepEqual([report.sent, report.notStorable, report.complete], [199, 1, true]);
  assert.match(report.lastError ?? "", /Request Entity Too Large/i);
  assert.equal(await influx.value(countAll), 199);
});

/** A disk of a few megabytes that only its own programs see; it goes with the process that holds it. */
async function smallDisk(t: TestContext, folder: string): Promise<{ within: readonly string[] } | undefined> {
  if (needs(t, "small-disk") === undefined) return undefined;
  const hold = `mount -t tmpfs -o size=3m none '${folder}' && echo ready && exec sleep 600`;
  const holder = spawn("unshare", ["--map-root-user", "--mount", "sh", "-c", hold], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  return { within: ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", String(holder.pid), "--"] };
}

test("a server whose disk is full loses nothing: with space and a new start all rows are in, once", async (t) => {
  const store = await storeFor(t);
  const folder = await storeFor(t);
  const disk = await smallDisk(t, folder);
  if (disk === undefined) return;
  const influx = await influxServer(t, { within: { command: disk.within, folder } });
  if (influx === undefined) return;
  const writer = await createRun(store, startOf());
  const rows = 80_000;
  for (let from = 0; from < rows; from += 20_000) {
    writer.append({ table: "points", rows: pointsRows(from, from + 20_000) });
    await writer.flush();
  }
  await writer.finish("done");
  const sink = new InfluxSink({ url: influx.url, database }, store);
  t.after(() => sink.stop());

  const full = await sink.pushRun(writer.folder, { patience_s: 0.5 });
  assert.ok(full.sent > 0 && full.sent < rows && !full.complete, `${full.sent} rows were taken`);
  assert.match(
    full.lastError ?? "",
    /no space left on device\. Its disk is full: free some space there and start it again/,
  );
  const [command = "", ...args] = disk.within;
  execFileSync(command, [...args, "mount", "-o", "remount,size=200m", folder]);
  await influx.start();
  const report = await sink.pushRun(writer.folder);
  assert.deepEqual([report.sent, report.notStorable, report.complete], [rows, 0, true]);
  assert.equal(await influx.value(countAll), rows);
});
