import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { activityOf, listRuns, openRun } from "../../src/store/index.js";
import { eventually, memrig, resultOf, scratchFolder, startMemrig } from "../support/cli.js";
import { completedIn, killedAndResumed } from "../support/interrupted.js";

const bench = (more = ""): string =>
  "name: a virtual bench\ninstruments: { smu: { driver: keithley-2450, resource: virtual } }\n" +
  `dut: { id: D1, model: zno-diffusive }\nlimits: { voltage: 1 V, current: 1 mA }\nstore: runs\n${more}`;

async function lab(t: TestContext, more = "") {
  const cwd = await scratchFolder(t);
  await writeFile(join(cwd, "lab.yaml"), bench(more));
  const store = join(cwd, "runs");
  return { cwd, store, run: (...args: string[]) => memrig(t, args, { cwd }) };
}

test("kill -9 twice, resume twice: exactly the cycles that were asked for, each whole, with the gaps marked and other draws", async (t) => {
  // In real time, so that a disk that is slow to sync, or a machine with other work, does not see the run's end before its first mark.
  const { cwd, store, run } = await lab(t, "virtual: { time: real }\n");
  const cycles = 80; // 5 s of measuring, in which the processor rests
  const sweep = ["run", "iv-sweep", "--bench", "lab.yaml", "--set", `cycles=${cycles},step=10mV,dwell=1ms,nplc=0.01`];
  const { reader, killedAt, rows } = await killedAndResumed(t, { cwd, store, args: sweep, more: [5, 5] });
  assert.equal(rows, cycles * 61);

  const { columns } = await reader.table("points");
  const cycle = columns["cycle"] as Int32Array;
  const time_s = columns["time_s"] as Float64Array;
  assert.ok(cycle.every((value, k) => value === 1 + Math.floor(k / 61)));
  assert.ok(time_s.every((value, k) => k === 0 || value > (time_s[k - 1] ?? 0)));
  const { sittings = [] } = reader.info;
  assert.deepEqual(
    sittings.map(({ status, from, completed }) => [status, from, completed]),
    [
      ["interrupted", 0, killedAt[0]],
      ["interrupted", killedAt[0], killedAt[1]],
      ["done", killedAt[1], cycles],
    ],
  );
  assert.equal(new Set(sittings.map(({ cycleSeed }) => cycleSeed)).size, 3);
  const told = (await reader.events()).filter(({ event }) => event === "resumed");
  assert.deepEqual(
    told.map(({ completed }) => completed),
    killedAt,
  );
  const current = columns["current_A"] as Float64Array;
  const first = (from: number): string => current.slice(61 * from, 61 * (from + 1)).join();
  assert.notEqual(first(killedAt[0] ?? 0), first(0), "the second sitting repeats the draws of the first");

  const refused = await run("resume", reader.info.run);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /it is done.*memrig rerun/);
});

test("a paused run has its output off and goes on when asked; another device is refused; a rerun has the old settings", async (t) => {
  const { cwd, store, run } = await lab(t, "virtual: { time: real }\n");
  // Many more cycles than are waited for: a program that is slow to start must not find the run at its end.
  const sweep = ["run", "iv-sweep", "--bench", "lab.yaml", "--set", "cycles=5000,dwell=4ms,nplc=0.01,step=10mV"];
  const child = startMemrig(t, sweep, { cwd });
  const ended = resultOf(child);
  await eventually("a cycle is complete", 20, async () => ((await completedIn(store)) >= 1 ? true : undefined));
  const paused = await run("pause", "--json");
  assert.equal(paused.code, 0, paused.stderr);
  assert.match((JSON.parse(paused.stdout) as { outputs: string }).outputs, /All outputs are off/);
  const [going] = await listRuns(store);
  const name = going?.run ?? "";
  assert.equal(await activityOf(await openRun(store, name)), "paused");
  const rested = await completedIn(store);
  assert.equal((await run("resume", "--json")).code, 0);
  await eventually("it goes on", 20, async () => ((await completedIn(store)) > rested ? true : undefined));
  assert.equal((await run("abort")).code, 0);
  assert.equal((await ended).code, 3);

  const again = await run("rerun", name, "--set", "cycles=1", "--json");
  assert.equal(again.code, 0, again.stderr);
  const { info } = await openRun(store, (JSON.parse(again.stdout) as { run: string }).run);
  assert.deepEqual([info.parameters["dwell"], info.parameters["cycles"], info.tags["rerun"]], [4e-3, 1, name]);

  await writeFile(join(cwd, "other.yaml"), bench().replace("id: D1", "id: D2"));
  const other = await run("resume", name, "--bench", "other.yaml", "--store", "runs");
  assert.equal(other.code, 2);
  assert.match(other.stderr, /its device is D1, that of other.yaml is D2/);
});

test("a dry run tells parameters, room to the limits and instruments, and opens nothing; one past a limit ends with 4", async (t) => {
  const { store, run } = await lab(t);
  const dry = await run("run", "iv-sweep", "--bench", "lab.yaml", "--set", "stop=0.5V", "--dry-run", "--json");
  assert.equal(dry.code, 0, dry.stderr);
  const report = JSON.parse(dry.stdout) as {
    limits: { limit: string; headroom?: number }[];
    rows: number;
    ok: boolean;
  };
  assert.deepEqual([report.ok, report.rows], [true, 201]);
  assert.ok(Math.abs((report.limits.find(({ limit }) => limit === "voltage")?.headroom ?? 0) - 0.5) < 1e-12);
  const past = await run("run", "iv-sweep", "--bench", "lab.yaml", "--set", "stop=2V", "--dry-run");
  assert.equal(past.code, 4);
  assert.match(past.stdout, /PASSED[^]*do NOT hold/);
  assert.equal((await run("run", "iv-sweep", "--bench", "lab.yaml", "--set", "sotp=2V", "--dry-run")).code, 2);
  assert.equal((await run("run", "iv-sweep", "--bench", "lab.yaml", "--preset", "none")).code, 2);
  assert.deepEqual(await listRuns(store), []);
});
