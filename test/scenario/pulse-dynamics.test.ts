import assert from "node:assert/strict";
import { test } from "node:test";
import { stdp } from "../../protocols/stdp.js";
import { switchingTime } from "../../protocols/switching-time.js";
import { thresholdSeek } from "../../protocols/threshold-seek.js";
import { volatility } from "../../protocols/volatility.js";
import { figureSvg } from "../../src/analysis/index.js";
import { gradualCell, measured, pulseStation } from "../support/pulse-protocols.js";

const within = (value: number, low: number, high: number, what: string) =>
  assert.ok(value >= low && value <= high, `${what} is ${value}; expected ${low} to ${high}`);

test("the ZnO switch is on about 20 ns after the edge of 1.5 V, and off again within a tenth of a microsecond", async (t) => {
  const station = await pulseStation(t, "zno-diffusive");
  const preset = switchingTime.presets?.["zno-turn-on"];
  assert.ok(preset);
  const seen = await measured(switchingTime, station, preset.settings);
  // "roughly 20 ns" (Wang et al. 2025, text to Fig. 2h); 15 to 25 ns is the tolerance for a figure read by eye
  within(seen.mean("turnOn_s"), 15e-9, 25e-9, "turn-on");
  within(seen.mean("relaxation_s"), 20e-9, 100e-9, "relaxation"); // off 10 µs after a pulse in their endurance test
  assert.deepEqual([seen.mean("switched"), seen.mean("amplitude_V")], [1, 1.5]);
  assert.equal(await station.source.outputIsOn(), false);
});

test("the lower the pulse, the longer the ZnO switch takes, by a decade each 0.2 to 0.4 V; at 0.5 V it does not within 5 µs", async (t) => {
  const station = await pulseStation(t, "zno-diffusive");
  const settings = { amplitudes: "0.5; 0.9; 1.2; 1.5 V", width: "5 us", repeats: 3 };
  const seen = await measured(switchingTime, station, settings);
  const [level, delay] = [seen.column("pulses", "amplitude_V"), seen.column("pulses", "delay_s")];
  const longest = (volt: number) => Math.max(...delay.filter((_, k) => level[k] === volt));
  assert.ok(longest(1.5) < longest(1.2) && longest(1.2) < longest(0.9), delay.join());
  assert.ok(delay.filter((_, k) => level[k] === 0.5).every(Number.isNaN));
  within(seen.mean("slope_V_per_decade"), 0.2, 0.4, "slope");
  assert.equal(seen.mean("always_V"), 0.9);
});

test("climbs of both signs find the thresholds of a cell that moves beyond 0.5 V, and the spread its cycles have", async (t) => {
  const station = await pulseStation(t, "vteam", { ...gradualCell, x_0: 0.5, sigma_cycle: 0.1 });
  const seen = await measured(thresholdSeek, station, { repeats: 4, voltage_start: "0.5 V" });
  assert.deepEqual([seen.mean("foundPositive"), seen.mean("foundNegative")], [1, 1]);
  // 0.5 V moves nothing; 10 % in 1 µs needs the rate of about 1.5 times that (k = 1 mm/s over 3 nm, cubed)
  within(seen.mean("vPositive_V"), 0.55, 1.05, "positive threshold");
  within(seen.mean("vNegative_V"), -1.05, -0.55, "negative threshold");
  assert.ok(new Set(seen.column("thresholds", "threshold_V").map(Math.abs)).size > 1, "all thresholds alike");
  const steady = await measured(thresholdSeek, await pulseStation(t, "resistor", { R: 20e3 }), {
    repeats: 1,
    voltage_step: "0.8 V",
  });
  assert.deepEqual([steady.mean("foundPositive"), steady.metrics["vPositive_V"]?.n], [0, 0]);
});

test("a switch that relaxes in 1 ms is watched until it has settled, and its conductance falls with half to all of that time", async (t) => {
  const station = await pulseStation(t, "ag-siox", { tau_x: 1e-3, C: 0 }, 10e3);
  const seen = await measured(volatility, station, { repeats: 2 });
  assert.equal(seen.mean("settled"), 1);
  assert.ok(seen.column("pulses", "watched_s")[0] === 2e-3 && Math.max(...seen.column("pulses", "watched_s")) > 4e-3);
  // Prefactor and slope of the current both follow the state, so the conductance has parts with 1 ms and with 0.5 ms.
  within(seen.mean("tau_s"), 0.5e-3, 1e-3, "relaxation time");
  within(seen.mean("tauStretched_s"), 0.5e-3, 1e-3, "stretched relaxation time");
  assert.ok(seen.mean("r2") > 0.995 && seen.mean("r2Stretched") >= seen.mean("r2"));
  within(seen.mean("left"), 0, 0.1, "share left");
});

test("pairs of spikes potentiate with post after pre and depress the other way round, less the further apart", async (t) => {
  const station = await pulseStation(t, "vteam", { ...gradualCell, x_0: 0.27 });
  const settings = { delays: "-12us; -5us; -3us; -1.5us; 1.5us; 3us; 5us; 12us", tail: "0.5 V", head: "0.52 V" };
  const seen = await measured(stdp, station, { ...settings, set_polarity: "negative", voltage_start: "0.7 V" });
  const change = seen.column("pairs", "change");
  assert.ok(change.slice(0, 4).every((one) => one < 0) && change.slice(4).every((one) => one > 0), change.join());
  for (const side of [change.slice(0, 4).reverse(), change.slice(4)].map((one) => one.map(Math.abs)))
    for (let k = 1; k < side.length; k++) assert.ok((side[k] as number) < (side[k - 1] as number), change.join());
  // The rate goes with the third power of the voltage beyond the threshold: between a third of the tail's 20 µs and all of it,
  // less where a large change takes the resistance with it.
  within(seen.mean("tauAfter_s"), 4e-6, 20e-6, "time constant after");
  within(seen.mean("tauBefore_s"), 4e-6, 20e-6, "time constant before");
  assert.ok(seen.mean("r2After") > 0.95 && seen.mean("r2Before") > 0.95);
  for (const figure of stdp.figures(seen.tables, stdp.parameters.parse({})))
    assert.match(figureSvg(figure), /^<svg[^>]+xmlns/);
  assert.equal(await station.source.outputIsOn(), false);
});
