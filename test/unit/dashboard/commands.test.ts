import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { serveDashboard, type Dashboard } from "../../../dashboard/server/index.js";
import type { CommandReport, ErrorReply } from "../../../dashboard/server/wire.js";
import type { SafeReport } from "../../../src/engine/index.js";
import { abortRequested } from "../../../src/store/index.js";
import { scratch } from "../../support/page.js";
import { beginSweepRun, endWhenAsked } from "../../support/runs.js";

const smuOff: SafeReport = {
  label: "smu",
  resource: "virtual",
  state: "safe",
  note: "its output is off",
  took_s: 0.01,
};

let dashboard: Dashboard;
let folder: Awaited<ReturnType<typeof scratch>>;
let store: string;
let turnedOff: number;
let reports: readonly SafeReport[];

beforeEach(async () => {
  folder = await scratch();
  store = join(folder.folder, "runs");
  turnedOff = 0;
  reports = [smuOff];
  dashboard = await serveDashboard({
    store,
    bench: { name: "ZnO on the virtual bench" },
    safe: () => {
      turnedOff++;
      return Promise.resolve(reports);
    },
  });
});

afterEach(async () => {
  await dashboard.close();
  await folder.remove();
});

async function press(
  name: "abort" | "safe",
  body: object = {},
): Promise<{ status: number; reply: CommandReport & ErrorReply }> {
  const response = await fetch(new URL(`/api/${name}`, dashboard.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, reply: (await response.json()) as CommandReport & ErrorReply };
}

test("abort reaches the run through its folder, and tells what became of every instrument", async () => {
  const writer = await beginSweepRun(store);
  const ended = endWhenAsked(writer);
  const { status, reply } = await press("abort", { run: writer.info.run });
  await ended;

  assert.equal(status, 200);
  assert.deepEqual(reply.runs, [{ run: writer.info.run, status: "aborted" }]);
  assert.deepEqual(
    reply.outputs.map(({ label, state }) => [label, state]),
    [["smu", "safe"]],
  );
  assert.equal((await abortRequested(writer.folder))?.by, "the dashboard");
  assert.equal(turnedOff, 0);
});

test("abort with nothing running says so and touches nothing", async () => {
  const writer = await beginSweepRun(store);
  await writer.finish("done", {});
  for (const body of [{}, { run: writer.info.run }]) {
    const { status, reply } = await press("abort", body);
    assert.equal(status, 400);
    assert.match(reply.error.message, /nothing to abort/);
  }
  assert.equal(await abortRequested(writer.folder), undefined);
});

test("outputs off works with no run, and tells which instrument a person has to look at", async () => {
  reports = [
    smuOff,
    { label: "awg", resource: "TCPIP0::192.0.2.9::5025::SOCKET", state: "unknown", note: "no answer", took_s: 2 },
  ];
  const { status, reply } = await press("safe");
  assert.equal(status, 200);
  assert.equal(turnedOff, 1);
  assert.deepEqual(reply.outputs, reports);
  assert.match(reply.message, /Look at awg/);
});

test("outputs off aborts what runs first, then turns off", async () => {
  const writer = await beginSweepRun(store);
  const ended = endWhenAsked(writer).then(() =>
    assert.equal(turnedOff, 0, "the run ends before the bench is taken over"),
  );
  const { reply } = await press("safe");
  await ended;
  assert.equal(turnedOff, 1);
  assert.deepEqual(reply.runs, [{ run: writer.info.run, status: "aborted" }]);
  assert.match(reply.message, /All outputs are off/);
});

test("outputs go off also when the run does not end", async () => {
  const writer = await beginSweepRun(store);
  const { reply } = await press("safe");
  await writer.finish("done", {});
  assert.equal(turnedOff, 1);
  assert.match(reply.message, /has not ended yet/);
  assert.ok(reply.took_s >= 2 && reply.took_s < 5, `${reply.took_s} s`);
});

test("a run of another bench in the same store goes on when this bench's outputs go off", async () => {
  const other = await beginSweepRun(store, { bench: "the other bench" });
  const { reply } = await press("safe");
  assert.equal(await abortRequested(other.folder), undefined);
  assert.deepEqual(reply.runs, []);
  await other.finish("done", {});
});

test("the run in view stops when outputs go off, on whichever bench it is, and its instruments are told of", async () => {
  const other = await beginSweepRun(store, { bench: "the other bench" });
  const ended = endWhenAsked(other);
  reports = [{ ...smuOff, label: "own", note: "its output is off" }];
  const { reply } = await press("safe", { run: other.info.run });
  await ended;
  assert.deepEqual(reply.runs, [{ run: other.info.run, status: "aborted" }]);
  assert.deepEqual(
    reply.outputs.map(({ label }) => label),
    ["own", "smu"],
  );
});

test("without a bench file outputs off still aborts, and names the command that can do the rest", async () => {
  const plain = await serveDashboard({ store });
  const writer = await beginSweepRun(store);
  const ended = endWhenAsked(writer);
  const response = await fetch(new URL("/api/safe", plain.url), { method: "POST" });
  const reply = (await response.json()) as CommandReport;
  await ended;
  await plain.close();
  assert.deepEqual(reply.runs, [{ run: writer.info.run, status: "aborted" }]);
  assert.match(reply.message, /memrig safe --bench/);
});

test("a bench that can not be opened is told in its own words", async () => {
  const broken = await serveDashboard({ store, safe: () => Promise.reject(new Error("the bench file is gone")) });
  const response = await fetch(new URL("/api/safe", broken.url), { method: "POST" });
  await broken.close();
  assert.equal(response.status, 500);
  assert.match(((await response.json()) as ErrorReply).error.message, /the bench file is gone/);
});

test("a command that is no JSON is refused with a sentence", async () => {
  const response = await fetch(new URL("/api/abort", dashboard.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{run",
  });
  assert.equal(response.status, 400);
  assert.match(((await response.json()) as ErrorReply).error.message, /can not be read/);
});
