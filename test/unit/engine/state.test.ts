import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStates, RunStates } from "../../../src/engine/state.js";
import type { RunState } from "../../../src/engine/state.js";

const all = Object.keys(nextStates) as RunState[];

/** Ways that lead to each state. */
const ways: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: [],
  running: ["running"],
  pausing: ["running", "pausing"],
  paused: ["running", "pausing", "paused"],
  stopping: ["stopping"],
  done: ["running", "stopping", "done"],
  failed: ["stopping", "failed"],
  aborted: ["stopping", "aborted"],
};

/** What a person at the bench expects, written down apart from the program. */
const allowed = [
  "queued running", // its turn has come
  "queued stopping", // aborted before it began, or refused by a hook
  "running pausing",
  "running stopping",
  "pausing paused",
  "pausing running", // "go on" before it came to rest
  "pausing stopping", // aborted, failed, or at its end before it came to rest
  "paused running",
  "paused stopping",
  "stopping done",
  "stopping failed",
  "stopping aborted",
];

for (const from of all) {
  for (const to of all) {
    const may = allowed.includes(`${from} ${to}`);
    test(`a run that is ${from} ${may ? "may become" : "can not become"} ${to}`, () => {
      const told: string[] = [];
      const states = new RunStates((state, details) => told.push(`${state} ${JSON.stringify(details)}`));
      for (const step of ways[from]) states.to(step);
      assert.equal(states.now, from);
      told.length = 0;

      if (!may) {
        assert.throws(() => states.to(to), new RegExp(`can not go from ${from} to ${to}`));
        assert.equal(states.now, from);
        assert.deepEqual(told, []);
        return;
      }
      states.to(to, { by: "a test" });
      assert.equal(states.now, to);
      assert.deepEqual(told, [`${to} {"by":"a test"}`]);
    });
  }
}
