import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { CampaignJournal, digestOf, readCampaign, type CampaignRecord } from "../../../src/engine/campaign/journal.js";
import { recordOf, tagsOf, tasksOf, type CampaignPlan } from "../../../src/engine/campaign/plan.js";
import { playCampaign, type FailureRule, type TaskEnd } from "../../../src/engine/campaign/play.js";
import { loadCampaign, planOf as planOfFile, readCampaignFile } from "../../../src/cli/campaign/file.js";
import { campaignResults } from "../../../src/cli/campaign/results.js";
import { outlineOf } from "../../../src/cli/campaign/outline.js";
import { MemrigError } from "../../../src/errors.js";

const examples = fileURLToPath(new URL("../../../examples/campaigns", import.meta.url));

function planOf(yaml: string): CampaignPlan {
  return planOfFile(readCampaignFile(`name: c\nbench: b.yaml\n${yaml}`, "c.yaml"));
}

const twoByTwo = `
sites: { list: [A, B] }
repetitions: 2
steps: [{ protocol: iv-sweep }, { protocol: endurance }]
`;

/** Plays a plan; `failing` are the sites at which runs fail. */
async function played(plan: CampaignPlan, rule: FailureRule, failing: readonly string[] = [], ended = {}) {
  const order: string[] = [];
  const end = await playCampaign({
    tasks: tasksOf(plan),
    ended: new Map(Object.entries(ended)),
    rule,
    signal: new AbortController().signal,
    run: (task): Promise<TaskEnd> => {
      order.push(task.key);
      return Promise.resolve({ status: failing.includes(task.site?.name ?? "") ? "failed" : "done", reason: "Dead." });
    },
  });
  return { order, end };
}

test("site-major finishes a site before the next; step-major finishes a step", () => {
  const names = (order: string) =>
    tasksOf(planOf(`order: ${order}\n${twoByTwo}`)).map(
      ({ site, step, repetition }) => `${site?.name ?? ""} ${step.name} ${repetition}`,
    );
  assert.deepEqual(names("site-major"), [
    "A iv-sweep 1",
    "A iv-sweep 2",
    "A endurance 1",
    "A endurance 2",
    "B iv-sweep 1",
    "B iv-sweep 2",
    "B endurance 1",
    "B endurance 2",
  ]);
  assert.deepEqual(names("step-major").slice(0, 5), [
    "A iv-sweep 1",
    "A iv-sweep 2",
    "B iv-sweep 1",
    "B iv-sweep 2",
    "A endurance 1",
  ]);
});

test("a grid is every value with every other; what goes together stays together", () => {
  const { steps } = planOf(`
steps:
  - protocol: iv-sweep
    grid: { compliance: [1 uA, 10 uA], cycles: [1, 2] }
    together: { stop: [0.2 V, 0.3 V], step: [5 mV, 10 mV] }
`);
  const variants = steps[0]?.variants ?? [];
  assert.equal(variants.length, 8);
  assert.equal(variants[0]?.label, "stop=0.2 V, step=5 mV, compliance=1 uA, cycles=1");
  for (const { plan } of variants) {
    const { stop, step } = plan as { stop: number; step: number };
    assert.equal(step, stop === 0.2 ? 5e-3 : 10e-3);
  }
});

test("a wafer is walked like a meander, dies of the mask left out, and every run is tagged with its place", () => {
  const plan = planOf(`
sites:
  wafer: { columns: 3, rows: 7-8, mask: ["x.x", "xxx"], devices: { D1-D2: 100 nm, S1: 50 nm } }
steps: [{ protocol: iv-sweep, grid: { cycles: [4] } }]
`);
  const names = plan.sites.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 4), ["R7C1-D1", "R7C1-D2", "R7C1-S1", "R7C3-D1"]);
  assert.equal(names[6], "R8C3-D1");
  assert.equal(names.length, 15);
  const [task] = tasksOf(plan);
  assert.ok(task);
  assert.deepEqual(tagsOf("c", task), {
    campaign: "c",
    site: "R7C1-D1",
    die: "R7C1",
    column: "1",
    row: "7",
    device: "D1",
    group: "100 nm",
    step: "iv-sweep",
    cycles: "4",
    repetition: "1",
  });
});

test("a failed run does not keep the others from being done", async () => {
  const { order, end } = await played(planOf(twoByTwo), { onFailure: "go on" }, ["A"]);
  assert.equal(order.length, 8);
  assert.deepEqual(end, { status: "done", done: 4, failed: 4, skipped: 0 });
});

test("with skip site the rest of a failed site is left out", async () => {
  const { order, end } = await played(planOf(twoByTwo), { onFailure: "skip site" }, ["A"]);
  assert.equal(order.length, 5);
  assert.deepEqual(end, { status: "done", done: 4, failed: 1, skipped: 3 });
});

test("with stop the first failure is the last run", async () => {
  const { order, end } = await played(planOf(twoByTwo), { onFailure: "stop" }, ["A"]);
  assert.equal(order.length, 1);
  assert.equal(end.status, "stopped");
  assert.match(end.reason ?? "", /on failure: stop.*Dead\./);
});

test("so many failed sites in a row end it; a good one in between begins the count anew", async () => {
  const sites = "sites: { list: [D1-D7] }\nsteps: [{ protocol: iv-sweep }]\n";
  const rule = { onFailure: "go on", stopAfter: 3 } as const;
  const row = await played(planOf(sites), rule, ["D2", "D4", "D5", "D6", "D7"]);
  assert.deepEqual([row.end.status, row.order.length, row.end.failed], ["stopped", 6, 4]);
  const apart = await played(planOf(sites), rule, ["D1", "D2", "D4", "D5", "D7"]);
  assert.equal(apart.end.status, "done");
});

test("several failed runs at one site are one failed site", async () => {
  const plan = planOf("sites: { list: [A, B] }\nrepetitions: 4\nsteps: [{ protocol: iv-sweep }]\n");
  const { end } = await played(plan, { onFailure: "go on", stopAfter: 2 }, ["A"]);
  assert.equal(end.status, "done");
});

test("what has ended before is not done again, and what was aborted is", async () => {
  const plan = planOf("sites: { list: [A, B, C] }\nsteps: [{ protocol: iv-sweep }]\n");
  const before = { "A|iv-sweep||1": "done", "B|iv-sweep||1": "aborted", "C|iv-sweep||1": "failed" };
  const { order, end } = await played(plan, { onFailure: "go on" }, [], before);
  assert.deepEqual(order, ["B|iv-sweep||1"]);
  assert.deepEqual(end, { status: "done", done: 2, failed: 1, skipped: 0 });
});

test("faults of a campaign file are told with their lines, all at once", () => {
  const text = `name: c
bench: b.yaml
sites:
  wafer: { columns: 2, rows: 2, mask: ["xx"] }
steps:
  - protocol: iv-swep
  - protocol: iv-sweep
    settings: { cycels: 10 }
on failure: panic
`;
  const faults = (yaml: string): string => {
    try {
      planOfFile(readCampaignFile(yaml, "c.yaml"));
    } catch (error) {
      assert.ok(error instanceof MemrigError && error.kind === "invalid-request");
      return error.message;
    }
    return assert.fail("it was taken");
  };
  assert.match(faults(text), /c\.yaml:9: "on failure": allowed is "go on", "skip site", stop/);
  const rest = faults(text.replace("panic", "stop"));
  assert.match(rest, /c\.yaml:4: The mask has 1 lines of 2 characters; the wafer has 2 rows of 2 columns/);
  assert.match(rest, /c\.yaml:6: "iv-swep" is not a protocol.*Did you mean "iv-sweep"/);
  assert.match(rest, /c\.yaml:7: .*no parameter "cycels"/);
  assert.match(faults("name: c\nsteps: []\n"), /"bench" is missing\. Write for example bench: lab\.yaml/);
  assert.match(faults("bench: *lab\nsteps: []\n"), /c\.yaml:1: This is not YAML: .*lab/);
  assert.match(faults("bench: b\nsteps: [{ protocol: iv-sweep }]\nstop-after: 3\n"), /Did you mean "stop after"/);
});

async function store(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function recordFor(plan: CampaignPlan): CampaignRecord {
  return {
    name: plan.name,
    startedAt: "2026-01-01T00:00:00.000Z",
    digest: digestOf(plan),
    file: "c.yaml",
    written: {},
    plan: recordOf(plan),
    tasks: tasksOf(plan).length,
    tags: {},
  };
}

test("a journal tells what has ended, also when its last line is torn", async (t) => {
  const folder = await store(t);
  const record = recordFor(planOf(twoByTwo));
  const first = await CampaignJournal.open(folder, record, false);
  await first.begun("A", "run-1");
  await first.done("A", { status: "done", run: "run-1" });
  await first.begun("B", "run-2");
  await first.close();
  await appendFile(path.join(first.folder, "journal.jsonl"), '{"at":"2026","key":"B","sta');

  const second = await CampaignJournal.open(folder, record, true);
  assert.deepEqual([...second.ended], [["A", "done"]]);
  await second.done("B", { status: "failed", reason: "Dead." });
  await second.close();

  const { lines } = await readCampaign(folder, "c");
  assert.deepEqual(
    lines.map(({ key, status }) => `${key} ${status}`),
    ["A begun", "A done", "B begun", "B failed"],
  );
});

test("the results of a campaign are read without the user's protocol that it was run with", async (t) => {
  const folder = await store(t);
  const written = {
    name: "c",
    bench: "b.yaml",
    sites: { list: ["A"] },
    steps: [{ protocol: "./gone.ts", name: "own" }],
  };
  const plan = planOf("sites: { list: [A] }\nsteps: [{ protocol: iv-sweep, name: own }]");
  const journal = await CampaignJournal.open(folder, { ...recordFor(plan), written }, false);
  await journal.done("A|own||1", { status: "failed", reason: "Dead." });
  await journal.close();
  const { failed, steps } = await campaignResults(folder, "c");
  assert.equal(failed, 1);
  assert.deepEqual(
    steps.map(({ step, sites }) => [step, sites.map(({ site }) => site)]),
    [["own", ["A"]]],
  );
});

test("a campaign that is there already, is not there, asks for other runs, or is being run is refused", async (t) => {
  const folder = await store(t);
  const record = recordFor(planOf(twoByTwo));
  await assert.rejects(CampaignJournal.open(folder, record, true), /no campaign "c" to go on with.*--resume out/s);
  const open = await CampaignJournal.open(folder, record, false);
  await assert.rejects(CampaignJournal.open(folder, record, true), { kind: "busy" });
  await open.close();
  await assert.rejects(CampaignJournal.open(folder, record, false), /already.*--resume.*--as/s);
  const other = recordFor(planOf(twoByTwo.replace("repetitions: 2", "repetitions: 3")));
  await assert.rejects(CampaignJournal.open(folder, other, true), /8 then, 12 now/);
});

for (const name of readdirSync(examples)) {
  test(`examples/campaigns/${name} asks for runs that its bench can do`, async () => {
    const campaign = await loadCampaign(path.join(examples, name));
    const { runs, refusals } = outlineOf(campaign);
    assert.deepEqual(refusals, []);
    assert.equal(runs, campaign.tasks.length);
    assert.equal(new Set(campaign.tasks.map(({ key }) => key)).size, runs);
  });
}

test("the wafer's campaign is 36 reticles of 16 devices, the array's 30 devices, 10 sweeps each", async () => {
  const sizes: Readonly<Record<string, number>> = { "vo2-wafer": 576, "zno-30-devices": 30 };
  for (const [name, sites] of Object.entries(sizes)) {
    const { plan, tasks } = await loadCampaign(path.join(examples, `${name}.yaml`));
    assert.equal(plan.sites.length, sites);
    assert.equal(new Set(plan.sites.map(({ die }) => die?.name)).size, name === "vo2-wafer" ? 36 : 1);
    assert.ok(tasks.every(({ variant }) => (variant.plan as { cycles: number }).cycles === 10));
  }
});
