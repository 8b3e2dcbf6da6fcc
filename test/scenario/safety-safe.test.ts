import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBench, safeBench } from "../../src/bench/index.js";
import { labWith, startController, writeBench } from "./safety-support.js";

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
