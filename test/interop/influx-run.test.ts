import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { eventually, memrig, resultOf, scratchFolder, startMemrig } from "../support/cli.js";
import { influxServer } from "../support/influxd.js";

const bench = (url: string) => `
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: W3-D17, model: zno-diffusive }
limits: { voltage: 1 V, current: 1 mA }
influx: { url: "${url}", database: memrig }
`;

test("InfluxDB killed in mid-run and started again has every point of the run once", async (t) => {
  const influx = await influxServer(t);
  if (!influx) return;
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "lab.yaml"), bench(influx.url));
  const child = startMemrig(t, ["run", "iv-sweep", "--bench", "lab.yaml", "--set", "cycles=1500", "--json"], {
    cwd: folder,
  });
  const ended = resultOf(child);
  const count = () => influx.value('SELECT count("current_A") FROM "points"', "memrig").catch(() => undefined);
  await eventually("the first points arrive", 30, async () => (Number(await count()) > 1000 ? true : undefined));

  await influx.kill();
  assert.equal(child.exitCode, null, "the server went away in mid-run");
  await eventually("the run writes on without it", 30, async () => {
    const { stdout } = await memrig(t, ["influx", "status", "--bench", "lab.yaml", "--json"], { cwd: folder });
    const run = (JSON.parse(stdout) as { runs: { rows: number; sent: number }[] }).runs[0];
    return run && run.rows > run.sent + 5000 ? true : undefined;
  });
  await influx.start();

  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  const { rows } = JSON.parse(stdout) as { rows: number };
  const pushed = await memrig(t, ["influx", "push", "--bench", "lab.yaml", "--json"], { cwd: folder });
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.equal(rows, 1500 * 121);
  assert.equal(await count(), rows);
});

test("without a server a run is done, complains of nothing on its way, and its points arrive when somebody pushes", async (t) => {
  const influx = await influxServer(t);
  if (!influx) return;
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "lab.yaml"), bench(influx.url));
  await influx.kill();

  const ran = await memrig(t, ["run", "iv-sweep", "--bench", "lab.yaml", "--set", "cycles=5", "--json"], {
    cwd: folder,
  });

  assert.equal(ran.code, 0, ran.stderr);
  const { run, rows } = JSON.parse(ran.stdout) as { run: string; rows: number };
  const sentence = `InfluxDB has 0 of ${rows} rows; ${rows} rows wait in the run folder ("memrig influx push" sends them)`;
  assert.ok(ran.stderr.includes(sentence), ran.stderr);
  const events = (await readFile(join(folder, "runs", run, "events.jsonl"), "utf8")).trim().split("\n");
  const told = JSON.parse(events.at(-1) ?? "") as { event: string; sent: number; lastError: string };
  assert.deepEqual([told.event, told.sent], ["influx", 0]);
  assert.match(told.lastError, /ECONNREFUSED/);
  const refused = await memrig(t, ["influx", "push", "--bench", "lab.yaml"], { cwd: folder });
  assert.equal(refused.code, 1, "a push that could not send fails");
  await influx.start();
  const pushed = await memrig(t, ["influx", "push", "--bench", "lab.yaml"], { cwd: folder });
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.equal(await influx.value('SELECT count("current_A") FROM "points"', "memrig"), rows);
  const cursor = await readFile(join(folder, "runs", run, "influx.json"), "utf8");
  assert.match(cursor, new RegExp(String(rows)));
});
