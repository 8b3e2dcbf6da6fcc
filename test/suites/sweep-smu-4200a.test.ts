import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

const never = new AbortController().signal;
const refused = (kind: MemrigError["kind"]) => (error: unknown) => error instanceof MemrigError && error.kind === kind;
const open = (link: "socket" | "prologix") => resistorBench("keithley-4200a", "4200A-SCS", link);

for (const link of ["socket", "prologix"] as const) {
  const name = `virtual Keithley 4200A-SCS, ${link}`;
  sweepSmuSuite(name, open(link), "connected");
  biasSmuSuite(
    name,
    open(link),
    async (other) => {
      await other.write("US;DV1,5,0.3,0.01");
      await other.query("*IDN?");
    },
    "connected",
  );
}

test("4200A-SCS: what KXCI would change without a word, or can not be told, is refused before it is sent", async () => {
  const bench = await open("socket")({ settings: { wires: 4 } });
  const { smu } = bench;
  try {
    const plan: SweepPlan = { drive: "voltage", levels: [0, 0.1], cycles: 1, compliance: 1e-3, dwell_s: 0.02 };
    const changes: Partial<SweepPlan>[] = [
      { wires: 2 },
      { compliance: 99e-12 }, // SMU1 has a preamplifier
      { channel: 3, compliance: 99e-9 }, // SMU3 has none
      { drive: "current", levels: [0, 1e-6], compliance: 1, measureRange: 1 },
      { dwell_s: 10 },
      { levels: Array.from({ length: 4097 }, () => 0) },
    ];
    for (const change of changes) {
      const sweep = smu.sweep({ ...plan, ...change }, never);
      await assert.rejects(sweep.next(), refused("invalid-request"), JSON.stringify(change));
    }
    const bias = { drive: "voltage", level: 0.1 } as const;
    await assert.rejects(smu.hold({ ...bias, compliance: 1e-11 }, never), refused("invalid-request"));
    await assert.rejects(smu.hold({ ...bias, compliance: 1e-3, wires: 2 }, never), refused("invalid-request"));
    assert.deepEqual(bench.seen_V, [0]);
  } finally {
    await bench.close();
  }
});

test("4200A-SCS: a level on one channel keeps a sweep off another, as one mode ends the other", async () => {
  const bench = await open("socket")({ time: "real" });
  const { smu } = bench;
  try {
    await smu.hold({ drive: "voltage", level: 0.1, compliance: 1e-3 }, never);
    await smu.hold({ channel: 2, drive: "voltage", level: 0.2, compliance: 1e-3 }, never);
    const plan: SweepPlan = { channel: 2, drive: "voltage", levels: [0], cycles: 1, compliance: 1e-3, dwell_s: 0.02 };
    await assert.rejects(smu.sweep(plan, never).next(), refused("busy"));
    await smu.release(2);
    assert.ok(Math.abs((await smu.measure(1, 0.1)).voltage_V - 0.1) < 1e-3);
    await smu.makeSafe();
    assert.equal(await smu.outputIsOn(), false);
  } finally {
    await bench.close();
  }
});
