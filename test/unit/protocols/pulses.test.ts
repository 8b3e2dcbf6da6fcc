import assert from "node:assert/strict";
import { test } from "node:test";
import { endurance } from "../../../protocols/endurance.js";
import { pulseTrain } from "../../../protocols/pulse-train.js";
import { figureSvg } from "../../../src/analysis/index.js";
import { noiseOf, runHere } from "./bench.js";
import { fakePulseStation, memoryCell, volatileCell } from "./fake-pulse-station.js";

const quiet = () => 0;
const scopeNoise = (seed: number) => noiseOf(seed, 200e-6); // about 0.12 mV rms
const near = (value: number | undefined, expected: number, relative: number, what: string) =>
  assert.ok(Math.abs((value ?? Number.NaN) / expected - 1) <= relative, `${what}: ${value}, expected ${expected}`);
const trainPlan = (settings: object) => pulseTrain.parameters.parse(settings);
const complaints = (protocol: typeof pulseTrain | typeof endurance, settings: object) =>
  (protocol.parameters.safeParse(settings).error?.issues ?? []).map((issue) => issue.path.join()).join();

test("a pulse train with nothing set asks for the ZnO paper's pulse: 1.5 V for 2 µs, read at 0.2 V", () => {
  const plan = trainPlan({});
  assert.deepEqual([plan.amplitude, plan.width, plan.read_amplitude], [1.5, 2e-6, 0.2]);
  assert.deepEqual(pulseTrain.extremes(plan), { voltage_V: 1.5 });
  assert.equal(pulseTrain.cost(plan).rows, 10);
});

test("pulses that leave the scope no time to arm, of no voltage, or half a reset are refused by name", () => {
  assert.equal(complaints(pulseTrain, { period: "13 us" }), "period");
  assert.equal(complaints(pulseTrain, { amplitude: 0 }), "amplitude");
  assert.equal(complaints(endurance, { read_amplitude: "0 V" }), "read_amplitude");
  assert.equal(complaints(endurance, { reset_amplitude: "-1 V" }), "reset_width");
  assert.equal(complaints(endurance, { set_width: "5 V" }), "set_width");
});

test("the papers' endurance tests are presets: 1e5 and 26.6 million cycles of 35 µs", () => {
  const plans = Object.entries(endurance.presets ?? {}).map(([name, { settings }]) => {
    const plan = endurance.parameters.parse(settings);
    const { rows, duration_s } = endurance.cost(plan);
    return [name, rows, Math.round((duration_s / rows) * 1e9), endurance.extremes(plan).voltage_V, plan.read_amplitude];
  });
  assert.deepEqual(plans, [
    ["zno-1e5", 100_000, 35_000, 1.2, 0.1],
    ["vo2-26.6M", 26_600_000, 35_000, 1.7, 0.2],
  ]);
});

test("nothing is loaded with the output on, the scope waits before the trigger, and both end safe, the source first", async () => {
  const station = fakePulseStation({ cell: () => 1e4, shunt_ohm: 1e3, noise: quiet, maxSegments: 4 });
  await runHere(pulseTrain, station, { count: 10, resolution: "20 ns", keep_waveforms: 0 });
  const burst = (n: number) => ["off", `load ${n}`, "on", `arm ${n}`, "trigger"];
  assert.deepEqual(station.log, [...burst(4), "arm 4", "trigger", ...burst(2), "source safe", "scope safe"]);
  assert.deepEqual(
    station.plans.map(({ trigger }) => [trigger.channel, trigger.slope]),
    Array.from({ length: 3 }, () => [1, "rising"]),
  );
});

test("the delay, rise and on resistance of a switch that turns on 20 ns after the edge are found through noise and offset", async () => {
  for (const amplitude of [1.5, -1.5]) {
    const cell = volatileCell(0.3, 0.1, 20e-9, 130, 1e8);
    const station = fakePulseStation({ cell, shunt_ohm: 1e3, noise: scopeNoise(11), offset_V: 2e-3 });
    const { tables } = await runHere(pulseTrain, station, { amplitude, read_amplitude: amplitude / 10, count: 5 });
    const metrics = pulseTrain.analyse(tables, trainPlan({}));

    assert.deepEqual([metrics["switched"]?.mean, metrics["delay_s"]?.n], [1, 5]);
    near(metrics["delay_s"]?.mean, 20e-9, 0.05, "delay at 1 ns a sample");
    near(metrics["rOn_ohm"]?.mean, 130, 0.05, "on resistance: an 8-bit top voltage has 0.5 % of 1.5 V");
    assert.ok((metrics["rOff_ohm"]?.mean ?? 0) > 1e6, "the off state lies below the scope's noise");
    assert.equal(metrics["readAtFloor"]?.mean, 1);
    // 1.5 V over 1180 ohm through 130 ohm for 2 µs
    near(metrics["energy_J"]?.mean, (1.5 / 1180) ** 2 * 130 * 2e-6, 0.1, "energy");
  }
});

test("a resistor does not switch: no delay, and both resistances are its own", async () => {
  const station = fakePulseStation({ cell: () => 10e3, shunt_ohm: 1e3, noise: scopeNoise(12) });
  const { tables } = await runHere(pulseTrain, station, { count: 4 });
  const metrics = pulseTrain.analyse(tables, trainPlan({}));
  assert.deepEqual([metrics["switched"]?.mean, metrics["delay_s"]?.n], [0, 0]);
  for (const column of ["rPulse_ohm", "rRead_ohm"]) {
    near((tables["pulses"]?.columns[column] as Float64Array)[0], 10e3, 0.05, column);
  }
});

test("a memory cell that turns on late is seen to switch though the read finds it on", async () => {
  let on = false;
  const cell = (level_V: number, since_s: number) => {
    if (level_V > 1 && since_s > 300e-9) on = true;
    return on ? 2e3 : 1e6;
  };
  const station = fakePulseStation({ cell, shunt_ohm: 1e3, noise: scopeNoise(13) });
  const { tables } = await runHere(pulseTrain, station, { count: 3 });
  assert.deepEqual(Array.from(tables["pulses"]?.columns["switched"] as Uint8Array), [1, 0, 0]);
  near((tables["pulses"]?.columns["delay_s"] as Float64Array)[0], 300e-9, 0.02, "delay");
});

test("every sample of the first pulses is kept, in rising time, and the others only as rows", async () => {
  const station = fakePulseStation({ cell: volatileCell(0.3, 0.1, 20e-9, 130, 1e8), shunt_ohm: 1e3, noise: quiet });
  const { tables } = await runHere(pulseTrain, station, { count: 5, keep_waveforms: 2, resolution: "5 ns" });
  const waveforms = tables["waveforms"];
  assert.equal(waveforms?.length, 2 * (station.plans[0]?.points ?? 0));
  const time_s = waveforms.columns["time_s"] as Float64Array;
  for (let k = 1; k < time_s.length; k++) assert.ok((time_s[k] ?? 0) > (time_s[k - 1] ?? 0));
  const figures = pulseTrain.figures(tables, trainPlan({}));
  assert.deepEqual(
    figures.map((figure) => figure.name),
    ["pulse-voltage", "pulse-current", "turn-on", "delay"],
  );
  for (const figure of figures) assert.match(figureSvg(figure), /^<svg xmlns/);
});

test("the endurance of a volatile switch has both resistances of every cycle, over several bursts", async () => {
  const cell = volatileCell(0.3, 0.1 + 1e-6, 1e-7, 130, 1e6); // the 0.1 V read does not hold it
  const station = fakePulseStation({ cell, shunt_ohm: 1e3, noise: scopeNoise(14), offset_V: 1e-3, maxSegments: 60 });
  const { tables } = await runHere(endurance, station, { cycles: 150 });
  const metrics = endurance.analyse(tables, endurance.parameters.parse({}));

  assert.equal(tables["cycles"]?.length, 150);
  assert.deepEqual(Array.from(tables["cycles"].columns["cycle"] as Int32Array).slice(58, 62), [59, 60, 61, 62]);
  near(metrics["rOn_ohm"]?.mean, 130, 0.05, "R_on");
  near(metrics["rOff_ohm"]?.mean, 1e6, 0.1, "R_off: 0.1 µA, averaged under 0.12 mV of noise");
  assert.deepEqual([metrics["yield"]?.mean, metrics["offAtFloor"]?.mean], [1, 0]);
});

test("with a reset pulse R_on comes from the read after set and R_off from the one after reset", async () => {
  const station = fakePulseStation({ cell: memoryCell(1, -1, 2e3, 200e3), shunt_ohm: 1e3, noise: scopeNoise(15) });
  const settings = { reset_amplitude: "-1.4 V", reset_width: "5 us", cycles: 20 };
  const { tables } = await runHere(endurance, station, settings);
  const metrics = endurance.analyse(tables, endurance.parameters.parse(settings));
  assert.deepEqual(endurance.extremes(endurance.parameters.parse(settings)), { voltage_V: 1.4 });
  near(metrics["rOn_ohm"]?.mean, 2e3, 0.15, "R_on: 33 mV on the shunt, read by the coarse channel");
  near(metrics["rOff_ohm"]?.mean, 200e3, 0.05, "R_off by the fine channel");
});

test("an off state below the scope's noise is given as a bound that the true one is above, and said so", async () => {
  const cell = volatileCell(0.3, 0.2, 1e-7, 130, 130e6);
  const station = fakePulseStation({ cell, shunt_ohm: 1e3, noise: scopeNoise(16) });
  const { tables } = await runHere(endurance, station, { cycles: 100 });
  const metrics = endurance.analyse(tables, endurance.parameters.parse({}));
  assert.ok((metrics["offAtFloor"]?.mean ?? 0) > 0.95);
  assert.ok((metrics["rOff_ohm"]?.mean ?? 0) < 130e6 && (metrics["rOff_ohm"]?.mean ?? 0) > 1e6);
});

test("a cell stuck on or off gives rows, not a crash, and no yield", async () => {
  for (const stuck_ohm of [0, 100, 1e12]) {
    const station = fakePulseStation({ cell: () => stuck_ohm, shunt_ohm: 1e3, noise: scopeNoise(17), fine: false });
    const { tables } = await runHere(endurance, station, { cycles: 10 });
    const metrics = endurance.analyse(tables, endurance.parameters.parse({}));
    assert.deepEqual([tables["cycles"]?.length, metrics["yield"]?.mean], [10, 0], `${stuck_ohm} ohm`);
    for (const figure of endurance.figures(tables, endurance.parameters.parse({}))) figureSvg(figure);
  }
});

test("an abort between two bursts ends the run with both instruments safe", async () => {
  const station = fakePulseStation({ cell: () => 1e4, shunt_ohm: 1e3, noise: quiet, maxSegments: 5 });
  const controller = new AbortController();
  const run = runHere(
    endurance,
    { ...station, scope: abortingAfter(station.scope, 2, controller) },
    { cycles: 100 },
    controller,
  );
  await assert.rejects(run);
  assert.deepEqual(station.log.slice(-2), ["source safe", "scope safe"]);
  assert.ok(station.log.filter((line) => line === "trigger").length <= 2);
});

function abortingAfter(
  scope: ReturnType<typeof fakePulseStation>["scope"],
  bursts: number,
  controller: AbortController,
) {
  let armed = 0;
  return {
    ...scope,
    arm: async (plan: Parameters<typeof scope.arm>[0], signal: AbortSignal) => {
      if (++armed > bursts) controller.abort();
      signal.throwIfAborted();
      await scope.arm(plan, signal);
    },
  };
}
