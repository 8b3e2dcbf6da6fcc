import assert from "node:assert/strict";
import { test } from "node:test";
import { endurance } from "../../../protocols/endurance.js";
import { ivSweep } from "../../../protocols/iv-sweep.js";
import { pulseTrain } from "../../../protocols/pulse-train.js";
import { runHere } from "./bench.js";
import { fakePulseStation } from "./fake-pulse-station.js";
import { FakeSmu, resistor } from "./fake-smu.js";

const sweep = { stop: "0.1 V", step: "10 mV", cycles: 6, dwell: "1 ms", nplc: 0.01 }; // 21 levels a cycle

/** Marks that a protocol made, and a pause that is asked for once so many units are complete. */
function marking(pauseAt = Number.POSITIVE_INFINITY) {
  const marks: number[] = [];
  const rested: number[] = [];
  let paused = false;
  return {
    marks,
    rested,
    context: {
      get pausing() {
        return !paused && (marks.at(-1) ?? 0) >= pauseAt;
      },
      between: async (completed: number) => {
        if (!paused && (marks.at(-1) ?? 0) >= pauseAt) {
          rested.push(completed);
          paused = true;
        }
        marks.push(completed);
      },
    },
  };
}

const numbers = (values: unknown): number[] => [...(values as ArrayLike<number> & Iterable<number>)];

test("iv-sweep marks every cycle of one sweep, whatever blocks the readings come in", async () => {
  for (const block of [1, 7, 21, 50, 500]) {
    const smu = new FakeSmu(resistor(1e5), block);
    const { marks, context } = marking();
    await runHere(ivSweep, smu, sweep, undefined, context);
    assert.deepEqual(marks, [0, 1, 2, 3, 4, 5, 6], `${block} readings a block`);
    assert.deepEqual(smu.log, ["sweep", "safe"]);
  }
});

test("a pause ends the sweep behind a whole cycle, and a second sweep measures what is left, each cycle once, times rising", async () => {
  for (const block of [1, 7, 50]) {
    const smu = new FakeSmu(resistor(1e5), block);
    const { rested, context } = marking(2);
    const { tables } = await runHere(ivSweep, smu, sweep, undefined, context);
    const points = tables["points"];
    assert.equal(points?.length, 126, `${block} readings a block`);
    assert.deepEqual(
      numbers(points.columns["cycle"]),
      Array.from({ length: 126 }, (_, k) => 1 + Math.floor(k / 21)),
    );
    assert.deepEqual(smu.log, ["sweep", "sweep", "safe"]);
    assert.equal(rested.length, 1);
    assert.equal(smu.asked?.cycles, 6 - (rested[0] ?? NaN));
    const time_s = numbers(points.columns["time_s"]);
    for (let k = 1; k < time_s.length; k += 1) assert.ok((time_s[k] ?? 0) > (time_s[k - 1] ?? 0));
  }
});

test("an iv-sweep that is gone on with measures only what is left, and its clock goes on behind the gap", async () => {
  const smu = new FakeSmu(resistor(1e5));
  const { marks, context } = marking();
  const earlier = { completed: 4, earlier: { time_s: 10, gap_s: 3600 } };
  const { tables } = await runHere(ivSweep, smu, sweep, undefined, { ...context, ...earlier });
  assert.equal(smu.asked?.cycles, 2);
  assert.deepEqual(marks, [4, 5, 6]);
  const points = tables["points"];
  assert.deepEqual([...new Set(numbers(points?.columns["cycle"]))], [5, 6]);
  assert.equal(numbers(points?.columns["time_s"])[0], 3610);
});

test("pulses rest with the generator's output off, and are loaded anew before they go on", async () => {
  const station = fakePulseStation({ cell: () => 1e4, shunt_ohm: 1e3, noise: () => 0, maxSegments: 4 });
  const { marks, rested, context } = marking(4);
  const settings = { count: 10, resolution: "20 ns", keep_waveforms: 0 };
  const { tables } = await runHere(pulseTrain, station, settings, undefined, context);
  assert.deepEqual(marks, [0, 4, 8, 10]);
  assert.deepEqual(rested, [8]);
  assert.deepEqual(numbers(tables["pulses"]?.columns["pulse"]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const burst = (n: number) => ["off", `load ${n}`, "on", `arm ${n}`, "trigger"];
  assert.deepEqual(station.log, [...burst(4), "arm 4", "trigger", "off", ...burst(2), "source safe", "scope safe"]);
});

test("a pulse train and an endurance test that are gone on with number and time their pulses as if there had been no gap", async () => {
  const station = () => fakePulseStation({ cell: () => 1e4, shunt_ohm: 1e3, noise: () => 0, maxSegments: 4 });
  const settings = { count: 10, resolution: "20 ns", keep_waveforms: 0 };
  const whole = (await runHere(pulseTrain, station(), settings)).tables["pulses"];
  const { tables } = await runHere(pulseTrain, station(), settings, undefined, { completed: 7 });
  const rest = tables["pulses"];
  assert.deepEqual(numbers(rest?.columns["pulse"]), [8, 9, 10]);
  for (const [k, time_s] of numbers(rest?.columns["time_s"]).entries())
    assert.ok(Math.abs(time_s - (numbers(whole?.columns["time_s"])[7 + k] ?? NaN)) < 1e-9);
  const cycles = (await runHere(endurance, station(), { cycles: 6 }, undefined, { completed: 5 })).tables["cycles"];
  assert.deepEqual(numbers(cycles?.columns["cycle"]), [6]);
});
