import assert from "node:assert/strict";
import { test } from "node:test";
import { createRun, openRunFolder } from "../../../src/store/index.js";
import { WallClock } from "../../../src/store/wall-clock.js";
import { pointsRows, startOf, storeFor } from "./support.js";

/** Two clocks in the test's hand: time that passes, and a person who sets one of them. */
function clocks() {
  let [wall_ms, steady_ms] = [Date.parse("2026-03-29T01:30:00Z"), 5000];
  const clock = new WallClock({ wall_ms: () => wall_ms, steady_ms: () => steady_ms });
  return {
    clock,
    pass: (seconds: number) => {
      wall_ms += 1000 * seconds;
      steady_ms += 1000 * seconds;
    },
    set: (seconds: number) => {
      wall_ms += 1000 * seconds;
    },
  };
}

test("a clock that is set back an hour in the middle of a run leaves its times in order, and the step among its events", async (t) => {
  const { clock, pass, set } = clocks();
  const writer = await createRun(await storeFor(t), startOf(), { clock, parquet: false });
  const steps = [() => pass(2), () => set(-3600), () => pass(3), () => set(-0.2), () => pass(1), () => set(86_400)];
  for (const [k, step] of steps.entries()) {
    step();
    writer.append({ table: "points", rows: pointsRows(k, k + 1) });
    writer.mark(k + 1);
    writer.event("progress", { k });
    await writer.flush();
  }
  await writer.finish("done");

  const run = await openRunFolder(writer.folder);
  const events = await run.events();
  const times = [run.info.startedAt, ...events.map(({ at }) => at), run.info.endedAt ?? ""].map((at) => Date.parse(at));
  for (const [k, time] of times.entries()) assert.ok(k === 0 || time >= (times[k - 1] ?? 0), `time ${k} goes back`);
  assert.deepEqual(
    events.filter(({ event }) => event === "clock").map(({ step_s }) => step_s),
    [-3600, 86_400],
  );
  assert.match(
    String(events.find(({ event }) => event === "clock")?.["message"]),
    /set back by 3600\.0 s.*as if it had not/,
  );
  // 2 + 3 + 1 s have passed, and the day forward is followed; the fifth of a second back is only not gone along with.
  const lasted_s = (Date.parse(run.info.endedAt ?? "") - Date.parse(run.info.startedAt)) / 1000;
  assert.ok(Math.abs(lasted_s - (6 + 86_400)) < 0.3, `${lasted_s} s`);
});

test("a clock that nobody sets tells the system's time", () => {
  const { clock, pass } = clocks();
  pass(10);
  assert.equal(clock.timestamp(), "2026-03-29T01:30:10.000Z");
  assert.equal(clock.count, 0);
});
