import assert from "node:assert/strict";
import { after, test } from "node:test";
import { drivers } from "../../drivers/index.js";
import { protocols } from "../../protocols/index.js";
import type { CaptureScope, PulseSource, PulseStation, SweepSmu } from "../../src/capabilities/index.js";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import type { Metrics } from "../../src/store/shapes.js";
import type { DutPlan, VirtualBenchPlan } from "../../src/virtual/bench-plan.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { openSession } from "../../src/visa/index.js";
import { runHere } from "../unit/protocols/bench.js";

const shunt_ohm = 1000;
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

/** The three instruments on one device, served on sockets and opened with the real drivers. */
async function virtualBench(model: string, parameters: DutPlan["parameters"] = {}) {
  const plan: VirtualBenchPlan = {
    name: "scenario",
    instruments: [
      { label: "smu", driver: "keithley-2450" },
      { label: "awg", driver: "keysight-33500", model: "33522B" },
      { label: "scope", driver: "keysight-infiniivision" },
    ],
    dut: { id: "dut", model, parameters },
    wiring: [
      { instrument: "smu", terminal: "high", node: "dut.top" },
      { instrument: "smu", terminal: "low", node: "dut.bottom" },
      { instrument: "awg", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "2", node: "dut.bottom", through: { shunt_ohm } },
      { instrument: "scope", terminal: "3", node: "dut.bottom" },
    ],
    address: "127.0.0.1",
    ports: "any",
    time: "fast",
    seed: 1,
  };
  const bench = await serveVirtualBench(plan);
  closing.push(() => bench.close());
  const open = async (label: string) => {
    const served = bench.instruments.find(({ name }) => name === label);
    const driver = drivers.get(served?.driver ?? "");
    assert.ok(served && driver, label);
    const instrument = await driver.open(await openSession(served.resources[0] ?? ""), label);
    closing.push(() => instrument.close());
    return instrument;
  };
  const smu = (await open("smu")) as SweepSmu;
  const probe = (channel: number) => ({ channel, resistance_ohm: shunt_ohm, impedance: "1M" as const });
  const station: PulseStation = {
    source: (await open("awg")) as PulseSource,
    sourceChannel: 1,
    scope: (await open("scope")) as CaptureScope,
    top: { channel: 1 },
    current: [probe(2), probe(3)],
  };
  return { smu, station };
}

function protocolNamed(name: string): AnyProtocol {
  const protocol = protocols.get(name);
  assert.ok(protocol, name);
  return protocol;
}

async function measure(name: string, station: unknown, settings: Readonly<Record<string, unknown>>): Promise<Metrics> {
  const protocol = protocolNamed(name);
  const { tables } = await runHere(protocol, station, settings);
  return protocol.analyse(tables, protocol.parameters.parse(settings));
}

function within(metrics: Metrics, name: string, low: number, high: number): void {
  const mean = metrics[name]?.mean ?? Number.NaN;
  assert.ok(mean >= low && mean <= high, `${name} is ${mean}; expected ${low} to ${high}`);
}

test("200 sweeps of the ZnO switch have the paper's threshold, hold voltage, spread, resistance and slope", async () => {
  const { smu } = await virtualBench("zno-diffusive");
  const metrics = await measure("iv-sweep", smu, { cycles: 200, read: "0.14 V" });

  // Wang et al. 2025, Fig. 2: 0.17 V, 0.10 V (two steps of 5 mV), 130 Mohm (10 %), on/off 1e4 (a factor of 1.5), 1.31 mV/decade
  within(metrics, "vth_V", 0.16, 0.18);
  within(metrics, "vhold_V", 0.09, 0.11);
  within(metrics, "rOff_ohm", 117e6, 143e6);
  within(metrics, "ratio", 1e4 / 1.5, 1e4 * 1.5);
  within(metrics, "slope_V_per_decade", 1.2e-3, 1.4e-3);
  assert.deepEqual([metrics["switched"]?.mean, metrics["vth_V"]?.n, metrics["vhold_V"]?.n], [1, 200, 200]);
  // C_v 2.25 % and 4.44 %; 200 sweeps give them within 5 % of themselves (one standard error), so four of these and the model's own share
  assert.ok(Math.abs((metrics["vth_V"]?.cv ?? 0) - 0.0225) < 0.0065, `C_v of V_th ${metrics["vth_V"]?.cv}`);
  assert.ok(Math.abs((metrics["vhold_V"]?.cv ?? 0) - 0.0444) < 0.012, `C_v of V_hold ${metrics["vhold_V"]?.cv}`);
  assert.equal(await smu.outputIsOn(), false);
});

test("a current sweep of the VO2 device snaps back at the threshold its geometry gives", async () => {
  const { smu } = await virtualBench("vo2-mott", { Re: 0, sigma_cycle: 0 });
  const settings = { drive: "current", stop: "500 uA", step: "5 uA", compliance: "2 V", cycles: 2 };
  const metrics = await measure("iv-sweep", smu, settings);
  within(metrics, "vth_V", 1.2, 1.3); // 1.295 V at 100 µA, met within one step of current
  assert.ok((metrics["vhold_V"]?.mean ?? 2) < 0.5, `${metrics["vhold_V"]?.mean} V`);
});

test("ten 1.5 V pulses on the ZnO switch turn it on after about 20 ns, and it is off again in the read", async () => {
  const { station } = await virtualBench("zno-diffusive");
  const metrics = await measure("pulse-train", station, {});
  within(metrics, "delay_s", 15e-9, 25e-9); // "roughly 20 ns" (Wang et al. 2025, Fig. 2h)
  within(metrics, "rOn_ohm", 110, 150);
  assert.equal(metrics["switched"]?.mean, 1);
  assert.ok((metrics["ratio"]?.mean ?? 0) > 1e3);
  assert.equal(await station.source.outputIsOn(), false);
});

test("endurance of the ZnO switch reads both states of all 1200 cycles, in two bursts, a factor of 1000 apart", async () => {
  const { station } = await virtualBench("zno-diffusive");
  const metrics = await measure("endurance", station, { cycles: 1200 });
  assert.deepEqual([metrics["yield"]?.mean, metrics["ratio"]?.n], [1, 1200]);
  assert.ok((metrics["ratio"]?.mean ?? 0) > 1e3);
  assert.equal(await station.source.outputIsOn(), false);
});

test("pulsed cycles of the VO2 device at 1.5 mA have R_off/R_on near the paper's 155.65", async () => {
  const { station } = await virtualBench("vo2-mott", { Re: 0 });
  const metrics = await measure("endurance", station, { set_amplitude: "1.7 V", cycles: 300 });
  // Yi et al. 2018, Suppl. Fig. 6: 155.65, full width at half maximum 16.72; 8 bits of 2 V add 3 % to the 0.12 V of the on state
  within(metrics, "ratio", 155.65 - 16.72, 155.65 + 16.72);
});

test("a resistor is told as one by all three protocols", async () => {
  const { smu, station } = await virtualBench("resistor", { R: 10e3 });
  const sweep = await measure("iv-sweep", smu, { compliance: "1 mA" });
  assert.equal(sweep["switched"]?.mean, 0);
  within(sweep, "r_ohm", 9.99e3, 10.01e3);
  const train = await measure("pulse-train", station, { count: 3 });
  assert.deepEqual([train["switched"]?.mean, train["delay_s"]?.n], [0, 0]);
  within(train, "rOff_ohm", 9.5e3, 10.5e3);
  const cycles = await measure("endurance", station, { cycles: 20 });
  assert.equal(cycles["yield"]?.mean, 0);
  within(cycles, "rOff_ohm", 9.3e3, 10.7e3); // the top's 8 bits of 1.5 V against a read of 0.1 V
});
