import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../drivers/index.js";
import { sendSafe } from "../../src/bench/safe-socket.js";
import { safeTarget } from "../../src/bench/targets.js";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

/** Pulse channel 1 on 1 kΩ, spoken to by hand. */
async function on(
  action: (session: Session, bench: ServedBench) => Promise<void>,
  time: "fast" | "real" = "fast",
): Promise<void> {
  const bench = await virtualBench(
    [{ label: "smu", driver: "keithley-4200a" }],
    [{ instrument: "smu", terminal: "pmu1", node: "dut.top" }],
    { id: "R", model: "resistor", parameters: { R: 1000 } },
    "socket",
    time,
  );
  try {
    await action(await bench.session("smu"), bench);
  } finally {
    await bench.close();
  }
}

async function say(session: Session, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) await session.write(message);
}

async function failing(session: Session, message: string): Promise<string> {
  await say(session, ":ERROR:LAST:CLEAR", message);
  return session.query(":ERROR:LAST:GET");
}

async function ended(session: Session): Promise<void> {
  while ((await session.query(":PMU:DATA:COUNT? 1")) === "0" || (await session.query(":PMU:TEST:STATUS?")) !== "0");
}

/** As Keithley's first example of Segment Arb sends it, blanks and all; a fixed voltage range before. */
const example = [
  ":PMU:INIT 1",
  ":PMU:RPM:CONFIGURE PMU1-1, 0",
  ":PMU:RPM:CONFIGURE PMU1-2, 0",
  ":PMU:SOURCE:RANGE 1, 10",
  ":PMU:MEASURE:RANGE 1, 2, 1e-2",
  ":PMU:SARB:SEQ:TIME 1, 1, 1e-6, 1e-7, 1e-6, 1e-7, 1e-6",
  ":PMU:SARB:SEQ:STARTV 1, 1, 0, 0, 1, 1, 0",
  ":PMU:SARB:SEQ:STOPV 1, 1, 0, 1, 1, 0, 0",
  ":PMU:SARB:SEQ:MEAS:TYPE 1, 1, 2, 2, 2, 2, 2",
  ":PMU:SARB:SEQ:MEAS:START 1, 1, 0, 0, 0, 0, 0",
  ":PMU:SARB:SEQ:MEAS:STOP 1, 1, 1e-6, 1e-7, 1e-6, 1e-7, 1e-6",
  ":PMU:SARB:WFM:SEQ:LIST 1, 1, 1",
  ":PMU:OUTPUT:STATE 1, 1",
];

test("virtual 4225-PMU: Keithley's example plays, and gives voltage, current, time and status at 200 MSa/s", () =>
  on(async (session, { lab }) => {
    const seen_V: number[] = [];
    lab.watch(({ top1_V }) => void seen_V.push(top1_V));
    await say(session, ...example);
    assert.equal(await session.query(":PMU:TEST:STATUS?"), "0");
    assert.equal(Math.max(0, ...seen_V.map(Math.abs)), 0, "on takes effect when the test begins");
    await say(session, ":PMU:EXECUTE");
    await ended(session);
    assert.equal(await session.query(":ERROR:LAST:GET"), "No error. (0)");
    assert.equal(await session.query(":PMU:DATA:COUNT? 1"), "640");
    const points = (await session.query(":PMU:DATA:GET 1, 0, 2048"))
      .split(";")
      .map((point) => point.split(",").map(Number));
    assert.equal(points.length, 640);
    for (const [volt = NaN, ampere = NaN, time_s = NaN, status] of points) {
      assert.equal(status, 0);
      const ramp = Math.min(1, Math.max(0, (time_s - 1e-6) / 1e-7), Math.max(0, (2.2e-6 - time_s) / 1e-7));
      // 50 ohm before 1 kΩ; 1.2 mV and 1.2 µA a step, and noise.
      assert.ok(Math.abs(volt - ramp / 1.05) < 4e-3, `${volt} V at ${time_s} s`);
      assert.ok(Math.abs(ampere - ramp / 1050) < 4e-6, `${ampere} A at ${time_s} s`);
    }
    assert.ok(points.every(([, , time_s], k) => Math.abs((time_s ?? NaN) - k * 5e-9) < 1e-15));
    const some = await session.query(":PMU:DATA:GET 1, 300, 2, T, V");
    assert.match(some, /^\+1\.5\d*E-06,\+9\.\d+E-01;\+1\.505\d*E-06,\+9\.\d+E-01$/);
    await say(session, ":PMU:OUTPUT:STATE 1, 0");
  }));

test("virtual 4225-PMU: with the load told, the device has what was asked for; an emf beyond the range is error -951", () =>
  on(async (session) => {
    await say(session, ...example, ":PMU:RETAIN:CONFIG 1, 1", ":PMU:LOAD 1, 1000", ":PMU:EXECUTE");
    await ended(session);
    const [volt = NaN] = (await session.query(":PMU:DATA:GET 1,300,1")).split(",").map(Number);
    assert.ok(Math.abs(volt - 1) < 4e-3, `${volt} V`);
    await say(session, ":PMU:LOAD 1,1", ":PMU:OUTPUT:STATE 1,1");
    assert.match(await failing(session, ":PMU:EXECUTE"), /1 ohm.*\(-951\)$/);
  }));

test("virtual 4225-PMU: a rate that misses the shortest window is raised, one that fills the memory lowered", () =>
  on(async (session) => {
    await say(session, ...example, ":PMU:SAMPLE:RATE 1e3", ":PMU:EXECUTE");
    await ended(session);
    assert.equal(await session.query(":PMU:DATA:COUNT? 1"), "32", "one sample in 100 ns");
    await say(session, ...example, ":PMU:SARB:WFM:SEQ:LIST 1, 1, 1000", ":PMU:EXECUTE");
    await ended(session);
    const count = Number(await session.query(":PMU:DATA:COUNT? 1"));
    assert.ok(count > 40_000 && count <= 65_536, `${count} samples of 640 000`);
  }));

test("virtual 4225-PMU: a test takes its settings with it, and leaves its data, unless they are to be kept", () =>
  on(async (session) => {
    await say(session, ...example, ":PMU:EXECUTE");
    await ended(session);
    await say(session, ":PMU:OUTPUT:STATE 1, 1");
    assert.match(await failing(session, ":PMU:EXECUTE"), /no sequence list \(-951\)$/);
    assert.equal(await session.query(":PMU:DATA:COUNT? 1"), "640");
    await say(session, ...example, ":PMU:RETAIN:CONFIG 1, 1", ":PMU:EXECUTE");
    await ended(session);
    assert.match(await failing(session, ":PMU:EXECUTE"), /No error/);
  }));

test("virtual 4225-PMU: a piece that is not measured may have the whole of it as its window, as in Keithley's examples", () =>
  on(async (session) => {
    await say(session, ...example, ":PMU:SARB:SEQ:MEAS:TYPE 1, 1, 1, 0, 1, 0, 1", ":PMU:EXECUTE");
    await ended(session);
    assert.equal(await session.query(":PMU:DATA:COUNT? 1"), "3");
  }));

test("virtual 4225-PMU: an RPM that is not told passes nothing on, and the card measures nothing", () =>
  on(async (session, { lab }) => {
    const seen_V: number[] = [];
    lab.watch(({ top1_V }) => void seen_V.push(Math.abs(top1_V)));
    await say(session, ...example.filter((message) => !message.includes("RPM")), ":PMU:EXECUTE");
    await ended(session);
    assert.equal(Math.max(0, ...seen_V), 0);
  }));

test("virtual 4225-PMU: each thing that it can not play has its error, and nothing begins", () =>
  on(async (session, { lab }) => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      [":PMU:SARB:SEQ:TIME 1, 1, 1e-6, 1e-8, 1e-6, 1e-7, 1e-6", /1e-8 s \(-951\)$/],
      [":PMU:SARB:SEQ:TIME 1, 1, 1e-6, 1e-7, 1e-6, 1e-7", /5 values for 4 segments \(-951\)$/],
      [":PMU:SARB:SEQ:TIME 1, 1, 1e-6, 1.05e-7, 1e-6, 1e-7, 1e-6", /whole 10 ns \(-951\)$/],
      [":PMU:SARB:SEQ:STARTV 1, 1, 0, 0, 1, 1, 0.5", /segment 5 begins elsewhere \(-951\)$/],
      [":PMU:SARB:SEQ:STOPV 1, 1, 0, 11, 1, 0, 0", /11 V is beyond the range of 10 V \(-951\)$/],
      [
        ":PMU:SARB:SEQ:MEAS:TYPE 1, 1, 0, 2, 2, 2, 2;:PMU:SARB:SEQ:MEAS:STOP 1, 1, 5e-7, 1e-7, 1e-6, 1e-7, 1e-6",
        /not measured and has a window \(-823\)$/,
      ],
      [":PMU:SARB:SEQ:MEAS:STOP 1, 1, 2e-6, 1e-7, 1e-6, 1e-7, 1e-6", /\(-951\)$/],
      [":PMU:SARB:WFM:SEQ:LIST 1, 1, 20000", /more points than its memory has \(-951\)$/],
      [":PMU:SARB:WFM:SEQ:LIST 1, 2, 1", /sequence 2 is not there \(-951\)$/],
      [":PMU:MEASURE:RANGE 1, 0", /no fixed current range \(-951\)$/],
      [":PMU:OUTPUT:STATE 1, 0", /no output is on \(-951\)$/],
    ];
    for (const [message, expected] of wrong) {
      await say(session, ...example, message);
      assert.match(await failing(session, ":PMU:EXECUTE"), expected, message);
      assert.equal(await session.query(":PMU:TEST:STATUS?"), "0");
    }
    const refused: readonly (readonly [string, RegExp])[] = [
      [`:PMU:SARB:SEQ:TIME 1, 1, ${Array.from({ length: 129 }, () => "1e-6").join(", ")}`, /129 values/],
      [":PMU:SARB:SEQ:TIME 1, 513, 1e-6", /513 is not 1 to 512/],
      [":PMU:SOURCE:RANGE 1, 20", /20 V is not there/],
      [":PMU:MEASURE:RANGE 1, 2, 0.8", /0\.8 A is not there at 10 V/],
      [":PMU:LOAD 1, 0.5", /0\.5 is not within/],
      [":PMU:SAMPLE:RATE 300e6", /not within/],
      [":PMU:SOURCE:RANGE 3, 10", /Pulse channel 3 is not there/],
      [":PMU:RPM:CONFIGURE PMU2-1, 0", /PMU2-1 is no RPM/],
    ];
    for (const [message, expected] of refused) assert.match(await failing(session, message), expected, message);
    assert.equal(lab.device_V, 0);
  }));

test("virtual 4225-PMU: arrays are added to, and a sequence of 200 segments is played whole", () =>
  on(async (session) => {
    const values = (count: number, value: string) => Array.from({ length: count }, () => value).join(",");
    await say(session, ...example.filter((message) => !message.includes("SEQ:")));
    for (const [name, value] of [
      ["TIME", "1E-7"],
      ["STARTV", "0"],
      ["STOPV", "0"],
      ["MEAS:TYPE", "2"],
      ["MEAS:START", "0"],
      ["MEAS:STOP", "1E-7"],
    ] as const) {
      await say(session, `:PMU:SARB:SEQ:${name} 1,1,${values(128, value)}`);
      await say(session, `:PMU:SARB:SEQ:${name}:ADD 1,1,${values(72, value)}`);
    }
    await say(session, ":PMU:SARB:WFM:SEQ:LIST 1,1,1", ":PMU:EXECUTE");
    await ended(session);
    assert.equal(await session.query(":PMU:DATA:COUNT? 1"), "4000");
    assert.equal((await session.query(":PMU:DATA:GET 1")).split(";").length, 2048);
  }));

test("virtual 4225-PMU: what the guardian knows ends a burst and its output at once", () =>
  on(async (session, bench) => {
    await say(session, ...example, ":PMU:SARB:SEQ:MEAS:TYPE 1,1,0,0,0,0,0");
    await say(session, ":PMU:SARB:SEQ:MEAS:STOP 1,1,0,0,0,0,0", ":PMU:SARB:WFM:SEQ:LIST 1,1,100000000", ":PMU:EXECUTE");
    while ((await session.query(":PMU:TEST:STATUS?")) !== "1");
    const entry = drivers.get("keithley-4200a");
    assert.ok(entry);
    const settings = { ramp: { V_per_s: 20, A_per_s: 1 } };
    const outcome = await sendSafe(safeTarget({ label: "smu", settings }, entry, bench.resource("smu")), 5);
    assert.equal(outcome.safe, true, outcome.note);
    assert.equal(await session.query(":PMU:TEST:STATUS?"), "0");
    assert.equal(await session.query(":ERROR:LAST:GET"), "No error. (0)");
    assert.ok(Math.abs(bench.lab.device_V) < 1e-9);
  }, "real"));
