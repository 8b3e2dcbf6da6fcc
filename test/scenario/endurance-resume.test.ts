import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchFolder } from "../support/cli.js";
import { assertEveryCycleOnce, killedAndResumed } from "../support/interrupted.js";

const example = fileURLToPath(new URL("../../examples/zno-virtual.yaml", import.meta.url));

test("an endurance run that is killed while bursts are played ahead, and resumed, has exactly the cycles that were asked for, each once", async (t) => {
  const cwd = await scratchFolder(t);
  await copyFile(example, join(cwd, "lab.yaml"));
  const args = ["run", "endurance", "--bench", "lab.yaml", "--set", "cycles=12000,samples=17"];
  const { reader, killedAt, rows } = await killedAndResumed(t, { cwd, store: join(cwd, "runs"), args, more: [1] });
  assert.equal(rows, 12_000);
  await assertEveryCycleOnce(reader, 12_000);
  const { sittings = [] } = reader.info;
  assert.deepEqual(
    sittings.map(({ status, from, completed }) => [status, from, completed]),
    [
      ["interrupted", 0, killedAt[0]],
      ["done", killedAt[0], 12_000],
    ],
  );
  assert.equal((await reader.metrics())?.["ratio"]?.n, 12_000);
});
