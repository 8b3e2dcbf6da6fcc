import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBench, safeBench } from "../../src/bench/index.js";
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

test("memrig safe stops the run that holds the bench, wherever it runs, and the output is off", async (t) => {
  const lab = await labWith(t);
  const controller = startController(t, lab.benchFile, 100_000);
  await controller.measuring(100);

  const reports = await safeBench(await loadBench(lab.benchFile));

  assert.deepEqual(
    reports.map(({ label, state }) => [label, state]),
    [["smu", "safe"]],
  );
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  assert.equal(await controller.exit, 3);
  const ended = controller.said.find(({ what }) => what === "ended");
  assert.equal(ended?.["reason"], "Aborted by memrig safe.");
});

test("memrig safe stops a run on the program's own virtual bench, though nobody else knows where that is", async (t) => {
  const lab = await labWith(t);
  await writeBench(lab, { smu: "virtual" });
  const controller = startController(t, lab.benchFile, 100_000);
  await controller.measuring(100);

  const reports = await safeBench(await loadBench(lab.benchFile));

  assert.deepEqual(
    reports.map(({ label, state }) => [label, state]),
    [["smu", "safe"]],
  );
  assert.equal(await controller.exit, 3);
});

test("memrig safe does not wait for a program that hangs: the outputs go off over its head", async (t) => {
  const lab = await labWith(t);
  const controller = startController(t, lab.benchFile, 100_000);
  await controller.measuring(100);
  controller.kill("SIGSTOP");
  const began_ms = performance.now();

  const [report] = await safeBench(await loadBench(lab.benchFile));

  assert.equal(report?.state, "safe");
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  const took_s = (performance.now() - began_ms) / 1000;
  assert.ok(took_s < 5, `${took_s.toFixed(1)} s`);
});

test("memrig safe with no run at all turns off what is on, and reports an instrument that is not there", async (t) => {
  const lab = await labWith(t);
  await writeBench(lab, { smu: lab.resource("smu"), awg: "TCPIP0::127.0.0.1::9::SOCKET" });
  await lab.tell("smu", ":OUTP ON");
  assert.equal(await lab.ask("smu", ":OUTP?"), "1");

  const reports = await safeBench(await loadBench(lab.benchFile));

  assert.deepEqual(
    reports.map(({ label, state }) => [label, state]),
    [
      ["smu", "safe"],
      ["awg", "unknown"],
    ],
  );
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  assert.match(reports[1]?.note ?? "", /front panel/);
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
