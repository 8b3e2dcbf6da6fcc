import assert from "node:assert/strict";
import { after, test } from "node:test";
import { protocols } from "../../protocols/index.js";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import type { Metrics } from "../../src/store/shapes.js";
import { smuWiring, virtualBench, type ServedBench } from "../support/virtual-bench.js";
import { runHere } from "../unit/protocols/bench.js";

const served: ServedBench[] = [];
after(() => Promise.all(served.map((bench) => bench.close())));

/** A device across a virtual 2450, and its metrics after a protocol with the real driver. */
async function measured(
  name: string,
  model: string,
  parameters: Readonly<Record<string, number>>,
  settings: Readonly<Record<string, unknown>>,
  wiring = smuWiring("smu"),
): Promise<Metrics> {
  const protocol = protocols.get(name) as AnyProtocol;
  const dut = { id: "dut", model, parameters };
  const bench = await virtualBench([{ label: "smu", driver: "keithley-2450" }], wiring, dut);
  served.push(bench);
  const smu = await bench.open("smu", "smu");
  const { tables } = await runHere(protocol, smu, settings);
  assert.equal(await smu.outputIsOn(), false);
  return protocol.analyse(tables, protocol.parameters.parse(settings));
}

function near(metrics: Metrics, name: string, expected: number, tolerance: number): void {
  const mean = metrics[name]?.mean ?? Number.NaN;
  assert.ok(Math.abs(mean - expected) <= tolerance, `${name} is ${mean}; expected ${expected} ± ${tolerance}`);
}

test("from 100 nA to 100 µA the ZnO switch keeps its threshold and hold voltage; its set power at 100 nA is 16.5 nW; without a limit on/off is 1e6", async () => {
  const metrics = await measured(
    "compliance-series",
    "zno-diffusive",
    {},
    { compliances: "100 nA; 1 uA; 10 uA; 100 uA; 5 mA", read: "0.14 V" },
  );
  // Wang et al. 2025, Fig. 2e: "unchanged": within one step of 5 mV; 10 sweeps a limit leave 1.2 mV of the cycle-to-cycle spread
  assert.equal(metrics["vthShift_V"]?.n, 5);
  near(metrics, "vthShift_V", 0, 5e-3);
  near(metrics, "vholdShift_V", 0, 5e-3);
  for (const limit of ["100nA", "1uA", "10uA", "100uA"]) {
    near(metrics, `vth_at_${limit}_V`, 0.17, 5e-3);
    near(metrics, `vhold_at_${limit}_V`, 0.1, 10e-3); // the model's mean is 0.097 V, on a grid of 5 mV
  }
  near(metrics, "pSet_at_100nA_W", 16.5e-9, 1e-9); // one step times 100 nA, and rounding
  const [limited, free] = [metrics["ratio_at_10uA"]?.mean ?? NaN, metrics["ratio_at_5mA"]?.mean ?? NaN];
  assert.ok(limited > 1e4 / 1.5 && limited < 1e4 * 1.5, `on/off ${limited} at 10 µA, published 1e4`);
  assert.ok(free > 1e6 / 1.5 && free < 1e6 * 1.5, `on/off ${free} at 5 mA, published 1e6 without a limit`);
});

test("a current sweep of VO2 with its electrodes snaps back at 1.332 V, 100 µA, and folds back at 0.319 V, 307 µA", async () => {
  const settings = { drive: "current", stop: "600 uA", step: "2 uA", compliance: "2 V", dwell: "5 ms" };
  const metrics = await measured("iv-sweep", "vo2-mott", { Re: 370, Rshunt: 15e3, sigma_cycle: 0 }, settings);
  // quasi-static solution of Yi et al. 2018, Suppl. Note 4; at the fold the voltage is flat: a step of current moves it by less than 1 %
  near(metrics, "vth_V", 1.3318, 0.013);
  near(metrics, "vhold_V", 0.319, 0.003);
  near(metrics, "pSet_W", 1.3318 * 100.4e-6, 0.05 * 1.34e-4);
});

test("a current sweep of VOx snaps back at 1.436 V, 1.02 mA, to a valley of 0.380 V", async () => {
  const settings = { drive: "current", stop: "10 mA", step: "20 uA", compliance: "2 V", dwell: "5 ms" };
  const metrics = await measured("iv-sweep", "vox-ndr", {}, settings);
  near(metrics, "vth_V", 1.436, 0.0144);
  near(metrics, "vhold_V", 0.38, 0.004);
  near(metrics, "pSet_W", 1.436 * 1.02e-3, 0.05 * 1.465e-3);
});

test("four-wire leaves 200 ohm of leads out of a list and of ratios, two-wire has them in", async () => {
  const [R, lead_ohm] = [10e3, 100];
  for (const settings of [
    { shape: "list", levels: "0.1 V; 0.3 V; 1 V; 0.3 V" },
    { spacing: "log", stop: "1 V", step: "10 mV", per_decade: 5 },
  ]) {
    for (const [wires, expected_ohm] of [
      ["two", R + 2 * lead_ohm],
      ["four", R],
    ] as const) {
      const through = { series_ohm: lead_ohm };
      const wiring = smuWiring("smu").map((wire) => ({ ...wire, through }));
      const metrics = await measured("iv-sweep", "resistor", { R }, { ...settings, wires, compliance: "1 mA" }, wiring);
      near(metrics, "r_ohm", expected_ohm, 20); // offsets of the 1 mA range on 10 µA to 100 µA
    }
  }
});
