import assert from "node:assert/strict";
import { test } from "node:test";
import { ivSweep } from "../../protocols/iv-sweep.js";
import { spreadsAsPublished } from "../support/published-spread.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";
import { runHere } from "../unit/protocols/bench.js";

// Each device as a run of its own, and 1024 sweeps of one: published-figures.slow.test.ts. 200 sweeps of one: protocols.test.ts.

/** Threshold of a seeded device in ten sweeps of the virtual 2450 over a socket. */
async function threshold(seed: number) {
  const settings = { stop: "0.3 V", step: "5 mV", shape: "double", compliance: "10 uA", dwell: "50 ms", cycles: 10 };
  const dut = { id: `D${seed}`, model: "zno-diffusive", parameters: {}, seed };
  const bench = await virtualBench([{ label: "smu", driver: "keithley-2450" }], smuWiring("smu"), dut);
  try {
    const { tables } = await runHere(ivSweep, await bench.open("smu", "smu"), settings);
    const { vth_V } = ivSweep.analyse(tables, ivSweep.parameters.parse(settings));
    assert.ok(vth_V);
    return vth_V;
  } finally {
    await bench.close();
  }
}

test("30 seeded ZnO devices of 10 sweeps each spread as the paper's do", async () => {
  const thresholds = [];
  for (let seed = 1; seed <= 30; seed++) thresholds.push(await threshold(seed));
  spreadsAsPublished(thresholds);
});
