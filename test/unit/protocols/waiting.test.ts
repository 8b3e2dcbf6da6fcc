import assert from "node:assert/strict";
import { test } from "node:test";
import { retention } from "../../../protocols/retention.js";
import { readTimes } from "../../../protocols/retention-plan.js";
import { RunClock } from "../../../protocols/run-clock.js";
import { shelfLife } from "../../../protocols/shelf-life.js";
import { driftOf, figureSvg, timeToFail } from "../../../src/analysis/index.js";
import type { AnyProtocol, RunContext } from "../../../src/engine/protocol.js";
import type { Row } from "../../../src/store/shapes.js";
import { columnsOf } from "./bench.js";
import { type FakeDevice, FakeSmu, resistor } from "./fake-smu.js";

/** Runs with a clock of its own: time passes in `wait` alone. Goes on behind `completed` units of work. */
async function runWaiting(
  protocol: AnyProtocol,
  settings: object,
  deviceAt: (clock: { now_s: number }) => FakeDevice,
  completed = 0,
) {
  const clock = { now_s: 0 };
  const smu = new FakeSmu(deviceAt(clock));
  const marks: number[] = [];
  const ends: (() => Promise<void>)[] = [];
  const outputs: boolean[] = [];
  const context: RunContext = {
    signal: new AbortController().signal,
    atEnd: (action) => ends.unshift(action),
    async wait(duration_s) {
      outputs.push(await smu.outputIsOn());
      clock.now_s += duration_s;
    },
    completed,
    between: async (done) => void marks.push(done),
    warn: () => undefined,
  };
  const plan: unknown = protocol.parameters.parse(settings);
  const rows: Row[] = [];
  for await (const batch of protocol.run(smu, plan, context)) if ("rows" in batch) rows.push(...batch.rows);
  for (const action of ends) await action();
  const table = protocol.tables[0];
  assert.ok(table);
  const tables = { [table.name]: columnsOf(table, rows) };
  return { rows, marks, outputs, smu, tables, metrics: protocol.analyse(tables, plan), plan };
}

const planOf = (settings: object) => retention.parameters.parse(settings);

test("reads are equally far apart, or in equal ratios of time, and both ends are read", () => {
  assert.deepEqual(readTimes(planOf({ every: "10 s", duration: "35 s" })), [0, 10, 20, 30]);
  const log = readTimes(planOf({ every: "1 s", duration: "1000 s", spacing: "log", per_decade: 1 }));
  assert.deepEqual(
    log.map((t) => Number(t.toPrecision(9))),
    [0, 1, 10, 100, 1000],
  );
});

test("a drifting cell is read with nothing on it between, and its exponent and time to fail come out", async () => {
  const nu = 0.1;
  const drifting = (clock: { now_s: number }): FakeDevice => {
    return (level, plan) => resistor(1e5 * Math.max(1, clock.now_s) ** nu)(level, plan);
  };
  const settings = { every: "10 s", duration: "1 d", spacing: "log", per_decade: 10 };
  assert.equal(retention.parameters.safeParse(settings).success, false, "days have no unit here");
  const { metrics, outputs, marks, rows, smu } = await runWaiting(
    retention,
    { ...settings, duration: 86_400, compliance: "1 mA", fail_factor: 4 },
    drifting,
  );
  assert.ok(Math.abs((metrics["drift"]?.mean ?? 0) - nu) < 0.002, `${metrics["drift"]?.mean}`);
  // R has grown fourfold against that at 1 s, where it began, at 4^10 s = 12 days, which was not reached
  assert.equal(metrics["failed_s"]?.n, 0);
  assert.ok(Math.abs((metrics["failExpected_s"]?.mean ?? 0) / 4 ** 10 - 1) < 0.2, `${metrics["failExpected_s"]?.mean}`);
  assert.ok(
    outputs.every((on) => !on),
    "off while it waits",
  );
  assert.equal(marks.at(-1), rows.length);
  assert.equal(smu.log.at(-1), "safe");
});

test("a state that is lost is dated by the first read beyond the factor, a single odd read is not", () => {
  const time_s = [0, 1, 2, 3, 4, 5];
  const lost = [1, 1, 5, 1, 5, 5];
  assert.equal(timeToFail(time_s, lost, 2, driftOf(time_s, lost)).observed_s, 4);
});

test("a resistor does not drift, and is not expected to fail", async () => {
  const { metrics, plan, tables } = await runWaiting(retention, { every: "10 s" }, () => resistor(1e5));
  assert.ok(Math.abs(metrics["drift"]?.mean ?? 1) < 1e-9);
  assert.equal(metrics["failExpected_s"]?.n, 0);
  for (const figure of retention.figures(tables, plan as never)) assert.match(figureSvg(figure), /<path /);
});

test("with hold=yes the read voltage stays on between the reads and is off at the end", async () => {
  const { outputs, smu } = await runWaiting(retention, { every: "10 s", duration: "30 s", hold: "yes" }, () =>
    resistor(1e5),
  );
  assert.deepEqual(outputs, [true, true, true]);
  assert.equal(await smu.outputIsOn(), false);
});

test("a retention run that was stopped goes on with the next read, at its time", async () => {
  const { rows } = await runWaiting(retention, { every: "10 s", duration: "40 s" }, () => resistor(1e5), 3);
  assert.deepEqual(
    rows.map((row) => row["read"]),
    [4, 5],
  );
  assert.ok(Math.abs(Number(rows[0]?.["time_s"]) - 30) < 1 && Math.abs(Number(rows[1]?.["time_s"]) - 40) < 1);
});

/** Written by more than +1 V, erased by less than −1 V, and loses a tenth of its conductance in an hour. */
function leaky(clock: { now_s: number }): FakeDevice {
  let [r_ohm, written_s] = [1e6, 0];
  return (level, plan) => {
    if (level > 1) [r_ohm, written_s] = [1e4, clock.now_s];
    if (level < -1) r_ohm = 1e6;
    const now_ohm = r_ohm === 1e4 ? r_ohm / 0.9 ** ((clock.now_s - written_s) / 3600) : r_ohm;
    return resistor(now_ohm)(level, plan);
  };
}

test("shelf life reads what was kept, both fresh states, and their ratio, with the output off over the hours", async () => {
  const { rows, metrics, outputs, marks } = await runWaiting(shelfLife, { rounds: 5, read_compliance: "1 mA" }, leaky);
  assert.equal(rows.length, 5);
  assert.deepEqual(marks, [1, 2, 3, 4, 5]);
  assert.ok(outputs.length === 4 && outputs.every((on) => !on));
  assert.ok(Math.abs((metrics["kept"]?.mean ?? 0) - 1 / 0.9) < 1e-3, `${metrics["kept"]?.mean} of what was written`);
  assert.ok(Math.abs((metrics["ratio"]?.mean ?? 0) - 100) < 0.1);
  assert.deepEqual([metrics["yield"]?.mean, metrics["failed_s"]?.n], [1, 0]);
  assert.ok(Math.abs(Number(rows[4]?.["time_s"]) - 4 * 3600) < 2);
});

test("a dead cell fails in the first round, and an interval shorter than a round is refused", async () => {
  const { metrics } = await runWaiting(shelfLife, { rounds: 2 }, () => resistor(1e5));
  assert.deepEqual([metrics["yield"]?.mean, metrics["failed_s"]?.n], [0, 1]);
  assert.match(shelfLife.parameters.safeParse({ interval: "0.1 s" }).error?.issues[0]?.message ?? "", /a round alone/);
});

test("the clock of a run counts what was waited for and measured once, whichever clock is ahead", async () => {
  const clock = new RunClock({ wait: () => Promise.resolve() });
  await clock.wait(3600);
  clock.measured(10);
  assert.ok(clock.now_s >= 3610 && clock.now_s < 3611, `${clock.now_s} s`);
  await clock.until(3000);
  assert.ok(clock.now_s < 3611, "past times are not waited for");
});
