import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { memrig, scratchFolder } from "../support/cli.js";
import { clariusSheet, switchSweep, table } from "../unit/import/files.js";

interface Imported {
  readonly run: string;
  readonly folder: string;
  readonly sha256: string;
  readonly metrics: Readonly<Record<string, { mean: number; n: number }>>;
  readonly reference: readonly { name: string; deviation: { mean: number; n: number } }[];
  readonly importedBefore: readonly string[];
}

const runsIn = (stdout: string) => (JSON.parse(stdout) as { runs: Imported[] }).runs;

test("a Clarius sheet becomes a run that shows, plots and exports like one of ours, with its file and what stood in it", async (t) => {
  const folder = await scratchFolder(t);
  const sheet = clariusSheet([0.15, 0.16, 0.17]);
  await writeFile(join(folder, "endurance.txt"), sheet);
  const at = { cwd: folder };

  const done = await memrig(
    t,
    ["runs", "import", "endurance.txt", "--dut", "W3-D17", "--tag", "wafer=W3", "--json"],
    at,
  );
  assert.equal(done.code, 0, done.stderr);
  const [imported] = runsIn(done.stdout);
  assert.ok(imported);
  assert.ok(Math.abs((imported.metrics["vth_V"]?.mean ?? 0) + 0.16) < 1e-9, done.stdout);
  assert.equal(imported.metrics["vth_V"]?.n, 3);
  assert.equal(imported.reference.find(({ name }) => name === "VSET")?.deviation.n, 3);

  assert.equal(await readFile(join(imported.folder, "original.txt"), "utf8"), sheet);
  assert.equal(imported.sha256, createHash("sha256").update(sheet).digest("hex"));
  const kept = JSON.parse(await readFile(join(imported.folder, "reference.json"), "utf8")) as { perCycle: object };
  assert.deepEqual(Object.keys(kept.perCycle), ["VSET", "I_LRS", "I_HRS"]);

  const shown = await memrig(t, ["runs", "show", imported.run], at);
  assert.match(shown.stdout, /imported {3}.*endurance\.txt \(Keithley Clarius text\)/);
  assert.match(shown.stdout, /assumed {2}the compliance is not known/);
  const listed = await memrig(t, ["runs", "list", "--dut", "W3-D17"], at);
  assert.match(listed.stdout, /iv-sweep/);
  const plotted = await memrig(t, ["runs", "plot", imported.run, "--to", "figures"], at);
  assert.match(plotted.stdout, /_iv\.svg\n.*_iv-log\.svg\n.*_thresholds\.svg/);
  const exported = await memrig(t, ["runs", "export", imported.run, "--csv", "own.csv"], at);
  assert.equal(exported.code, 0, exported.stderr);

  // What we export we read again, to the last bit.
  const again = await memrig(t, ["runs", "import", "own.csv", "--json"], at);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(runsIn(again.stdout)[0]?.metrics, imported.metrics);
});

test("a file that was imported before is told; a file that is not understood keeps the others out too", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "good.csv"), table("V (V),I (A)", switchSweep(0.15)));
  await writeFile(join(folder, "bad.csv"), table("Voltage (A),Current (V)", switchSweep(0.15)));
  const at = { cwd: folder };

  const both = await memrig(t, ["runs", "import", "good.csv", "bad.csv", "--json"], at);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /bad\.csv: .*swapped.*Nothing was imported/s);
  assert.equal((await memrig(t, ["runs", "list", "--json"], at)).stdout.trim(), "[]");

  const first = await memrig(t, ["runs", "import", "good.csv", "--json"], at);
  const second = await memrig(t, ["runs", "import", "good.csv"], at);
  assert.match(second.stdout, new RegExp(`the same file was imported before: ${runsIn(first.stdout)[0]?.run ?? "?"}`));
});
