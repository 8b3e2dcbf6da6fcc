import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import type { DryRunReply, Order, QueueReply, QueueView, RunForm } from "../../dashboard/server/desk-wire.js";
import { serveDashboard, type DashboardOptions } from "../../dashboard/server/index.js";
import type { ErrorReply } from "../../dashboard/server/wire.js";
import { deskFor } from "../../src/cli/desk/desk.js";
import { openRun } from "../../src/store/index.js";
import { deskLab, type DeskLab } from "../support/desk.js";
import { until } from "../support/until.js";

type Reply<T> = T & Partial<ErrorReply>;

async function served(
  t: TestContext,
  { store, desk }: Pick<DeskLab, "store" | "desk">,
  more: Partial<DashboardOptions> = {},
) {
  const dashboard = await serveDashboard({
    store,
    desk,
    bench: { name: "ohms" },
    safe: () => Promise.resolve([]),
    ...more,
  });
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await dashboard.close();
    open = false;
  };
  t.after(close);
  return {
    close,
    get: async <T>(at: string): Promise<T> => (await (await fetch(new URL(`/api/${at}`, dashboard.url))).json()) as T,
    post: async <T>(at: string, body: object = {}): Promise<{ status: number; reply: Reply<T> }> => {
      const response = await fetch(new URL(`/api/${at}`, dashboard.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, reply: (await response.json()) as Reply<T> };
    },
  };
}

const sweep: Order = { protocol: "iv-sweep", settings: { stop: "200 mV", step: "20 mV", dwell: "20 ms" } };

test("the form comes from the declarations: a person's own protocol stands beside ours, with units, defaults and what is allowed", async (t) => {
  const lab = await deskLab(t, "none");
  const { get } = await served(t, lab);
  const { protocols, dut } = await get<RunForm>("form");
  const of = (name: string) => protocols.find((protocol) => protocol.name === name);
  assert.equal(dut, "R1");
  const own = of("hold-and-read");
  assert.equal(own?.file, path.join(lab.folder, "mine.ts"));
  assert.equal(own?.station, "smu, channel 1");
  assert.deepEqual(own?.fields[1], {
    name: "compliance",
    kind: "quantity",
    unit: "A",
    description: "current limit",
    fallback: "10 µA",
    allowed: "more than 0 A",
  });
  const drive = of("iv-sweep")?.fields.find(({ name }) => name === "drive");
  assert.deepEqual([drive?.kind, drive?.choices, drive?.fallback], ["choice", ["voltage", "current"], "voltage"]);
  assert.equal(of("iv-sweep")?.fields.find(({ name }) => name === "dwell")?.allowed, "more than 0 s, at most 3600 s");
  assert.match(of("endurance")?.fault ?? "", /needs a generator at the top of the device, and the bench has none/);
  const preset = of("endurance")?.presets.find(({ name }) => name === "vo2-26.6M");
  assert.equal(preset?.settings["cycles"], "26600000");
});

test("a file with a fault stands in the form with it, and is there again when it was mended", async (t) => {
  const lab = await deskLab(t, "none");
  const { get } = await served(t, lab);
  const file = path.join(lab.folder, "mine.ts");
  const text = await readFile(file, "utf8");
  const own = async () => (await get<RunForm>("form")).protocols.find((protocol) => protocol.file === file);
  await writeFile(file, text.replace('needs: "smu"', 'needs: "telescope"'));
  assert.match((await own())?.fault ?? "", /mine\.ts:\d+: this is not a protocol that can be run/);
  await writeFile(file, text.replace("number of readings", "how many readings"));
  const mended = await own();
  assert.equal(mended?.fault, undefined);
  assert.equal(mended?.fields.find(({ name }) => name === "readings")?.description, "how many readings");
});

test("all fields that are wrong are told at once, each by its name", async (t) => {
  const { post } = await served(t, await deskLab(t, "none"));
  const order = {
    protocol: "iv-sweep",
    settings: { stop: "5 bananas", dwell: "-1 s", cycles: "1.5", drive: "steam", what: "1" },
    dut: " ",
    tags: "wafer",
  };
  for (const at of ["dry-run", "start", "queue/add"]) {
    const { status, reply } = await post<DryRunReply>(at, order);
    assert.equal(status, 400);
    const faults = reply.error?.details?.faults ?? [];
    assert.deepEqual(
      faults.map(({ field }) => field).sort(),
      ["cycles", "drive", "dut", "dwell", "stop", "tags", "what"],
      JSON.stringify(faults),
    );
    assert.match(
      faults.find(({ field }) => field === "dwell")?.message ?? "",
      /-1 s was given; allowed is more than 0 s/,
    );
  }
});

test("a dry run tells steps, duration and limits, opens nothing and puts nothing in the queue", async (t) => {
  const lab = await deskLab(t, "none");
  const { post } = await served(t, lab);
  const fine = await post<DryRunReply>("dry-run", { ...sweep, dut: "R2", tags: "wafer=W3" });
  assert.equal(fine.reply.ok, true);
  assert.deepEqual([fine.reply.rows, fine.reply.dut], [21, "R2"]);
  assert.ok(Math.abs(fine.reply.duration_s - 21 * 0.02) < 1e-9, `${fine.reply.duration_s} s`);
  assert.match(fine.reply.steps.join("\n"), /Open smu[\s\S]*Reaches 200 mV and 10 µA at most[\s\S]*outputs off/);
  assert.match(fine.reply.command, /^memrig run iv-sweep --bench \S+ --set 'stop=200 mV' .* --dut R2 --tag wafer=W3$/);

  const much = await post<DryRunReply>("dry-run", {
    protocol: "iv-sweep",
    settings: { stop: "3 V", compliance: "5 mA" },
  });
  assert.equal(much.reply.ok, false);
  assert.deepEqual(
    much.reply.faults.map(({ field }) => field),
    ["stop", "compliance"],
  );
  assert.match(
    much.reply.faults[0]?.message ?? "",
    /3 V is more than the 2 V that the bench allows \(.*lab\.yaml:\d+\)/,
  );
  assert.deepEqual(await lab.queue.list(), []);
  assert.deepEqual(lab.handed, []);
});

test("what passes a limit is refused at start and in the queue, by the bench file as it is at that moment", async (t) => {
  const lab = await deskLab(t, "none");
  const { post } = await served(t, lab);
  assert.equal((await post("queue/add", { protocol: "iv-sweep", settings: { stop: "1.5 V" } })).status, 200);
  await writeFile(lab.benchFile, (await readFile(lab.benchFile, "utf8")).replace("voltage: 2 V", "voltage: 1 V"));
  for (const at of ["start", "queue/add"]) {
    const { status, reply } = await post(at, { protocol: "iv-sweep", settings: { stop: "1.5 V" } });
    assert.equal(status, 403);
    assert.deepEqual(
      reply.error?.details?.faults?.map(({ field }) => field),
      ["stop"],
    );
  }
  assert.equal((await lab.queue.list()).length, 1);
  assert.deepEqual(lab.handed, []);
});

test("a name that comes over the network is never a path: only files that the program was started with are run", async (t) => {
  const lab = await deskLab(t, "none");
  const { post } = await served(t, lab);
  const file = path.join(lab.folder, "evil.ts");
  await writeFile(
    file,
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(`${file}.ran`)}, "");`,
  );
  for (const protocol of [file, "./evil.ts", path.join(lab.folder, "mine.ts"), "../evil"]) {
    const { status, reply } = await post("start", { protocol, settings: {} });
    assert.equal(status, 400, protocol);
    assert.match(reply.error?.message ?? "", /There is no protocol .* here/);
  }
  await assert.rejects(readFile(`${file}.ran`), { code: "ENOENT" });
});

test("a run started from the page is measured, tagged and kept; what waits does not follow until the queue is run", async (t) => {
  const lab = await deskLab(t, "here");
  const { post, get } = await served(t, lab);
  await post("queue/add", { protocol: "hold-and-read", settings: { level: "0.5 V", readings: "5" } });
  const { reply } = await post<QueueReply>("start", { ...sweep, dut: "R2", tags: "wafer=W3" });
  assert.match(reply.message, /has begun/, JSON.stringify(reply));
  const queueView = () => get<QueueView>("queue");
  const ended = await until("the end of the run", async () => {
    const view = await queueView();
    return view.runner === "idle" && view.ended.length === 1 ? view : undefined;
  });
  assert.deepEqual([ended.ended[0]?.state, ended.waiting.length], ["done", 1]);
  const { info, ...run } = await openRun(lab.store, ended.ended[0]?.run ?? "");
  assert.deepEqual([info.dut, info.tags["wafer"], info.expectedRows], ["R2", "W3", 21], JSON.stringify(run));

  assert.equal((await post("queue/run")).status, 200);
  const after = await until("the end of the queue", async () => {
    const view = await queueView();
    return view.runner === "idle" && view.waiting.length === 0 && view.running.length === 0 ? view : undefined;
  });
  assert.equal(after.ended[0]?.state, "done");
  assert.equal((await openRun(lab.store, after.ended[0]?.run ?? "")).info.protocol, "hold-and-read");
});

test("a run goes on when the dashboard is closed, and a second one is not started beside it", async (t) => {
  const slow = await deskLab(
    t,
    "none",
    "name: ohms\ninstruments: { smu: { driver: keithley-2450, resource: virtual } }\ndut: { id: R1, model: resistor, parameters: { R: 100 kohm } }\nvirtual: { time: real }\n",
  );
  // The program itself, in a process of its own.
  const desk = deskFor({ benchFile: slow.benchFile, store: slow.store, protocolFiles: [] });
  const first = await served(t, { store: slow.store, desk });
  const order = { protocol: "iv-sweep", settings: { stop: "100 mV", step: "10 mV", dwell: "25 ms", cycles: "3" } };
  const { reply } = await first.post<QueueReply>("start", order);
  assert.ok(reply.entry?.run, JSON.stringify(reply));
  const again = await first.post("start", order);
  assert.equal(again.status, 409, JSON.stringify(again.reply));
  assert.match(again.reply.error?.message ?? "", /is running: this one was not started/);
  await first.close();
  const second = await served(t, { store: slow.store, desk });
  const view = await until("the end of the run", async () => {
    const now = await second.get<QueueView>("queue");
    return now.ended.length === 1 ? now : undefined;
  });
  assert.deepEqual([view.ended[0]?.state, view.ended[0]?.run], ["done", reply.entry.run]);
  await until("the end of its program", async () => ((await slow.queue.hasRunner()) ? undefined : true));
});

test("outputs off while a run is being begun: it is not begun, and the queue is held", async (t) => {
  const lab = await deskLab(t, "none");
  const { post } = await served(t, lab);
  const starting = post("start", sweep);
  await until("the run is handed over", () => (lab.handed.length > 0 ? true : undefined));
  assert.equal((await post("safe")).status, 200);
  const { status, reply } = await starting;
  assert.equal(status, 504, JSON.stringify(reply));
  assert.deepEqual(
    (await lab.queue.list()).map(({ state }) => state),
    ["cancelled"],
  );
  assert.equal(await lab.queue.take(lab.handed[0]), undefined);
});

test("an entry that was changed on the disk to pass a limit is refused when it is its turn", async (t) => {
  const lab = await deskLab(t, "here");
  const { post, get } = await served(t, lab);
  await lab.queue.add({
    protocol: "iv-sweep",
    bench: lab.benchFile,
    settings: { stop: "12 V" },
    tags: {},
    addedAt: new Date().toISOString(),
    addedBy: "nobody",
  });
  const { status, reply } = await post("queue/run");
  assert.equal(status, 504);
  assert.match(reply.error?.message ?? "", /12 V was asked for; the bench allows 2 V/);
  assert.equal((await get<QueueView>("queue")).ended[0]?.state, "failed");
});

test("a dashboard for looking starts, queues, moves and resumes nothing, and still stops", async (t) => {
  const lab = await deskLab(t, "none");
  const entry = await lab.desk.add(sweep);
  const { post } = await served(t, lab, { readOnly: true });
  const commands: [string, object][] = [
    ["start", sweep],
    ["queue/add", sweep],
    ["queue/run", {}],
    ["queue/hold", {}],
    ["queue/move", { id: entry.id, position: 1 }],
    ["queue/cancel", { id: entry.id }],
    ["queue/clear-ended", {}],
    ["resume", {}],
  ];
  for (const [at, body] of commands) {
    const { status, reply } = await post(at, body);
    assert.equal(status, 403, at);
    assert.match(reply.error?.message ?? "", /--read-only/);
  }
  assert.equal((await post("dry-run", sweep)).status, 200);
  assert.equal((await post("safe")).status, 200);
  assert.deepEqual(
    (await lab.queue.list()).map(({ id, state }) => [id, state]),
    [[entry.id, "queued"]],
  );
  assert.deepEqual(lab.handed, []);
});

test("without a bench file the form says how it is had, and the queue is shown", async (t) => {
  const lab = await deskLab(t, "none");
  await lab.desk.add(sweep);
  const dashboard = await serveDashboard({ store: lab.store });
  t.after(() => dashboard.close());
  const form = await fetch(new URL("/api/form", dashboard.url));
  assert.equal(form.status, 400);
  assert.match(((await form.json()) as ErrorReply).error.message, /memrig serve --bench FILE/);
  const view = (await (await fetch(new URL("/api/queue", dashboard.url))).json()) as QueueView;
  assert.equal(view.waiting.length, 1);
});

test("on a bench with many devices the form asks for the site, and the run is kept under it", async (t) => {
  const array = await readFile(new URL("../../examples/zno-array.yaml", import.meta.url), "utf8");
  const { post, get } = await served(t, await deskLab(t, "none", array));
  const { sites = [], dut } = await get<RunForm>("form");
  const [site = ""] = sites;
  assert.ok(sites.length > 1, sites.join());
  for (const wrong of [undefined, "D999"]) {
    const { status, reply } = await post("start", { ...sweep, ...(wrong === undefined ? {} : { site: wrong }) });
    assert.equal(status, 400);
    assert.deepEqual(
      reply.error?.details?.faults?.map(({ field }) => field),
      ["site"],
    );
  }
  const { reply } = await post<DryRunReply>("dry-run", { ...sweep, site });
  assert.equal(reply.dut, `${dut}-${site}`);
  const added = await post<QueueReply>("queue/add", { ...sweep, site });
  assert.equal(added.reply.entry?.site, site);
});

const byHand = `
name: ohms
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: W3, model: resistor, parameters: { R: 100 kohm } }
prober: { by: hand, deadline: 60 s }
limits: { voltage: 2 V, current: 1 mA }
`;

test("a run on a bench with a hand prober asks on the page, goes on when that is answered, and can be stopped while it asks", async (t) => {
  const lab = await deskLab(t, "here", byHand);
  const { post, get } = await served(t, lab);
  const asked = async (site: string) => {
    const { reply } = await post<QueueReply>("start", { ...sweep, site });
    assert.match(reply.message, /asks, at the top of this page: Set the needles down on R1C\d/, JSON.stringify(reply));
    const { running } = await get<QueueView>("queue");
    const { id, question } = running[0] ?? {};
    assert.ok(id !== undefined && question, JSON.stringify(running));
    assert.deepEqual([running[0]?.run, question.text], [undefined, `Set the needles down on ${site} (die ${site})`]);
    return { id, question: question.id };
  };
  const ended = (what: string) =>
    until(what, async () => {
      const view = await get<QueueView>("queue");
      return view.runner === "idle" && view.running.length === 0 ? view.ended[0] : undefined;
    });

  const first = await asked("R1C1");
  assert.equal((await post("queue/answer", { ...first, question: "another" })).status, 400);
  assert.equal((await post("queue/answer", first)).status, 200);
  const done = await ended("the run that was answered");
  assert.equal(done?.state, "done", done?.reason);
  assert.equal((await openRun(lab.store, done?.run ?? "")).info.tags["die"], "R1C1");
  assert.equal((await post("queue/answer", first)).status, 400, "nobody asks that any more");

  for (const button of ["abort", "safe"]) {
    const { id } = await asked("R1C2");
    assert.equal((await post(button)).status, 200);
    const stopped = await ended(`the run that was stopped by ${button}`);
    assert.deepEqual([stopped?.id, stopped?.state, stopped?.run], [id, "cancelled", undefined]);
    assert.match(stopped?.reason ?? "", /Aborted while the prober went to R1C2/);
  }
  assert.deepEqual(await lab.queue.questions.open(first.id), undefined);
});
