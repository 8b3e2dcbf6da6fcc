import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../src/simulator/random.js";
import { memrig, scratchFolder } from "../support/cli.js";
import { assertEveryCycleOnce, killedAndResumed } from "../support/interrupted.js";

const vo2 = fileURLToPath(new URL("../../examples/vo2-virtual.yaml", import.meta.url));
const example = fileURLToPath(new URL("../../examples/zno-virtual.yaml", import.meta.url));

// Wang et al. 2025, Fig. 2i: 1.2 V/5 µs and 0.1 V/10 µs, 10 µs apart, beyond 1e5 cycles.
test("the ZnO device switches in every one of 100 000 pulsed cycles, each of them kept", async (t) => {
  const folder = await scratchFolder(t);
  await copyFile(example, join(folder, "lab.yaml"));
  const ran = await memrig(t, ["run", "endurance", "--bench", "lab.yaml", "--set", "cycles=100000", "--json"], {
    cwd: folder,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const { rows, metrics } = JSON.parse(ran.stdout) as {
    rows: number;
    metrics: Record<string, { mean: number; n: number }>;
  };
  assert.equal(rows, 100_000);
  assert.equal(metrics["yield"]?.mean, 1);
  assert.equal(metrics["ratio"]?.n, 100_000);
  assert.ok((metrics["ratio"]?.mean ?? 0) > 1e3, `R_off/R_on ${metrics["ratio"]?.mean}`);
});

test("killed four times at whatever moment, 150 000 cycles of the VO2 device are 150 000 cycles, each once", async (t) => {
  const cwd = await scratchFolder(t);
  await copyFile(vo2, join(cwd, "lab.yaml"));
  const random = createRandom(Date.now() % 1e6, "kills");
  const more = Array.from({ length: 4 }, () => 1 + Math.floor(25_000 * random.uniform()));
  t.diagnostic(`killed behind ${more.join(", ")} more cycles`);
  const args = ["run", "endurance", "--preset", "vo2-26.6M", "--set", "cycles=150000", "--bench", "lab.yaml"];
  const { reader, rows } = await killedAndResumed(t, { cwd, store: join(cwd, "runs"), args, more });
  assert.equal(rows, 150_000);
  await assertEveryCycleOnce(reader, 150_000);
  const ratio = (await reader.metrics())?.["ratio"];
  // Yi et al. 2018, Suppl. Fig. 6e: 155.65 with a full width at half maximum of 16.72
  assert.ok(Math.abs((ratio?.mean ?? 0) - 155.65) < 16.72 / 2, `R_off/R_on ${ratio?.mean}`);
});
