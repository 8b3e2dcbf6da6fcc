import assert from "node:assert/strict";
import { test } from "node:test";
import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

for (const [model, channel, link] of [
  ["2602B", 1, "socket"],
  ["2636B", 2, "vxi11"],
] as const) {
  const name = `virtual Keithley ${model}, channel ${channel}, ${link}`;
  const open = resistorBench("keithley-2600", model, link, channel);
  sweepSmuSuite(name, open);
  biasSmuSuite(name, open, async (other) => {
    const smu = channel === 1 ? "smua" : "smub";
    const source = `${smu}.source`;
    await other.write(
      `${source}.func=1 ${source}.rangev=2 ${source}.limiti=0.01 ${source}.levelv=0.3 ${source}.output=1`,
    );
    await other.query("*OPC?");
  });
}

test("one channel of a 2602B holds its level while the other one sweeps, and is still on after it", async () => {
  const bench = await resistorBench("keithley-2600", "2602B", "socket")({ time: "real" });
  const never = new AbortController().signal;
  try {
    const { smu } = bench;
    await smu.hold({ drive: "voltage", level: 0.2, compliance: 1e-3 }, never);
    const plan = {
      drive: "voltage",
      levels: [0, 0.5, 0],
      cycles: 2,
      compliance: 0.1,
      dwell_s: 0.02,
      nplc: 0.1,
    } as const;
    let readings = 0;
    for await (const some of smu.sweep({ ...plan, channel: 2 }, never)) readings += some.length;
    assert.equal(readings, 6);
    const { voltage_V, current_A } = await smu.measure(1, 0.1);
    assert.ok(Math.abs(voltage_V - 0.2) < 1e-3, `${voltage_V} V`);
    assert.ok(Math.abs(current_A - 0.2 / bench.resistance_ohm) < 1e-6, `${current_A} A`);
    assert.equal(await smu.outputIsOn(), true);
    await smu.makeSafe();
    assert.equal(await smu.outputIsOn(), false);
  } finally {
    await bench.close();
  }
});
