import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serveDashboard, type Dashboard } from "../../../dashboard/server/index.js";
import { RunIndex } from "../../../dashboard/server/run-list.js";
import type { ErrorReply, RunList, RunPage } from "../../../dashboard/server/wire.js";
import { scratch } from "../../support/page.js";
import { beginEnduranceRun, beginSweepRun, sweepRows } from "../../support/runs.js";

let dashboard: Dashboard;
let folder: Awaited<ReturnType<typeof scratch>>;
let store: string;
let sweep: string;

before(async () => {
  folder = await scratch();
  store = join(folder.folder, "runs");
  dashboard = await serveDashboard({ store });
  const writer = await beginSweepRun(store, { expectedRows: 1210, tags: { wafer: "W3" } });
  for (let cycle = 1; cycle <= 10; cycle++) writer.append({ table: "points", rows: sweepRows(cycle) });
  writer.event("warning", { message: "the lamp is on" });
  await writer.finish("done", {
    metrics: { vth_V: { mean: 0.17, sd: 0.004, cv: 0.0235, n: 10 }, vhold_V: { mean: NaN, sd: NaN, cv: NaN, n: 0 } },
  });
  sweep = writer.info.run;
  await (await beginEnduranceRun(store, { dut: "W4-D01" })).finish("failed", { reason: "awg: no answer" });
});

after(async () => {
  await dashboard.close();
  await folder.remove();
});

async function ask(path: string): Promise<Response> {
  return fetch(new URL(path, dashboard.url));
}

async function json<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

test("the list is newest first, and the filter finds device, protocol, status and tag", async () => {
  const all = await json<RunList>("/api/runs");
  assert.deepEqual(
    all.runs.map(({ protocol, status, rows }) => [protocol, status, rows]),
    [
      ["endurance", "failed", 0],
      ["iv-sweep", "done", 1210],
    ],
  );
  for (const [filter, found] of [
    ["W4", 1],
    ["iv-sweep", 1],
    ["done", 1],
    ["wafer=w3", 1],
    ["wafer=W3 failed", 0],
  ] as const) {
    assert.equal((await json<RunList>(`/api/runs?filter=${encodeURIComponent(filter)}`)).total, found, filter);
  }
  assert.equal((await json<RunList>("/api/runs?limit=1")).runs.length, 1);
});

test("a run's page has its figures, metrics, parameters with units, and events", async () => {
  const page = await json<RunPage>(`/api/runs/${sweep}`);
  assert.equal(page.status, "done");
  assert.deepEqual(page.rows, { points: 1210 });
  assert.equal(page.metrics["vth_V"]?.mean, 0.17);
  assert.equal(page.metrics["vhold_V"]?.mean, null);
  assert.deepEqual(page.parameters.find(({ name }) => name === "compliance")?.unit, "A");
  assert.ok(page.figures.some(({ name }) => name === "iv-log"));
  assert.ok(page.events.some(({ message }) => message === "the lamp is on"));
  assert.deepEqual(page.notes, []);
});

test("the short id opens the same run", async () => {
  const page = await json<RunPage>(`/api/runs/${sweep.split("_").at(-1)}`);
  assert.equal(page.info.run, sweep);
});

test("the CSV has every row once, to the last digit", async () => {
  const reply = await ask(`/api/runs/${sweep}/table.csv?table=points`);
  const [head = "", ...lines] = (await reply.text()).trimEnd().split(/\r?\n/);
  const names = head.split(",");
  const rows = Array.from({ length: 10 }, (_, i) => sweepRows(i + 1)).flat();

  assert.match(reply.headers.get("content-disposition") ?? "", new RegExp(`${sweep}_points\\.csv`));
  assert.equal(lines.length, rows.length);
  rows.forEach((row, i) => {
    const cells = (lines[i] ?? "").split(",");
    assert.equal(Number(cells[names.indexOf("current_A")]), row["current_A"]);
    assert.equal(Number(cells[names.indexOf("asked_V")]), row["asked_V"]);
  });
});

test("a figure comes as a file of its own", async () => {
  const reply = await ask(`/api/runs/${sweep}/figure/iv.svg`);
  assert.match(reply.headers.get("content-type") ?? "", /image\/svg\+xml/);
  assert.match(await reply.text(), /^(<\?xml[^>]*>\s*)?<svg[^>]*xmlns=/);
});

test("what is not there is answered with a sentence", async () => {
  for (const [path, status, sentence] of [
    ["/api/runs/nobody", 404, /no run "nobody"/],
    [`/api/runs/${sweep}/table.csv?table=cups`, 400, /no table "cups".*points/],
    [`/api/runs/${sweep}/figure/cups.svg`, 400, /no figure "cups".*iv/],
    ["/api/cups", 404, /nothing at \/api\/cups/],
    ["/api/runs?limit=many", 400, /limit/],
  ] as const) {
    const reply = await ask(path);
    assert.equal(reply.status, status, path);
    assert.match(((await reply.json()) as ErrorReply).error.message, sentence);
  }
});

test("a run name can not lead out of the store", async () => {
  for (const name of ["..%2Fothers", "..%2F..%2Fetc", `${sweep}%2F..%2F..`]) {
    assert.equal((await ask(`/api/runs/${name}`)).status, 404, name);
  }
});

test("a folder that becomes a run later is found, and one that is removed is gone", async () => {
  const other = join(folder.folder, "others");
  await mkdir(join(other, "my_notes"), { recursive: true });
  const index = new RunIndex(other);
  assert.equal(await index.refresh(), false);

  const writer = await beginSweepRun(other);
  assert.equal(await index.refresh(), true);
  assert.equal(index.inView?.status, "running");

  writer.append({ table: "points", rows: sweepRows(1) });
  await writer.flush();
  assert.equal(await index.refresh(), false);
  assert.equal(index.inView?.rows, 121);

  await writer.finish("aborted", {});
  assert.equal(await index.refresh(), true);
  assert.equal(index.inView?.status, "aborted");
  assert.ok(index.inView?.endedAt);

  await rm(writer.folder, { recursive: true });
  assert.equal(await index.refresh(), true);
  assert.equal(index.inView, undefined);
});
