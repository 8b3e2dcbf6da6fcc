import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { checkBench, loadBench, openBench, safeBench } from "../../src/bench/index.js";
import { fakeInstrument } from "../unit/bench/fake-instrument.js";
import { labWith, writeBench } from "./safety-support.js";
import type { Lab } from "./safety-support.js";

/** A bench file that names no driver. */
async function undriven(lab: Lab, labels: readonly string[], wiring: string): Promise<void> {
  const lines = labels.map((label) => `  ${label}: { resource: "${lab.resource(label)}" }\n`);
  await writeFile(
    lab.benchFile,
    `instruments:\n${lines.join("")}dut: { id: D1 }\nwiring: { ${wiring} }\nlimits: { voltage: 2 V }\nstore: ${JSON.stringify(lab.store)}\n`,
  );
}

test("memrig check without a driver line finds each by asking, and checks the wiring with that", async (t) => {
  const lab = await labWith(t);
  await undriven(lab, ["smu", "awg", "scope"], "smu.high: dut.top, smu.low: dut.bottom, awg.1: dut.top");
  const report = await checkBench(await loadBench(lab.benchFile));
  assert.equal(report.ok, true);
  assert.deepEqual(
    report.instruments.map(({ label, driver }) => [label, driver]),
    [
      ["smu", "keithley-2450"],
      ["awg", "keysight-33500"],
      ["scope", "keysight-infiniivision"],
    ],
  );
  assert.match(report.notes.join("\n"), /Found by asking: smu is a keithley-2450, awg is a keysight-33500/);
  assert.match(report.notes.join("\n"), /smu goes to zero at 20 V\/s and 1 A\/s before its output goes off/);
});

test("wiring that does not fit what was found is refused with its line, once the instrument was asked", async (t) => {
  const lab = await labWith(t);
  await undriven(lab, ["awg"], "awg.high: dut.top");
  const config = await loadBench(lab.benchFile);
  await assert.rejects(checkBench(config), {
    kind: "invalid-request",
    message: /bench\.yaml:4: "high" is not a terminal of awg \(keysight-33500\); there are 1, 2/,
  });
});

test("a second channel that the instrument does not have is refused when the bench is opened", async (t) => {
  const lab = await labWith(t);
  await undriven(lab, ["smu"], "smu.2.high: dut.top, smu.2.low: dut.bottom");
  const config = await loadBench(lab.benchFile);
  await assert.rejects(openBench(config), {
    kind: "invalid-request",
    message: /smu\.2\.high is in the wiring .* has one channel/,
  });
  const report = await checkBench(config);
  assert.match(report.instruments[0]?.message ?? "", /has one channel/);
});

test("a bench without driver lines measures, and is made safe", async (t) => {
  const lab = await labWith(t);
  await undriven(lab, ["smu", "awg"], "smu.high: dut.top, smu.low: dut.bottom");
  const bench = await openBench(await loadBench(lab.benchFile));
  try {
    const plan = { drive: "voltage", levels: [0.1], cycles: 1, compliance: 1e-5, dwell_s: 0.05, nplc: 1 } as const;
    const first = await bench.station("sweep-smu").sweep(plan, new AbortController().signal).next();
    assert.equal(first.done, false);
  } finally {
    await bench.close();
  }
  await lab.tell("smu", "*RST;:SOUR:VOLT 0.5;:OUTP ON");
  await lab.tell("awg", "OUTP2 ON");
  const reports = await safeBench(await loadBench(lab.benchFile));
  assert.deepEqual(
    reports.map(({ state }) => state),
    ["safe", "safe"],
  );
  assert.match(reports[0]?.note ?? "", /in steps from 0\.5 V at 20 V\/s/);
  assert.match(reports[1]?.note ?? "", /OUTP1\?, OUTP2\? answered 0, 0/);
  assert.equal(await lab.ask("awg", "OUTP2?"), "0");
});

test("an instrument that nobody has a driver for is named by what it says, with the drivers there are", async (t) => {
  const lab = await labWith(t);
  const stranger = await fakeInstrument(t, "ACME,X-1,1,1");
  await writeBench(lab, { smu: lab.resource("smu") });
  await writeFile(lab.benchFile, `instruments: { x: { resource: "${stranger.resource}" } }\ndut: { id: D1 }\n`);
  await assert.rejects(openBench(await loadBench(lab.benchFile)), {
    kind: "invalid-request",
    message: /x: .*says it is "ACME,X-1,1,1".*no driver for it.*keithley-2450/,
  });
  assert.deepEqual(stranger.heard, ["*IDN?"]);
});
