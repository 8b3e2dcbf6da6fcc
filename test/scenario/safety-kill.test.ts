import assert from "node:assert/strict";
import { test } from "node:test";
import { writeFile } from "node:fs/promises";
import { listRuns, openRunFolder } from "../../src/store/index.js";
import { eventually } from "../support/cli.js";
import { askAt, cableTo, labWith, offWithin, startController, writeBench } from "./safety-support.js";

test("kill -9 in mid-sweep: an independent client sees the output off within 2 s, and the run is readable and interrupted", async (t) => {
  const lab = await labWith(t);
  const controller = startController(t, lab.benchFile, 100_000);
  const folder = await controller.measuring(100);
  const told_ms = performance.now();
  await eventually("a second goes by", 3, () => (performance.now() - told_ms > 1000 ? true : undefined));
  assert.equal(await lab.ask("smu", ":OUTP?"), "1");

  controller.kill("SIGKILL");
  const took_ms = await offWithin(2, () => lab.ask("smu", ":OUTP?"));
  t.diagnostic(`kill -9 to output off, seen by another client: ${took_ms.toFixed(0)} ms`);

  await controller.exit;
  const [run] = await listRuns(lab.store);
  assert.equal(run?.status, "interrupted");
  const reader = await openRunFolder(folder);
  const rows = (await reader.table("points")).length;
  assert.ok(rows >= 100, `100 rows were measured a second before the end, ${rows} are readable`);
  const guardian = await eventually("the guardian's word in the run's events", 5, async () =>
    (await reader.events()).find(({ event }) => event === "guardian"),
  );
  assert.deepEqual([guardian["label"], guardian["safe"]], ["smu", true]);
});

test("kill -9 with four instruments, one of which does not answer: the others are off within 1 s", async (t) => {
  const lab = await labWith(t, ["smu"]);
  const mute = await cableTo(t, lab.resource("awg"));
  const resources = {
    smu: lab.resource("smu"),
    smu2: lab.resource("smu2"),
    awg: mute.resource,
    scope: lab.resource("scope"),
  };
  await writeBench(lab, resources);
  const controller = startController(t, lab.benchFile, 100_000);
  await controller.measuring(100);
  mute.deaf = true;
  await lab.tell("smu2", ":OUTP ON");

  controller.kill("SIGKILL");
  const took_ms = await offWithin(1, async () => {
    const answers = await Promise.all([lab.ask("smu", ":OUTP?"), lab.ask("smu2", ":OUTP?")]);
    return answers.every((answer) => answer === "0") ? "0" : "1";
  });
  t.diagnostic(`kill -9 to all healthy outputs off: ${took_ms.toFixed(0)} ms`);
});

test("kill -9 in mid-sweep over VXI-11, a second source on over HiSLIP: both outputs are off within 2 s", async (t) => {
  const lab = await labWith(t, ["smu"], ["vxi11", "hislip"]);
  await writeBench(lab, { smu: lab.resource("smu", "vxi11"), smu2: lab.resource("smu2", "hislip") });
  const controller = startController(t, lab.benchFile, 100_000);
  const folder = await controller.measuring(100);
  await lab.tell("smu2", ":OUTP ON");
  const resources = (await openRunFolder(folder)).info.instruments.map(({ resource }) => resource);
  assert.match(resources[0] ?? "", /::inst0::INSTR$/);
  assert.match(resources[1] ?? "", /::hislip0,\d+::INSTR$/);
  assert.deepEqual([await lab.ask("smu", ":OUTP?"), await lab.ask("smu2", ":OUTP?")], ["1", "1"]);

  controller.kill("SIGKILL");
  const killed_ms = performance.now();
  const off = async (label: string) => {
    await offWithin(2, () => lab.ask(label, ":OUTP?"));
    return performance.now() - killed_ms;
  };
  const [vxi11_ms = NaN, hislip_ms = NaN] = await Promise.all([off("smu"), off("smu2")]);
  t.diagnostic(`kill -9 to output off: over VXI-11 ${vxi11_ms.toFixed(0)} ms, over HiSLIP ${hislip_ms.toFixed(0)} ms`);
});

test("kill -9 on a bench whose instruments are the program's own: they outlive it, and are put off", async (t) => {
  const lab = await labWith(t);
  await writeFile(
    lab.benchFile,
    `instruments: { smu: { driver: keithley-2450, resource: virtual } }\ndut: { model: zno-diffusive }\nvirtual: { time: real }\nstore: ${JSON.stringify(lab.store)}\n`,
  );
  const controller = startController(t, lab.benchFile, 100_000);
  const folder = await controller.measuring(100);
  const resource = (await openRunFolder(folder)).info.instruments[0]?.resource ?? "";
  assert.equal(await askAt(resource, ":OUTP?"), "1");

  controller.kill("SIGKILL");
  await offWithin(2, () => askAt(resource, ":OUTP?"));
});
