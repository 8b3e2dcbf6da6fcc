import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openRunFolder } from "../../src/store/index.js";
import { eventually } from "../support/cli.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";
import { startRun } from "./safety-support.js";

const LEVEL_V = 2;

test("kill -9 while a 4200A holds a level: it goes to zero at the bench file's slew and is off within 2 s", async (t) => {
  const dut = { id: "R", model: "resistor", parameters: { R: 1e4 } };
  const bench = await virtualBench(
    [{ label: "smu", driver: "keithley-4200a" }],
    smuWiring("smu"),
    dut,
    "socket",
    "real",
  );
  t.after(() => bench.close());
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-kill-4200a-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const benchFile = path.join(folder, "bench.yaml");
  await writeFile(
    benchFile,
    `name: safety\ninstruments: { smu: { driver: keithley-4200a, resource: "${bench.resource("smu")}" } }\n` +
      "dut: { id: R, model: resistor }\nlimits: { voltage: 3 V, current: 1 mA }\nsafety: { ramp: 10 V/s }\n" +
      `store: ${JSON.stringify(path.join(folder, "runs"))}\n`,
  );
  const held = { level: LEVEL_V, hold: "yes", compliance: 1e-3, every: 0.2, duration: 600, dwell: 0.02 };
  const controller = startRun(t, benchFile, "retention", held);
  const run = await controller.measuring(1);
  assert.ok(Math.abs(bench.lab.device_V - LEVEL_V) < 0.01, `${bench.lab.device_V} V are held`);
  const seen: { at_s: number; volts: number }[] = [];
  bench.lab.watch(({ t1_s, top1_V }) => void seen.push({ at_s: t1_s, volts: top1_V }));

  controller.kill("SIGKILL");
  const killed_ms = performance.now();
  const off = () => (Math.abs(bench.lab.device_V) < 1e-6 ? true : undefined);
  await eventually("nothing is on the device", 2, off);
  t.diagnostic(`kill -9 to zero: ${(performance.now() - killed_ms).toFixed(0)} ms`);
  const said = await eventually("the guardian's word in the run's events", 5, async () =>
    (await (await openRunFolder(run)).events()).find(({ event }) => event === "guardian"),
  );

  assert.equal(said["safe"], true);
  assert.match(String(said["note"]), /in steps from (1\.99|2)\d* V at 10 V\/s$/);
  const largest_V = Math.max(...seen.slice(1).map(({ volts }, k) => Math.abs(volts - (seen[k]?.volts ?? NaN))));
  assert.ok(largest_V < LEVEL_V / 2, `a step of ${largest_V} V on the way from ${LEVEL_V} V`);
  const falling = seen.filter(({ volts }) => volts > 0.05 * LEVEL_V && volts < 0.95 * LEVEL_V).map(({ at_s }) => at_s);
  const way_s = Math.max(...falling) - Math.min(...falling);
  assert.ok(way_s > 0.1, `the way from 95 % to 5 % took ${way_s} s; at 10 V/s it takes 0.18 s`);
});
