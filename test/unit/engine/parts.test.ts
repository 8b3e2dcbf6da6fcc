import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ProgressMeter } from "../../../src/engine/progress.js";
import type { RunProgress } from "../../../src/engine/progress.js";
import { RunStates } from "../../../src/engine/state.js";
import type { RunState } from "../../../src/engine/state.js";
import { waitFor } from "../../../src/engine/stop.js";
import { MemrigError } from "../../../src/errors.js";

const all: readonly RunState[] = [
  ...(["queued", "running", "pausing", "paused", "stopping", "done", "failed", "aborted"] as const),
];

test("no sequence of steps brings a run out of its last state, or to a last state past stopping", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...all), { maxLength: 12 }), (steps) => {
      const passed: RunState[] = ["queued"];
      const states = new RunStates((state) => passed.push(state));
      for (const step of steps) {
        const before = states.now;
        try {
          states.to(step);
        } catch {
          assert.equal(states.now, before); // refused: it stays where it was
        }
      }
      const ends = passed.filter((state) => ["done", "failed", "aborted"].includes(state));
      assert.ok(ends.length <= 1, passed.join(" "));
      if (ends.length === 1) assert.deepEqual(passed.slice(-2), ["stopping", ends[0]]);
    }),
  );
});

test("progress is told at most five times a second, and the time left is that of the recent rate", () => {
  let now_s = 0;
  const told: RunProgress[] = [];
  const meter = new ProgressMeter(
    1000,
    (progress) => told.push(progress),
    () => now_s,
  );
  for (let k = 1; k <= 500; k += 1) {
    now_s = k * 0.1; // ten rows a second
    meter.update("running", k);
  }
  assert.ok(told.length <= 251, `${told.length} tellings in 50 s`);
  const last = told.at(-1);
  assert.ok(Math.abs((last?.rate_per_s ?? 0) - 10) < 0.2, `${last?.rate_per_s} rows a second`);
  assert.ok(Math.abs((last?.left_s ?? 0) - 50) < 2, `${last?.left_s} s left`);
});

test("a run that slows down shows it within ten seconds", () => {
  let now_s = 0;
  let last: RunProgress | undefined;
  const meter = new ProgressMeter(
    0,
    (progress) => (last = progress),
    () => now_s,
  );
  for (let rows = 0; now_s < 112; rows += now_s < 100 ? 100 : 1) {
    now_s += 1;
    meter.update("running", rows);
  }
  assert.ok((last?.rate_per_s ?? 100) < 1.5, `${last?.rate_per_s} rows a second`);
});

/** Plays a run on a clock of its own: each piece is a state, seconds, and rows a second. */
function played(expected: number, pieces: readonly (readonly [RunState, number, number])[], rowsBefore = 0) {
  let now_s = 1000;
  let rows = rowsBefore;
  const told: (RunProgress & { at_s: number })[] = [];
  const tell = (progress: RunProgress): void => void told.push({ ...progress, at_s: now_s });
  const meter = new ProgressMeter(expected, tell, () => now_s, rowsBefore);
  for (const [state, seconds, rate_per_s] of pieces) {
    meter.update(state, Math.floor(rows), true);
    for (let k = 0; k < 10 * seconds; k += 1) {
      now_s += 0.1;
      rows += rate_per_s / 10;
      meter.update(state, Math.floor(rows + 1e-6));
    }
  }
  return { told, last: told.at(-1) };
}

test("the time left of a run whose speed changes is off by less than 5 % thirteen seconds later, faster or slower", () => {
  for (const [first, then] of [
    [100, 5],
    [5, 100],
    [20, 1],
  ] as const) {
    const { last } = played(10_000, [
      ["running", 60, first],
      ["running", 13, then],
    ]);
    const honest_s = (10_000 - (last?.rows ?? 0)) / then;
    assert.ok(
      Math.abs((last?.left_s ?? 0) / honest_s - 1) < 0.05,
      `${first} to ${then}: ${last?.left_s} s for ${honest_s} s`,
    );
  }
});

test("the time left stands still while a run is paused, and a pause makes the rest take no longer", () => {
  const { told } = played(1000, [
    ["running", 30, 10],
    ["paused", 3600, 0],
    ["running", 2, 10],
  ]);
  const paused = told.filter(({ state }) => state === "paused");
  assert.ok(paused.length > 100);
  for (const { left_s = NaN, rate_per_s } of paused) {
    assert.ok(Math.abs(left_s - 70) < 1.5, `${left_s} s while paused`);
    assert.equal(rate_per_s, 0);
  }
  const last = told.at(-1);
  assert.ok(Math.abs((last?.left_s ?? 0) - 68) < 3, `${last?.left_s} s after the pause`);
  assert.ok(Math.abs((last?.elapsed_s ?? 0) - 3632) < 0.2);
});

test("a run that stands still loses its speed, and one whose rows come in blocks a minute apart keeps it", () => {
  const { last } = played(1000, [
    ["running", 20, 10],
    ["running", 90, 0],
  ]);
  assert.ok((last?.rate_per_s ?? 10) < 1.1, `${last?.rate_per_s} rows a second after a minute and a half of nothing`);
  let now_s = 0;
  let told: RunProgress | undefined;
  const tell = (progress: RunProgress): void => void (told = progress);
  const meter = new ProgressMeter(1000, tell, () => now_s);
  for (now_s = 1; now_s <= 359; now_s += 1) meter.update("running", 100 * Math.floor(now_s / 60));
  assert.ok(Math.abs((told?.rate_per_s ?? 0) - 100 / 60) < 0.4, `${told?.rate_per_s} rows a second`);
});

test("rows of an earlier sitting are progress, and no speed", () => {
  const { told } = played(1000, [["running", 5, 10]], 900);
  for (const { rate_per_s } of told) assert.ok(rate_per_s < 12, `${rate_per_s} rows a second`);
  assert.ok(Math.abs((told.at(-1)?.left_s ?? 0) - 5) < 0.5);
});

test("a wait that is asked for something impossible says so, and one on an aborted run does not begin", async () => {
  for (const wrong of [NaN, -1, Infinity]) {
    await assert.rejects(waitFor(wrong, new AbortController().signal), { kind: "invalid-request" });
  }
  const reason = new MemrigError("aborted", "over");
  await assert.rejects(waitFor(1, AbortSignal.abort(reason)), reason);
});
