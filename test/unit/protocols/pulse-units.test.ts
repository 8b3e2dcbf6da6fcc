import assert from "node:assert/strict";
import { test } from "node:test";
import { forming } from "../../../protocols/forming.js";
import { levels } from "../../../protocols/levels.js";
import { setResetTrain } from "../../../protocols/set-reset-train.js";
import { stdp } from "../../../protocols/stdp.js";
import { switchingTime } from "../../../protocols/switching-time.js";
import { thresholdSeek } from "../../../protocols/threshold-seek.js";
import { volatility } from "../../../protocols/volatility.js";
import { writeVerify } from "../../../protocols/write-verify.js";
import type { PulseCycle } from "../../../src/capabilities/index.js";
import type { AnyProtocol } from "../../../src/engine/protocol.js";
import type { Row } from "../../../src/store/shapes.js";
import { fakePulseStation, memoryCell } from "./fake-pulse-station.js";

/** Protocol, settings, units of work, and which are in the rows of the main table of the last unit. */
const cases: readonly [AnyProtocol, Readonly<Record<string, unknown>>, number][] = [
  [forming, { voltage_start: 0.5, voltage_stop: 0.9, width_stop: "2 us", target: "10 ohm" }, 6],
  [setResetTrain, { set_count: 2, reset_count: 2, trains: 3 }, 3],
  [thresholdSeek, { repeats: 3, voltage_step: "0.4 V" }, 3],
  [switchingTime, { amplitudes: "0.5; 1; 1.5", repeats: 2, width: "1 us" }, 3],
  [writeVerify, { targets: "100 kohm; 100 ohm", tolerance: 0.2, voltage_step: "0.5 V" }, 2],
  [levels, { levels: "100 kohm; 1 kohm", rounds: 2, reads: 1, voltage_step: "0.5 V" }, 4],
  [volatility, { repeats: 2, watch: "200 us", longest: "200 us" }, 2],
  [stdp, { delays: "-5us; 5us", repeats: 2, reference: 0 }, 4],
];

/** Plays the engine for a sitting that goes on behind `completed` units. */
async function sitting(
  protocol: AnyProtocol,
  settings: Readonly<Record<string, unknown>>,
  completed: number,
  pausing = false,
) {
  const plan: { voltage_V?: number } = protocol.parameters.parse(settings) as object;
  const loaded: PulseCycle[] = [];
  const fake = fakePulseStation({ cell: memoryCell(1.2, -1.2, 1e3, 1e5), shunt_ohm: 1e3, noise: () => 0 });
  const load: typeof fake.source.load = (channel, cycle, cycles) => {
    loaded.push(cycle);
    return fake.source.load(channel, cycle, cycles);
  };
  const marks: number[] = [];
  const rows: Row[] = [];
  let ends = 0;
  const context = {
    signal: new AbortController().signal,
    atEnd: () => void ends++,
    wait: () => Promise.resolve(),
    completed,
    pausing,
    between: async (done: number) => {
      marks.push(done);
      fake.log.push("between");
    },
    warn: () => undefined,
  };
  for await (const batch of protocol.run({ ...fake, source: { ...fake.source, load } }, plan, context)) {
    if (batch.table === protocol.mainTable && "rows" in batch) rows.push(...batch.rows);
  }
  return { plan, loaded, marks, rows, ends, log: fake.log };
}

for (const [protocol, settings, units] of cases) {
  test(`${protocol.name}: every unit of work ends in a mark, and a later sitting does only what is left`, async () => {
    const whole = await sitting(protocol, settings, 0);
    assert.deepEqual(
      whole.marks,
      Array.from({ length: units }, (_, k) => k + 1),
    );
    const rest = await sitting(protocol, settings, units - 1);
    assert.deepEqual(rest.marks, [units]);
    assert.ok(rest.rows.length > 0 && rest.rows.length < whole.rows.length);
    assert.equal(whole.ends, 2, "source and scope are made safe once each, not once a pulse");
  });

  test(`${protocol.name}: the generator's output is off, not only at zero, before the run rests`, async () => {
    const { log } = await sitting(protocol, settings, 0, true);
    const switched = log.filter((line) => ["on", "off", "between"].includes(line));
    const rests = switched.flatMap((line, k) => (line === "between" ? [switched[k - 1]] : []));
    assert.deepEqual(new Set(rests), new Set(["off"]));
  });

  test(`${protocol.name}: no level is loaded beyond the extremes that were checked, nor with the output on`, async () => {
    const { plan, loaded, log } = await sitting(protocol, settings, 0);
    const most_V = protocol.extremes(plan).voltage_V ?? 0;
    const levels_V = loaded.flatMap(({ segments }) => segments.map(({ level_V }) => Math.abs(level_V)));
    assert.ok(Math.max(...levels_V) <= most_V + 1e-12, `${Math.max(...levels_V)} V of ${most_V} V`);
    for (const { segments, limit } of loaded)
      for (const { level_V } of segments) assert.ok(level_V >= limit.low_V && level_V <= limit.high_V);
    for (const [k, entry] of log.entries()) if (entry.startsWith("load")) assert.equal(log[k - 1], "off");
  });
}

test("impossible ladders, reads at 0 V, equal signs and empty lists are refused by the parameter's name", () => {
  const complaint = (protocol: AnyProtocol, settings: object) =>
    (protocol.parameters.safeParse(settings).error?.issues ?? []).map((issue) => issue.path.join()).join();
  assert.equal(complaint(forming, { voltage_stop: "0.1 V" }), "voltage_stop");
  assert.equal(complaint(forming, { change: 0.5 }), "change");
  assert.equal(complaint(forming, { voltage_step: "1 nV" }), "voltage_step");
  assert.equal(complaint(writeVerify, { width_stop: "1 ns" }), "width_stop");
  assert.equal(complaint(writeVerify, { targets: "" }), "targets");
  assert.equal(complaint(writeVerify, { targets: "5 V" }), "targets");
  assert.equal(complaint(setResetTrain, { reset_amplitude: "2 V" }), "reset_amplitude");
  assert.equal(complaint(setResetTrain, { read_amplitude: 0 }), "read_amplitude");
  assert.equal(complaint(switchingTime, { amplitudes: "1; 0" }), "amplitudes");
  assert.equal(complaint(stdp, { delays: "0 s" }), "delays");
  assert.equal(complaint(volatility, { longest: "1 s" }), "read_width");
});
