import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ProgressMeter } from "../../../src/engine/progress.js";
import type { RunProgress } from "../../../src/engine/progress.js";
import { RunStates } from "../../../src/engine/state.js";
import type { RunState } from "../../../src/engine/state.js";
import { waitFor } from "../../../src/engine/stop.js";
import { MemrigError } from "../../../src/errors.js";

const all: readonly RunState[] = ["queued", "running", "stopping", "done", "failed", "aborted"];

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

test("a wait that is asked for something impossible says so, and one on an aborted run does not begin", async () => {
  for (const wrong of [NaN, -1, Infinity]) {
    await assert.rejects(waitFor(wrong, new AbortController().signal), { kind: "invalid-request" });
  }
  const reason = new MemrigError("aborted", "over");
  await assert.rejects(waitFor(1, AbortSignal.abort(reason)), reason);
});
