import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Queue, type QueueRequest } from "../../../src/engine/queue/queue.js";

const request = (name: string): QueueRequest => ({
  protocol: name,
  bench: "/lab.yaml",
  settings: {},
  tags: {},
  addedAt: "2026-01-01T00:00:00.000Z",
  addedBy: "lab",
});

async function queueOf(t: TestContext, ...names: string[]): Promise<{ queue: Queue; folder: string; ids: string[] }> {
  const store = await mkdtemp(path.join(tmpdir(), "memrig-"));
  t.after(() => rm(store, { recursive: true, force: true }));
  const queue = new Queue(store);
  const ids: string[] = [];
  for (const name of names) ids.push((await queue.add(request(name))).id);
  return { queue, folder: path.join(store, "queue"), ids };
}

const order = async (queue: Queue): Promise<string> =>
  (await queue.list()).map(({ protocol, state }) => (state === "queued" ? protocol : `${protocol}:${state}`)).join(" ");

test("what is added first is taken first, and then it runs", async (t) => {
  const { queue } = await queueOf(t, "a", "b");
  assert.equal((await queue.take())?.protocol, "a");
  assert.equal(await order(queue), "a:running b");
  assert.deepEqual((await queue.list()).map(({ position }) => position), [undefined, 1]); // prettier-ignore
});

test("an empty queue has nothing to take", async (t) => {
  const { queue } = await queueOf(t);
  assert.equal(await queue.take(), undefined);
  assert.equal(await order(queue), "");
});

for (const state of ["done", "failed", "aborted", "cancelled"] as const) {
  test(`one that has run ends as ${state}, with its run and reason`, async (t) => {
    const { queue, ids } = await queueOf(t, "a");
    const [id = ""] = ids;
    await queue.take();
    await queue.began(id, "run-1", "/runs/run-1");
    await queue.finish(id, { state, reason: "because" });
    const [entry] = await queue.list();
    assert.deepEqual([entry?.state, entry?.run, entry?.reason], [state, "run-1", "because"]);
    assert.equal(await queue.take(), undefined);
  });
}

test("one that waits is moved to any position; beyond the end is the end", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b", "c");
  const [a = "", , c = ""] = ids;
  await queue.move(c, 1);
  assert.equal(await order(queue), "c a b");
  await queue.move(c, 2);
  assert.equal(await order(queue), "a c b");
  await queue.move(a, 99);
  assert.equal(await order(queue), "c b a");
});

test("moving between the same two a hundred times never runs out of room", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b", "c", "d");
  for (let k = 0; k < 100; k++) await queue.move(ids[k % 2 === 0 ? 2 : 3] ?? "", 2);
  assert.equal(await order(queue), "a d c b");
});

test("what does not wait can not be moved, and says why", async (t) => {
  const { queue, ids } = await queueOf(t, "a");
  const [id = ""] = ids;
  await queue.take();
  await assert.rejects(queue.move(id, 1), /can not be moved: it is running/);
  await assert.rejects(queue.move("nobody", 1), /there is no such entry/);
  await assert.rejects(queue.move(id, 0), /counted from 1/);
});

test("one that waits is cancelled and never taken; one that runs is asked to stop", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b");
  const [a = "", b = ""] = ids;
  assert.equal(await queue.cancel(b), "queued");
  await queue.take();
  assert.equal(await queue.cancelWished(a), false);
  assert.equal(await queue.cancel(a), "running");
  assert.equal(await queue.cancelWished(a), true);
  await queue.finish(a, { state: "cancelled" });
  assert.equal(await queue.cancelWished(a), false);
  assert.equal(await order(queue), "b:cancelled a:cancelled");
  await assert.rejects(queue.cancel(a), /it is cancelled/);
});

test("one whose cancelling has got half way is cancelled already, and is cleared", async (t) => {
  const { queue, folder, ids } = await queueOf(t, "a");
  const [file = ""] = await readdir(folder);
  await rename(path.join(folder, file), path.join(folder, `ended_${ids[0] ?? ""}.json`));
  assert.equal(await order(queue), "a:cancelled");
  assert.equal(await queue.clearEnded(), 1);
  assert.deepEqual(await queue.list(), []);
});

test("one whose program is gone is interrupted, is not run again by itself, and is cleared", async (t) => {
  const { queue, folder, ids } = await queueOf(t, "a", "b");
  await queue.take();
  const file = path.join(folder, `running_${ids[0] ?? ""}.json`);
  const kept = JSON.parse(await readFile(file, "utf8")) as { runner: object };
  const gone = spawnSync(process.execPath, ["--version"]).pid; // it was a process, and is none any more
  await writeFile(file, JSON.stringify({ ...kept, runner: { ...kept.runner, pid: gone, processMark: "x" } }));
  assert.equal(await order(queue), "a:interrupted b");
  await assert.rejects(queue.cancel(ids[0] ?? ""), /memrig safe/);
  assert.equal((await queue.take())?.protocol, "b");
  assert.equal(await queue.clear(), 1);
  assert.equal(await order(queue), "b:running");
});

test("a runner takes the one it was given, and none where that one does not wait any more", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b");
  const [, b = ""] = ids;
  assert.equal((await queue.take(b))?.protocol, "b");
  assert.equal(await queue.take(b), undefined);
  assert.equal(await order(queue), "b:running a");
});

test("a queue is held until it is released, also for a program that comes later", async (t) => {
  const { queue, folder } = await queueOf(t, "a");
  assert.equal(await queue.isHeld(), false);
  await queue.hold();
  assert.equal(await new Queue(path.dirname(folder)).isHeld(), true);
  await queue.release();
  await queue.release();
  assert.equal(await queue.isHeld(), false);
});

test("a program at the queue is known, and one that was killed is not taken for one", async (t) => {
  const { queue, folder } = await queueOf(t, "a");
  assert.equal(await queue.hasRunner(), false);
  await queue.beginRunner();
  assert.equal(await queue.hasRunner(), true);
  const mark = path.join(folder, "runner.json");
  const killed = spawnSync(process.execPath, ["-e", ""]).pid;
  await writeFile(mark, JSON.stringify({ ...(JSON.parse(await readFile(mark, "utf8")) as object), pid: killed }));
  assert.equal(await queue.hasRunner(), false);
  await queue.endRunner();
  assert.equal(await queue.hasRunner(), false);
});

test("an entry is in the list at every moment while it is taken and ended", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b", "c");
  let moving = true;
  const moves = (async () => {
    for (const id of ids) {
      await queue.take(id);
      await queue.began(id, `run-${id}`, "/runs");
      await queue.finish(id, { state: "done" });
    }
    moving = false;
  })();
  let looks = 0;
  while (moving) {
    looks += 1;
    assert.deepEqual((await queue.list()).map(({ id }) => id).sort(), [...ids].sort());
  }
  await moves;
  assert.ok(looks > 1, `${looks} looks`);
});

test("clearing the ended leaves what waits", async (t) => {
  const { queue, ids } = await queueOf(t, "a", "b");
  await queue.take(ids[0]);
  await queue.finish(ids[0] ?? "", { state: "done" });
  assert.equal(await queue.clearEnded(), 1);
  assert.equal(await order(queue), "b");
});

test("clearing leaves only what runs", async (t) => {
  const { queue, folder } = await queueOf(t, "a", "b", "c");
  const taken = await queue.take();
  await queue.finish(taken?.id ?? "", { state: "done" });
  await queue.take();
  assert.equal(await queue.clear(), 2);
  assert.equal(await order(queue), "b:running");
  assert.equal((await readdir(folder)).length, 1);
});

test("of twenty takers at once each entry goes to one, and none is lost", async (t) => {
  const names = Array.from({ length: 12 }, (_, k) => `p${k}`);
  const { queue, folder } = await queueOf(t, ...names);
  const others = Array.from({ length: 20 }, () => new Queue(path.dirname(folder)));
  const taken = (await Promise.all(others.map((other) => other.take()))).flatMap((entry) => entry?.protocol ?? []);
  while (taken.length < names.length) taken.push((await queue.take())?.protocol ?? "none");
  assert.deepEqual(taken.toSorted(), names.toSorted());
});
