import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { campaignResults } from "../../src/cli/campaign/results.js";
import { Queue } from "../../src/engine/queue/queue.js";
import { eventually, memrig, resultOf, scratchFolder, startMemrig } from "../support/cli.js";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** A smaller cut of the wafer: four dies, one device of each size, few and coarse sweeps. */
const cut = (rest = "") => `
name: cut
bench: ${examples}/vo2-wafer.yaml
sites: { wafer: { columns: 2, rows: 2, devices: { D1: 100 nm, S1: 50 nm } } }
steps: [{ protocol: iv-sweep, settings: { stop: 2.4 V, step: 60 mV, compliance: 1 mA, dwell: 20 ms, cycles: 2 } }]
yield: { metric: vth_V, min: 0.4 V }
${rest}`;

interface Line {
  readonly key: string;
  readonly status: string;
  readonly run?: string;
}

async function journal(folder: string, name = "cut"): Promise<Line[]> {
  const text = await readFile(join(folder, "runs/campaigns", name, "journal.jsonl"), "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

test("a wafer under the virtual prober is measured through, its runs are tagged, and yield, spread and map come out", async (t) => {
  const folder = await scratchFolder(t);
  const hook = (word: string) => `[node, -e, "require('fs').appendFileSync('hooks', '${word} ')"]`;
  await writeFile(join(folder, "cut.yaml"), cut(`hooks: { first: ${hook("first")}, last: ${hook("last")} }`));

  const ran = await memrig(t, ["campaign", "cut.yaml", "--json"], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(JSON.parse(ran.stdout), {
    campaign: "cut",
    runs: 8,
    status: "done",
    done: 8,
    failed: 0,
    skipped: 0,
  });
  assert.equal(await readFile(join(folder, "hooks"), "utf8"), "first last ");

  const [begun] = await journal(folder);
  const info = JSON.parse(await readFile(join(folder, "runs", begun?.run ?? "", "run.json"), "utf8")) as {
    dut: string;
    tags: object;
  };
  assert.equal(info.dut, "VO2-B-R1C1-D1");
  assert.deepEqual(info.tags, {
    ...{ campaign: "cut", site: "R1C1-D1", die: "R1C1", column: "1", row: "1", device: "D1", group: "100 nm" },
    ...{ step: "iv-sweep", repetition: "1" },
  });

  const shown = await memrig(t, ["campaign", "show", "cut", "--svg", "map.svg", "--json"], { cwd: folder });
  assert.equal(shown.code, 0, shown.stderr);
  const { steps } = JSON.parse(shown.stdout) as {
    steps: { groups: { group: string; yield: { good: number }; devices: { cv: number } }[] }[];
  };
  assert.deepEqual(
    steps[0]?.groups.map(({ group, yield: { good } }) => [group, good]),
    [
      ["100 nm", 4],
      ["50 nm", 4],
      ["all", 8],
    ],
  );
  // Eight devices of a population with a spread of 10 %: a sample of that size lies between 4 and 18 %.
  const cv = steps[0]?.groups[2]?.devices.cv ?? 0;
  assert.ok(cv > 0.03 && cv < 0.2, `C_v ${cv}`);
  assert.match(await readFile(join(folder, "map.svg"), "utf8"), /2\/2.*vth \(V\)/s);
});

test("after kill -9 a campaign goes on at the first run that is not done, and no run is done twice", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "cut.yaml"), cut());
  const killed = startMemrig(t, ["campaign", "cut.yaml"], { cwd: folder });
  await eventually("three runs", 60, async () => ((await journal(folder)).length >= 6 ? true : undefined));
  killed.kill("SIGKILL");
  await resultOf(killed);
  const before = (await journal(folder)).filter(({ status }) => status === "done").map(({ key }) => key);
  assert.ok(before.length >= 2 && before.length < 8, `${before.length} done when killed`);

  const resumed = await memrig(t, ["resume", "cut", "--store", "runs", "--json"], { cwd: folder });

  assert.equal(resumed.code, 0, resumed.stderr);
  const done = (await journal(folder)).filter(({ status }) => status === "done").map(({ key }) => key);
  assert.equal(done.length, 8);
  assert.equal(new Set(done).size, 8);
  assert.deepEqual(done.slice(0, before.length), before);
});

test("through the matrix each device is another one; Ctrl-C stops safely, and what was measured is shown", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(
    join(folder, "array.yaml"),
    `
bench: ${examples}/zno-array.yaml
order: step-major
sites: { list: [D1, D17, D30] }
steps: [{ protocol: iv-sweep, settings: { stop: 0.3 V, step: 5 mV, dwell: 20 ms }, grid: { cycles: [3, 4000] } }]
`,
  );
  const stopped = startMemrig(t, ["campaign", "array.yaml"], { cwd: folder });
  const result = resultOf(stopped);
  await eventually("the fourth run", 60, async () => ((await journal(folder, "array")).length >= 7 ? true : undefined));
  stopped.kill("SIGINT");
  const { code, stderr } = await result;
  assert.equal(code, 3, stderr);
  assert.match(stderr, /--resume/);
  const last = (await journal(folder, "array")).at(-1);
  assert.equal(last?.status, "aborted");
  const events = await readFile(join(folder, "runs", last.run ?? "", "events.jsonl"), "utf8");
  assert.match(events, /"label":"smu"[^\n]*"state":"safe"/);
  assert.match(events, /"label":"matrix"[^\n]*"state":"safe"/);

  const { steps, done } = await campaignResults(join(folder, "runs"), "array");
  assert.equal(done, 3);
  const thresholds = steps[0]?.sites.map(({ runs }) => runs[0]?.mean) ?? [];
  assert.equal(new Set(thresholds).size, 3, `thresholds ${thresholds.join(", ")} V`);
});

test("a dry run tells of the limit that would be passed, opens nothing and keeps nothing", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "cut.yaml"), cut().replace("2.4 V", "3.4 V"));
  const dry = await memrig(t, ["campaign", "cut.yaml", "--dry-run", "--json"], { cwd: folder });
  assert.equal(dry.code, 4);
  const outline = JSON.parse(dry.stdout) as { runs: number; refusals: { runs: number; reason: string }[] };
  assert.equal(outline.runs, 8);
  assert.equal(outline.refusals[0]?.runs, 8);
  assert.match(outline.refusals[0]?.reason ?? "", /3\.4 V.*3 V/);
  assert.deepEqual(await readdir(folder), ["cut.yaml"]);
});

test("a site that the prober does not reach is skipped, and the others are measured", async (t) => {
  const folder = await scratchFolder(t);
  const bench = await readFile(join(examples, "vo2-wafer.yaml"), "utf8");
  const prober = `prober: { command: [node, -e, "process.exit(process.env.MEMRIG_COLUMN === '1' ? 1 : 0)"] }`;
  await writeFile(join(folder, "bench.yaml"), bench.replace(/^prober: .*$/m, prober));
  const wafer = cut("on failure: skip site").replace(`${examples}/vo2-wafer.yaml`, "bench.yaml");
  await writeFile(join(folder, "cut.yaml"), wafer.replace("rows: 2, devices: { D1: 100 nm, S1: 50 nm }", "rows: 1"));
  const ran = await memrig(t, ["campaign", "cut.yaml", "--json"], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /R1C1 iv-sweep.*failed.*exit code 1/);
  const { done, failed } = JSON.parse(ran.stdout) as { done: number; failed: number };
  assert.deepEqual([done, failed], [1, 1]);
});

test("a running one that is cancelled out of the queue is aborted safely, and the next one is done", async (t) => {
  const folder = await scratchFolder(t);
  const queue = new Queue(join(folder, "runs"));
  const add = async (cycles: string): Promise<string> => {
    const asked = { protocol: "iv-sweep", bench: join(examples, "zno-virtual.yaml"), settings: { cycles }, tags: {} };
    return (await queue.add({ ...asked, addedAt: "2026-01-01T00:00:00.000Z", addedBy: "lab" })).id;
  };
  const long = await add("100000");
  await add("1");
  const runner = resultOf(startMemrig(t, ["queue", "run", "--json"], { cwd: folder }));
  const file = join(folder, "runs/queue", `running_${long}.json`);
  const run = await eventually("its run", 60, async () => {
    const kept = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as { run?: string };
    return kept.run;
  });
  assert.equal(await queue.cancel(long), "running");

  const { code, stdout, stderr } = await runner;

  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { done: 1, failed: 0, cancelled: 1 });
  const info = JSON.parse(await readFile(join(folder, "runs", run, "run.json"), "utf8")) as { status: string };
  assert.equal(info.status, "aborted");
  assert.match(await readFile(join(folder, "runs", run, "events.jsonl"), "utf8"), /"label":"smu"[^\n]*"state":"safe"/);
});
