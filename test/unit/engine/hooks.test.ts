import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { runProtocol } from "../../../src/engine/index.js";
import type { Hooks, RunOutcome } from "../../../src/engine/index.js";
import { exitCodeOf } from "../../../src/errors.js";
import { openRunFolder } from "../../../src/store/index.js";
import type { RunEvent } from "../../../src/store/shapes.js";
import { newRun, noStation, protocolOf, row } from "./support.js";

const node = (program: string): string[] => [process.execPath, "-e", program];
const tell = node("console.log(process.env.MEMRIG_STATUS, process.env.MEMRIG_RUN)");

async function runWith(
  t: TestContext,
  hooks: Partial<Hooks>,
  fails = false,
): Promise<{ outcome: RunOutcome; events: RunEvent[]; begun: boolean; safe: boolean }> {
  let [begun, safe] = [false, false];
  const protocol = protocolOf(async function* () {
    begun = true;
    yield row(0);
    if (fails) throw new Error("the probe lifted");
  });
  const writer = await newRun(t, protocol);
  const outcome = await runProtocol({
    ...{ protocol, station: noStation, plan: {}, writer, signal: new AbortController().signal },
    hooks: { before: [], after: [], deadline_s: 10, ...hooks },
    makeSafe: async () => {
      safe = true;
      return [];
    },
  });
  return { outcome, events: await (await openRunFolder(writer.folder)).events(), begun, safe };
}

test("commands before and after a run are told which run it is and how it ended, and what they write is kept", async (t) => {
  const { outcome, events } = await runWith(t, { before: [tell], after: [tell] });
  const hooks = events.filter(({ event }) => event === "hook");
  assert.deepEqual(
    hooks.map(({ when, code, output }) => [when, code, output]),
    [
      ["before", 0, `queued ${outcome.run}\n`],
      ["after", 0, `done ${outcome.run}\n`],
    ],
  );
});

test("a command before the run that fails refuses it: nothing is begun, those after it are still run", async (t) => {
  const { outcome, events, begun } = await runWith(t, {
    before: [node("console.error('the door is open'); process.exit(3)"), tell],
    after: [tell],
  });
  assert.equal(begun, false);
  assert.equal(outcome.status, "failed");
  assert.match(outcome.reason ?? "", /ended with code 3.*the door is open/);
  assert.equal(exitCodeOf(outcome.error), 4);
  const hooks = events.filter(({ event }) => event === "hook");
  assert.deepEqual(
    hooks.map(({ when }) => when),
    ["before", "after"],
  );
});

test("a command that hangs is killed at its deadline with what it started, and one that is not there says so", async (t) => {
  const hang = node(
    "require('child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], {stdio:'inherit'}); setInterval(()=>{},1000)",
  );
  const hung = await runWith(t, { before: [hang], deadline_s: 0.5 });
  assert.match(hung.outcome.reason ?? "", /did not end within 0.5 s and was killed/);
  const missing = await runWith(t, { before: [["/nowhere/shutter", "open"]] });
  assert.match(missing.outcome.reason ?? "", /could not be started/);
});

test("a command after a run that failed is run when the outputs are off, and its own failure is a warning", async (t) => {
  const { outcome, events, safe } = await runWith(t, { after: [node("process.exit(1)"), tell] }, true);
  assert.equal(outcome.reason, "the probe lifted");
  assert.equal(safe, true);
  const hooks = events.filter(({ event }) => event === "hook");
  assert.deepEqual(
    hooks.map(({ code, output }) => [code, output]),
    [
      [1, ""],
      [0, `failed ${outcome.run}\n`],
    ],
  );
  assert.ok(events.some(({ event, message }) => event === "warning" && /ended with code 1/.test(String(message))));
});
