import assert from "node:assert/strict";
import { test } from "node:test";
import { protocols } from "../../protocols/index.js";
import { parseBench } from "../../src/bench/index.js";
import { measure } from "../../src/cli/measure.js";
import { planFrom } from "../../src/cli/settings.js";
import type { Metrics } from "../../src/store/shapes.js";
import { scratchFolder } from "../support/cli.js";
import { spreadsAsPublished } from "../support/published-spread.js";

/** Runs iv-sweep on the virtual 2450 over TCP, as the command line does, and gives its metrics. */
async function sweeps(store: string, dut: string, settings: Record<string, string | number>): Promise<Metrics> {
  const config = parseBench(
    `instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: ${dut}
limits: { voltage: 1 V, current: 1 mA }`,
    "bench.yaml",
  );
  const protocol = protocols.get("iv-sweep");
  assert.ok(protocol);
  const outcome = await measure({
    config: { ...config, store },
    protocol,
    plan: planFrom(protocol, settings),
    signal: new AbortController().signal,
  });
  assert.equal(outcome.status, "done", outcome.reason);
  return outcome.metrics;
}

const zno = {
  start: "0 V",
  stop: "0.3 V",
  step: "5 mV",
  shape: "double",
  compliance: "10 uA",
  dwell: "50 ms",
  read: "0.14 V",
};

function near(metrics: Metrics, name: string, statistic: "mean" | "cv", published: number, tolerance: number): void {
  const value = metrics[name]?.[statistic] ?? Number.NaN;
  assert.ok(
    Math.abs(value - published) <= tolerance,
    `${name} ${statistic}: ${value}, published ${published} ± ${tolerance}`,
  );
}

// Wang et al. 2025, Fig. 2a to 2c. Tolerances: two 5 mV steps for means, sampling error of 1024 sweeps for spreads.
test("1024 sweeps of the nominal ZnO device through the virtual 2450 give the paper's thresholds and spreads", async (t) => {
  const metrics = await sweeps(await scratchFolder(t), "{ id: nominal, model: zno-diffusive }", {
    ...zno,
    cycles: 1024,
  });
  assert.equal(metrics["vth_V"]?.n, 1024);
  near(metrics, "vth_V", "mean", 0.17, 0.01);
  near(metrics, "vhold_V", "mean", 0.1, 0.01);
  near(metrics, "vth_V", "cv", 0.0225, 0.005);
  near(metrics, "vhold_V", "cv", 0.0444, 0.01);
  near(metrics, "slope_V_per_decade", "mean", 1.31e-3, 0.1e-3);
  near(metrics, "rOff_ohm", "mean", 130e6, 13e6);
});

test("30 seeded ZnO devices of 10 sweeps each spread as the paper's do", async (t) => {
  const store = await scratchFolder(t);
  const device = (seed: number) =>
    sweeps(store, `{ id: D${seed}, model: zno-diffusive, seed: ${seed} }`, { ...zno, cycles: 10 });
  const each: Metrics[] = [];
  for (let seed = 1; seed <= 30; seed += 3) each.push(...(await Promise.all([seed, seed + 1, seed + 2].map(device))));
  const thresholds = each.map((metrics) => metrics["vth_V"]).filter((metric) => metric !== undefined);
  spreadsAsPublished(thresholds);
});
