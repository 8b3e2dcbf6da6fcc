import assert from "node:assert/strict";
import { test } from "node:test";
import { openRunFolder } from "../../src/store/index.js";
import { cableTo, labWith, startController, writeBench } from "./safety-support.js";

test("Ctrl-C, and Ctrl-C again, end the run as aborted with the output off and exit code 3", async (t) => {
  const lab = await labWith(t);
  const controller = startController(t, lab.benchFile, 100_000);
  const folder = await controller.measuring(100);

  controller.kill("SIGINT");
  controller.kill("SIGINT");

  assert.equal(await controller.exit, 3);
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  const reader = await openRunFolder(folder);
  assert.equal(await reader.status(), "aborted");
  assert.equal((await reader.events()).find(({ event }) => event === "safe")?.["state"], "safe");
  assert.ok((await reader.table("points")).length >= 100);
});

test("a request to end (SIGTERM) turns the output off too", async (t) => {
  const lab = await labWith(t);
  const controller = startController(t, lab.benchFile, 100_000);
  await controller.measuring(100);
  controller.kill("SIGTERM");
  assert.equal(await controller.exit, 3);
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
});

test("a cable pulled in mid-sweep fails the run, and the output is off over a new connection", async (t) => {
  const lab = await labWith(t);
  const cable = await cableTo(t, lab.resource("smu"));
  await writeBench(lab, { smu: cable.resource });
  const controller = startController(t, lab.benchFile, 100_000);
  const folder = await controller.measuring(100);

  cable.pull();

  assert.equal(await controller.exit, 1);
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  const reader = await openRunFolder(folder);
  assert.equal(await reader.status(), "failed");
  assert.ok((await reader.events()).some(({ event }) => event === "instrument-error"));
});
