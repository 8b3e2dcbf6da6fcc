import assert from "node:assert/strict";
import { test } from "node:test";
import { checkBench, loadBench, openBench } from "../../src/bench/index.js";
import { eventually } from "../support/cli.js";
import { labWith, startController, writeBench } from "./safety-support.js";

test("a second program on a busy bench is refused with exit code 4, told by whom, and sends nothing", async (t) => {
  const lab = await labWith(t);
  const first = startController(t, lab.benchFile, 100_000);
  await first.measuring(100);

  const second = startController(t, lab.benchFile, 1);

  assert.equal(await second.exit, 4);
  const refused = String(second.said.find(({ what }) => what === "refused")?.["message"]);
  assert.match(refused, new RegExp(`is in use by process ${first.pid} .*run \\d{8}T\\d{6}Z_iv-sweep_D1_`));
  first.kill("SIGTERM");
  assert.equal(await first.exit, 3);
  const third = startController(t, lab.benchFile, 1);
  assert.equal(await third.exit, 0);
});

test("an output found on is told, left as it is, and not driven", async (t) => {
  const lab = await labWith(t);
  await lab.tell("smu", ":SOUR:VOLT 0.1;:OUTP ON");
  const bench = await openBench(await loadBench(lab.benchFile));
  try {
    assert.match(
      String(bench.notices[0]?.["message"]),
      /smu: an output was on already, at 100 mV\. It is left as it is.*memrig safe/,
    );
    const plan = { drive: "voltage", levels: [0.1], cycles: 1, compliance: 1e-5, dwell_s: 0.05, nplc: 1 } as const;
    const sweep = bench.station("sweep-smu").sweep(plan, new AbortController().signal);
    await assert.rejects(sweep.next(), { kind: "limit-refused", message: /left as it is/ });
    assert.deepEqual(
      (await bench.makeSafe()).map(({ state }) => state),
      ["left-as-found"],
    );
  } finally {
    await bench.close();
  }
  assert.equal(await lab.ask("smu", ":OUTP?"), "1");
});

test("errors left in an instrument's queue are told, not blamed on this program's commands", async (t) => {
  const lab = await labWith(t);
  await lab.tell("smu", ":NONS");
  const config = await loadBench(lab.benchFile);
  const { instruments } = await checkBench(config);
  assert.match(instruments[0]?.message ?? "", /outputs off, errors in its queue: -113 "Undefined header"/);
  await lab.tell("smu", ":NONS");
  const bench = await openBench(config);
  await bench.close();
  assert.match(String(bench.notices[0]?.["message"]), /smu: errors from before were in its queue: -113/);
});

test("a station from before the bench was made safe can not turn anything on again", async (t) => {
  const lab = await labWith(t);
  const bench = await openBench(await loadBench(lab.benchFile));
  try {
    const plan = { drive: "voltage", levels: [0.1], cycles: 1, compliance: 1e-5, dwell_s: 0.05, nplc: 1 } as const;
    const old = bench.station("sweep-smu");
    await bench.makeSafe();
    await assert.rejects(old.sweep(plan, new AbortController().signal).next(), { message: /made safe since/ });
    const first = await bench.station("sweep-smu").sweep(plan, new AbortController().signal).next();
    assert.equal(first.done, false);
  } finally {
    await bench.close();
  }
});

test("another instrument than the file says is refused by both names, with the driver that fits", async (t) => {
  const lab = await labWith(t);
  await writeBench(lab, { smu: lab.resource("awg") });
  await assert.rejects(openBench(await loadBench(lab.benchFile)), {
    kind: "invalid-request",
    message: /smu: TCPIP0::.* says it is ".*33\d\d\d.*", which is not a keithley-2450.*Write driver: keysight-33500/,
  });
});

test("a bench whose instrument is not there leaves nothing running and nothing locked", async (t) => {
  const lab = await labWith(t);
  await writeBench(lab, { smu: lab.resource("smu"), awg: "TCPIP0::127.0.0.1::9::SOCKET" });
  const config = await loadBench(lab.benchFile);
  await assert.rejects(openBench(config), { kind: "no-answer", message: /awg: .*127\.0\.0\.1::9/ });
  await writeBench(lab, { smu: lab.resource("smu") });
  const bench = await eventually("the bench is free", 2, async () => openBench(await loadBench(lab.benchFile)));
  await bench.close();
});
